"""Time series: the rows of a table are time steps; windows of them predict the targets of the next rows."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from whence.data.dataset import Dataset
from whence.data.load_options import LoadOptions
from whence.data.samples import Samples
from whence.data.splits import FEWEST_TO_SPLIT, in_time
from whence.data.tables.files.table_file import name_of_table, read_table_file
from whence.data.tables.input_origins import input_origins
from whence.data.tables.learned_table import LearnedTable, learn_table
from whence.data.tables.missing import missing_cells
from whence.data.tables.series.differencing import Differencing, drifts, suitable_lag, variation
from whence.data.tables.series.series_preprocessing import SeriesPreprocessing, differencing_remark
from whence.data.tables.series.time_windows import require_rows, windows, windows_and_targets
from whence.data.tables.table_columns import TableColumns
from whence.errors import ArgumentError, DataError
from whence.wording import counted

if TYPE_CHECKING:
    from whence.arrays import Array

_WINDOWS_TO_STANDARDISE = 1000
"""About how many windows are used for the mean and standard deviation of relative inputs."""


def load_series(path: Path, window: int, options: LoadOptions) -> Dataset:
    """Return a table as a time series.

    A sample is ``window`` consecutive rows with all columns, the past of the target included, (N, T, F); its targets
    are those of the next ``horizon`` rows, (N, H · K), one row after the other. A column of dates orders the rows, and
    is no input. The last 20 % of the samples are for testing and the 10 % before them for validation, or the given
    shares; the targets of different parts are in different rows. Columns are standardised by the training rows.

    Where the changes of the targets over a lag vary less than the targets in the training rows, the network predicts
    changes, as `whence.data.tables.series.differencing` says.

    A window before a missing target is left out; so is one with a missing cell, if these are to be dropped.

    Parameters
    ----------
    path : Path
        A table file.
    window : int
        Rows in a sample, T.
    options : LoadOptions
        As in `whence.data.load`.

    Raises
    ------
    DataError
        If a cell is missing or does not suit its column, and may not, or there are too few rows.
    ArgumentError
        If an option does not suit a series.
    UnknownNameError
        If a column that is named in the options does not exist.
    """
    if options.columns.group is not None:
        raise ArgumentError(f"the time series {path.name} is split in time; leave out group={options.columns.group!r}")
    learned = learn_table(read_table_file(path, options.reading), options, in_time=True)
    table, targets, horizon = learned.table, learned.targets, options.horizon
    if targets.classes is not None and (horizon > 1 or options.difference):
        option = f"horizon={horizon}" if horizon > 1 else f"difference={options.difference}"
        raise ArgumentError(f"the targets of {path.name} are classes, not numbers; leave out {option}")
    starts, remarks = _usable(learned, window, options)
    after = "a row" if horizon == 1 else f"{horizon} rows"
    cut = f"{table.name} has {counted(len(starts), 'window')} of {counted(window, 'row')} with {after} after it"
    if len(starts) == 0:
        raise DataError(f"{cut} that can be used; fill missing cells with --missing mean, or give more rows")
    train_starts, *_ = parts = _parts_of(starts, options, cut)
    assert train_starts is not None
    if len(starts) < FEWEST_TO_SPLIT and None in (options.test, options.validation):
        remarks += (f"{cut}, too few to hold out any unless asked for; a smaller window gives more",)
    seen = slice(train_starts[-1] + window + horizon)
    columns = learned.fitted_columns(options.missing, np.arange(seen.stop))
    encoded = columns.encode(table)
    rows = encoded.rows if options.missing == "drop" else encoded.complete()
    inputs, next_targets = windows_and_targets(rows, targets.values, window, horizon, table.name)
    train, validation, test = (
        None if part is None else Samples(inputs[_run(part)], next_targets[_run(part)]) for part in parts
    )
    assert train is not None
    differencing, remark = None, tuple[str, ...]()
    if targets.classes is None:
        differencing, remark = _differencing(rows[seen], columns, window, options.difference)
    preprocessing = SeriesPreprocessing(
        columns=columns,
        reading=table.reading(options.reading),
        window=window,
        horizon=horizon,
        time=learned.time,
        differencing=differencing,
    )
    rows_seen = rows[seen]
    if differencing is not None:
        some = train.inputs[:: max(1, len(train) // _WINDOWS_TO_STANDARDISE)]
        rows_seen = preprocessing.relative(some).reshape(-1, rows.shape[1])
    goals = train.targets if targets.classes else train.targets - preprocessing.reference(train.inputs)
    whole = np.isfinite(rows_seen).all(axis=1)
    fitted = preprocessing.fitted(rows_seen[whole], goals)
    origins = None  # for inputs that are relative to the last row of their window are from no single cell
    if differencing is None:
        origins = partial(input_origins, fitted, table, train_starts[:, np.newaxis] + np.arange(window))
    return Dataset(
        name_of_table(path),
        train,
        validation,
        test,
        targets.classes,
        fitted,
        (*learned.remarks, *remarks, *remark),
        origins,
    )


def _usable(learned: LearnedTable, window: int, options: LoadOptions) -> tuple[Array, tuple[str, ...]]:
    """Return the first rows of the windows that can be used, and a sentence on the others."""
    table, horizon = learned.table, options.horizon
    require_rows(len(table), window, horizon, table.name)
    usable = windows(learned.targets.known[window:, np.newaxis], horizon, table.name).min(axis=(1, 2))
    if options.missing == "drop":
        missing = missing_cells(table, learned.columns.columns)
        whole = ~np.logical_or.reduce([np.zeros(len(table), bool), *missing.values()])
        usable &= windows(whole[:-horizon, np.newaxis], window, table.name).min(axis=(1, 2))
    left_out = int((~usable).sum())
    remark = f"{counted(left_out, 'window')} of {len(usable):,} with missing cells or before a missing target left out"
    return np.flatnonzero(usable), (remark,) if left_out else ()


def _parts_of(starts: Array, options: LoadOptions, cut: str) -> list[Array | None]:
    """Return the first rows of the windows of each part, whose targets are in no other part.

    Raises
    ------
    DataError
        If there are too few windows.
    """
    try:
        parts = in_time(len(starts), options.test, options.validation, gap=options.horizon - 1)
    except DataError as error:
        raise DataError(f"{cut}, too few for each part of the data; give more rows, or a smaller window") from error
    return [None if part is None else starts[part.start : part.stop] for part in parts]


def _run(rows: Array) -> Array | slice:
    """Return ascending row numbers as a slice, which does not copy, if none is left out between them."""
    return slice(rows[0], rows[-1] + 1) if rows[-1] - rows[0] + 1 == len(rows) else rows


def _differencing(
    rows: Array, columns: TableColumns, window: int, lag: int | None
) -> tuple[Differencing | None, tuple[str, ...]]:
    """Return the differencing that suits training rows, or has the given lag, and a sentence on it."""
    targets = tuple(columns.inputs.index(name) for name in columns.targets)
    values = rows[:, targets]
    if lag is None:
        lag = suitable_lag(values, window) if window > 1 else 0
    elif lag and (window == 1 or lag > window):
        raise ArgumentError(f"difference is {lag}, and a window has {counted(window, 'row')}; give a larger window")
    if lag == 0:
        return None, ()
    numbers = np.flatnonzero(columns.standardised())
    relative = tuple(int(i) for i in numbers if i in targets or drifts(rows[:, i]))
    differencing = Differencing(lag, targets, relative)
    share = float(np.sqrt(variation(values, lag)))
    return differencing, (differencing_remark(columns.targets, differencing, share),)
