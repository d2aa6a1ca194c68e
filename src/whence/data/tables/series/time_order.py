"""The rows of a table in the order of their dates."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from whence.data.tables.columns import DateColumn
from whence.data.tables.roles.dates import days_of
from whence.data.tables.table import Table
from whence.errors import DataError
from whence.wording import counted

if TYPE_CHECKING:
    from whence.arrays import Array

_TOLERANCE = 1.5
"""How many times longer or shorter than the usual step another may be, as months differ."""
_FEWEST = 20
"""Rows of a table that looks like a series."""


def in_time_order(table: Table, column: DateColumn) -> tuple[Table, tuple[str, ...]]:
    """Return a table with its rows in the order of a column of dates, and what is to be said of these.

    Parameters
    ----------
    table : Table
        The table.
    column : DateColumn
        The column of dates. Without a usual step from row to row, this is the one of the table.

    Raises
    ------
    DataError
        If a row has no date.
    """
    days = _days(table, column)
    if (wrong := ~np.isfinite(days)).any():
        row = int(wrong.argmax())
        raise DataError(
            f"{table.row_name(row)}, column {column.name!r} has no date, by which the rows of the time series are "
            "ordered; fill it in, remove the row, or leave out the column with --drop"
        )
    remarks = []
    if (np.diff(days) < 0).any():
        order = np.argsort(days, kind="stable")
        table, days = table.keep(order.tolist()), days[order]
        remarks.append(f"the rows of {table.name} were not in the order of {column.name}, and have been sorted by it")
    steps = np.diff(days)
    if repeats := int((steps == 0).sum()):
        remarks.append(
            f"{counted(repeats, 'row')} of {table.name} {'has' if repeats == 1 else 'have'} the same {column.name} as "
            "the row before; if the table holds several series, train on one of them"
        )
    usual = usual_step(table, column) if column.step is None else column.step
    if (uneven := _uneven(steps, usual)).any():
        last = table.frame[column.name][int(np.abs(np.where(uneven, steps, 0)).argmax())]
        remarks.append(
            f"{counted(int(uneven.sum()), 'step')} of {len(steps):,} from row to row of {table.name} "
            f"{'is' if uneven.sum() == 1 else 'are'} not the usual {_duration(usual)}; the longest is "
            f"{_duration(steps.max())}, after {last}"
        )
    return table, tuple(remarks)


def series_hint(table: Table, columns: list[DateColumn]) -> tuple[str, ...]:
    """Return a hint for a table that looks like a time series: its only column of dates has even steps."""
    if len(columns) != 1 or len(table) < _FEWEST:
        return ()
    steps = np.diff(np.sort(_days(table, columns[0])))
    usual = usual_step(table, columns[0])
    if not (steps > 0).all() or _uneven(steps, usual).any():
        return ()
    return (
        f"{table.name} looks like a time series, a row every {_duration(usual)} by "
        f"{columns[0].name}: --window 12 predicts a row from the 12 before it, and tests on the last rows",
    )


def _days(table: Table, column: DateColumn) -> Array:
    return days_of(table.frame[column.name], column.format)


def usual_step(table: Table, column: DateColumn) -> float:
    """Return the median of the days from row to row, in order and where they differ; 0 if they do nowhere."""
    days = _days(table, column)
    steps = np.diff(np.sort(days[np.isfinite(days)]))
    return float(np.median(steps[steps > 0])) if (steps > 0).any() else 0.0


def _uneven(steps: Array, usual: float) -> Array:
    """Return where a step is neither 0 nor about as long as usual."""
    uneven: Array = (steps > 0) & ((steps > _TOLERANCE * usual) | (steps * _TOLERANCE < usual))
    return uneven


def _duration(days: float) -> str:
    """Return a length of time: ``1 day``, ``6 hours``, ``30.4 days``."""
    units = {"day": days, "hour": days * 24, "minute": days * 24 * 60}
    unit = next((unit for unit, count in units.items() if count >= 0.99), "minute")
    amount = f"{units[unit]:.3g}"
    return f"{amount} {unit}" if amount == "1" else f"{amount} {unit}s"
