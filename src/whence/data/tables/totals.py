"""Rows of totals, which spreadsheets end with and which are no samples."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from whence.data.tables.columns import Column, NumberColumn
from whence.data.tables.table import Table

_FEWEST_ADDED = 5
_PRECISION = 1e-9


@np.errstate(over="ignore")  # a sum that overflows is no total
def total_remark(table: Table, columns: Sequence[Column]) -> tuple[str, ...]:
    """Return a sentence on the last row if a number in it is the sum of those above, else nothing.

    Parameters
    ----------
    table : Table
        The table, its rows as in the file.
    columns : sequence of Column
        Its input columns and targets.
    """
    for column in columns:
        if not isinstance(column, NumberColumn):
            continue
        numbers = column.numbers(table.frame[column.name])
        last, added = numbers[-1], numbers[:-1][np.isfinite(numbers[:-1])]
        if np.count_nonzero(added) < _FEWEST_ADDED or not abs(last) > np.abs(added).max():
            continue
        if abs(last - added.sum()) <= _PRECISION * abs(last):
            return (
                f"{table.row_name(len(table) - 1)} seems to hold totals, for its {column.name!r} is the sum of those "
                "above; it is a sample like the others, so remove it if it does",
            )
    return ()
