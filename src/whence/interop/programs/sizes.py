"""The lengths of axes and the extents of indices in a program: numbers, ``N`` samples, or ``T`` time steps."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeAlias

from whence.arrays import Shape
from whence.formula import Affine, Digit, Entry, Formula, Index, walk
from whence.formula.expressions import Position, Reduction, Size, Subscript
from whence.nn.axes import ANY_LENGTH

Length: TypeAlias = int | str
SAMPLES, STEPS = "N", "T"


def lengths(shape: Shape) -> tuple[Length, ...]:
    """Return the lengths of an array's axes: an open first axis is that of samples, any other that of time steps."""
    return tuple(length if length != ANY_LENGTH else STEPS if axis else SAMPLES for axis, length in enumerate(shape))


def extents_of(formula: Formula, shapes: Mapping[str, Shape]) -> dict[Index, Length]:
    """Return the number of values of every index in a formula."""
    found: dict[Index, Length] = {}
    for node in (formula.target, *walk(formula.expression)):
        if isinstance(node, Entry):
            for place, length in zip(node.subscripts, lengths(shapes[node.array]), strict=True):
                if isinstance(place, Affine) and place.bare is not None:
                    found.setdefault(place.bare, length)
    named: list[Index] = [*formula.indices]
    for node in walk(formula.expression):
        match node:
            case Reduction(_, indices):
                named += indices
            case Size(index):
                named.append(index)
            case Position(place):
                named += [index for index, _ in place.terms]
    return found | {index: index.extent for index in [*found, *named] if index.extent is not None}


def may_be_outside(place: Subscript, length: Length, extents: Mapping[Index, Length]) -> bool:
    """Return whether a place may be outside an axis, or its division may leave a remainder."""
    if isinstance(place, Entry):
        return False
    if isinstance(place, Digit):
        whole = bounds(place.place, extents)
        if whole is None or whole[0] < 0:
            return True
        last = whole[1] // place.divisor
        return not isinstance(length, int) or (last if place.base is None else min(last, place.base - 1)) >= length
    if place.bare is not None and extents[place.bare] == length:
        return False
    ends = bounds(place, extents)
    return place.divisor != 1 or ends is None or not isinstance(length, int) or ends[0] < 0 or ends[1] >= length


def bounds(place: Affine, extents: Mapping[Index, Length]) -> tuple[int, int] | None:
    """Return the least and the largest value of a place before its division; None if they are not known."""
    low = high = place.constant
    for index, coefficient in place.terms:
        extent = extents[index]
        if not isinstance(extent, int):
            return None
        low += min(0, coefficient * (extent - 1))
        high += max(0, coefficient * (extent - 1))
    return low, high


def index_names(formulas: Iterable[Formula]) -> list[str]:
    """Return the names of all indices in formulas, each once."""
    found: dict[str, None] = {}
    for formula in formulas:
        found |= dict.fromkeys(index.name for index in formula.indices)
        for node in walk(formula.expression):
            if isinstance(node, Reduction):
                found |= dict.fromkeys(index.name for index in node.indices)
    return list(found)
