"""The columns of a table, of numbers or of categories, and their encoding as numbers."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from whence.data.tables.table import Table
from whence.errors import DataError

if TYPE_CHECKING:
    import pandas as pd

    from whence.arrays import Array

_MOST_CATEGORIES = 256


@dataclass(frozen=True)
class Column:
    """One input column.

    Parameters
    ----------
    name : str
        Its name in the header.
    categories : tuple of str or None
        Its texts, each of which becomes an input that is 0 or 1; None for a column of numbers.
    fill : float, str or None
        The value for missing cells; None if cells may not be missing.
    """

    name: str
    categories: tuple[str, ...] | None = None
    fill: float | str | None = None

    @property
    def inputs(self) -> tuple[str, ...]:
        """The names of the inputs that encode this column."""
        if self.categories is None:
            return (self.name,)
        return tuple(f"{self.name}={category}" for category in self.categories)


@dataclass(frozen=True)
class TableColumns:
    """The input columns of a table and its target column.

    Parameters
    ----------
    columns : tuple of Column
        The input columns, in the order of the network's inputs.
    target : str or None
        The name of the target column.
    """

    columns: tuple[Column, ...]
    target: str | None = None

    @property
    def inputs(self) -> tuple[str, ...]:
        """The names of the network's inputs, one-hot columns spelled ``column=category``."""
        return tuple(name for column in self.columns for name in column.inputs)

    def number_mask(self) -> Array:
        """Return a (F,) bool array that is true for inputs from columns of numbers."""
        return np.array([column.categories is None for column in self.columns for _ in column.inputs], dtype=bool)

    def encode(self, table: Table) -> Array:
        """Return the inputs in the rows of a table; its columns may be in any order.

        Returns
        -------
        (N, F) float64 array

        Raises
        ------
        DataError
            If a column is absent, or a cell is missing or of a category that the training data did not have.
        """
        absent = [column.name for column in self.columns if column.name not in table.names]
        if absent:
            raise DataError(
                f"{table.name} has no column {' or '.join(map(repr, absent))}, which the network expects; "
                f"it has {', '.join(table.names)}"
            )
        encoded = np.zeros((len(table), len(self.inputs)))
        start = 0
        for column in self.columns:
            part = encoded[:, start : start + len(column.inputs)]
            start += len(column.inputs)
            if column.categories is None:
                part[:, 0] = _numbers(column, table)
            else:
                part[np.arange(len(table)), _category_indices(column, column.categories, table)] = 1.0
        return encoded

    def to_json(self) -> dict[str, Any]:
        """Return the columns as texts, numbers, lists and dicts, exactly."""
        return asdict(self)

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> TableColumns:
        """Return the columns that `to_json` described."""
        columns = tuple(
            Column(c["name"], None if c["categories"] is None else tuple(c["categories"]), c["fill"])
            for c in stored["columns"]
        )
        return cls(columns, stored["target"])


def learn_columns(table: Table, names: list[str], target: str, missing: str, train_rows: Array) -> TableColumns:
    """Return the input columns of a table, with the fill values of missing cells."""
    learned = [_learn(table, name) for name in names]
    if missing == "mean":
        learned = [_with_fill(column, table.frame[column.name].iloc[train_rows]) for column in learned]
    return TableColumns(tuple(learned), target)


def parse_number(text: str) -> float | None:
    """Return the finite number that ``text`` spells, or None."""
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) and "_" not in text else None


def are_numbers(table: Table, name: str) -> bool:
    """Return whether all cells of a column are numbers; raise `DataError` if only most are."""
    cells = table.frame[name]
    if table.holds_numbers(name):
        spelled = np.flatnonzero(np.isinf(cells))
    else:
        spelled = np.flatnonzero([text is not None and parse_number(text) is None for text in cells])
    if len(spelled) and 2 * len(spelled) < cells.notna().sum():
        raise DataError(
            f"{table.row_name(spelled[0])}, column {name!r} holds {str(cells[spelled[0]])!r}, but most of the column "
            f"are numbers; correct the cell or remove the row"
        )
    return len(spelled) == 0


def _learn(table: Table, name: str) -> Column:
    """Return a column with its categories, if any."""
    present = set(table.frame[name].dropna())
    if not present:
        raise DataError(f"column {name!r} has only missing cells; remove it")
    if are_numbers(table, name):
        return Column(name)
    if len(present) > _MOST_CATEGORIES:
        raise DataError(
            f"column {name!r} holds {len(present)} different texts; at most {_MOST_CATEGORIES} are possible; "
            f"remove the column"
        )
    return Column(name, tuple(sorted(map(str, present))))


def _with_fill(column: Column, cells: pd.Series) -> Column:
    present = cells.dropna()
    if present.empty:
        raise DataError(f"column {column.name!r} has only missing cells in the training samples; remove it")
    if column.categories is None:
        return replace(column, fill=float(np.mean([float(cell) for cell in present])))
    counts = Counter(map(str, present))
    return replace(column, fill=min(counts, key=lambda text: (-counts[text], text)))


def _numbers(column: Column, table: Table) -> Array:
    cells = table.frame[column.name]
    if table.holds_numbers(column.name):
        numbers: Array = cells.to_numpy(np.float64, copy=True)
    else:
        numbers = np.array([np.nan if text is None else _number_in(text) for text in cells])
    wrong = np.flatnonzero(np.isinf(numbers))
    if len(wrong):
        raise DataError(
            f"{table.row_name(wrong[0])}, column {column.name!r} holds {str(cells[wrong[0]])!r}, but the column holds "
            f"numbers; correct the cell or remove the row"
        )
    for i in np.flatnonzero(np.isnan(numbers)).tolist():
        numbers[i] = _filled(column, table, i)
    return numbers


def _number_in(text: str) -> float:
    number = parse_number(text)
    return np.inf if number is None else number


def _category_indices(column: Column, categories: tuple[str, ...], table: Table) -> list[int]:
    index = {category: i for i, category in enumerate(categories)}
    indices = []
    for i, text in enumerate(table.texts(column.name)):
        category = _filled(column, table, i) if text is None else text
        if category not in index:
            raise DataError(
                f"{table.row_name(i)}, column {column.name!r} holds {text!r}, which the training data do not have; "
                f"expected one of {', '.join(categories)}"
            )
        indices.append(index[str(category)])
    return indices


def _filled(column: Column, table: Table, i: int) -> float | str:
    if column.fill is None:
        raise DataError(
            f"{table.row_name(i)}, column {column.name!r} has no value; fill it in, or train with --missing mean "
            f'(in Python, missing="mean")'
        )
    return column.fill
