"""Columns that alone tell the target, and so may not be known when it is to be predicted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from whence.data.tables.columns import CategoryColumn, Column, NumberColumn
from whence.data.tables.spellings import as_texts, category_indices
from whence.data.tables.table import Table

if TYPE_CHECKING:
    from whence.arrays import Array

_FEWEST_ROWS = 20
_ROWS_PER_VALUE = 5
_SURE = 0.995
_LINEAR = 0.999
_ROWS_TO_TRY = 1000


def suspected_leaks(table: Table, columns: Sequence[Column], targets: Array) -> list[str]:
    """Return the names of the columns of which each value goes with one target, save for one part in two hundred.

    The part is of what the best constant guess leaves: of its errors for classes, of its squared error for numbers.

    Parameters
    ----------
    table : Table
        The table.
    columns : sequence of Column
        Its input columns.
    targets : (N,) int64 or (N, K) float64 array
        The targets.
    """
    if len(table) < _FEWEST_ROWS or len(columns) < 2:
        return []
    few = slice(0, _ROWS_TO_TRY)
    values = targets if targets.ndim == 1 else targets[:, 0]
    return [
        column.name
        for column in columns
        if _tells(table, column, few, values[few]) and _tells(table, column, slice(None), values)
    ]


def _tells(table: Table, column: Column, rows: slice, targets: Array) -> bool:
    """Return whether a column says nearly all of the targets in some rows."""
    cells = table.frame[column.name].iloc[rows]
    if isinstance(column, CategoryColumn):
        codes = category_indices(as_texts(cells), column.categories) + 1
    elif isinstance(column, NumberColumn):
        numbers = column.numbers(cells)
        if targets.dtype.kind == "f" and _is_line(numbers, targets):
            return True
        codes = np.unique(numbers, return_inverse=True)[1]
    else:
        return False
    left = _left_of_classes(codes, targets) if targets.dtype.kind != "f" else _left_of_numbers(codes, targets)
    recurs = rows.stop is not None or codes.max() < len(codes) / _ROWS_PER_VALUE
    return left <= 1 - _SURE and recurs


def _is_line(numbers: Array, targets: Array) -> bool:
    """Return whether the targets are a linear function of the numbers, of which few are missing."""
    present = np.isfinite(numbers)
    x, y = numbers[present], targets[present]
    if len(x) < _SURE * len(numbers) or np.ptp(x) == 0 or np.ptp(y) == 0:
        return False
    return bool(np.corrcoef(x, y)[0, 1] ** 2 >= _LINEAR)


def _left_of_classes(codes: Array, targets: Array) -> float:
    """Return the share of the errors of the best guess that remain when a column is known."""
    classes = targets.max() + 1
    counts = np.bincount(codes * classes + targets, minlength=(codes.max() + 1) * classes).reshape(-1, classes)
    errors = len(targets) - counts.sum(axis=0).max()
    return float((len(targets) - counts.max(axis=1).sum()) / errors) if errors else 1.0


def _left_of_numbers(codes: Array, targets: Array) -> float:
    """Return the share of the variance that remains within the values of a column."""
    means = np.bincount(codes, targets) / np.maximum(np.bincount(codes), 1)
    variance = targets.var()
    return float(((targets - means[codes]) ** 2).mean() / variance) if variance else 1.0
