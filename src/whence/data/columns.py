"""The columns of a table: which hold numbers, which hold categories, and how rows of cells become rows of numbers."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from whence.errors import DataError

if TYPE_CHECKING:
    from whence.arrays import Array

Cells = Sequence[str | None]


@dataclass(frozen=True)
class Column:
    """One input column.

    Parameters
    ----------
    name : str
        Its name in the header.
    categories : tuple of str or None
        The texts that may stand in it, each of which becomes an input that is 0 or 1; None for a column of numbers.
    fill : float, str or None
        What stands in for a missing cell; None where none may be missing.
    """

    name: str
    categories: tuple[str, ...] | None = None
    fill: float | str | None = None

    @property
    def kind(self) -> str:
        """``"number"`` or ``"category"``."""
        return "number" if self.categories is None else "category"

    @property
    def inputs(self) -> tuple[str, ...]:
        """The names of the network's inputs that this column becomes."""
        if self.categories is None:
            return (self.name,)
        return tuple(f"{self.name}={category}" for category in self.categories)


@dataclass(frozen=True)
class TableColumns:
    """The columns of a table, in order, and what a file with them looks like.

    Parameters
    ----------
    columns : tuple of Column
        The input columns, in the order in which the network sees them.
    target : str or None
        The name of the target column.
    missing : str
        What was done about missing cells: ``"error"``, ``"mean"`` or ``"drop"``.
    delimiter : str or None
        What separated the cells of the text file; None for other files.
    """

    columns: tuple[Column, ...]
    target: str | None = None
    missing: str = "error"
    delimiter: str | None = None

    @property
    def inputs(self) -> tuple[str, ...]:
        """The names of the network's inputs, one-hot columns spelled ``column=category``."""
        return tuple(name for column in self.columns for name in column.inputs)

    def number_mask(self) -> Array:
        """Return a (F,) bool array that is true for the inputs that come from number columns."""
        return np.array([column.categories is None for column in self.columns for _ in column.inputs], dtype=bool)

    def encode(self, cells: Sequence[Cells], row_name: Callable[[int], str]) -> Array:
        """Return the inputs for the cells of a table.

        Parameters
        ----------
        cells : sequence of columns
            The cells of each input column, in the order of ``columns``; None is a missing cell.
        row_name : callable
            How to call row ``i`` in a message.

        Returns
        -------
        (N, F) float64 array
        """
        encoded = np.zeros((len(cells[0]), len(self.inputs)))
        start = 0
        for column, texts in zip(self.columns, cells, strict=True):
            part = encoded[:, start : start + len(column.inputs)]
            start += len(column.inputs)
            if column.categories is None:
                part[:, 0] = _numbers(column, texts, row_name)
            else:
                part[np.arange(len(texts)), _category_indices(column, texts, row_name)] = 1.0
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
        return cls(columns, stored["target"], stored["missing"], stored["delimiter"])


def parse_number(text: str) -> float | None:
    """Return the finite number that ``text`` spells, or None."""
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) and "_" not in text else None


def _numbers(column: Column, texts: Cells, row_name: Callable[[int], str]) -> list[float]:
    numbers = []
    for i, text in enumerate(texts):
        number = _filled(column, row_name, i) if text is None else parse_number(text)
        if not isinstance(number, float):
            raise DataError(
                f"{row_name(i)}, column {column.name!r} holds {text!r}, but the column holds numbers; "
                f"correct the cell or remove the row"
            )
        numbers.append(number)
    return numbers


def _category_indices(column: Column, texts: Cells, row_name: Callable[[int], str]) -> list[int]:
    categories = column.categories or ()
    index = {category: i for i, category in enumerate(categories)}
    indices = []
    for i, text in enumerate(texts):
        category = _filled(column, row_name, i) if text is None else text
        if category not in index:
            raise DataError(
                f"{row_name(i)}, column {column.name!r} holds {text!r}, which the training data did not; "
                f"expected one of {', '.join(categories)}"
            )
        indices.append(index[str(category)])
    return indices


def _filled(column: Column, row_name: Callable[[int], str], i: int) -> float | str:
    if column.fill is None:
        raise DataError(
            f"{row_name(i)}, column {column.name!r} is missing; fill it in, or train with --missing mean "
            f'(in Python, missing="mean")'
        )
    return column.fill
