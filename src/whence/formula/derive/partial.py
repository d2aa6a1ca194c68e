"""The derivative of an expression with respect to an array: the terms of its total differential.

Every occurrence ``A[p]`` of the array gives one term: the sum, over some indices, of a factor times the Kronecker delta
``[i = p]``, where i is the place with respect to which is differentiated (Griewank and Walther, *Evaluating
Derivatives*, 2008, chapter 3).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from whence.errors import FormulaError
from whence.formula.derive.functions import of_one, of_two
from whence.formula.derive.letters import Letters, with_own_indices
from whence.formula.expressions import (
    Call,
    Entry,
    Expression,
    Index,
    Number,
    Operation,
    Reduction,
    Subscript,
    affine,
    rebuilt,
)
from whence.formula.functions import equals, log, sigmoid

ONE = Number(1.0)


@dataclass(frozen=True)
class Term:
    """The derivative of an expression through one occurrence ``A[places]`` of the array.

    Parameters
    ----------
    factor : Expression
        What the Kronecker delta of the places is multiplied by.
    places : tuple of Subscript
        Where the array is read.
    indices : tuple of Index
        The indices that the product is summed over.
    where : tuple of Expression
        The conditions under which it counts.
    """

    factor: Expression
    places: tuple[Subscript, ...]
    indices: tuple[Index, ...] = ()
    where: tuple[Expression, ...] = ()

    def times(self, factor: Expression) -> Term:
        """Return the term times a factor."""
        return replace(self, factor=times(factor, self.factor))


class Differentiation:
    """Differentiates expressions with respect to one array, and notes the rules that it uses.

    Parameters
    ----------
    array : str
        The array.
    taken : dict of str to str
        The names of indices that are in use, with the letters that they were made from; new ones are added.

    Attributes
    ----------
    rules : dict of str to None
        The names of the rules in the order of use: ``"product"``, ``"quotient"``, ``"power"``, ``"max"``, ``"kink"``,
        and those of functions.
    """

    def __init__(self, array: str, taken: Letters) -> None:
        self.array, self.taken = array, taken
        self.rules: dict[str, None] = {}

    def terms(self, node: Expression) -> list[Term]:
        """Return the derivative of an expression, whose reductions run over indices of their own names."""
        match node:
            case Entry(array, subscripts):
                return [Term(ONE, subscripts)] if array == self.array else []
            case Operation("+", left, right):
                return _together(self.terms(left) + self.terms(right))
            case Operation("-", left, right):
                return _together(self.terms(left) + [term.times(Number(-1.0)) for term in self.terms(right)])
            case Operation("*", left, right):
                return self.product(left, right)
            case Operation("/", left, right):
                return self.quotient(left, right)
            case Operation("^", base, exponent):
                return self.power(base, exponent)
            case Call("neg", (operand,)):
                return [term.times(Number(-1.0)) for term in self.terms(operand)]
            case Call("log1p", (Call("exp", (Call("neg", (Call("abs", (u,)),)),)),)):
                return self.chain("softplus", u, sigmoid(u) - (u > 0))  # it is log(1 + exp(u)) − max(0, u)
            case Call(function, (operand,)):
                return self.chain(function, operand, of_one(function, operand))
            case Call(function, (left, right)):
                return self.of_two(function, left, right)
            case Reduction("Sum", indices, body, where):
                return [
                    replace(term, indices=(*indices, *term.indices), where=(*where, *term.where))
                    for term in self.terms(body)
                ]
            case Reduction("Max", indices, body, where):
                return self.largest(indices, body, where)
        return []  # numbers, places and comparisons, which are constant almost everywhere

    def chain(self, rule: str, inner: Expression, outer_slope: Expression) -> list[Term]:
        """Return the derivative of a function: its slope times the derivative of its operand."""
        terms = [term.times(outer_slope) for term in self.terms(inner)]
        return self.noted(rule, terms)

    def product(self, left: Expression, right: Expression) -> list[Term]:
        """Return (u v)′ = u′ v + u v′."""
        of_left, of_right = self.terms(left), self.terms(right)
        if of_left and of_right:
            self.rules["product"] = None
        return [term.times(right) for term in of_left] + [term.times(left) for term in of_right]

    def quotient(self, left: Expression, right: Expression) -> list[Term]:
        """Return (u / v)′ = u′ / v − u v′ / v²."""
        above = [replace(term, factor=term.factor / right) for term in self.terms(left)]
        below = [term.times(-(left / right**2)) for term in self.terms(right)]
        return above + self.noted("quotient", below)

    def power(self, base: Expression, exponent: Expression) -> list[Term]:
        """Return (u^c)′ = c u^(c−1) u′, plus (c^v)′ = c^v log c · v′ if the exponent depends on the array."""
        of_base, of_exponent = self.terms(base), self.terms(exponent)
        less = Number(exponent.value - 1) if isinstance(exponent, Number) else exponent - 1
        slope = times(exponent, base if less == ONE else Operation("^", base, less))
        found = [term.times(slope) for term in of_base]
        found += [term.times(Operation("^", base, exponent) * log(base)) for term in of_exponent]
        return self.noted("power", found)

    def of_two(self, function: str, left: Expression, right: Expression) -> list[Term]:
        """Return the derivative of a function of two operands."""
        slopes = of_two(function, left, right)
        sides = zip(slopes, (left, right), strict=True)
        return self.noted("max", [term.times(slope) for slope, side in sides for term in self.terms(side)])

    def largest(self, indices: tuple[Index, ...], body: Expression, where: tuple[Expression, ...]) -> list[Term]:
        """Return the derivative of a maximum: that of its first largest term."""
        winner = with_own_indices(Reduction("ArgMax", indices, body, where), self.taken)
        place, *later = map(affine, indices)
        for index, own in zip(indices[1:], later, strict=True):
            if index.extent is None:
                raise FormulaError(f"the derivative of a maximum over several indices needs the extent of {index.name}")
            place = place * index.extent + own
        chosen = equals(winner, place)
        found = [
            replace(term, indices=(*indices, *term.indices), where=(chosen, *term.where)) for term in self.terms(body)
        ]
        return self.noted("max", found)

    def noted(self, rule: str, terms: list[Term]) -> list[Term]:
        """Return terms, and note the rule that gave them if there are any."""
        if terms:
            self.rules[rule] = None
        return terms


def _together(terms: list[Term]) -> list[Term]:
    """Return terms with one for all that have the same deltas, in the same sum."""
    found: dict[tuple[object, ...], Term] = {}
    for term in terms:
        like = term.places, term.indices, term.where
        found[like] = replace(term, factor=found[like].factor + term.factor) if like in found else term
    return list(found.values())


def with_sigmoids(node: Expression) -> Expression:
    """Return an expression with σ(u) for each 1 / (1 + exp(−u)), which is the same."""
    match node:
        case Operation("/", Number(1.0), Operation("+", Number(1.0), Call("exp", (Call("neg", (u,)),)))):
            return sigmoid(with_sigmoids(u))
    return rebuilt(node, with_sigmoids)


def times(left: Expression, right: Expression) -> Expression:
    """Return a product, without factors of one."""
    if left == ONE:
        return right
    if right == ONE:
        return left
    return Call("neg", (right,)) if left == Number(-1.0) else left * right
