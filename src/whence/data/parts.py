"""Files that hold the rows of an array one after another, and are read as their rows are asked for."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from whence.arrays import Array, DTypeLike, Shape
from whence.data.samples import LARGEST, are_usable
from whence.errors import DataError
from whence.stored_rows import LARGE

MOST_KEPT_BYTES = 1 << 28
"""So much of what was read last is kept."""


@dataclass(frozen=True)
class Part:
    """Some consecutive rows, in a file.

    Parameters
    ----------
    file : Path
        The file.
    rows : int
        Their number.
    number : int
        Which of the parts in the file it is, counted from 0.
    """

    file: Path
    rows: int
    number: int = 0


class Parts:
    """An array whose rows are in parts; the parts that were read last are kept in memory, up to 256 MB.

    Parameters
    ----------
    parts : sequence of Part
        The parts, in the order of the rows.
    row_shape : tuple of int
        The shape of a row.
    dtype : dtype
        The type of the numbers.
    read : callable
        Reads a part, as an array (rows, *row_shape).
    columns : sequence of str
        The names of those columns in the files that are read; none if the files hold nothing but these rows.
    """

    def __init__(
        self,
        parts: Sequence[Part],
        row_shape: Shape,
        dtype: DTypeLike,
        read: Callable[[Part], Array],
        columns: Sequence[str] = (),
    ) -> None:
        self.parts, self.dtype, self.columns = parts, np.dtype(dtype), tuple(columns)
        self._ends = np.cumsum([part.rows for part in parts])
        self.shape: Shape = (int(self._ends[-1]), *row_shape)
        self._read = read
        self._kept: OrderedDict[int, Array] = OrderedDict()
        self._kept_bytes = 0
        self._states = {file: _state(file) for file in self._files}

    def __getitem__(self, rows: Array, /) -> Array:
        taken = np.empty((len(rows), *self.shape[1:]), self.dtype)
        numbers = self.part_of(rows)
        order = np.argsort(numbers, kind="stable")
        present, starts = np.unique(numbers[order], return_index=True)
        places = dict(zip(present.tolist(), np.split(order, starts)[1:], strict=True))
        for number in sorted(places, key=lambda number: number not in self._kept):
            here = places[number]
            start = int(self._ends[number]) - self.parts[number].rows
            taken[here] = self._part(number)[rows[here] - start]
        return taken

    def part_of(self, rows: Array) -> Array:
        """Return the number of the part in which each row is, (N,)."""
        return np.asarray(np.searchsorted(self._ends, rows, side="right"))

    @property
    def together(self) -> int:
        """The number of parts that are kept in memory together, at least one."""
        largest = max(part.rows for part in self.parts)
        return max(1, MOST_KEPT_BYTES // max(1, largest * self._row_bytes))

    @property
    def single_rows(self) -> bool:
        """Whether every part is one row, such as a picture."""
        return all(part.rows == 1 for part in self.parts)

    @cached_property
    def sha256(self) -> str:
        """Hex digest of the files and of the names of the columns."""
        digest = hashlib.sha256(repr(self.columns).encode())
        for file in self._files:
            with open(file, "rb") as opened:
                digest.update(hashlib.file_digest(opened, "sha256").digest())
        return digest.hexdigest()

    @property
    def _files(self) -> list[Path]:
        return list(dict.fromkeys(part.file for part in self.parts))

    @property
    def _row_bytes(self) -> int:
        return int(np.prod(self.shape[1:])) * self.dtype.itemsize

    def _part(self, number: int) -> Array:
        if number in self._kept:
            self._kept.move_to_end(number)
            return self._kept[number]
        part = self.parts[number]
        room = MOST_KEPT_BYTES - part.rows * self._row_bytes
        while self._kept and self._kept_bytes > room:
            self._kept_bytes -= self._kept.popitem(last=False)[1].nbytes
        if _state(part.file) != self._states[part.file]:
            raise DataError(f"{part.file} was changed while it was in use; restore it, or start again")
        values = self._read(part)
        _require_usable(values, part)
        self._kept[number] = values
        self._kept_bytes += values.nbytes
        return values


def in_memory_if_small(values: Array) -> Array:
    """Return stored rows as they are, but as an array in memory if they are of fewer than 64 MB."""
    return values if values.nbytes >= LARGE else np.asarray(values)


def _state(file: Path) -> tuple[int, int]:
    """Return the size and the time of the last change of a file."""
    try:
        status = file.stat()
    except OSError as error:
        raise DataError(f"cannot read {file}: {error.strerror or error}; restore it, or start again") from error
    return status.st_size, status.st_mtime_ns


def _require_usable(values: Array, part: Part) -> None:
    """Raise `DataError` if a number is NaN, infinite or beyond 1e100."""
    if values.dtype.kind != "f" or (usable := are_usable(values)).all():
        return
    row, *column = np.argwhere(~usable)[0].tolist()
    raise DataError(
        f"{part.file} holds {values[(row, *column)]} in row {row}, position {tuple(column)} (counted from 0); replace "
        f"or remove it, or give numbers up to {LARGEST:g} in another unit"
    )
