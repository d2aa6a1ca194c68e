"""The preprocessing of tables and time series: their columns, standardised, and how files with them are read."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from whence.data.preprocessing import ARRAY_FILES, Preprocessing
from whence.data.samples import Samples
from whence.data.tables.columns import TableColumns
from whence.data.tables.table import table_from_columns
from whence.data.tables.table_file import read_table_file
from whence.data.tables.targets import known_targets
from whence.data.tables.time_windows import windows, windows_and_targets
from whence.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from whence.arrays import Array, Shape


@dataclass(frozen=True, eq=False, kw_only=True)
class TablePreprocessing(Preprocessing):
    """Numbers, standardised, and one-hot categories.

    Parameters
    ----------
    columns : TableColumns
        The columns of the table, and how each is encoded.
    """

    columns: TableColumns

    example_file = "table.csv"

    @property
    def target_name(self) -> str:
        """The name of the target column."""
        return self.columns.target or "target"

    def fitted(self, inputs: Array, targets: Array, weights: Array | None = None) -> Self:
        """Return this preprocessing with numbers standardised by mean and standard deviation of training samples.

        Parameters
        ----------
        inputs : (N, F) array
            Raw inputs; one-hot columns are not standardised.
        targets : (M,) int64 or (M, K) float64 array
            Their targets; classes are not standardised.
        weights : (N,) array, optional
            Weights of the samples in means and deviations.
        """
        numbers = self.columns.number_mask()
        shift = np.zeros(inputs.shape[1])
        scale = np.ones(inputs.shape[1])
        shift[numbers], scale[numbers] = _standardising(inputs[:, numbers], weights)
        if targets.dtype.kind != "f":
            return replace(self, shift=shift, scale=scale)
        target_shift, target_scale = _standardising(targets, weights)
        return replace(self, shift=shift, scale=scale, target_shift=target_shift, target_scale=target_scale)

    def from_columns(self, frame: Any) -> Array:
        return self._inputs(self.columns.encode(table_from_columns(frame)), "the table")

    def read_samples(self, source: str, classes: tuple[str, ...] | None) -> Samples | None:
        path = Path(source)
        if path.suffix.lower() in ARRAY_FILES or not path.is_file():
            return super().read_samples(source, classes)
        table, target = read_table_file(path), self.columns.target
        if target is None or target not in table.names:
            raise DataError(f"{table.name} has no column {target!r}, the target; it has {', '.join(table.names)}")
        return self._samples(self.columns.encode(table), known_targets(table, target, classes), table.name)

    def input_names(self, count: int) -> Sequence[str]:
        return self.columns.inputs

    def describe(self) -> dict[str, Any]:
        return {**super().describe(), "columns": list(self.columns.inputs)}

    def to_json(self) -> dict[str, Any]:
        return {**super().to_json(), "columns": self.columns.to_json()}

    def _read(self, path: Path, input_shape: Shape) -> Array:
        """Return the raw inputs in a file; a table needs no target column, and other columns are ignored."""
        if path.suffix.lower() in ARRAY_FILES:
            return super()._read(path, input_shape)
        return self._inputs(self.columns.encode(read_table_file(path)), path.name)

    def _inputs(self, rows: Array, name: str) -> Array:
        """Return rows (R, F) as raw inputs."""
        return rows

    def _samples(self, rows: Array, targets: Array, name: str) -> Samples:
        return Samples(rows, targets)


@dataclass(frozen=True, eq=False, kw_only=True)
class SeriesPreprocessing(TablePreprocessing):
    """Windows of consecutive rows of a table.

    Parameters
    ----------
    window : int
        Rows in a window.
    """

    window: int

    def prediction_rows(self, path: Path, count: int) -> list[tuple[int | None, str]]:
        """Return the row number and title of each prediction; the last is for the row after the table."""
        if path.suffix.lower() in ARRAY_FILES:
            return super().prediction_rows(path, count)
        rows = range(self.window + 1, self.window + 1 + count)
        return [*((row, f"{path}, row {row}") for row in rows[:-1]), (rows[-1], f"{path}, after the last row")]

    def input_names(self, count: int) -> Sequence[str]:
        return self.columns.inputs * self.window

    def to_json(self) -> dict[str, Any]:
        return {**super().to_json(), "window": self.window}

    def _inputs(self, rows: Array, name: str) -> Array:
        return windows(rows, self.window, name)

    def _samples(self, rows: Array, targets: Array, name: str) -> Samples:
        return Samples(*windows_and_targets(rows, targets, self.window, name))


def _standardising(values: Array, weights: Array | None) -> tuple[Array, Array]:
    """Return the mean and the inverse standard deviation (1 for a constant column) of every column."""
    if weights is None:
        shift = values.mean(axis=0, dtype=np.float64)
        deviation = values.std(axis=0, dtype=np.float64)
    else:
        values, weights = values.astype(np.float64), weights.astype(np.float64)
        shift = np.average(values, axis=0, weights=weights)
        deviation = np.sqrt(np.average((values - shift) ** 2, axis=0, weights=weights))
    constant = deviation <= 1e-12 * np.abs(shift)
    return shift, 1.0 / np.where(constant, 1.0, deviation)
