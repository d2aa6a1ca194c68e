"""Arrays written out as matrices, large ones by a window."""

from __future__ import annotations

import math

import numpy as np

from whence.arrays import Array
from whence.views.mathematics.layout import Table

_MOST = 8
_FIRST = 5
_MOST_DECIMALS = 8


def table_of(array: Array, *, column: bool = False) -> tuple[Table | None, str]:
    """Return an array written out, and a note on what is shown if that is not all.

    Parameters
    ----------
    array : array
        With one or two axes it is a row, a column or a matrix; of four, as images have, the first image's first channel
        is shown.
    column : bool
        Whether an array with one axis stands upright.
    """
    note = ""
    if array.ndim == 0:
        return None, ""
    if array.ndim == 4:
        array, note = array[0, :, :, 0], "the first channel of the first sample"
    if array.ndim > 2:
        return None, ""
    matrix = array if array.ndim == 2 else array[:, np.newaxis] if column else array[np.newaxis]
    texts = _texts(matrix)
    rows, columns = _window(matrix.shape[0]), _window(matrix.shape[1])
    shown = tuple(tuple(_cell(texts, row, place) for place in columns) for row in rows)
    return Table(shown), note


def _window(length: int) -> list[int | None]:
    """Return the places to show: all, or the first few, a gap (None) and the last."""
    return list(range(length)) if length <= _MOST else [*range(_FIRST), None, length - 1]


def _cell(texts: Array, row: int | None, column: int | None) -> str:
    if row is None:
        return "⋱" if column is None else "⋮"
    return "…" if column is None else str(texts[row, column])


def _texts(matrix: Array) -> Array:
    """Return the entries as texts with the same number of decimals: three, or more where all are small."""
    if not np.any(matrix % 1):
        return _each(matrix, ".0f")
    decimals = max(3, 2 - math.floor(math.log10(float(np.abs(matrix).max()))))
    return _each(matrix, f".{decimals}f" if decimals <= _MOST_DECIMALS else ".2e")


def _each(matrix: Array, form: str) -> Array:
    texts = [f"{value + 0.0:{form}}".replace("-", "−") for value in matrix.ravel().tolist()]
    return np.array(texts, dtype=object).reshape(matrix.shape)
