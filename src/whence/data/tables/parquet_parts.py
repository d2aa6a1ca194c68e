"""Folders of Parquet files that are one table of numbers, whose row groups are read as they are needed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from whence.arrays import Array
from whence.data.damage import damage_told
from whence.data.dataset import Dataset
from whence.data.load_options import LoadOptions
from whence.data.part_folder import part_files
from whence.data.parts import Part, Parts, in_memory_if_small
from whence.data.samples import Samples
from whence.data.tables.columns import NumberColumn
from whence.data.tables.preprocessing import TablePreprocessing
from whence.data.tables.roles.numerals import PLAIN
from whence.data.tables.roles.wishes import Wishes, wishes_for
from whence.data.tables.table import Table, numbers_and_texts
from whence.data.tables.table_columns import TableColumns
from whence.data.tables.targets import Targets, learn_targets, recognised_target
from whence.errors import ArgumentError, DataError
from whence.optional import require
from whence.stored_rows import stored
from whence.wording import counted, listed

if TYPE_CHECKING:
    import pandas as pd

_ADVICE = "is it a Parquet file?"
_ROWS_AT_ONCE = 1024


def load_parquet_parts(folder: Path, options: LoadOptions) -> Dataset:
    """Return the data set in a folder of Parquet files with the same columns, as `part_files` finds them.

    Every column but the target, by default the last, is an input and holds numbers or truth values, without missing
    cells. They are standardised. What the target is, `whence.data.labels.are_class_labels` says.

    Raises
    ------
    DataError
        If a file is damaged or has other columns or types than the first, a column of inputs holds no numbers, or a
        cell is missing.
    ArgumentError
        If an option is for tables that are read whole.
    """
    splits = part_files(folder, ".parquet")
    parts = {split: [part for file in files for part in _row_groups(file)] for split, files in splits.items()}
    schema = _common_schema([file for files in splits.values() for file in files])
    wishes = _wishes(folder, schema, options)
    targets = tuple(wishes.target) or (schema.names[-1],)
    inputs = [name for name in schema.names if name not in targets and not wishes.leaves_out(name)]
    dtype = _dtype(splits["train"][0], schema, inputs)
    known = _targets(folder, parts, targets, wishes)
    samples, start = {}, 0
    for split, own in parts.items():
        values = stored(Parts(own, (len(inputs),), dtype, partial(_numbers, names=inputs, dtype=dtype), inputs))
        samples[split] = Samples(in_memory_if_small(values), known.values[start : start + len(values)])
        start += len(values)
    numerals = () if known.classes is not None else (PLAIN,) * len(targets)
    columns = TableColumns(tuple(NumberColumn(name) for name in inputs), targets, numerals)
    dataset = Dataset.of(folder.resolve().name, samples, known.classes, TablePreprocessing(columns=columns), options)
    files = counted(sum(map(len, splits.values())), "file")
    remark = f"{files}: {counted(len(inputs), 'column')} of numbers to learn {listed(targets)} ({known.note}) from"
    return replace(dataset, remarks=(*dataset.remarks, remark))


def _wishes(folder: Path, schema: Any, options: LoadOptions) -> Wishes:
    unsuited = {
        "window": options.window,
        "group": options.columns.group,
        "categorical": options.columns.categorical,
        "numeric": options.columns.numeric,
        "date": options.columns.date,
        "header": options.reading.header is not None,
        "missing_markers": options.reading.missing_markers,
        "missing": options.missing not in ("mean", "error"),  # the first is the default, the second that of before
        "size": options.size,
        "skip_unreadable": options.skip_unreadable,
    }
    for name, given in unsuited.items():
        if given:
            raise ArgumentError(
                f"{folder} is read by parts, which hold numbers alone; leave out {name}, or give one file in its place"
            )
    return wishes_for(str(folder), schema.names, options.columns)


def _row_groups(file: Path) -> list[Part]:
    parquet = _parquet()
    with damage_told(file, _ADVICE), parquet.ParquetFile(file) as opened:
        groups = [opened.metadata.row_group(i).num_rows for i in range(opened.metadata.num_row_groups)]
    parts = [Part(file, rows, number) for number, rows in enumerate(groups) if rows]
    if not parts:
        raise DataError(f"{file} has no rows; remove it, or write it again")
    return parts


def _common_schema(files: Sequence[Path]) -> Any:
    """Return the columns and their types, which all files have.

    Raises
    ------
    DataError
        If one has others; the message names the first of them.
    """
    parquet, schemas = _parquet(), []
    for file in files:
        with damage_told(file, _ADVICE):
            schemas.append(parquet.read_schema(file))
    first = schemas[0]
    for file, schema in zip(files, schemas, strict=True):
        own, common = ({field.name: str(field.type) for field in each} for each in (schema, first))
        if len(own) < len(schema.names):
            raise DataError(f"{file} has two columns of one name among {listed(schema.names)}; rename or remove one")
        for name in common | own:
            if own.get(name) != common.get(name):
                found, expected = (_said(each.get(name)) for each in (own, common))
                raise DataError(
                    f"{file}: the column {name!r} {found}, but in {files[0]} it {expected}; write all parts alike"
                )
    return first


def _said(kind: str | None) -> str:
    return "is absent" if kind is None else f"is of type {kind}"


def _dtype(file: Path, schema: Any, inputs: Sequence[str]) -> np.dtype[Any]:
    """Return the type in which the inputs are held: float32 if all have it, else float64."""
    types = require("pyarrow.types", extra="parquet", purpose="reading Parquet files")
    if not inputs:
        raise DataError(f"{file} has no column to learn from besides the target; keep one")
    for name in inputs:
        kind = schema.field(name).type
        if not (types.is_integer(kind) or types.is_floating(kind) or types.is_boolean(kind)):
            raise DataError(
                f"{file}: the column {name!r} is of type {kind}, but tables in parts are learned from numbers; leave "
                f"it out with --drop {name}, or write numbers in its place"
            )
    small = all(types.is_float32(schema.field(name).type) for name in inputs)
    return np.dtype(np.float32 if small else np.float64)


def _targets(folder: Path, parts: dict[str, list[Part]], names: Sequence[str], wishes: Wishes) -> Targets:
    """Return the targets of all parts of the data, one after another."""
    import pandas as pd

    frames: list[pd.DataFrame] = []
    for part in (part for own in parts.values() for part in own):
        with damage_told(part.file, _ADVICE), _parquet().ParquetFile(part.file) as opened:
            frame = opened.read_row_group(part.number, columns=list(names)).to_pandas(ignore_metadata=True)
        if len(frame) != part.rows:
            raise DataError(f"{part.file} was changed while it was read; try again")
        frames.append(frame[list(names)])
    table = Table(str(folder), numbers_and_texts(pd.concat(frames, ignore_index=True)), range(1, _rows(parts) + 1))
    found = [recognised_target(table.frame[name], name, wishes, table.decimal).column for name in names]
    targets = learn_targets(table, [column for column in found if column is not None], wishes.task)
    if missing := int((~targets.known).sum()):
        raise DataError(f"{folder}: {counted(missing, 'row')} without a target {listed(names)}; remove them")
    return targets


def _rows(parts: dict[str, list[Part]]) -> int:
    return sum(part.rows for own in parts.values() for part in own)


def _numbers(part: Part, names: Sequence[str], dtype: np.dtype[Any]) -> Array:
    """Return the inputs in a row group, (rows, F)."""
    with damage_told(part.file, _ADVICE), _parquet().ParquetFile(part.file) as opened:
        group = opened.read_row_group(part.number, columns=list(names))
        columns = [group.column(name) for name in names]
        for name, column in zip(names, columns, strict=True):
            if column.null_count:
                missing = counted(column.null_count, "missing cell")
                raise DataError(
                    f"{part.file}, row group {part.number}: the column {name!r} has {missing}; fill them in, or leave "
                    f"the column out with --drop {name}"
                )
        cells = [column.to_numpy() for column in columns]
    numbers = np.empty((part.rows, len(names)), dtype)
    for start in range(0, part.rows, _ROWS_AT_ONCE):
        rows = slice(start, start + _ROWS_AT_ONCE)
        numbers[rows] = np.stack([each[rows] for each in cells], axis=1)
    for wrong in np.flatnonzero(~np.isfinite(numbers).all(axis=0)).tolist():
        raise DataError(
            f"{part.file}, row group {part.number}: the column {names[wrong]!r} holds NaN or infinity; correct it, or "
            f"leave the column out with --drop {names[wrong]}"
        )
    return numbers


def _parquet() -> Any:
    return require("pyarrow.parquet", extra="parquet", purpose="reading Parquet files")
