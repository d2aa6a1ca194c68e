"""Time series: the rows of a table are time steps; windows of them predict the target of the next row."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from whence.data.dataset import Dataset
from whence.data.load_options import LoadOptions
from whence.data.samples import Samples
from whence.data.splits import FEWEST_TO_SPLIT, in_time
from whence.data.tables.learned_table import LearnedTable, learn_table
from whence.data.tables.missing import missing_cells
from whence.data.tables.preprocessing import SeriesPreprocessing
from whence.data.tables.table_file import name_of_table, read_table_file
from whence.data.tables.time_windows import check_length, windows, windows_and_targets
from whence.errors import ArgumentError, DataError
from whence.wording import counted

if TYPE_CHECKING:
    from whence.arrays import Array


def load_series(path: Path, window: int, options: LoadOptions) -> Dataset:
    """Return a table as a time series.

    A sample is ``window`` consecutive rows with all columns, the past of the target included, (N, T, F); its target is
    that of the next row. The last 20 % of the samples are for testing and the 10 % before them, or the given fraction
    of the others, for validation. Columns are standardised by the training rows.

    Parameters
    ----------
    path : Path
        A table file, its rows in the order of time.
    window : int
        Rows in a sample, T.
    options : LoadOptions
        As in `whence.data.load`.

    A window with no target in the row after it is left out; so is one with a missing cell, if these are to be dropped.

    Raises
    ------
    DataError
        If a cell is missing or does not suit its column, and may not, or there are too few rows.
    ArgumentError
        If a column of groups is named.
    UnknownNameError
        If a column that is named in the options does not exist.
    """
    if options.columns.group is not None:
        raise ArgumentError(f"the time series {path.name} is split in time; leave out group={options.columns.group!r}")
    learned = learn_table(read_table_file(path, options.reading), options, in_time=True)
    table, targets = learned.table, learned.targets
    check_length(len(table) - 1, window, f"{table.name} before its last row")
    starts, remarks = _usable(learned, window, options.missing)
    cut = f"{table.name} has {counted(len(starts), 'window')} of {counted(window, 'row')} with a row after it"
    if len(starts) == 0 or (options.validation and len(starts) < 2):
        raise DataError(f"{cut}, too few to hold out any for validation; give more rows, or a smaller window")
    parts = [
        None if part is None else starts[part.start : part.stop]
        for part in in_time(len(starts), options.test, options.validation)
    ]
    remarks += learned.remarks
    if len(starts) < FEWEST_TO_SPLIT:
        missing_parts = "validation and test" if options.validation is None else "a test"
        remarks += (f"{cut}, too few to hold out any for {missing_parts}; a smaller window gives more",)
    assert parts[0] is not None
    train_rows = np.arange(parts[0][-1] + window + 1)
    columns = learned.filled_columns(options.missing, train_rows)
    encoded = columns.encode(table)
    rows = encoded.rows if options.missing == "drop" else encoded.complete()
    inputs, next_targets = windows_and_targets(rows, targets.values, window, table.name)
    train, validation, test = (None if part is None else Samples(inputs[part], next_targets[part]) for part in parts)
    assert train is not None
    preprocessing = SeriesPreprocessing(columns=columns, reading=table.reading(options.reading), window=window)
    preprocessing = preprocessing.fitted(_whole(rows[train_rows]), train.targets)
    return Dataset(name_of_table(path), train, validation, test, targets.classes, preprocessing, remarks)


def _usable(learned: LearnedTable, window: int, way: str) -> tuple[Array, tuple[str, ...]]:
    """Return the first rows of the windows that can be used, and a sentence on the others."""
    usable = learned.targets.known[window:]
    if way == "drop":
        missing = missing_cells(learned.table, learned.columns.columns)
        whole = ~np.logical_or.reduce([np.zeros(len(learned.table), bool), *missing.values()])
        usable &= windows(whole[:-1], window, learned.table.name).all(axis=1)
    left_out = int((~usable).sum())
    remark = f"{counted(left_out, 'window')} of {len(usable):,} with missing cells or before a missing target left out"
    return np.flatnonzero(usable), (remark,) if left_out else ()


def _whole(rows: Array) -> Array:
    """Return the rows without a missing cell."""
    return rows[np.isfinite(rows).all(axis=1)]
