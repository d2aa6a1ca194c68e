"""Rows of an array that stay in their files, and are read when they are asked for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Protocol, cast

import numpy as np

from whence.arrays import Array, DTypeLike, Shape

LARGE = 1 << 26
"""Arrays of fewer bytes are held in memory, wherever they are from."""

_NUMBERS_AT_ONCE = 1 << 22


class Source(Protocol):
    """All rows of an array in files: a mapped array, or `whence.data.parts.Parts`."""

    @property
    def shape(self) -> Shape:
        """The shape of the array."""

    @property
    def dtype(self) -> np.dtype[Any]:
        """The type of its numbers."""

    def __getitem__(self, rows: Array, /) -> Array:
        """Read the rows of the given numbers."""


class StoredRows:
    """Some rows of an array in files, in the place of an array: what is taken of them is read and returned as one.

    Parameters
    ----------
    source : Source
        The array.
    rows : (N,) int array, optional
        The numbers of the rows in it; by default all.
    dtype : dtype, optional
        To which numbers are converted as they are read.
    """

    def __init__(self, source: Source, rows: Array | None = None, dtype: DTypeLike | None = None) -> None:
        self.source = source
        self.rows = np.arange(source.shape[0]) if rows is None else rows
        self.dtype = source.dtype if dtype is None else np.dtype(dtype)

    @property
    def shape(self) -> Shape:
        """The shape of the array that these rows are."""
        return (len(self.rows), *self.source.shape[1:])

    @property
    def ndim(self) -> int:
        """The number of its axes."""
        return len(self.source.shape)

    @property
    def size(self) -> int:
        """The number of its numbers."""
        return int(np.prod(self.shape))

    @property
    def nbytes(self) -> int:
        """The number of bytes that it would take in memory."""
        return self.size * self.dtype.itemsize

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, key: Any) -> Array:
        first, *others = key if isinstance(key, tuple) else (key,)
        if isinstance(first, int | np.integer):
            return np.asarray(self._read(self.rows[np.array([first])])[(0, *others)])
        if first is Ellipsis:
            return np.asarray(np.asarray(self)[key])
        chosen = self.rows[first]
        if not others:
            return self._read(chosen)
        if isinstance(first, slice):
            parts = [np.array(part[:, *others]) for part in blocks(stored(self.source, chosen, self.dtype))]
            return np.concatenate(parts or [self._read(chosen)[:, *others]])
        return np.asarray(self._read(chosen)[np.arange(len(chosen)), *others])

    def __array__(self, dtype: DTypeLike | None = None, copy: bool | None = None) -> Array:
        return self._read(self.rows) if dtype is None else self._read(self.rows).astype(dtype, copy=False)

    def _read(self, rows: Array) -> Array:
        return np.asarray(self.source[rows]).astype(self.dtype, copy=False)


def stored(source: Source, rows: Array | None = None, dtype: DTypeLike | None = None) -> Array:
    """Return `StoredRows` as what they stand for, an array."""
    return cast(Array, StoredRows(source, rows, dtype))


def at_rows(values: Array, rows: Array) -> Array:
    """Return rows of an array: copied, or left where they are if it is stored, or mapped and large."""
    source: Any = values
    if isinstance(source, StoredRows):
        return stored(source.source, source.rows[rows], source.dtype)
    return stored(values, rows) if is_mapped(values) and values.nbytes >= LARGE else values[rows]


def concatenated(arrays: Sequence[Array]) -> Array:
    """Return several arrays as one: rows of one array in files stay there, all others are copied."""
    given: list[Any] = list(arrays)
    first = given[0]
    if all(
        isinstance(each, StoredRows) and each.source is first.source and each.dtype == first.dtype for each in given
    ):
        return stored(first.source, np.concatenate([each.rows for each in given]), first.dtype)
    return np.concatenate(arrays)


def converted(values: Array, dtype: DTypeLike) -> Array:
    """Return an array as one of another type, which is not copied if it is stored, or mapped and large."""
    source: Any = values
    if isinstance(source, StoredRows):
        return stored(source.source, source.rows, dtype)
    return stored(values, None, dtype) if is_mapped(values) and values.nbytes >= LARGE else values.astype(dtype)


def is_stored(values: Array) -> bool:
    """Return whether the rows of what stands for an array are read as they are asked for."""
    return isinstance(values, StoredRows)


def is_mapped(values: Array | None) -> bool:
    """Return whether an array is, or is a view into, a file that is mapped into memory."""
    while values is not None:
        if isinstance(values, np.memmap):
            return True
        values = getattr(values, "base", None)
    return False


def blocks(values: Array) -> Iterator[Array]:
    """Yield an array in blocks of consecutive rows with up to 2²² numbers each, so that memory stays bounded."""
    rows = max(1, _NUMBERS_AT_ONCE // max(1, int(np.prod(values.shape[1:]))))
    for start in range(0, len(values), rows):
        yield values[start : start + rows]
