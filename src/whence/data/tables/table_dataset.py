"""Tables as data sets."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from whence.data.dataset import Dataset
from whence.data.load_options import LoadOptions
from whence.data.samples import Samples
from whence.data.splits import three_ways
from whence.data.tables.columns import learn_columns
from whence.data.tables.preprocessing import TablePreprocessing
from whence.data.tables.table import Table
from whence.data.tables.table_file import read_table_file
from whence.data.tables.targets import learn_targets
from whence.errors import DataError


def load_table(path: Path, options: LoadOptions) -> Dataset:
    """Return the data set in a table file; see `dataset_of`."""
    name = path.name.removesuffix(".gz").rpartition(".")[0]
    return dataset_of(read_table_file(path), name, options)


def dataset_of(table: Table, name: str, options: LoadOptions) -> Dataset:
    """Return the data set in a table.

    Columns of numbers are standardised by mean and standard deviation of the training samples; a column of texts
    becomes one input of 0 or 1 per text. The target is a class or a number by `whence.data.labels.are_class_labels`.

    Raises
    ------
    DataError
        If a cell is missing or does not suit its column; the message names the row and the column.
    UnknownNameError
        If the target column does not exist.
    """
    target = table.target(options.target)
    input_names = [column for column in table.names if column != target]
    if not input_names:
        raise DataError(
            f"{table.name} has only the column {target!r}; add input columns, separated by commas, semicolons or tabs"
        )
    if options.missing == "drop":
        table = _without_missing(table)
    targets, classes = learn_targets(table, target)
    rows = three_ways(targets, options.validation, options.seed)
    columns = learn_columns(table, input_names, target, options.missing, rows[0])
    samples = Samples(columns.encode(table), targets)
    train, validation, test = (None if chosen is None else samples.take(chosen) for chosen in rows)
    assert train is not None
    preprocessing = TablePreprocessing(columns=columns).fitted(train.inputs, train.targets)
    return Dataset(name, train, validation, test, classes, preprocessing, table.remarks)


def _without_missing(table: Table) -> Table:
    whole = np.flatnonzero(table.frame.notna().all(axis=1))
    if len(whole) == 0:
        raise DataError(
            f"every row of {table.name} has a missing cell, so all would be dropped; "
            'use --missing mean (in Python, missing="mean")'
        )
    return table.keep(whole.tolist())
