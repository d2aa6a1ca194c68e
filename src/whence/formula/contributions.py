"""What each term of a sum contributes, and which terms contribute nothing."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from whence.arrays import Array
from whence.formula.evaluate import evaluate, evaluate_cell, vanishes
from whence.formula.expressions import (
    Affine,
    Call,
    Entry,
    Expression,
    Formula,
    Index,
    Operation,
    Reduction,
    children,
    rebuilt,
    scalar,
)
from whence.formula.filling import fill_in

Arrays = Mapping[str, Array]
Source = tuple[str, tuple[int, ...]]
Running = tuple[Index, ...]


@dataclass(frozen=True)
class Contribution:
    """One term of a sum.

    Parameters
    ----------
    expression : Expression
        The term with its places filled in: ``x[0, 3] · W1[3, 5]``.
    value : float
        What it adds.
    """

    expression: Expression
    value: float

    def sources(self, arrays: Arrays) -> tuple[Source, ...]:
        """Return the entries that the term reads."""
        return evaluate_cell(Formula(scalar("term"), self.expression), (), arrays).sources


@dataclass(frozen=True)
class Terms:
    """The terms of a sum, or of a largest.

    Parameters
    ----------
    groups : list of (tuple of Index, Expression)
        Terms of one form each, with the indices that they run over; their other places are filled in.
    arrays : mapping of str to array
        Every array that they read.
    kind : str
        ``"Sum"`` or ``"Max"``.
    """

    groups: list[tuple[Running, Expression]]
    arrays: Arrays
    kind: str = "Sum"

    def __len__(self) -> int:
        return sum(math.prod(_shape(running)) for running, _ in self.groups)

    @cached_property
    def values(self) -> Array:
        """What each term is, in the order of reading: float64, as many as there are terms."""
        return np.concatenate([evaluate(form, self.arrays).ravel() for form in self._forms])

    @cached_property
    def inside(self) -> Array:
        """Whether each term reads what is there; one outside is a product with an entry outside its array, so zero."""
        if self.kind == "Max":
            return np.ones(len(self), bool)
        found: Array = ~np.concatenate([vanishes(form, self.arrays).ravel() for form in self._forms])
        return found

    @property
    def outside(self) -> int:
        """How many terms lie outside the arrays."""
        return len(self) - int(self.inside.sum())

    @property
    def zeros(self) -> int:
        """How many of the terms that read what is there are exactly zero."""
        return int((self.inside & (self.values == 0)).sum())

    def taken(self, places: Array) -> list[Contribution]:
        """Return the terms at some places in the order of reading."""
        return [Contribution(self._expression(int(place)), float(self.values[place])) for place in places]

    def by_size(self) -> Array:
        """Return the places of the terms that read what is there, the largest first."""
        sizes = np.abs(self.values) if self.kind == "Sum" else self.values
        order = np.argsort(-np.nan_to_num(sizes, nan=np.inf), kind="stable")
        found: Array = order[self.inside[order]]
        return found

    def largest(self, count: int) -> list[Contribution]:
        """Return the largest terms, without zeros that a sum has."""
        places = self.by_size()[:count]
        return self.taken(places if self.kind == "Max" else places[self.values[places] != 0])

    @property
    def _forms(self) -> list[Formula]:
        """The terms of each form as an array over the indices that they run over."""
        targets = [Entry("term", tuple(Affine(((index, 1),)) for index in running)) for running, _ in self.groups]
        return [Formula(target, body) for target, (_, body) in zip(targets, self.groups, strict=True)]

    def _expression(self, place: int) -> Expression:
        for running, body in self.groups:
            count = math.prod(_shape(running))
            if place < count:
                steps = map(int, np.unravel_index(place, _shape(running)))
                return fill_in(body, dict(zip(running, steps, strict=True)), {})
            place -= count
        raise IndexError(place)


def terms_of(filled: Expression, arrays: Arrays) -> Terms:
    """Return the terms that a cell is the sum of.

    Terms are what ``+`` and ``−`` join on the outside, and sums are taken apart, also where they are multiplied or
    divided as a whole: ``Σ_n ℓ[n] / N`` has the terms ``ℓ[n] / N``.

    Parameters
    ----------
    filled : Expression
        The right-hand side of the cell's formula, its places filled in.
    arrays : mapping of str to array
        Every array that it reads.
    """
    return Terms(_terms(filled), arrays)


def addends_of(node: Expression, arrays: Arrays) -> Terms:
    """Return what a sum, or a largest, joins, without taking products apart."""
    if isinstance(node, Reduction) and node.kind == "Max":
        return Terms(_nested(node), arrays, "Max")
    return Terms(_addends(node), arrays)


def longest_sum(filled: Expression, arrays: Arrays) -> Terms:
    """Return the terms of the longest sum in a cell's formula: that of the whole, or one within a function.

    Parameters
    ----------
    filled, arrays
        As for `terms_of`.
    """
    return max([terms_of(filled, arrays), *(addends_of(node, arrays) for node in _sums_in(filled))], key=len)


def without_outside(filled: Expression, arrays: Arrays) -> Expression:
    """Return an expression without the terms that lie outside their arrays; a sum of nothing else stays as it is."""
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
    """Return the entries of an expression that lie outside their arrays, those within sums by ``Σ`` left out."""
    match filled:
        case Entry():
            return [] if Terms([((), filled)], arrays).inside.all() else [filled]
        case Reduction():
            return []
    return [entry for child in children(filled) for entry in outside(child, arrays)]


def is_sum(node: Expression) -> bool:
    """Whether an expression joins terms: by ``+``, ``−``, ``Σ`` or ``max``."""
    return isinstance(node, Reduction) or (isinstance(node, Operation) and node.symbol in ("+", "-"))


def _sums_in(node: Expression) -> Iterator[Expression]:
    """Yield the sums in an expression, outer ones first; within a ``Σ``, there are as many as it has terms."""
    if is_sum(node):
        yield node
        for running, body in [] if isinstance(node, Reduction) else _addends(node):
            if not running:
                yield from _sums_in(body)
        return
    for child in () if isinstance(node, Entry) else children(node):
        yield from _sums_in(child)


def _addends(node: Expression) -> list[tuple[Running, Expression]]:
    """Return what ``+``, ``−`` and ``Σ`` join, each with the indices that it is summed over."""
    match node:
        case Operation("+", left, right):
            return _addends(left) + _addends(right)
        case Operation("-", left, right):
            return _addends(left) + _addends(-right)
        case Call("neg", (Operation("+" | "-") | Call("neg") | Reduction("Sum") as operand,)):
            return [(running, -body) for running, body in _addends(operand)]
        case Reduction("Sum"):
            return _nested(node)
    return [((), node)]


def _nested(node: Reduction) -> list[tuple[Running, Expression]]:
    """Return the body of sums of sums, or of the largest of the largest, with all indices that it runs over."""
    if isinstance(node.body, Reduction) and node.body.kind == node.kind:
        return [((node.index, *running), body) for running, body in _nested(node.body)]
    return [((node.index,), node.body)]


def _terms(node: Expression) -> list[tuple[Running, Expression]]:
    """Return what a sum joins, and of a product with a sum, the product with each of its terms."""
    found = []
    for running, body in _addends(node):
        match body if not running else None:
            case Call("neg", (operand,)) if _runs(operand):
                found += [(inner, -term) for inner, term in _terms(operand)]
            case Operation("*" | "/" as symbol, left, right) if _runs(left):
                found += [(inner, Operation(symbol, term, right)) for inner, term in _terms(left)]
            case Operation("*", left, right) if _runs(right):
                found += [(inner, left * term) for inner, term in _terms(right)]
            case _:
                found.append((running, body))
    return found


def _runs(node: Expression) -> bool:
    return any(running for running, _ in _terms(node))


def _shape(running: Running) -> tuple[int, ...]:
    return tuple(index.extent or 0 for index in running)
