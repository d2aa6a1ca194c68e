"""Input columns of a table: numbers, categories or dates, and their encoding as inputs of a network."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self

import msgspec
import numpy as np

from whence.data.load_options import FILLING
from whence.data.samples import LARGEST
from whence.data.tables.roles.dates import CYCLES, DAY_TO_SHOW, ISO, date_as_text, days_of, is_format
from whence.data.tables.roles.numerals import PLAIN, Numerals
from whence.data.tables.roles.spellings import as_text, as_texts, category_indices
from whence.errors import DataError

if TYPE_CHECKING:
    import pandas as pd

    from whence.arrays import Array


@dataclass(frozen=True)
class Column(ABC):
    """One input column.

    Parameters
    ----------
    name : str
        Its name in the header.
    fill : float, str or None
        The value for missing cells; None if there is none.
    indicator : bool
        Whether a further input is 1 where the cell is missing, else 0.
    strays : tuple of str
        Texts among the training cells that are not what the column holds, such as ``unknown``; they count as missing.
    """

    name: str
    fill: float | str | None = None
    indicator: bool = False
    strays: tuple[str, ...] = ()

    kind: ClassVar[str]
    """What it holds: ``number``, ``category`` or ``date``."""

    @property
    def inputs(self) -> tuple[str, ...]:
        """The names of the inputs that encode this column."""
        return (*self._inputs(), *([f"{self.name} missing"] if self.indicator else ()))

    @property
    def as_written(self) -> bool:
        """Whether the cells have to be read as texts, since what looks like a plain number is none, or another."""
        return False

    @property
    def standardised(self) -> tuple[bool, ...]:
        """For each of the inputs, whether it is standardised."""
        return tuple(name == self.name for name in self.inputs)

    def encode(self, cells: pd.Series, out: Array) -> tuple[Array, Array]:
        """Write the inputs of all rows.

        Parameters
        ----------
        cells : (N,) Series
            The cells, numbers or texts.
        out : (N, K) float64 or uint8 array
            Where the inputs are written.

        Returns
        -------
        filled, wrong : (N,) bool arrays
            True where a missing cell was filled, and where a cell cannot be encoded: it is missing and there is no
            fill, or it is not what the column holds.
        """
        missing = self.is_missing(cells)
        filled = missing if self._fills else np.zeros_like(missing)
        if self.indicator:
            out[:, -1] = missing
        return filled, self._write(cells, missing, out[:, : len(self._inputs())]) | (missing & ~filled)

    @abstractmethod
    def fitted(self, cells: pd.Series, way: str) -> Self:
        """Return the column with what it learns from training cells, among that the fill for missing ones.

        Parameters
        ----------
        cells : (N,) Series
            The cells of the training rows.
        way : str
            How missing cells are treated, as in `whence.data.load`.

        Raises
        ------
        DataError
            If they are filled, and all of these are missing.
        """

    @property
    @abstractmethod
    def expected(self) -> str:
        """What its cells are, in words: ``numbers such as 1,234.5``."""

    @property
    def fill_text(self) -> str:
        """The value for missing cells, as it is told."""
        return str(self.fill)

    def far(self, cells: pd.Series, out: Array) -> Array:
        """Return a (N,) bool array that is true where a cell is far outside the range of the training cells.

        Parameters
        ----------
        cells : (N,) Series
            The cells.
        out : (N, K) array
            Their inputs, as `encode` wrote them.
        """
        return np.zeros(len(cells), bool)

    def to_json(self) -> dict[str, Any]:
        """Return the column as texts, numbers, lists and dicts, exactly."""
        return {"kind": self.kind, **asdict(self)}

    def is_missing(self, cells: pd.Series) -> Array:
        """Return a (N,) bool array that is true where a cell is missing, or counts as missing."""
        missing: Array = cells.isna().to_numpy()
        return missing | cells.isin(self.strays).to_numpy() if self.strays else missing

    @property
    def _fills(self) -> bool:
        return self.fill is not None

    @abstractmethod
    def _inputs(self) -> tuple[str, ...]:
        """Return the names of the inputs but the indicator."""

    @abstractmethod
    def _write(self, cells: pd.Series, missing: Array, out: Array) -> Array:
        """Write the inputs but the indicator, and return where a cell is not what the column holds."""


@dataclass(frozen=True)
class MeasuredColumn(Column):
    """A column whose first input is a number.

    Parameters
    ----------
    span : tuple of two floats, or None
        The least and the largest number of the training cells; None if they were not kept.
    """

    span: tuple[float, float] | None = None

    def __post_init__(self) -> None:
        if isinstance(self.fill, str):
            raise ValueError(f"column {self.name!r} is filled with {self.fill!r}, which is no number")

    @abstractmethod
    def numbers(self, cells: pd.Series) -> Array:
        """Return the numbers in cells; NaN for all else."""

    def fitted(self, cells: pd.Series, way: str) -> Self:
        numbers = self.numbers(cells)
        present = numbers[np.isfinite(numbers)]
        if present.size and (largest := float(np.abs(present).max())) > LARGEST:
            raise DataError(
                f"column {self.name!r} holds {largest:.3g}; correct it, or give another unit: at most {LARGEST:g}"
            )
        fitted = replace(self, span=(float(present.min()), float(present.max()))) if present.size else self
        if way not in FILLING:
            return fitted
        if not present.size:
            raise _only_missing(self.name)
        indicator = way == "indicator" and len(present) < len(numbers)
        return replace(fitted, fill=_average(present, way), indicator=indicator)

    def far(self, cells: pd.Series, out: Array) -> Array:
        if self.span is None:
            return super().far(cells, out)
        low, high = self.span
        reach = high - low
        return np.asarray((out[:, 0] < low - reach) | (out[:, 0] > high + reach))


@dataclass(frozen=True)
class NumberColumn(MeasuredColumn):
    """A column of numbers, which is one input; infinite ones count as missing.

    Parameters
    ----------
    numerals : Numerals
        How the numbers are written.
    """

    numerals: Numerals = PLAIN

    kind: ClassVar[str] = "number"

    @property
    def as_written(self) -> bool:
        return self.numerals != PLAIN

    @property
    def expected(self) -> str:
        return f"numbers such as {self.numerals.example}"

    @property
    def fill_text(self) -> str:
        return f"{self.fill:.4g}"

    def _inputs(self) -> tuple[str, ...]:
        return (self.name,)

    def is_missing(self, cells: pd.Series) -> Array:
        if cells.dtype.kind in "iu":
            return np.zeros(len(cells), dtype=bool)
        if cells.dtype.kind == "f":
            missing: Array = ~np.isfinite(cells.to_numpy())
            return missing
        return super().is_missing(cells)

    def _write(self, cells: pd.Series, missing: Array, out: Array) -> Array:
        if cells.dtype.kind in "iu":
            out[:, 0] = cells.to_numpy()
            return missing
        numbers = self.numbers(cells)
        out[:, 0] = numbers if self.fill is None else np.where(missing, self.fill, numbers)
        return ~(np.abs(numbers) <= LARGEST) & ~missing

    def numbers(self, cells: pd.Series) -> Array:
        if cells.dtype.kind not in "iuf":
            return self.numerals.read(cells)
        numbers: Array = cells.to_numpy(np.float64)
        return numbers


@dataclass(frozen=True)
class CategoryColumn(Column):
    """A column of categories, each of which is an input that is 0 or 1; a category never seen is none of them.

    Parameters
    ----------
    categories : tuple of str
        The categories.
    """

    categories: tuple[str, ...] = ()

    kind: ClassVar[str] = "category"

    def __post_init__(self) -> None:
        if len(set(self.categories)) < len(self.categories) or self.fill not in (None, *self.categories):
            raise ValueError(f"column {self.name!r} has a category twice, or is filled with none of its categories")

    @property
    def as_written(self) -> bool:
        numbers = map(PLAIN.number, self.categories)
        return any(
            np.isfinite(number) and as_text(number) != category
            for number, category in zip(numbers, self.categories, strict=True)
        )

    def fitted(self, cells: pd.Series, way: str) -> Self:
        if way not in FILLING:
            return self
        if way == "indicator":
            return replace(self, indicator=bool(cells.isna().any()))
        indices = category_indices(as_texts(cells), self.categories)
        if not (indices >= 0).any():
            raise _only_missing(self.name)
        return replace(self, fill=self.categories[np.bincount(indices[indices >= 0]).argmax()])

    @property
    def expected(self) -> str:
        return "categories"

    def unseen(self, cells: pd.Series) -> Array:
        """Return a (N,) bool array that is true where a cell holds none of the categories."""
        unseen: Array = (category_indices(as_texts(cells), self.categories) < 0) & cells.notna().to_numpy()
        return unseen

    @property
    def _fills(self) -> bool:
        return self.fill is not None or self.indicator

    def _inputs(self) -> tuple[str, ...]:
        return tuple(f"{self.name}={category}" for category in self.categories)

    def _write(self, cells: pd.Series, missing: Array, out: Array) -> Array:
        indices = category_indices(as_texts(cells), self.categories)
        if self.fill is not None:
            indices = np.where(missing, self.categories.index(str(self.fill)), indices)
        known = np.flatnonzero(indices >= 0)
        out[:] = 0.0
        out[known, indices[known]] = 1.0
        return np.zeros_like(missing)


@dataclass(frozen=True)
class DateColumn(MeasuredColumn):
    """A column of dates: the days since 1970 began, and the place in each cycle, as sine and cosine.

    Parameters
    ----------
    format : str
        How dates are written, as for `datetime.datetime.strptime`, or ``"ISO8601"``.
    cycles : tuple of str
        Of ``year``, ``week`` and ``day``.
    step : float or None
        The usual number of days from row to row, where the column orders the rows of a time series.
    """

    format: str = ISO
    cycles: tuple[str, ...] = ()
    step: float | None = None

    kind: ClassVar[str] = "date"

    def __post_init__(self) -> None:
        super().__post_init__()
        if not is_format(self.format) or not set(self.cycles) <= CYCLES.keys():
            raise ValueError(f"column {self.name!r} has dates or cycles of a format that is unknown")

    @property
    def as_written(self) -> bool:
        return True

    @property
    def expected(self) -> str:
        return f"dates such as {date_as_text(DAY_TO_SHOW, self.format)}"

    @property
    def fill_text(self) -> str:
        return date_as_text(float(self.fill or 0), self.format)

    def numbers(self, cells: pd.Series) -> Array:
        return days_of(cells, self.format)

    def _inputs(self) -> tuple[str, ...]:
        parts = (f"{self.name} {part} of {cycle}" for cycle in self.cycles for part in ("sine", "cosine"))
        return (self.name, *parts)

    def _write(self, cells: pd.Series, missing: Array, out: Array) -> Array:
        days = self.numbers(cells)
        wrong: Array = ~np.isfinite(days) & ~missing
        if self.fill is not None:
            days = np.where(missing, self.fill, days)
        out[:, 0] = days
        for i, cycle in enumerate(self.cycles):
            turn = 2 * np.pi * days / CYCLES[cycle]
            out[:, 1 + 2 * i], out[:, 2 + 2 * i] = np.sin(turn), np.cos(turn)
        return wrong


_KINDS: dict[str, type[Column]] = {kind.kind: kind for kind in (NumberColumn, CategoryColumn, DateColumn)}


def column_from_json(stored: dict[str, Any]) -> Column:
    """Return the column that `Column.to_json` described; in whence 0.1 one without categories was one of numbers."""
    before = "number" if stored.get("categories") is None else "category"
    kind: type[Column] = _KINDS[msgspec.convert(stored.get("kind", before), Literal[*_KINDS])]
    return msgspec.convert(stored, kind)


def _average(present: Array, way: str) -> float:
    if way == "median":
        return float(np.median(present))
    if way == "most-frequent":
        values, counts = np.unique(present, return_counts=True)
        return float(values[counts.argmax()])
    return float(present.mean())


def _only_missing(name: str) -> DataError:
    return DataError(f"column {name!r} has only missing cells in the training samples; leave it out with --drop")
