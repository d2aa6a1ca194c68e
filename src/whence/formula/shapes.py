"""The shapes of arrays that formulas compute, as they follow from those of the arrays that they read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from whence.arrays import Shape
from whence.errors import FormulaError
from whence.formula.evaluate import unknown_extent
from whence.formula.expressions import Affine, Entry, Formula, Index


def find_shapes(formulas: Sequence[Formula], known: Mapping[str, Shape]) -> dict[str, Shape]:
    """Return the shapes of all arrays: within a formula, all axes that an index alone subscripts have one length.

    Parameters
    ----------
    formulas : sequence of Formula
        The formulas of the computed arrays.
    known : mapping of str to tuple of int
        The shapes of other arrays, and of computed ones where the formulas do not determine them.

    Raises
    ------
    FormulaError
        If the length of an axis follows from nothing.
    """
    lengths = {(name, axis): length for name, shape in known.items() for axis, length in enumerate(shape)}
    before = -1
    while len(lengths) > before:
        before = len(lengths)
        for formula in formulas:
            places = [place for entry in (formula.target, *formula.sources) for place in _places(entry)]
            found = {index: lengths[axis] for index, axis in places if index.extent is None and axis in lengths}
            own = {index: index.extent for index in formula.indices if index.extent is not None}
            lengths |= {axis: found[index] for index, axis in places if index in found}
            lengths |= {axis: own[index] for index, axis in _places(formula.target) if index in own}
    shapes = dict(known)
    for formula in formulas:
        name = formula.target.array
        for axis, index in enumerate(formula.indices):
            if (name, axis) not in lengths:
                raise FormulaError(unknown_extent(name, index))
        shapes[name] = tuple(lengths[name, axis] for axis in range(len(formula.indices)))
    return shapes


def _places(entry: Entry) -> list[tuple[Index, tuple[str, int]]]:
    """Return the indices that alone subscript an axis of an entry, each with the array and the axis."""
    return [
        (place.bare, (entry.array, axis))
        for axis, place in enumerate(entry.subscripts)
        if isinstance(place, Affine) and place.bare is not None
    ]
