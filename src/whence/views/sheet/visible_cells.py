"""The visible cells of large arrays: a window of live formulas for each, and the cells that they read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from math import prod
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from whence.arrays import Shape
from whence.errors import ArgumentError, TooLargeError
from whence.formula import Affine, Formula, Index
from whence.formula.evaluate import find_extents
from whence.trace import Trace
from whence.views.sheet.axes import letters_of, split_axes
from whence.views.sheet.blocks import Block, column_number
from whence.views.sheet.render import CellWriter

Mask: TypeAlias = NDArray[np.bool_]
Axis: TypeAlias = tuple[str, int]

DEFAULT_WINDOW = 8
_MAX_WHOLE_SIZE = 400
_MAX_CELLS_READ = 10_000
_RANGE = re.compile(r"'([^']+)'!\$?([A-Z]+)\$?(\d+)(?::\$?([A-Z]+)\$?(\d+))?")


@dataclass(frozen=True)
class Part:
    """Which entries of an array are on a sheet: masks of its shape."""

    live: Mask  # computed by a formula
    shown: Mask  # with a cell: the live ones, those that their formulas read, and the window of given arrays

    @classmethod
    def whole(cls, shape: Shape) -> Part:
        """Return all entries of an array, all live."""
        return cls(np.ones(shape, bool), np.ones(shape, bool))

    @property
    def kept(self) -> tuple[tuple[int, ...], ...]:
        """For each axis, the positions at which any entry is shown."""
        return tuple(tuple(np.unique(positions).tolist()) for positions in np.argwhere(self.shown).T)


def find_parts(trace: Trace, window: int) -> dict[str, Part]:
    """Return which entries of each array are on a sheet of windows.

    Arrays of up to a few hundred entries are live as a whole. Of a larger array, ``window`` positions of each axis are
    live. Axes that share an index in a formula share their window, and so do the parts of an axis that a formula reads
    side by side, such as the gates of a recurrent layer. The window of inputs and images is where the numbers are
    largest, of other arrays the beginning. An entry is not live if its formula would read too many cells or be too
    long.
    """
    if window < 1:
        raise ArgumentError(f"the window is {window}; it must be at least 1")
    windows = _Windows(trace, window)
    boxes = {name: windows.box(name) for name in trace}
    live = {name: np.zeros_like(box) for name, box in boxes.items()}
    letters = letters_of(trace)
    splits = {name: split_axes(box.shape, letters.get(name, ())) for name, box in boxes.items()}
    blocks = {name: Block(name, 0, 0, box.shape, splits[name]) for name, box in boxes.items()}
    needed = {name: np.zeros((block.height, block.width), bool) for name, block in blocks.items()}
    for name, formula in trace.formulas.items():
        writer = CellWriter(formula, find_extents(formula, trace.arrays), blocks, {}, sheet="")
        for index in map(tuple, np.argwhere(boxes[name]).tolist()):
            read = _read(writer, index)
            if read is not None:
                live[name][index] = True
                for array, rows, columns in read:
                    needed[array][rows, columns] = True
    return {name: Part(live[name], needed[name].reshape(box.shape) | box) for name, box in boxes.items()}


def _read(writer: CellWriter, index: tuple[int, ...]) -> list[tuple[str, slice, slice]] | None:
    """Return the rectangles that an entry's formula reads, each array on a separate sheet; None if too many cells."""
    try:
        text = writer.write(index)
    except TooLargeError:
        return None
    found, cells = [], 0
    for array, left, top, right, bottom in _RANGE.findall(text):
        rows = slice(int(top) - 1, int(bottom or top))
        columns = slice(column_number(left), column_number(right or left) + 1)
        cells += (rows.stop - rows.start) * (columns.stop - columns.start)
        found.append((array, rows, columns))
    return found if cells <= _MAX_CELLS_READ else None


class _Windows:
    """The windows of all axes of a trace's arrays."""

    def __init__(self, trace: Trace, window: int) -> None:
        self._trace, self._window = trace, window
        self._shapes: dict[str, Shape] = {name: np.shape(array) for name, array in trace.items()}
        self._leaders: dict[Axis, Axis] = {}
        self._joints: list[tuple[Axis, Axis, int]] = []  # a part of an axis, the whole, and where in it the part begins
        for formula in trace.formulas.values():
            self._link(formula)
        self._chosen = self._choose()

    def box(self, name: str) -> Mask:
        """Return the mask of an array's window, which is the whole of a small array."""
        shape = self._shapes[name]
        box = np.full(shape, prod(shape) <= _MAX_WHOLE_SIZE)
        box[np.ix_(*(sorted(self._chosen[self._leader((name, axis))]) for axis in range(len(shape))))] = True
        return box

    def _link(self, formula: Formula) -> None:
        """Link axes that share an index of a formula, and join each axis to those that it is a part of."""
        extents = find_extents(formula, self._trace.arrays)
        indexed_axes = list(_indexed_axes(formula))
        whole_axes: dict[Index, Axis] = {}
        for axis, index, offset in indexed_axes:
            if not offset and self._length(axis) == extents[index]:
                whole_axes.setdefault(index, axis)
        for axis, index, offset in indexed_axes:
            if index not in whole_axes:
                continue
            own = whole_axes[index]
            if self._length(axis) == extents[index]:
                self._leaders[self._leader(axis)] = self._leader(own)
            elif self._length(axis) > extents[index]:
                self._joints.append((own, axis, offset))
            else:
                self._joints.append((axis, own, -offset))

    def _choose(self) -> dict[Axis, set[int]]:
        """Return the window of each group of axes, shorter axes first, since they can be parts of longer ones."""
        axes = [(name, axis) for name, shape in self._shapes.items() for axis in range(len(shape))]
        first = {self._leader(axis): axis for axis in reversed(axes)}
        chosen: dict[Axis, set[int]] = {}
        for leader in sorted(first, key=self._length):
            joints = [(part, offset) for part, whole, offset in self._joints if self._leader(whole) == leader]
            parts = {position + offset for part, offset in joints for position in chosen[self._leader(part)]}
            chosen[leader] = parts & {*range(self._length(leader))} or self._largest_values(first[leader])
        return chosen

    def _largest_values(self, axis: Axis) -> set[int]:
        """Return the window with the largest values, or the first one if its values are at least half as large."""
        length, window = self._length(axis), self._window
        values = np.asarray(self._trace[axis[0]])
        if length <= window or not np.issubdtype(values.dtype, np.floating):
            return {*range(min(length, window))}
        others = tuple(other for other in range(values.ndim) if other != axis[1])
        sizes = np.convolve(np.abs(values).sum(axis=others), np.ones(window), "valid")
        start = 0 if sizes[0] >= sizes.max() / 2 else int(sizes.argmax())
        return {*range(start, start + window)}

    def _length(self, axis: Axis) -> int:
        name, number = axis
        return self._shapes[name][number]

    def _leader(self, axis: Axis) -> Axis:
        while axis in self._leaders and self._leaders[axis] != axis:
            axis = self._leaders[axis]
        return axis


def _indexed_axes(formula: Formula) -> Iterator[tuple[Axis, Index, int]]:
    """Yield each axis whose subscript is an index plus an offset, with both."""
    for entry in (formula.target, *formula.sources):
        for axis, subscript in enumerate(entry.subscripts):
            if isinstance(subscript, Affine) and subscript.divisor == 1 and [s for _, s in subscript.terms] == [1]:
                yield (entry.array, axis), subscript.terms[0][0], subscript.constant
