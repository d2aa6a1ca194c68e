"""The input columns of a table, its targets, and the encoding of its rows."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from whence.data.tables.columns import CategoryColumn, Column, NumberColumn, column_from_json
from whence.data.tables.roles.column_names import numbered_families
from whence.data.tables.roles.numerals import PLAIN, Numerals
from whence.data.tables.roles.roles import ColumnRole
from whence.data.tables.roles.spellings import as_text
from whence.data.tables.table import Table
from whence.errors import DataError, DataWarning
from whence.wording import counted, listed

if TYPE_CHECKING:
    import pandas as pd

    from whence.arrays import Array

_SHOWN = 3


@dataclass(frozen=True, eq=False)
class EncodedTable:
    """The rows of a table as inputs of a network.

    Parameters
    ----------
    rows : (N, F) float64 or uint8 array
        The inputs, uint8 if all are whole numbers from 0 to 255; those of a row with a problem are not to be used.
    problems : mapping of int to str
        For each row that cannot be encoded, why.
    remarks : tuple of str
        What was filled in or not recognised, a sentence each with the number of rows.
    """

    rows: Array
    problems: Mapping[int, str]
    remarks: tuple[str, ...] = ()

    def complete(self) -> Array:
        """Return the rows.

        Raises
        ------
        DataError
            If a row cannot be encoded.
        """
        for problem in self.problems.values():
            raise DataError(problem)
        return self.rows

    def warn(self) -> EncodedTable:
        """Warn of every remark, and return the same."""
        for remark in self.remarks:
            warnings.warn(remark, DataWarning, stacklevel=2)
        return self


@dataclass(frozen=True)
class TableColumns:
    """The input columns of a table and its targets.

    Parameters
    ----------
    columns : tuple of Column
        The input columns, in the order of the network's inputs.
    targets : tuple of str
        The names of the target columns; empty if they have none.
    numerals : tuple of Numerals
        How the numbers of each target are written; empty for classes.
    roles : tuple of ColumnRole
        What every column of the training table was taken for.
    """

    columns: tuple[Column, ...]
    targets: tuple[str, ...] = ()
    numerals: tuple[Numerals, ...] = ()
    roles: tuple[ColumnRole, ...] = ()

    @property
    def inputs(self) -> tuple[str, ...]:
        """The names of the network's inputs, one-hot columns spelled ``column=category``."""
        return tuple(name for column in self.columns for name in column.inputs)

    @property
    def as_written(self) -> tuple[str, ...]:
        """The columns that have to be read as texts: a reader who does not know them takes 1.234 for a fraction."""
        targets = (name for name, numerals in zip(self.targets, self.numerals, strict=False) if numerals != PLAIN)
        return (*(column.name for column in self.columns if column.as_written), *targets)

    def standardised(self) -> Array:
        """Return a (F,) bool array that is true for the inputs that are standardised, which are numbers."""
        return np.array([does for column in self.columns for does in column.standardised], dtype=bool)

    def encode(self, table: Table, rows: Array | slice = slice(None)) -> EncodedTable:
        """Return the inputs in rows of a table; its columns may be in any order, and others are ignored.

        Parameters
        ----------
        table : Table
            The table.
        rows : (N,) int array or slice
            Which rows.

        Raises
        ------
        DataError
            If a column is absent.
        """
        present = set(table.names)
        absent = [column.name for column in self.columns if column.name not in present]
        if absent:
            raise DataError(
                f"{table.name} has no column {' or '.join(map(repr, absent))}, which the network expects; "
                f"it has {', '.join(table.names)}"
            )
        remarks = [] if table.has_header else self._remarks_on_width(table)
        numbers = np.arange(len(table))[rows]
        pixels = numbered_families(column.name for column in self.columns)  # often constant in training
        encoded = np.empty((len(numbers), len(self.inputs)), self._dtype(table))
        problems: dict[int, str] = {}
        start = 0
        for column in self.columns:
            cells = table.frame[column.name].iloc[rows]
            first, start = start, start + len(column.inputs)
            filled, wrong = column.encode(cells, encoded[:, first:start])
            for i in np.flatnonzero(wrong):
                problems.setdefault(int(i), _problem(table, int(numbers[i]), column))
            far = column.far(cells, encoded[:, first:start]) & (column.name not in pixels)
            remarks += _remarks(table, column, cells, filled, far)
        return EncodedTable(encoded, problems, tuple(remarks))

    def _remarks_on_width(self, table: Table) -> list[str]:
        """Return what is said of a table without names of columns if it is narrower than that of the training.

        Raises
        ------
        DataError
            If it is wider, or lacks more than the targets, so that which column is which cannot be told.
        """
        names = [role.name for role in self.roles]
        width, expected = len(table.names), len(names)
        if not names or width == expected:
            return []
        if not set(names[width:]) <= set(self.targets) or width > expected:
            raise DataError(
                f"{table.name} has {counted(width, 'column')} without names, but the training table had {expected}, so "
                "which is which cannot be told; give the same columns in the same order"
            )
        return [
            f"{table.name} has no names of columns: its {counted(width, 'column')} are taken for the first of the "
            f"{expected} of the training table"
        ]

    def _dtype(self, table: Table) -> type[np.generic]:
        """Return uint8 for a table of nothing but whole numbers from 0 to 255, such as pixels, else float64."""
        small = (isinstance(one, NumberColumn) and table.frame[one.name].dtype == np.uint8 for one in self.columns)
        return np.uint8 if all(small) else np.float64

    def to_json(self) -> dict[str, Any]:
        """Return the columns as texts, numbers, lists and dicts, exactly."""
        return {
            "columns": [column.to_json() for column in self.columns],
            "targets": list(self.targets),
            "numerals": [asdict(numerals) for numerals in self.numerals],
            "roles": [role.to_json() for role in self.roles],
        }


class TableColumnsRecord(msgspec.Struct):
    """What `TableColumns.to_json` writes; in whence 0.1 with one target or none, and without numerals or roles."""

    columns: list[dict[str, Any]]
    targets: tuple[str, ...] | None = None
    numerals: tuple[Numerals, ...] = ()
    roles: tuple[ColumnRole, ...] = ()
    target: str | None = None

    def made(self) -> TableColumns:
        """Return the columns."""
        before = () if self.target is None else (self.target,)
        targets = before if self.targets is None else self.targets
        return TableColumns(tuple(map(column_from_json, self.columns)), targets, self.numerals, self.roles)


def _problem(table: Table, row: int, column: Column) -> str:
    cell = table.frame[column.name].iloc[row]
    if not isinstance(cell, str) and not np.isfinite(cell if cell is not None else np.nan):
        return (
            f"{table.row_name(row)}, column {column.name!r} has no value; fill it in, or train with --missing mean "
            f'(in Python, missing="mean")'
        )
    return (
        f"{table.row_name(row)}, column {column.name!r} holds {as_text(cell)!r}, but the column holds "
        f"{column.expected}; correct the cell or remove the row"
    )


def _remarks(table: Table, column: Column, cells: pd.Series, filled: Array, far: Array) -> list[str]:
    remarks = []
    if filled.any():
        with_what = "as in training" if column.fill is None else f"by {column.fill_text}, as in training"
        cells_filled = counted(int(filled.sum()), "missing cell")
        remarks.append(f"{table.name}, column {column.name!r}: {cells_filled} filled in {with_what}")
    if far.any():
        remarks.append(
            f"{table.name}, column {column.name!r}: {counted(int(far.sum()), 'value')} far outside the range of the "
            f"training data, such as {_examples(cells[far])}"
        )
    if isinstance(column, CategoryColumn) and (unseen := column.unseen(cells)).any():
        rows = counted(int(unseen.sum()), "row")
        remarks.append(
            f"{table.name}, column {column.name!r}: {rows} of categories that the training data do not have, "
            f"such as {_examples(cells[unseen])}, which count as none of the known"
        )
    return remarks


def _examples(cells: pd.Series) -> str:
    return listed(repr(as_text(cell)) for cell in cells.drop_duplicates().iloc[:_SHOWN])
