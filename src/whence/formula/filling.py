"""Formulas with the indices of one cell filled in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from whence.arrays import Shape
from whence.errors import ArgumentError
from whence.formula.evaluate import Arrays, find_extents
from whence.formula.expressions import (
    Affine,
    Digit,
    Entry,
    Expression,
    Formula,
    Index,
    Number,
    Position,
    Reduction,
    Size,
    Subscript,
    rebuilt,
)
from whence.wording import counted

Places = Mapping[Index, int]
Extents = Mapping[Index, int]


def fill(formula: Formula, index: tuple[int, ...], arrays: Arrays) -> Expression:
    """Return a formula's right-hand side for one cell: ``Σ_k x[0, k] · W1[k, 5] + b1[5]``.

    Parameters
    ----------
    formula : Formula
        The formula of the cell's array.
    index : tuple of int
        The index of the cell.
    arrays : mapping of str to array
        Every array that the formula reads.

    Returns
    -------
    Expression
        It has no free indices, and every index in it has its extent.

    Raises
    ------
    FormulaError
        As for `whence.formula.evaluate`.
    ArgumentError
        If ``index`` is outside the array.
    """
    extents = find_extents(formula, arrays)
    check_index(formula.target.array, tuple(extents[each] for each in formula.indices), index)
    return fill_in(formula.expression, dict(zip(formula.indices, map(int, index), strict=True)), extents)


def fill_in(node: Expression, places: Places, extents: Extents) -> Expression:
    """Return an expression with numbers for sizes and the indices in ``places``; other indices get their extents."""
    match node:
        case Size(index):
            return Number(float(extents[index]))
        case Position(place):
            settled = _settled(place, places, extents)
            return Position(settled) if settled.terms or settled.divisor != 1 else Number(float(settled.constant))
        case Entry(array, subscripts):
            return Entry(array, tuple(_subscript(subscript, places, extents) for subscript in subscripts))
        case Reduction(_, indices):
            places = {index: place for index, place in places.items() if index not in indices}
            node = replace(node, indices=tuple(Index(i.name, extents.get(i, i.extent)) for i in indices))
    return rebuilt(node, lambda child: fill_in(child, places, extents))


def check_index(array: str, shape: Shape, index: tuple[int, ...]) -> None:
    """Raise `ArgumentError` unless ``index`` is that of an entry of an array of ``shape``."""
    if index and not shape:
        raise ArgumentError(f"{array} is one number; ask for {array}, without an index")
    if len(index) != len(shape):
        raise ArgumentError(
            f"{array} is {shape}; give {counted(len(shape), 'index', 'indices')} rather than {len(index)}"
        )
    for axis, (place, length) in enumerate(zip(index, shape, strict=True)):
        if not 0 <= place < length:
            raise ArgumentError(
                f"{array} is {shape}; {place} is outside axis {axis}, which goes from 0 to {length - 1}"
            )


def _subscript(subscript: Subscript, places: Places, extents: Extents) -> Subscript:
    if isinstance(subscript, Entry):
        filled = fill_in(subscript, places, extents)
        assert isinstance(filled, Entry)
        return filled
    if isinstance(subscript, Affine):
        return _settled(subscript, places, extents)
    number = _settled(subscript.place, places, extents)
    if number.terms:
        return Digit(number, subscript.divisor, subscript.base)
    digit = number.constant // subscript.divisor
    return Affine((), digit if subscript.base is None else digit % subscript.base)


def _settled(place: Affine, places: Places, extents: Extents) -> Affine:
    """Return a place with numbers for the indices in ``places``, divided if no index is left and no remainder."""
    settled = Affine((), place.constant)
    for index, coefficient in place.terms:
        left = Index(index.name, extents.get(index, index.extent))
        settled = settled + (places[index] if index in places else left) * coefficient
    if settled.terms or settled.constant % place.divisor:
        return replace(settled, divisor=place.divisor)
    return Affine((), settled.constant // place.divisor)
