"""The preprocessing of tables: their columns, standardised, and how files with them are read."""

from __future__ import annotations

import warnings
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from whence.data.array_reading import ARRAY_FILES
from whence.data.load_options import AS_THE_FILE_TELLS, ReadingOptions
from whence.data.moments import moments
from whence.data.preprocessing import Preprocessing
from whence.data.samples import Samples
from whence.data.tables.files.file_content import STANDARD_INPUT
from whence.data.tables.files.table_file import read_table_file
from whence.data.tables.roles.roles import roles_text
from whence.data.tables.table import MISSING_MARKERS, Table, table_from_columns
from whence.data.tables.table_columns import EncodedTable, TableColumns
from whence.data.tables.targets import known_targets
from whence.errors import DataError, DataWarning

if TYPE_CHECKING:
    from collections.abc import Sequence

    from whence.arrays import Array, Shape

_SMALLEST = 1e-100


@dataclass(frozen=True, eq=False, kw_only=True)
class TablePreprocessing(Preprocessing):
    """Numbers, standardised, and one-hot categories.

    Parameters
    ----------
    columns : TableColumns
        The columns of the table, and how each is encoded.
    reading : ReadingOptions
        How files of such tables are read.
    """

    columns: TableColumns
    reading: ReadingOptions = AS_THE_FILE_TELLS

    example_file = "table.csv"

    @property
    def target_names(self) -> tuple[str, ...]:
        return self.columns.targets

    @property
    def account(self) -> str:
        return roles_text(self.columns.roles) if self.columns.roles else ""

    @property
    def _reading(self) -> ReadingOptions:
        """How files are read: as for training, and as texts where numbers are not written in the plain way."""
        return replace(self.reading, texts=(*self.reading.texts, *self.columns.as_written))

    @property
    def _markers(self) -> frozenset[str]:
        return MISSING_MARKERS | frozenset(self.reading.missing_markers)

    def fitted(self, inputs: Array, targets: Array, weights: Array | None = None) -> Self:
        """Return this preprocessing with numbers standardised by mean and standard deviation of training samples.

        Parameters
        ----------
        inputs : (N, F) array
            Raw inputs; those of categories and of cycles of dates are not standardised.
        targets : (M,) int64 or (M, K) float64 array
            Their targets; classes are not standardised.
        weights : (N,) array, optional
            Weights of the samples in means and deviations.
        """
        shift, scale = self._standardised(inputs, weights)
        if targets.dtype.kind != "f":
            return replace(self, shift=shift, scale=scale)
        target_shift, target_scale = _standardising(targets, weights, self.target_names)
        return replace(self, shift=shift, scale=scale, target_shift=target_shift, target_scale=target_scale)

    def _standardised(self, inputs: Array, weights: Array | None) -> tuple[Array, Array]:
        """Return the shift and the scale (F,) of raw inputs."""
        numbers = self.columns.standardised()
        shift = np.zeros(inputs.shape[1])
        scale = np.ones(inputs.shape[1])
        names = self.columns.inputs
        columns = np.flatnonzero(numbers)
        shift[columns], scale[columns] = _standardising(inputs, weights, [names[i] for i in columns], columns)
        return shift, scale

    def from_columns(self, frame: Any) -> Array:
        table = self._arranged(table_from_columns(frame, self._markers, self._reading.texts))
        return self._inputs(self.columns.encode(table).warn().complete(), table.name)

    def read_samples(self, source: str, classes: tuple[str, ...] | None) -> Samples | None:
        path = Path(source)
        if path.suffix.lower() in ARRAY_FILES or not (path == STANDARD_INPUT or path.is_file()):
            return super().read_samples(source, classes)
        table, names = self._table(path), self.columns.targets
        for name in names or ("",):
            if name not in table.names:
                raise DataError(f"{table.name} has no column {name!r}, the target; it has {', '.join(table.names)}")
        targets = known_targets(table, names, self.columns.numerals, classes)
        return self._samples(self.columns.encode(table).warn().complete(), targets, table.name)

    def digested_as(self, dtype: np.dtype[Any]) -> np.dtype[Any]:
        """Return float64 for the columns of a table: small whole numbers are held in bytes to save memory alone."""
        return np.dtype(np.float64) if self.columns.targets else dtype

    def read_each(self, path: Path, input_shape: Shape) -> tuple[Array, dict[int, str]]:
        if path.suffix.lower() in ARRAY_FILES:
            return super().read_each(path, input_shape)
        if path != STANDARD_INPUT:
            self._require_file(path)
        encoded = self.columns.encode(self._table(path)).warn()
        encoded.rows[list(encoded.problems)] = 0.0
        return self._inputs(encoded.rows, path.name), self._problems(encoded)

    def input_names(self, count: int) -> Sequence[str]:
        return self.columns.inputs

    def describe(self) -> dict[str, Any]:
        return {**super().describe(), "columns": list(self.columns.inputs)}

    def to_json(self) -> dict[str, Any]:
        return {**super().to_json(), "columns": self.columns.to_json(), "reading": asdict(self.reading)}

    def _read(self, path: Path, input_shape: Shape) -> Array:
        """Return the raw inputs in a file; a table needs no target column, and other columns are ignored."""
        if path.suffix.lower() in ARRAY_FILES:
            return super()._read(path, input_shape)
        return self._inputs(self.columns.encode(self._table(path)).warn().complete(), path.name)

    def _table(self, path: Path) -> Table:
        """Return the table in a file, and warn of what was not obvious in reading it."""
        table = read_table_file(path, self._reading)
        for remark in table.remarks:
            warnings.warn(remark, DataWarning, stacklevel=2)
        return self._arranged(table)

    def _arranged(self, table: Table) -> Table:
        """Return a table with its rows in the order in which they are used."""
        return table

    def _problems(self, encoded: EncodedTable) -> dict[int, str]:
        """Return for each input that cannot be used, why."""
        return dict(encoded.problems)

    def _inputs(self, rows: Array, name: str) -> Array:
        """Return rows (R, F) as raw inputs."""
        return rows

    def _samples(self, rows: Array, targets: Array, name: str) -> Samples:
        return Samples(rows, targets)


def _standardising(
    values: Array, weights: Array | None, names: Sequence[str], columns: Array | slice = slice(None)
) -> tuple[Array, Array]:
    """Return the mean and the inverse standard deviation (1 for a constant column) of columns with the given names.

    A column counts as constant if its deviation is not above the rounding of its mean.

    Raises
    ------
    DataError
        If the numbers of a column differ so little that their squares vanish; the message has its name.
    """
    shift, deviation, largest = moments(values, weights, columns)
    constant = deviation <= max(1e-12, len(values) * np.finfo(np.float64).eps) * np.abs(shift)
    for column in np.flatnonzero(deviation < _SMALLEST).tolist():
        if 0 < largest[column] < _SMALLEST:
            name = repr(names[column]) if names else "of a target"
            raise DataError(
                f"column {name} holds no number beyond {largest[column]:.3g}, too small to reckon with; "
                "give it in a smaller unit"
            )
    return shift, 1.0 / np.where(constant, 1.0, deviation)
