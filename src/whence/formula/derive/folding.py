"""Expressions recognised as arrays that are computed anyway: ``1 − tanh(z)²`` is ``1 − a²`` if a is tanh(z)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, is_dataclass

from whence.formula.derive.partial import with_sigmoids
from whence.formula.derive.substitution import substitute
from whence.formula.expressions import Entry, Expression, Formula, Index, Number, affine, rebuilt


def fold(node: Expression, known: Sequence[Formula]) -> Expression:
    """Return an expression with entries of computed arrays for the parts that are their formulas.

    Parameters
    ----------
    node : Expression
        Any expression.
    known : sequence of Formula
        The formulas of the computed arrays.
    """
    for formula in known:
        if isinstance(formula.expression, Entry | Number):
            continue
        match = _Match()
        if match.equal(with_sigmoids(formula.expression), node):
            places = {index: affine(match.found[index]) for index in formula.indices if index in match.found}
            if len(places) == len(formula.indices):
                return substitute(formula.target, places)
    return rebuilt(node, lambda child: fold(child, known))


class _Match:
    """Compares two expressions, and finds for each index of the first the one that the other has in its place."""

    def __init__(self) -> None:
        self.found: dict[Index, Index] = {}

    def equal(self, first: object, second: object) -> bool:
        """Return whether both are equal, apart from the names of indices."""
        if isinstance(first, Index) and isinstance(second, Index):
            return first.extent == second.extent and self.found.setdefault(first, second) == second
        if isinstance(first, tuple) and isinstance(second, tuple):
            return len(first) == len(second) and all(map(self.equal, first, second))
        if is_dataclass(first) and type(first) is type(second):
            return all(self.equal(getattr(first, each.name), getattr(second, each.name)) for each in fields(first))
        return first == second
