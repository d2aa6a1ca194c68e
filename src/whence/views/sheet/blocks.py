"""Where an array lies on a sheet: which axes run down, which run across, and what its cells are called."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache, cached_property

from whence.arrays import Shape


@dataclass(frozen=True)
class Block:
    """The cells of one array.

    Some of its first axes run down and the others across, in both directions the last of them fastest: so a table of
    samples is a table, and a batch of images is one image below the other, its channels side by side in each pixel.

    Parameters
    ----------
    sheet : str
        The name of the sheet.
    row, column : int
        The cell of the first entry, counted from 0.
    shape : tuple of int
        The shape of the array.
    split : int
        How many of its axes run down.
    """

    sheet: str
    row: int
    column: int
    shape: Shape
    split: int

    @property
    def height(self) -> int:
        """How many rows it takes."""
        return math.prod(self.shape[: self.split])

    @property
    def width(self) -> int:
        """How many columns it takes."""
        return math.prod(self.shape[self.split :])

    @property
    def is_image(self) -> bool:
        """Whether rows and columns are those of images."""
        return len(self.shape) == 4 and self.split == 2

    @cached_property
    def strides(self) -> list[tuple[int, int]]:
        """For each axis, how many rows down and how many columns across its next entry is."""
        down = [math.prod(self.shape[axis + 1 : self.split]) for axis in range(self.split)]
        across = [math.prod(self.shape[axis + 1 :]) for axis in range(self.split, len(self.shape))]
        return [(step, 0) for step in down] + [(0, step) for step in across]

    def cell(self, index: tuple[int, ...]) -> tuple[int, int]:
        """Return the row and the column of an entry."""
        row, column = self.row, self.column
        for place, (down, across) in zip(index, self.strides, strict=True):
            row, column = row + place * down, column + place * across
        return row, column

    def indices(self) -> list[list[tuple[int, ...]]]:
        """Return the index of the entry in each cell, row by row."""
        rows = places(self.shape[: self.split])
        columns = places(self.shape[self.split :])
        return [[above + beside for beside in columns] for above in rows]


def places(shape: Shape) -> list[tuple[int, ...]]:
    """Return every index of an array of ``shape``, the last axis running fastest."""
    found: list[tuple[int, ...]] = [()]
    for length in shape:
        found = [(*index, place) for index in found for place in range(length)]
    return found


def area(row: int, column: int, height: int, width: int, *, fixed: bool = False) -> str:
    """Return the name of a rectangle of cells: ``B4:E6``, a single cell ``B4``; with dollar signs if ``fixed``."""
    first = _cell(row, column, "$" if fixed else "")
    return first if height == width == 1 else f"{first}:{_cell(row + height - 1, column + width - 1, '$' * fixed)}"


def on_sheet(sheet: str, cells: str) -> str:
    """Return the name of cells as another sheet calls them: ``'step 1'!B4``."""
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
