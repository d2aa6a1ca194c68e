"""Sums of products: what formulas are simplified in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from typing import TypeAlias

from whence.formula.derive.letters import with_numbered_indices
from whence.formula.expressions import Call, Expression, Number, Operation, Reduction
from whence.formula.functions import differs, sqrt
from whence.formula.index_form import COMPARISONS

Powers: TypeAlias = dict[Expression, Fraction]


@dataclass(frozen=True)
class Product:
    """A number times powers of expressions that are not products themselves.

    Parameters
    ----------
    number : float
        The number.
    powers : dict of Expression to Fraction
        The exponent of each factor, in the order of writing; none is zero.
    """

    number: float
    powers: Powers

    @cached_property
    def likeness(self) -> frozenset[tuple[Expression, Fraction]]:
        """What like terms have in common, whatever the order of their factors and the letters of their indices."""
        return frozenset((with_numbered_indices(factor), power) for factor, power in self.powers.items())

    def times(self, other: Product) -> Product:
        """Return the product of both."""
        powers = dict(self.powers)
        own = {with_numbered_indices(factor): factor for factor in powers}
        for factor, power in other.powers.items():
            same = own.get(with_numbered_indices(factor), factor)
            powers[same] = powers.get(same, Fraction(0)) + power
        return Product(self.number * other.number, {factor: power for factor, power in powers.items() if power})

    def to(self, exponent: Fraction) -> Product:
        """Return a power of it: a whole one, or any of what is not negative."""
        return Product(self.number ** float(exponent), {f: power * exponent for f, power in self.powers.items()})

    def expression(self) -> Expression:
        """Return it as an expression: a fraction, numbers first and sums last, with a minus before it if negative."""
        number = Fraction(abs(self.number)).limit_denominator(1000)
        exact = float(number) == abs(self.number)
        above = _factors(self.powers, 1)
        below = _factors(self.powers, -1)
        if not exact or number.numerator != 1:
            above.insert(0, Number(float(number.numerator) if exact else abs(self.number)))
        if exact and number.denominator != 1:
            below.insert(0, Number(float(number.denominator)))
        made = _product(above)
        if below:
            made = made / _product(below)
        return Call("neg", (made,)) if self.number < 0 else made


def as_factor(condition: Expression) -> Expression:
    """Return what is 1 where a condition holds and 0 elsewhere."""
    compares = isinstance(condition, Operation) and condition.symbol in COMPARISONS
    return condition if compares else differs(condition, 0)


def collected(products: Iterable[Product]) -> list[Product]:
    """Return products with like terms added up."""
    found: dict[frozenset[tuple[Expression, Fraction]], Product] = {}
    for product in products:
        like = found.get(product.likeness)
        found[product.likeness] = product if like is None else replace(like, number=like.number + product.number)
    return [product for product in found.values() if product.number]


def factored(products: Sequence[Product]) -> Product:
    """Return a sum of products as one: its common factors times the sum of what is left."""
    if not products:
        return Product(0.0, {})
    first, *others = products
    if not others:
        return first
    common: Powers = {}
    for factor, power in first.powers.items():
        powers = [power, *(dict(other.likeness).get(with_numbered_indices(factor), Fraction(0)) for other in others)]
        least = min(powers, key=abs)
        if all(each * least > 0 for each in powers):
            common[factor] = least
    sizes = {abs(product.number) for product in products}
    number = sizes.pop() if len(sizes) == 1 else 1.0
    divisor = Product(number, common).to(Fraction(-1))
    rest = written([product.times(divisor) for product in products])
    sign = 1.0
    if isinstance(rest, Call):  # all terms are negative
        rest, sign = rest.operands[0], -1.0
    return Product(sign * number, {**common, rest: Fraction(1)})


def written(products: Sequence[Product]) -> Expression:
    """Return a sum of products as an expression, positive terms first, with a minus before it if there are none."""
    positive = [product for product in products if product.number > 0]
    negative = [replace(product, number=-product.number) for product in products if product.number < 0]
    if not positive and negative:
        return Call("neg", (_sum(negative),))
    total = _sum(positive)
    for product in negative:
        total = total - product.expression()
    return total


def _sum(products: Sequence[Product]) -> Expression:
    if not products:
        return Number(0.0)
    total = products[0].expression()
    for product in products[1:]:
        total = total + product.expression()
    return total


def _factors(powers: Powers, sign: int) -> list[Expression]:
    """Return the factors above or below the line of a fraction: sums behind others, reductions last."""
    factors = [_power(factor, abs(power)) for factor, power in powers.items() if power * sign > 0]
    return sorted(factors, key=_rank)


def _rank(factor: Expression) -> int:
    if isinstance(factor, Reduction):
        return 2
    return int(isinstance(factor, Operation) and factor.symbol in ("+", "-"))


def _power(factor: Expression, power: Fraction) -> Expression:
    if power == 1:
        return factor
    return sqrt(factor) if power == Fraction(1, 2) else factor ** float(power)


def _product(factors: Sequence[Expression]) -> Expression:
    if not factors:
        return Number(1.0)
    made = factors[0]
    for factor in factors[1:]:
        made = made * factor
    return made
