"""Missing cells: rows without targets, rows dropped, and what is said of them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, get_args

import numpy as np

from whence.data.load_options import Missing
from whence.data.tables.columns import Column, NumberColumn
from whence.data.tables.table import Table
from whence.errors import DataError
from whence.wording import counted, listed, some_of

if TYPE_CHECKING:
    from whence.arrays import Array

_WORDS = {
    "mean": "the mean (categories: the most frequent)",
    "median": "the median (categories: the most frequent)",
    "most-frequent": "the most frequent value",
    "indicator": "the mean and marked by an input of their own (categories: by this alone)",
}
_SHOWN = 4
_NINES = re.compile(r"-9{1,7}|9{2,7}")


def missing_cells(table: Table, columns: Sequence[Column]) -> dict[str, Array]:
    """Return a (N,) bool array that is true where a cell is missing, for each column where one is."""
    found = {column.name: column.is_missing(table.frame[column.name]) for column in columns}
    return {name: missing for name, missing in found.items() if missing.any()}


def without_missing(table: Table, missing: dict[str, Array]) -> tuple[Table, tuple[str, ...]]:
    """Return a table without the rows of which a cell is missing, and a sentence on them.

    Raises
    ------
    DataError
        If there is no other row.
    """
    if not missing:
        return table, ()
    dropped = np.logical_or.reduce(list(missing.values()))
    kept = np.flatnonzero(~dropped)
    if len(kept) == 0:
        raise DataError(
            f"every row of {table.name} has a missing cell, so all would be dropped ({_blame(missing, len(table))}); "
            'use --missing mean (in Python, missing="mean"), or --drop a column'
        )
    remark = (
        f"{counted(int(dropped.sum()), 'row')} of {len(table):,} dropped for missing cells, {len(kept):,} left: "
        f"{_blame(missing, len(table))}; --missing mean keeps the rows, and --drop leaves out a column instead"
    )
    return table.keep(kept.tolist()), (remark,)


def without_target(table: Table, missing: dict[str, Array], way: str) -> tuple[Table, tuple[str, ...]]:
    """Return a table without the rows of which a target is missing, and a sentence on them.

    Raises
    ------
    DataError
        If missing cells are an error, or there is no other row.
    """
    if not missing:
        return table, ()
    dropped = np.logical_or.reduce(list(missing.values()))
    name, cells = next(iter(missing.items()))
    first = f"{table.row_name(int(cells.argmax()))}, column {name!r} has no value, and it is the target"
    if way == "error":
        raise DataError(f'{first}; fill it in, or drop such rows with --missing drop (in Python, missing="drop")')
    if dropped.all():
        raise DataError(f"{table.name} has no row with a target; fill in {listed(map(repr, missing))}")
    remark = (
        f"{counted(int(dropped.sum()), 'row')} of {len(table):,} without a target, in {listed(missing)}, "
        f"{'is' if dropped.sum() == 1 else 'are'} left out"
    )
    return table.keep(np.flatnonzero(~dropped).tolist()), (remark,)


def filled_remark(missing: dict[str, Array], rows: int, way: str) -> str:
    """Return a sentence on the missing cells that are filled in."""
    cells = sum(int(cells.sum()) for cells in missing.values())
    others = ", ".join(other for other in get_args(Missing) if other not in (way, "error"))
    return (
        f"{counted(cells, 'missing cell')} filled in by {_WORDS[way]} of the training rows: {_blame(missing, rows)}; "
        f"--missing {others} do otherwise"
    )


def suspected_markers(table: Table, columns: Sequence[Column]) -> tuple[str, ...]:
    """Return a sentence on numbers such as −999 that may mark missing cells.

    They are nines alone, recur, and are further from all other numbers of their column than these from one another.
    """
    found: dict[tuple[str, float], int] = {}
    for column in columns:
        if isinstance(column, NumberColumn):
            numbers = column.numbers(table.frame[column.name])
            found |= {(column.name, marker): count for marker, count in _markers(numbers[np.isfinite(numbers)])}
    if not found:
        return ()
    cells = [f"{marker:.0f} in {counted(count, 'cell')} of {name}" for (name, marker), count in found.items()]
    options = " ".join(f"--missing-markers={marker:.0f}" for marker in dict.fromkeys(marker for _, marker in found))
    return (f"{some_of(cells, _SHOWN, 'such number')} may mark missing cells: if so, add {options}",)


def _markers(numbers: Array) -> list[tuple[float, int]]:
    """Return the numbers that may mark missing cells, with how often they occur."""
    if not numbers.size:
        return []
    suspects = [end for end in (numbers.min(), numbers.max()) if _NINES.fullmatch(f"{end:.10g}")]
    others = numbers[~np.isin(numbers, suspects)] if suspects else numbers
    found = []
    for end in suspects:
        count = int((numbers == end).sum())
        if count > 1 and others.size and np.abs(others - end).min() > np.ptp(others):
            found.append((float(end), count))
    return found


def _blame(missing: dict[str, Array], rows: int) -> str:
    """Return the columns with the most missing cells: ``688 in deck (77%), 177 in age (20%)``."""
    counts = sorted(((int(cells.sum()), name) for name, cells in missing.items()), key=lambda one: -one[0])
    return some_of([f"{count:,} in {name} ({_percent(count / rows)})" for count, name in counts], _SHOWN, "column")


def _percent(share: float) -> str:
    return "<1%" if share < 0.005 else f"{share:.0%}"
