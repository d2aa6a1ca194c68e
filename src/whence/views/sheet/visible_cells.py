"""Which cells of large arrays a spreadsheet shows: a window of each, in which formulas are live, and what they read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from whence.arrays import Shape
from whence.errors import ArgumentError, TooLargeError
from whence.formula import Affine, Entry, Formula, Index, walk
from whence.formula.evaluate import find_extents
from whence.trace import Trace
from whence.views.sheet.axes import letters_of, split_axes
from whence.views.sheet.blocks import Block, column_number
from whence.views.sheet.render import CellWriter

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Mask = NDArray[np.bool_]

Axis: TypeAlias = tuple[str, int]

BREADTH = 8
_WHOLE = 400
_MOST_READ = 10_000
_RANGE = re.compile(r"'([^']+)'!\$?([A-Z]+)\$?(\d+)(?::\$?([A-Z]+)\$?(\d+))?")


@dataclass(frozen=True)
class Part:
    """Which entries of an array are on a sheet.

    Parameters
    ----------
    live : bool array
        Those that a formula computes, shaped like the array.
    shown : bool array
        Those that have a cell: the live ones, what their formulas read, and the window of arrays that are given.
    """

    live: Mask
    shown: Mask

    @property
    def kept(self) -> tuple[tuple[int, ...], ...]:
        """The places of each axis at which anything is shown."""
        axes = range(self.shown.ndim)
        others = (tuple(other for other in axes if other != axis) for axis in axes)
        return tuple(tuple(np.flatnonzero(self.shown.any(axis=across)).tolist()) for across in others)


@dataclass(frozen=True)
class _Joint:
    """An axis that is a part of another: its first place is the other's place ``offset``."""

    part: Axis
    whole: Axis
    offset: int


def find_parts(trace: Trace, breadth: int) -> dict[str, Part]:
    """Return which entries of each array are on a sheet of windows.

    Arrays of up to a few hundred entries are live as wholes. Of a larger one as many places of each axis are live as
    the window is broad: those axes over which one index of a formula runs share their window, and so do the parts of
    an axis that a formula reads one beside the other, such as the gates of a recurrent layer. In inputs and in images
    the window is where the numbers are largest, elsewhere at the beginning. An entry whose formula would read very
    many others, or be too long for a cell, is not live.

    Parameters
    ----------
    trace : Trace
        The training step.
    breadth : int
        How many places of an axis are in a window.

    Raises
    ------
    ArgumentError
        If the window is not at least one place broad.
    """
    if breadth < 1:
        raise ArgumentError(f"the window is {breadth} broad; it must be at least 1")
    windows = _Windows(trace, breadth)
    boxes = {name: windows.box(name) for name in trace}
    shown = {name: np.zeros(np.shape(array), bool) for name, array in trace.items()}
    live = {name: np.zeros_like(mask) for name, mask in shown.items()}
    letters = letters_of(trace)
    splits = {name: split_axes(mask.shape, letters.get(name, ())) for name, mask in shown.items()}
    blocks = {name: Block(name, 0, 0, mask.shape, splits[name]) for name, mask in shown.items()}
    rectangles = {name: mask.reshape(blocks[name].height, blocks[name].width) for name, mask in shown.items()}
    for name, formula in trace.formulas.items():
        writer = CellWriter(formula, find_extents(formula, trace.arrays), blocks, {}, sheet="")
        for index in map(tuple, np.argwhere(boxes[name]).tolist()):
            read = _read(writer, index)
            if read is not None:
                live[name][index] = True
                for array, rows, columns in read:
                    rectangles[array][rows, columns] = True
    return {name: Part(live[name], shown[name] | boxes[name]) for name in trace}


def _read(writer: CellWriter, index: tuple[int, ...]) -> list[tuple[str, slice, slice]] | None:
    """Return the rectangles that an entry's formula reads where each array has a sheet of its own; None if too many."""
    try:
        text = writer.write(index)
    except TooLargeError:
        return None
    found, cells = [], 0
    for array, left, top, right, bottom in _RANGE.findall(text):
        first_row, first_column = int(top) - 1, column_number(left)
        rows = slice(first_row, int(bottom or top))
        columns = slice(first_column, column_number(right or left) + 1)
        cells += (rows.stop - rows.start) * (columns.stop - columns.start)
        found.append((array, rows, columns))
    return found if cells <= _MOST_READ else None


class _Windows:
    """The window of every axis of a trace's arrays."""

    def __init__(self, trace: Trace, breadth: int) -> None:
        self._trace, self._breadth = trace, breadth
        self._shapes: dict[str, Shape] = {name: np.shape(array) for name, array in trace.items()}
        self._leaders: dict[Axis, Axis] = {}
        self._joints: list[_Joint] = []
        for formula in trace.formulas.values():
            self._link(formula)
        self._chosen = self._choose()

    def box(self, name: str) -> Mask:
        """Return where an array's window is; a small array is a window as a whole."""
        shape = self._shapes[name]
        if prod(shape) <= _WHOLE:
            return np.ones(shape, bool)
        window = np.zeros(shape, bool)
        window[np.ix_(*(sorted(self._chosen[self._leader((name, axis))]) for axis in range(len(shape))))] = True
        return window

    def _link(self, formula: Formula) -> None:
        """Let axes over which one index runs share a window, and an axis that is a part of another lend it its own."""
        extents = find_extents(formula, self._trace.arrays)
        places = list(_places(formula))
        runs_over: dict[Index, Axis] = {}
        for axis, index, offset in places:
            if not offset and self._length(axis) == extents[index]:
                runs_over.setdefault(index, axis)
        for axis, index, offset in places:
            if index not in runs_over:
                continue
            own = runs_over[index]
            if self._length(axis) == extents[index]:
                self._leaders[self._leader(axis)] = self._leader(own)
            elif self._length(axis) > extents[index]:
                self._joints.append(_Joint(part=own, whole=axis, offset=offset))
            else:
                self._joints.append(_Joint(part=axis, whole=own, offset=-offset))

    def _choose(self) -> dict[Axis, set[int]]:
        """Return the window of each group of axes by its leader, shorter axes first, since they are parts of longer."""
        axes = [(name, axis) for name, shape in self._shapes.items() for axis in range(len(shape))]
        first: dict[Axis, Axis] = {}
        for axis in axes:
            first.setdefault(self._leader(axis), axis)
        chosen: dict[Axis, set[int]] = {}
        for leader in sorted(first, key=self._length):
            joints = [joint for joint in self._joints if self._leader(joint.whole) == leader]
            parts = {place + joint.offset for joint in joints for place in chosen[self._leader(joint.part)]}
            chosen[leader] = parts & {*range(self._length(leader))} or self._where(first[leader])
        return chosen

    def _where(self, axis: Axis) -> set[int]:
        """Return the beginning of an axis, or where numbers are largest if at the beginning they are less than half."""
        length, breadth = self._length(axis), self._breadth
        values = np.asarray(self._trace[axis[0]])
        if length <= breadth or not np.issubdtype(values.dtype, np.floating):
            return {*range(min(length, breadth))}
        others = tuple(other for other in range(values.ndim) if other != axis[1])
        sizes = np.convolve(np.abs(values).sum(axis=others), np.ones(breadth), "valid")
        start = 0 if sizes[0] >= sizes.max() / 2 else int(sizes.argmax())
        return {*range(start, start + breadth)}

    def _length(self, axis: Axis) -> int:
        name, number = axis
        return self._shapes[name][number]

    def _leader(self, axis: Axis) -> Axis:
        while axis in self._leaders and self._leaders[axis] != axis:
            axis = self._leaders[axis]
        return axis


def _places(formula: Formula) -> Iterator[tuple[Axis, Index, int]]:
    """Yield each axis whose place is one index and an offset."""
    for entry in (node for node in (formula.target, *walk(formula.expression)) if isinstance(node, Entry)):
        for axis, place in enumerate(entry.subscripts):
            if isinstance(place, Affine) and place.divisor == 1 and [step for _, step in place.terms] == [1]:
                yield (entry.array, axis), place.terms[0][0], place.constant
