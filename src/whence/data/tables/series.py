"""Time series: the rows of a table are time steps; windows of them predict the target of the next row."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from whence.data.dataset import Dataset
from whence.data.load_options import LoadOptions
from whence.data.samples import Samples
from whence.data.splits import FEWEST_TO_SPLIT, in_time
from whence.data.tables.columns import learn_columns
from whence.data.tables.preprocessing import SeriesPreprocessing
from whence.data.tables.table_file import read_table_file
from whence.data.tables.targets import learn_targets
from whence.data.tables.time_windows import check_length, windows_and_targets
from whence.errors import ArgumentError, DataError
from whence.wording import counted


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

    Raises
    ------
    DataError
        If a cell is missing or does not suit its column, or there are too few rows.
    ArgumentError
        If rows with missing cells should be dropped.
    UnknownNameError
        If the target column does not exist.
    """
    if options.missing == "drop":
        raise ArgumentError(
            f"rows of the time series {path.name} cannot be dropped; fill missing cells with --missing mean "
            '(in Python, missing="mean")'
        )
    table = read_table_file(path)
    target = table.target(options.target)
    next_targets, classes = learn_targets(table, target)
    check_length(len(table) - 1, window, f"{table.name} before its last row")
    count = len(table) - window
    cut = f"{table.name} has {counted(count, 'window')} of {counted(window, 'row')} with a row after it"
    if options.validation and count < 2:
        raise DataError(f"{cut}, too few to hold out any for validation; give more rows, or a smaller window")
    splits = in_time(count, options.validation)
    remarks = table.remarks
    if count < FEWEST_TO_SPLIT:
        missing_parts = "validation and test" if options.validation is None else "a test"
        remarks += (f"{cut}, too few to hold out any for {missing_parts}; a smaller window gives more",)
    train_rows = np.arange(splits[0].stop + window)
    columns = learn_columns(table, list(table.names), target, options.missing, train_rows)
    rows = columns.encode(table)
    samples = Samples(*windows_and_targets(rows, next_targets, window, table.name))
    train, validation, test = (
        None if split is None else samples.take(slice(split.start, split.stop)) for split in splits
    )
    assert train is not None
    preprocessing = SeriesPreprocessing(columns=columns, window=window).fitted(rows[train_rows], train.targets)
    name = path.name.removesuffix(".gz").rpartition(".")[0]
    return Dataset(name, train, validation, test, classes, preprocessing, remarks)
