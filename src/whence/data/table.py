"""Tables: a file of rows and columns becomes a data set, and later files are encoded in the same way."""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from whence.data.columns import Cells, Column, TableColumns, parse_number
from whence.data.dataset import Dataset
from whence.data.labels import MOST_CLASS_NUMBERS, are_class_labels, encode_labels, told_from_rest
from whence.data.preprocessing import Preprocessing
from whence.data.request import Request
from whence.data.samples import Samples
from whence.data.sliding_window import windows, windows_and_targets
from whence.data.splits import three_ways
from whence.data.table_files import Table, read_table_file
from whence.errors import DataError, UnknownNameError
from whence.registry import unknown

if TYPE_CHECKING:
    from collections.abc import Callable

    from whence.arrays import Array

_MOST_CATEGORIES = 256


def load_table(path: Path, target: str | None, missing: str, request: Request) -> Dataset:
    """Return the data set in a table file; see `dataset_of`."""
    name = path.name.removesuffix(".gz").rpartition(".")[0]
    return dataset_of(read_table_file(path), name, target, missing, request)


def dataset_of(table: Table, name: str, target: str | None, missing: str, request: Request) -> Dataset:
    """Return the data set in a table.

    A column whose cells are all numbers is standardised by the mean and the deviation of the training samples; a
    column of texts becomes one input of 0 or 1 per text. The target is a class or a number by the
    rule of `whence.data.labels.are_class_labels`.

    Parameters
    ----------
    table : Table
        The cells.
    name : str
        What to call the data set.
    target : str or None
        The target column; the last one if None.
    missing : {"error", "mean", "drop"}
        What to do about missing cells. A missing target is an error unless its row is dropped.
    request : Request
        Holds the seed and the validation share.

    Raises
    ------
    DataError
        If a cell is missing or does not suit its column; the message names the row and the column.
    UnknownNameError
        If there is no column named ``target``.
    """
    target = table.names[-1] if target is None else target
    if target not in table.names:
        raise UnknownNameError(f"{table.name}: {unknown('column', target, table.names)}")
    input_names = [column for column in table.names if column != target]
    if not input_names:
        raise DataError(
            f"{table.name} has only the column {target!r}; expected columns to predict from, "
            f"divided by commas, semicolons or tabs"
        )
    if missing == "drop":
        table = _without_missing(table)
    targets, classes = learn_targets(table, target)
    rows = three_ways(targets, request.validation, request.seed)
    columns = learn_columns(table, input_names, target, missing, rows[0])
    samples = Samples(encode(table, columns), targets)
    train, validation, test = (None if chosen is None else samples.take(chosen) for chosen in rows)
    assert train is not None
    preprocessing = Preprocessing(columns=columns).fitted(train.inputs, train.targets)
    return Dataset(name, train, validation, test, classes, preprocessing)


def learn_columns(table: Table, names: list[str], target: str, missing: str, train_rows: Array) -> TableColumns:
    """Return what is in the columns of a table that are inputs, with what stands in for their missing cells."""
    cells = [table.column(name) for name in names]
    learned = tuple(_learn(name, texts, table.row_name) for name, texts in zip(names, cells, strict=True))
    if missing == "mean":
        learned = tuple(_with_fill(column, texts, train_rows) for column, texts in zip(learned, cells, strict=True))
    return TableColumns(learned, target, missing, table.delimiter)


def read_inputs(path: str | os.PathLike[str], preprocessing: Preprocessing) -> Array:
    """Return the raw inputs in a table file; see `Preprocessing.read_table`."""
    columns = _columns_of(preprocessing)
    rows = encode(read_table_file(Path(path)), columns)
    return rows if preprocessing.window is None else windows(rows, preprocessing.window, Path(path).name)


def read_samples(
    path: str | os.PathLike[str], preprocessing: Preprocessing, classes: tuple[str, ...] | None
) -> Samples:
    """Return the samples in a table file; see `Preprocessing.read_samples`."""
    columns = _columns_of(preprocessing)
    table = read_table_file(Path(path))
    if columns.target is None or columns.target not in table.names:
        raise DataError(f"{table.name} has no column {columns.target!r}, the target; it has {', '.join(table.names)}")
    rows, targets = encode(table, columns), _known_targets(table, columns.target, classes)
    if preprocessing.window is None:
        return Samples(rows, targets)
    return Samples(*windows_and_targets(rows, targets, preprocessing.window, table.name))


def _columns_of(preprocessing: Preprocessing) -> TableColumns:
    if preprocessing.columns is None:
        raise DataError("the network was not trained on a table; it cannot read one")
    return preprocessing.columns


def encode(table: Table, columns: TableColumns) -> Array:
    """Return the inputs in the rows of a table, (N, F)."""
    absent = [column.name for column in columns.columns if column.name not in table.names]
    if absent:
        raise DataError(
            f"{table.name} has no column {' and no column '.join(map(repr, absent))}, which the network expects; "
            f"it has {', '.join(table.names)}"
        )
    return columns.encode([table.column(column.name) for column in columns.columns], table.row_name)


def _without_missing(table: Table) -> Table:
    whole = [i for i in range(len(table)) if all(cells[i] is not None for cells in table.columns)]
    if not whole:
        raise DataError(
            f"every row of {table.name} has a missing cell; none is left, "
            'use --missing mean (in Python, missing="mean")'
        )
    return table.keep(whole)


def _learn(name: str, texts: Cells, row_name: Callable[[int], str]) -> Column:
    """Find out whether a column holds numbers or categories, and which."""
    present = {text for text in texts if text is not None}
    if not present:
        raise DataError(f"column {name!r} has no cell that is not missing; remove it")
    if _are_numbers(name, texts, row_name):
        return Column(name)
    if len(present) > _MOST_CATEGORIES:
        raise DataError(
            f"column {name!r} holds {len(present)} different texts; at most {_MOST_CATEGORIES} can be told apart, "
            f"remove the column"
        )
    return Column(name, tuple(sorted(present)))


def _are_numbers(name: str, texts: Cells, row_name: Callable[[int], str]) -> bool:
    """Whether all cells are numbers; texts among mostly numbers are a mistake in the table."""
    spelled = [i for i, text in enumerate(texts) if text is not None and parse_number(text) is None]
    present = sum(text is not None for text in texts)
    if spelled and 2 * len(spelled) < present:
        raise DataError(
            f"{row_name(spelled[0])}, column {name!r} holds {texts[spelled[0]]!r}, but most of the column are numbers; "
            f"correct the cell or remove the row"
        )
    return not spelled


def _with_fill(column: Column, texts: Cells, train_rows: Array) -> Column:
    present = [text for text in (texts[i] for i in train_rows) if text is not None]
    if not present:
        raise DataError(f"column {column.name!r} has no cell among the training samples; remove it")
    if column.categories is None:
        return replace(column, fill=float(np.mean([float(text) for text in present])))
    counts = Counter(present)
    return replace(column, fill=min(counts, key=lambda text: (-counts[text], text)))


def learn_targets(table: Table, target: str) -> tuple[Array, tuple[str, ...] | None]:
    """Return the targets of all rows, and the names of the classes if they are classes."""
    texts = _present_targets(table, target)
    if not _are_numbers(target, texts, table.row_name):
        if len(set(texts)) > max(MOST_CLASS_NUMBERS, len(texts) // 2):
            raise DataError(
                f"column {target!r} holds {len(set(texts))} different texts in {len(texts)} rows, too many for "
                f"classes; choose another target"
            )
        return encode_labels(np.array(texts))
    numbers = np.array([float(text) for text in texts])
    return encode_labels(numbers) if are_class_labels(numbers) else (numbers[:, np.newaxis], None)


def _known_targets(table: Table, target: str, classes: tuple[str, ...] | None) -> Array:
    """Return the targets in terms of the classes, or numbers, that the network has learned.

    Where it tells one class from the rest, all labels but that one are the rest.
    """
    targets = []
    has_rest = told_from_rest(classes) is not None
    for i, text in enumerate(_present_targets(table, target)):
        number = parse_number(text)
        if classes is None:
            if number is None:
                raise DataError(f"{table.row_name(i)}, column {target!r} holds {text!r}; expected a number")
            targets.append(number)
            continue
        label = text if number is None or text in classes or number % 1 else str(int(number))
        if label not in classes and not has_rest:
            raise DataError(f"{table.row_name(i)}, column {target!r}: {unknown('class', text, classes)}")
        targets.append(classes.index(label) if label in classes else 0)
    return np.array(targets, dtype=np.int64) if classes is not None else np.array(targets)[:, np.newaxis]


def _present_targets(table: Table, target: str) -> list[str]:
    texts = []
    for i, text in enumerate(table.column(target)):
        if text is None:
            raise DataError(
                f"{table.row_name(i)}, column {target!r} is missing, and it is the target; "
                f'fill it in, or leave such rows out with --missing drop (in Python, missing="drop")'
            )
        texts.append(text)
    return texts
