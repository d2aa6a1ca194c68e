"""Places put for the indices of an expression: ``dz[n, h]`` becomes ``dz[n, (i + 1 − u) / 2]``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from whence.formula.expressions import (
    Affine,
    Digit,
    Entry,
    Expression,
    Index,
    Number,
    Position,
    Reduction,
    Size,
    Subscript,
    affine,
    children,
    rebuilt,
)

Places = Mapping[Index, Subscript]


class NoPlace(Exception):
    """A place cannot be written with what is put for its index, such as a digit times two."""


def substitute(node: Expression, places: Places) -> Expression:
    """Return an expression with places for some of its free indices.

    Parameters
    ----------
    node : Expression
        No reduction in it runs over an index that a place has.
    places : mapping of Index to Affine, Digit or Entry
        What to put for each index.

    Raises
    ------
    NoPlace
        If a place of the result cannot be written in the language of formulas.
    """
    match node:
        case Entry(array, subscripts):
            return Entry(array, tuple(put(subscript, places) for subscript in subscripts))
        case Position(place):
            moved = put(place, places)
            if isinstance(moved, Digit):
                raise NoPlace
            return Position(moved) if isinstance(moved, Affine) else moved
        case Size(index) if index in places:
            return _size(index, places[index])
        case Reduction(_, indices):
            places = {index: place for index, place in places.items() if index not in indices}
    return rebuilt(node, lambda child: substitute(child, places))


def put(subscript: Subscript, places: Places) -> Subscript:
    """Return a subscript with places for some of its indices; errors as for `substitute`."""
    match subscript:
        case Entry():
            made = substitute(subscript, places)
            assert isinstance(made, Entry)
            return made
        case Digit(place, divisor, base):
            moved = put(place, places)
            if not isinstance(moved, Affine) or moved.divisor != 1:
                raise NoPlace
            return Digit(moved, divisor, base)
    if subscript.bare is not None:
        return places.get(subscript.bare, subscript)
    total, divisor = Affine((), subscript.constant), subscript.divisor
    for index, coefficient in subscript.terms:
        moved = places.get(index, affine(index))
        if not isinstance(moved, Affine):
            raise NoPlace
        if moved.divisor != 1:
            if total.terms or total.constant or coefficient != 1 or len(subscript.terms) > 1:
                raise NoPlace
            return replace(moved, divisor=moved.divisor * divisor)
        total = total + moved * coefficient
    return replace(total, divisor=divisor)


def free_indices(node: Expression | Subscript) -> set[Index]:
    """Return the indices on which an expression, or a place, depends; sizes do not depend on one."""
    match node:
        case Affine(terms):
            return {index for index, _ in terms}
        case Digit(place):
            return free_indices(place)
        case Position(place):
            return free_indices(place)
        case Entry(_, subscripts):
            return union(map(free_indices, subscripts))
    found = union(map(free_indices, children(node)))
    return found.difference(node.indices) if isinstance(node, Reduction) else found


def union(sets: Iterable[set[Any]]) -> set[Any]:
    """Return the union of sets."""
    return set().union(*sets)


def _size(index: Index, place: Subscript) -> Expression:
    """Return the number of values of an index for which a place is put: that of the other index, if it is one."""
    bare = place.bare if isinstance(place, Affine) else None
    if index.extent is not None and (bare is None or bare.extent != index.extent):
        return Number(float(index.extent))
    if bare is None or bare.extent != index.extent:
        raise NoPlace
    return Size(bare)
