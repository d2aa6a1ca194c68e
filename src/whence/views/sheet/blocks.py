"""The cells of an array on a sheet: which axes run down, which run across, and the names of cells."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property

from whence.arrays import Shape


@dataclass(frozen=True)
class Block:
    """The cells of one array.

    Its first axes run down and the others across, in both directions the last one fastest: a table of samples stays a
    table, and a batch of images is one image below the other, with the channels of each pixel side by side.
    """

    sheet: str
    row: int  # with the column, the cell of the first entry, counted from 0
    column: int
    shape: Shape
    split: int  # how many axes run down
    kept: tuple[tuple[int, ...], ...] | None = None  # for each axis, the positions that have cells; by default all

    @cached_property
    def positions(self) -> list[Sequence[int]]:
        """For each axis, the positions that have a row or a column."""
        return [range(length) for length in self.shape] if self.kept is None else list(self.kept)

    @cached_property
    def ranks(self) -> list[dict[int, int]]:
        """For each axis, the rank of each of these positions, counted from 0."""
        return [{position: rank for rank, position in enumerate(positions)} for positions in self.positions]

    @property
    def height(self) -> int:
        """Number of rows."""
        return math.prod(map(len, self.positions[: self.split]))

    @property
    def width(self) -> int:
        """Number of columns."""
        return math.prod(map(len, self.positions[self.split :]))

    @property
    def corners(self) -> tuple[int, int, int, int]:
        """The first row and column, and the last ones."""
        return self.row, self.column, self.row + self.height - 1, self.column + self.width - 1

    def area(self, *, fixed: bool = False) -> str:
        """Return the name of all cells on this sheet and others."""
        return on_sheet(self.sheet, area(self.row, self.column, self.height, self.width, fixed=fixed))

    @property
    def is_image(self) -> bool:
        """Whether it is a batch of images."""
        return len(self.shape) == 4 and self.split == 2

    @cached_property
    def strides(self) -> list[tuple[int, int]]:
        """For each axis, the rows and the columns from one entry to the next."""
        lengths = list(map(len, self.positions))
        down = [math.prod(lengths[axis + 1 : self.split]) for axis in range(self.split)]
        across = [math.prod(lengths[axis + 1 :]) for axis in range(self.split, len(lengths))]
        return [(step, 0) for step in down] + [(0, step) for step in across]

    def cell(self, index: tuple[int, ...]) -> tuple[int, int]:
        """Return the row and the column of an entry."""
        row, column = self.row, self.column
        for position, ranks, (down, across) in zip(index, self.ranks, self.strides, strict=True):
            row, column = row + ranks[position] * down, column + ranks[position] * across
        return row, column

    @cached_property
    def rows(self) -> list[tuple[int, ...]]:
        """The first part of the index of all entries in each row."""
        return list(itertools.product(*self.positions[: self.split]))

    @cached_property
    def columns(self) -> list[tuple[int, ...]]:
        """The last part of the index of all entries in each column."""
        return list(itertools.product(*self.positions[self.split :]))

    def indices(self) -> list[list[tuple[int, ...]]]:
        """Return the index of the entry in each cell, row by row."""
        return [[above + beside for beside in self.columns] for above in self.rows]


def area(row: int, column: int, height: int, width: int, *, fixed: bool = False) -> str:
    """Return the name of a rectangle of cells, ``B4:E6``, or of one cell, ``B4``; with dollar signs if ``fixed``."""
    first = _cell(row, column, "$" if fixed else "")
    return first if height == width == 1 else f"{first}:{_cell(row + height - 1, column + width - 1, '$' * fixed)}"


def on_sheet(sheet: str, cells: str) -> str:
    """Return the name of cells for use on another sheet: ``'step 1'!B4``."""
    return f"'{sheet}'!{cells}"


def _cell(row: int, column: int, mark: str) -> str:
    return f"{mark}{_letters(column)}{mark}{row + 1}"


@cache
def _letters(column: int) -> str:
    letters, rest = "", column + 1
    while rest:
        rest, digit = divmod(rest - 1, 26)
        letters = chr(ord("A") + digit) + letters
    return letters


def column_number(letters: str) -> int:
    """Return the number, counted from 0, of the column with these letters."""
    number = 0
    for letter in letters:
        number = 26 * number + ord(letter) - ord("A") + 1
    return number - 1
