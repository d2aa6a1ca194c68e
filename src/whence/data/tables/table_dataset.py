"""Tables as data sets."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from whence.data.dataset import Dataset
from whence.data.load_options import LoadOptions
from whence.data.pixel_table import PixelTablePreprocessing, format_of_pixels
from whence.data.samples import Samples
from whence.data.splits import three_ways
from whence.data.tables.files.table_file import name_of_table, read_table_file
from whence.data.tables.groups import group_indices
from whence.data.tables.input_origins import input_origins
from whence.data.tables.learned_table import learn_table
from whence.data.tables.preprocessing import TablePreprocessing
from whence.data.tables.table import Table


def load_table(path: Path, options: LoadOptions) -> Dataset:
    """Return the data set in a table file; see `dataset_of`."""
    return dataset_of(read_table_file(path, options.reading), name_of_table(path), options)


def dataset_of(table: Table, name: str, options: LoadOptions) -> Dataset:
    """Return the data set in a table.

    Each column is taken for what `whence.data.tables.roles.recognition.recognise` says. Numbers and dates are
    standardised by mean and standard deviation of the training samples; each category becomes one input of 0 or 1. The
    target is a class or a number by `whence.data.labels.are_class_labels`.

    Raises
    ------
    DataError
        If a cell is missing or does not suit its column, and may not; the message names the row and the column.
    UnknownNameError
        If a column that is named in the options does not exist.
    """
    learned = learn_table(table, options)
    targets = learned.targets
    remarks, groups = learned.remarks, None
    if options.columns.group is not None:
        groups, remark = group_indices(learned.table, options.columns.group)
        remarks += (remark,)
    rows = three_ways(targets.values, options.test, options.validation, options.seed, groups)
    columns = learned.fitted_columns(options.missing, rows[0])
    train, validation, test = (
        None if part is None else Samples(columns.encode(learned.table, part).complete(), targets.values[part])
        for part in rows
    )
    assert train is not None
    reading = table.reading(options.reading)
    image = format_of_pixels(columns.inputs, train.inputs)
    preprocessing = TablePreprocessing(columns=columns, reading=reading)
    if image is not None:
        preprocessing = PixelTablePreprocessing(columns=columns, reading=reading, image=image)
    fitted = preprocessing.fitted(train.inputs, train.targets)
    assert rows[0] is not None
    origins = partial(input_origins, fitted, learned.table, rows[0])
    return Dataset(name, train, validation, test, targets.classes, fitted, remarks, origins)
