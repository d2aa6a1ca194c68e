"""The terms of sums and maxima, what each contributes, and which are outside their arrays."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from whence.arrays import Array
from whence.formula.evaluate import Arrays, Source, evaluate, sources_of, vanishes
from whence.formula.expressions import Affine, Call, Entry, Expression, Formula, Operation, Reduction, children, rebuilt
from whence.formula.filling import fill_in


@dataclass(frozen=True)
class Contribution:
    """One term of a sum.

    Parameters
    ----------
    expression : Expression
        The term with its indices filled in: ``x[0, 3] · W1[3, 5]``.
    value : float
        Its value.
    where : tuple of Expression
        The conditions under which it is a term.
    """

    expression: Expression
    value: float
    where: tuple[Expression, ...] = ()

    def sources(self, arrays: Arrays) -> tuple[Source, ...]:
        """Return the entries that the term reads."""
        return sources_of(Reduction("Sum", (), self.expression, self.where), arrays)


@dataclass(frozen=True)
class Terms:
    """The terms of a sum or of a maximum.

    Parameters
    ----------
    groups : list of Reduction
        Terms of one form each, with the indices that they run over; other indices are filled in.
    arrays : mapping of str to array
        Every array that they read.
    kind : str
        ``"Sum"`` or ``"Max"``.
    """

    groups: list[Reduction]
    arrays: Arrays
    kind: str = "Sum"

    def __len__(self) -> int:
        return int(self.kept.sum())

    @cached_property
    def kept(self) -> Array:
        """Whether the conditions hold at each place, in the order of reading, so that there is a term."""
        return np.concatenate([_kept(group, self.arrays) for group in self.groups])

    @cached_property
    def values(self) -> Array:
        """The value at each place, in the order of reading: float64, zero where there is no term."""
        found = [evaluate(_form(group, group.body), self.arrays).ravel() for group in self.groups]
        return np.where(self.kept, np.concatenate(found), 0.0)

    @cached_property
    def inside(self) -> Array:
        """Whether there is a term at each place that is not zero because it reads entries outside their arrays."""
        if self.kind == "Max":
            return self.kept
        found = [vanishes(_form(group, group.body), self.arrays).ravel() for group in self.groups]
        return np.asarray(self.kept & ~np.concatenate(found))

    @property
    def outside(self) -> int:
        """The number of terms outside the arrays."""
        return len(self) - int(self.inside.sum())

    @property
    def zeros(self) -> int:
        """The number of terms inside the arrays that are exactly zero."""
        return int((self.inside & (self.values == 0)).sum())

    def at(self, places: Array) -> list[Contribution]:
        """Return the terms at the given places, which are counted in the order of reading."""
        return [self._term(int(place)) for place in places]

    def by_size(self) -> Array:
        """Return the places of the terms inside the arrays, the largest first."""
        sizes = np.abs(self.values) if self.kind == "Sum" else self.values
        order = np.argsort(-np.nan_to_num(sizes, nan=np.inf), kind="stable")
        return order[self.inside[order]]

    def largest(self, count: int) -> list[Contribution]:
        """Return the largest ``count`` terms; those of a sum without zeros."""
        places = self.by_size()[:count]
        return self.at(places if self.kind == "Max" else places[self.values[places] != 0])

    def _term(self, place: int) -> Contribution:
        value = float(self.values[place])
        for group in self.groups:
            if place < _count(group):
                steps = map(int, np.unravel_index(place, _shape(group)))
                places = dict(zip(group.indices, steps, strict=True))
                body, *where = (fill_in(part, places, {}) for part in (group.body, *group.where))
                return Contribution(body, value, tuple(where))
            place -= _count(group)
        raise IndexError(place)


def terms_of(filled: Expression, arrays: Arrays) -> Terms:
    """Return the terms whose sum a cell is.

    These are the outermost operands of ``+`` and ``−``, and the terms of sums, also of sums that are multiplied or
    divided as a whole: ``Σ_n ℓ[n] / N`` has the terms ``ℓ[n] / N``.

    Parameters
    ----------
    filled : Expression
        The right-hand side of the cell's formula, its indices filled in.
    arrays : mapping of str to array
        Every array that it reads.
    """
    return Terms(_terms(filled), arrays)


def addends_of(node: Expression, arrays: Arrays) -> Terms:
    """Return the operands of a sum or a maximum, without multiplying products out."""
    if isinstance(node, Reduction) and node.kind != "Sum":
        return Terms([node], arrays, "Max")
    return Terms(_addends(node), arrays)


def longest_sum(filled: Expression, arrays: Arrays) -> Terms:
    """Return the terms of the longest sum in a cell's formula: of the whole, as `terms_of`, or of one in a function."""
    return max([terms_of(filled, arrays), *(addends_of(node, arrays) for node in _sums_in(filled))], key=len)


def without_outside(filled: Expression, arrays: Arrays) -> Expression:
    """Return an expression without the terms outside their arrays; a sum of only such terms stays as it is."""
    match filled:
        case Operation("+" | "-" as symbol, left, right):
            kept = [addends_of(side, arrays).inside.any() for side in (left, right)]
            left, right = (without_outside(side, arrays) for side in (left, right))
            if kept == [True, False]:
                return left
            if kept == [False, True]:
                return right if symbol == "+" else Call("neg", (right,))
            return Operation(symbol, left, right)
        case Operation() | Call():
            return rebuilt(filled, lambda child: without_outside(child, arrays))
    return filled


def outside(filled: Expression, arrays: Arrays) -> list[Entry]:
    """Return the entries of an expression that are outside their arrays, except those inside a reduction."""
    match filled:
        case Entry():
            return [] if Terms([Reduction("Sum", (), filled)], arrays).inside.all() else [filled]
        case Reduction():
            return []
    return [entry for child in children(filled) for entry in outside(child, arrays)]


def is_sum(node: Expression) -> bool:
    """Whether an expression is a sum, a difference or a reduction."""
    return isinstance(node, Reduction) or (isinstance(node, Operation) and node.symbol in ("+", "-"))


def _sums_in(node: Expression) -> Iterator[Expression]:
    """Yield the sums in an expression, outer ones first, without those inside a reduction."""
    if is_sum(node):
        yield node
        for group in [] if isinstance(node, Reduction) else _addends(node):
            if not group.indices:
                yield from _sums_in(group.body)
        return
    for child in () if isinstance(node, Entry) else children(node):
        yield from _sums_in(child)


def _addends(node: Expression) -> list[Reduction]:
    """Return the operands of ``+``, ``−`` and ``Σ``, each with the indices that it is summed over."""
    match node:
        case Operation("+", left, right):
            return _addends(left) + _addends(right)
        case Operation("-", left, right):
            return _addends(left) + _addends(-right)
        case Call("neg", (Operation("+" | "-") | Call("neg") | Reduction("Sum") as operand,)):
            return [replace(group, body=-group.body) for group in _addends(operand)]
        case Reduction("Sum"):
            return [node]
    return [Reduction("Sum", (), node)]


def _terms(node: Expression) -> list[Reduction]:
    """Return the operands of a sum, with products of sums multiplied out."""
    found: list[Reduction] = []
    for group in _addends(node):
        match group.body if not group.indices else None:
            case Call("neg", (operand,)) if _runs(operand):
                found += [replace(term, body=-term.body) for term in _terms(operand)]
            case Operation("*" | "/" as symbol, left, right) if _runs(left):
                found += [replace(term, body=Operation(symbol, term.body, right)) for term in _terms(left)]
            case Operation("*", left, right) if _runs(right):
                found += [replace(term, body=left * term.body) for term in _terms(right)]
            case _:
                found.append(group)
    return found


def _runs(node: Expression) -> bool:
    return any(group.indices for group in _terms(node))


def _kept(group: Reduction, arrays: Arrays) -> Array:
    kept = np.ones(_count(group), bool)
    for condition in group.where:
        kept &= evaluate(_form(group, condition), arrays).ravel() != 0
    return kept


def _form(group: Reduction, part: Expression) -> Formula:
    """Return a formula with a part of each term at each place of the group."""
    return Formula(Entry("term", tuple(Affine(((index, 1),)) for index in group.indices)), part)


def _shape(group: Reduction) -> tuple[int, ...]:
    return tuple(index.extent or 0 for index in group.indices)


def _count(group: Reduction) -> int:
    return math.prod(_shape(group))
