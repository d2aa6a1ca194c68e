"""Formulas as a reader writes them: like terms added up, factors before sums, known arrays by their names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from whence.formula.derive.algebra import Powers, Product, as_factor, collected, factored
from whence.formula.derive.letters import with_indices
from whence.formula.derive.matching import Match
from whence.formula.derive.partial import with_sigmoids
from whence.formula.derive.substitution import free_indices
from whence.formula.expressions import (
    Call,
    Constant,
    Expression,
    Formula,
    Index,
    Number,
    Operation,
    Reduction,
    Size,
    rebuilt,
)
from whence.formula.index_form import COMPARISONS


class Simplification:
    """Simplifies expressions; equal sums are recognised whatever the letters of their indices.

    Parameters
    ----------
    known : sequence of Formula
        The formulas of arrays by whose names parts of expressions are written: ``p[n, j]`` for
        ``exp(z[n, j] − m[n]) / s[n]``.
    multiplied_out : bool
        Whether products of sums are multiplied out, which shows what is equal, and is not for reading.
    """

    def __init__(self, known: Sequence[Formula] = (), *, multiplied_out: bool = False) -> None:
        self.multiplied_out = multiplied_out
        self.known: list[tuple[Formula, Product, Product]] = []
        for formula in known:
            product = factored(self.products(with_sigmoids(formula.expression)))
            if not any(isinstance(factor, Call | Reduction | Operation) for factor in product.powers):
                continue
            sizes: Powers = {factor: power for factor, power in product.powers.items() if isinstance(factor, Size)}
            rest = {factor: power for factor, power in product.powers.items() if factor not in sizes}
            if not all(isinstance(factor, Reduction) for factor in rest):  # Σ x / N is known, and so is Σ x
                sizes, rest = {}, product.powers
            instead = Product(1 / product.number, {formula.target: Fraction(1)})
            self.known.append((formula, Product(1.0, rest), instead.times(Product(1.0, sizes).to(Fraction(-1)))))

    def simplified(self, node: Expression) -> Expression:
        """Return an expression in its simplest form."""
        return self.single(node).expression()

    def single(self, node: Expression) -> Product:
        """Return an expression as one product."""
        return self.named(factored(self.products(node)))

    def products(self, node: Expression) -> list[Product]:
        """Return an expression as a sum of products."""
        match node:
            case Number(value):
                return [Product(value, {})] if value else []
            case Size(Index(_, int() as extent)) if self.multiplied_out:
                return [Product(float(extent), {})]
            case Operation("+", left, right):
                return self.added([*self.products(left), *self.products(right)])
            case Operation("-", left, right):
                return self.added([*self.products(left), *map(_negative, self.products(right))])
            case Call("neg", (operand,)):
                return [_negative(product) for product in self.products(operand)]
            case Operation("*", left, right):
                return self.product(self.factors(left), self.factors(right))
            case Operation("/", left, right) if (below := self.single(right)).number:
                return self.product(self.factors(left), [below.to(Fraction(-1))])
            case Operation("^", base, Number(power)) if power % 1 == 0 and (power > 0 or self.single(base).number):
                if self.multiplied_out and power > 1:
                    return self.product(self.products(base), self.products(base ** (power - 1)))
                return self.present(self.single(base).to(Fraction(power)))
            case Call("sqrt", (operand,)):
                inner = self.single(operand)
                if inner.number == 1 and list(inner.powers.values()) == [1]:
                    return [inner.to(Fraction(1, 2))]
            case Operation(symbol, left, right) if symbol in COMPARISONS and left == right:
                return [Product(1.0, {})] if symbol in ("=", "<=", ">=") else []
            case Operation("<" | "<=" | ">" | ">=" as symbol, left, Number(0.0)):
                scaled = Operation(symbol, _without_scale(self.single(left)), Number(0.0))
                return [Product(1.0, {scaled: Fraction(1)})]
            case Reduction("Sum"):
                return self.sum(node)
        atom = rebuilt(node, self.simplified) if isinstance(node, Call | Operation | Reduction) else node
        return self.present(Product(1.0, {atom: Fraction(1)}))

    def factors(self, node: Expression) -> list[Product]:
        """Return an expression as the sum that it enters a product as: as one product, unless it is multiplied out."""
        return self.products(node) if self.multiplied_out else [self.single(node)]

    def product(self, left: Sequence[Product], right: Sequence[Product]) -> list[Product]:
        """Return the product of two sums."""
        return collected(part for own in left for other in right for part in self.present(own.times(other)))

    def added(self, products: Sequence[Product]) -> list[Product]:
        """Return a sum of products with like terms added up, also those within products that are sums themselves."""
        flat: list[Product] = []
        for product in products:
            match list(product.powers.items()):
                case [(Operation("+" | "-") as inner, 1)]:
                    flat += [replace(each, number=each.number * product.number) for each in self.products(inner)]
                case _:
                    flat.append(product)
        return collected(_without_cases(flat))

    def sum(self, node: Reduction) -> list[Product]:
        """Return a sum over indices: without factors that do not depend on them, and without terms that cancel."""
        terms = self.products(node.body)
        if len(terms) > 1:
            apart = collected(part for term in terms for part in self.over(node, term))
            if len(apart) < len(terms) or self.multiplied_out:
                return apart
        return self.over(node, self.named(factored(terms)))

    def over(self, node: Reduction, body: Product) -> list[Product]:
        """Return the sum of a product over the indices of a reduction."""
        if not body.number:
            return []
        inside = {f: power for f, power in body.powers.items() if not free_indices(f).isdisjoint(node.indices)}
        outside = {f: power for f, power in body.powers.items() if f not in inside}
        where = [condition for condition in node.where if not free_indices(condition).isdisjoint(node.indices)]
        used = set().union(*map(free_indices, (*inside, *where)))
        counted: Powers = {Size(index): Fraction(1) for index in node.indices if index not in used}
        indices = tuple(index for index in node.indices if index in used)
        made = Product(body.number, outside).times(Product(1.0, counted))
        for condition in node.where:
            if condition not in where:
                made = made.times(self.single(as_factor(condition)))
        if indices:
            atom = Reduction("Sum", indices, Product(1.0, inside).expression(), tuple(where))
            made = made.times(self.named(Product(1.0, {atom: Fraction(1)})))
        return self.present(made)

    def present(self, product: Product) -> list[Product]:
        """Return a product by the names of known arrays, or nothing if it is zero."""
        return [self.named(product)] if product.number else []

    def named(self, product: Product) -> Product:
        """Return a product with entries of known arrays for the factors that are their formulas."""
        for formula, pattern, instead in self.known:
            match = Match()
            rest = _without(product.powers, list(pattern.powers.items()), match)
            if rest is not None and all(index in match.found for index in formula.indices):
                entry = {with_indices(factor, match.found): power for factor, power in instead.powers.items()}
                return self.named(Product(product.number, rest).times(Product(instead.number, entry)))
        return product


def _without(powers: Powers, pattern: Sequence[tuple[Expression, Fraction]], match: Match) -> Powers | None:
    """Return powers without those of a pattern, or None if they do not contain it."""
    if not pattern:
        return powers
    (factor, power), *others = pattern
    for own, exponent in powers.items():
        if type(own) is not type(factor):
            continue
        trial = Match(match.found)
        if trial.equal(factor, own) and exponent / power >= 1:
            left = {each: exponent for each, exponent in {**powers, own: exponent - power}.items() if exponent}
            found = _without(left, others, trial)
            if found is not None:
                match.found = trial.found
                return found
    return None


def _without_cases(products: Sequence[Product]) -> list[Product]:
    """Return products with f for each f · [u > 0] + f · [u ≤ 0]."""
    rest = list(products)
    for product in products:
        for factor in product.powers:
            match factor:
                case Operation(">", u, Number(0.0)) if product in rest:
                    other = Operation("<=", u, Number(0.0))
                    powers = {other if each == factor else each: power for each, power in product.powers.items()}
                    twin = Product(product.number, powers)
                    found = next((p for p in rest if p.number == twin.number and p.likeness == twin.likeness), None)
                    if found is not None:
                        rest.remove(found)
                        rest[rest.index(product)] = Product(
                            product.number, {f: power for f, power in product.powers.items() if f != factor}
                        )
    return rest


def _without_scale(product: Product) -> Expression:
    """Return a product without its positive constants, which do not change its sign."""
    sign = 1.0 if product.number > 0 else -1.0
    powers = {f: p for f, p in product.powers.items() if not (isinstance(f, Constant) and f.value > 0)}
    return Product(sign, powers).expression()


def _negative(product: Product) -> Product:
    return replace(product, number=-product.number)
