"""Whether two formulas are the same but for the order of terms and factors."""

from __future__ import annotations

import contextlib
from collections.abc import Hashable, Mapping

from whence.formula import Affine, Entry, Expression, Formula, Index, Size
from whence.formula.derive.algebra import Product
from whence.formula.derive.simplification import Simplification
from whence.formula.derive.substitution import NoPlace, substitute
from whence.formula.expressions import Call, Number, Operation, Position, Reduction, rebuilt

_SIMPLIFICATION = Simplification()


def same_form(left: Formula, right: Formula) -> bool:
    """Whether two formulas are the same once they are simplified, whatever the order of terms and factors."""
    return _factor(left.target) == _factor(right.target) and _key(left.expression) == _key(right.expression)


def written_out(node: Expression, abbreviations: Mapping[str, Formula]) -> Expression:
    """Return an expression with the formulas of abbreviations in place of their entries."""
    if isinstance(node, Entry) and node.array in abbreviations:
        formula = abbreviations[node.array]
        with contextlib.suppress(NoPlace):  # of a group, whose sum has no place for the digit of an index
            return substitute(formula.expression, dict(zip(formula.indices, node.subscripts, strict=True)))
    return rebuilt(node, lambda child: written_out(child, abbreviations))


def _key(node: Expression) -> Hashable:
    return _key_of(_SIMPLIFICATION.single(node))


def _key_of(product: Product) -> Hashable:
    return product.number, frozenset((_factor(factor), power) for factor, power in product.powers.items())


def _factor(node: Expression) -> Hashable:
    """Return what a factor has in common with others of the same form."""
    match node:
        case Operation("+" | "-"):
            return frozenset(map(_key_of, _SIMPLIFICATION.products(node)))
        case Operation("=" | "!=" as sign, left, right):
            return sign, frozenset((_key(left), _key(right)))
        case Operation(sign, left, right):
            return sign, _key(left), _key(right)
        case Call(function, operands):
            return function, tuple(map(_key, operands))
        case Reduction(kind, indices, body, where):
            return kind, frozenset(index.name for index in indices), _key(body), frozenset(map(_key, where))
        case Size(Index(_, int(extent))):
            return _key(Number(float(extent)))
        case Position(place):
            return _place(place)
        case Entry(array, subscripts):
            return array, tuple(map(_place, subscripts))
    return node


def _place(place: object) -> Hashable:
    match place:
        case Affine(terms, constant, divisor):
            return frozenset((index.name, factor) for index, factor in terms), constant, divisor
        case Entry():
            return _factor(place)
    return place
