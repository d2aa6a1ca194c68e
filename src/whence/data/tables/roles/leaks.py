"""Columns that alone tell the target, and so may not be known when it is to be predicted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from whence.data.tables.columns import CategoryColumn, Column, NumberColumn
from whence.data.tables.roles.spellings import as_texts, category_indices
from whence.data.tables.table import Table

if TYPE_CHECKING:
    import pandas as pd

    from whence.arrays import Array

_FEWEST_ROWS = 20
_VALUES_PER_ROW = 0.2
_MOST_LEFT = 0.005
_MOST_LEFT_OF_FEW = 0.05
_LINEAR = 0.999
_ROWS_TO_TRY = 1000


@np.errstate(all="ignore")  # what overflows is no leak, and is refused when it is encoded
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
    values = targets if targets.ndim == 1 else targets[:, 0]
    few = np.random.default_rng(0).permutation(len(table))[:_ROWS_TO_TRY]

    def tells(column: Column) -> bool:
        cells = table.frame[column.name]
        if _left(column, cells.iloc[few], values[few]) > _MOST_LEFT_OF_FEW:
            return False
        return _left(column, cells, values, _VALUES_PER_ROW) <= _MOST_LEFT

    return [column.name for column in columns if tells(column)]


def _left(column: Column, cells: pd.Series, targets: Array, values_per_row: float = 1.0) -> float:
    """Return the share of what the best constant guess leaves of the targets that a column leaves as well.

    Values that do not recur each go with one target by nature, so a column with too many of them leaves everything.
    """
    if isinstance(column, CategoryColumn):
        codes = category_indices(as_texts(cells), column.categories) + 1
    elif isinstance(column, NumberColumn):
        numbers = column.numbers(cells)
        if targets.dtype.kind == "f" and _is_line(numbers, targets):
            return 0.0
        codes = np.unique(numbers, return_inverse=True)[1]
    else:
        return 1.0
    if codes.max() >= values_per_row * len(codes):
        return 1.0
    return _left_of_numbers(codes, targets) if targets.dtype.kind == "f" else _left_of_classes(codes, targets)


def _is_line(numbers: Array, targets: Array) -> bool:
    """Return whether the targets are a linear function of the numbers, of which few are missing."""
    present = np.isfinite(numbers)
    x, y = numbers[present], targets[present]
    if len(x) < (1 - _MOST_LEFT) * len(numbers) or np.ptp(x) == 0 or np.ptp(y) == 0:
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
