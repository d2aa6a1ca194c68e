"""What each term of a cell's sum contributes, and the cell's formula with its places filled in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from whence.arrays import Array
from whence.formula import (
    Affine,
    Digit,
    Entry,
    Expression,
    Formula,
    Index,
    Size,
    evaluate_cell,
    scalar,
)
from whence.formula.evaluate import bind_cell, evaluate_expression, find_extents
from whence.formula.expressions import Call, Number, Operation, Position, Reduction, Subscript

Arrays = Mapping[str, Array]
Source = tuple[str, tuple[int, ...]]


@dataclass(frozen=True)
class Contribution:
    """One term of the sum that a cell is.

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


def contributions(formula: Formula, index: tuple[int, ...], arrays: Arrays) -> list[Contribution]:
    """Return the terms that a cell is the sum of, the largest first.

    Terms are what ``+`` and ``−`` join on the outside, and sums are taken apart, also where they are multiplied or
    divided as a whole: ``Σ_n ℓ[n] / N`` has the terms ``ℓ[n] / N``.

    Parameters
    ----------
    formula : Formula
        The formula of the cell's array.
    index : tuple of int
        The cell's place.
    arrays : mapping of str to array
        Every array that the formula reads.
    """
    extents = find_extents(formula, arrays)
    cell = bind_cell(formula, index, extents)
    found = []
    for running, body in _terms(formula.expression):
        for place in np.ndindex(*(extents[each] for each in running)):
            bindings = cell | {each: np.asarray(step) for each, step in zip(running, place, strict=True)}
            value = float(evaluate_expression(body, arrays, bindings, extents))
            found.append(Contribution(_filled(body, _places(bindings), extents), value))
    return sorted(found, key=lambda contribution: -abs(contribution.value))


def fill(formula: Formula, index: tuple[int, ...], arrays: Arrays) -> Expression:
    """Return a formula's right-hand side with the places of one cell filled in: ``Σ_k x[0, k] · W1[k, 5] + b1[5]``."""
    extents = find_extents(formula, arrays)
    return _filled(formula.expression, _places(bind_cell(formula, index, extents)), extents)


def _places(bindings: Mapping[Index, Array]) -> dict[Index, int]:
    return {index: int(place) for index, place in bindings.items()}


def _terms(node: Expression) -> list[tuple[tuple[Index, ...], Expression]]:
    """Return the terms of a sum, each with the indices that it is summed over."""
    match node:
        case Operation("+", left, right):
            return _terms(left) + _terms(right)
        case Operation("-", left, right):
            return _terms(left) + _terms(-right)
        case Call("neg", (operand,)):
            return [(running, -body) for running, body in _terms(operand)]
        case Reduction("Sum", index, body) if isinstance(body, Reduction):
            return [((index, *running), inner) for running, inner in _terms(body)]
        case Reduction("Sum", index, body):
            return [((index,), body)]
        case Operation("*" | "/" as symbol, left, right):
            if _sums(left):
                return [(running, Operation(symbol, body, right)) for running, body in _terms(left)]
            if symbol == "*" and _sums(right):
                return [(running, left * body) for running, body in _terms(right)]
    return [((), node)]


def _sums(node: Expression) -> bool:
    return any(running for running, _ in _terms(node))


def _filled(node: Expression, places: Mapping[Index, int], extents: Mapping[Index, int]) -> Expression:
    """Return an expression with places for indices, lengths for sizes, and the extent on every index that is left."""
    match node:
        case Size(index):
            return Number(float(extents[index]))
        case Position(place):
            settled = _settled(place, places, extents)
            known = not settled.terms and settled.constant % settled.divisor == 0
            return Number(float(settled.constant // settled.divisor)) if known else Position(settled)
        case Entry(array, subscripts):
            return Entry(array, tuple(_subscript(subscript, places, extents) for subscript in subscripts))
        case Operation(symbol, left, right):
            return Operation(symbol, _filled(left, places, extents), _filled(right, places, extents))
        case Call(function, operands):
            return Call(function, tuple(_filled(operand, places, extents) for operand in operands))
        case Reduction(kind, index, body):
            inner = {other: place for other, place in places.items() if other != index}
            return Reduction(kind, Index(index.name, extents[index]), _filled(body, inner, extents))
    return node


def _subscript(subscript: Subscript, places: Mapping[Index, int], extents: Mapping[Index, int]) -> Subscript:
    if isinstance(subscript, Entry):
        filled = _filled(subscript, places, extents)
        assert isinstance(filled, Entry)
        return filled
    if isinstance(subscript, Affine):
        return _settled(subscript, places, extents)
    number = _settled(subscript.place, places, extents)
    if number.terms:
        return Digit(number, subscript.divisor, subscript.base)
    digit = number.constant // subscript.divisor
    return Affine((), digit if subscript.base is None else digit % subscript.base)


def _settled(place: Affine, places: Mapping[Index, int], extents: Mapping[Index, int]) -> Affine:
    settled = Affine((), place.constant)
    for index, coefficient in place.terms:
        settled = settled + (places[index] if index in places else Index(index.name, extents.get(index))) * coefficient
    exact = not settled.terms and settled.constant % place.divisor == 0
    return (
        Affine((), settled.constant // place.divisor)
        if exact
        else Affine(settled.terms, settled.constant, place.divisor)
    )
