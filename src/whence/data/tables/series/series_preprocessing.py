"""The preprocessing of time series: windows of rows of a table, relative to earlier ones where they trend."""

from __future__ import annotations

import warnings
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from whence.data.array_reading import ARRAY_FILES
from whence.data.samples import Samples
from whence.data.tables.columns import DateColumn
from whence.data.tables.preprocessing import TablePreprocessing
from whence.data.tables.series.differencing import Differencing
from whence.data.tables.series.time_order import in_time_order
from whence.data.tables.series.time_windows import windows, windows_and_targets
from whence.data.tables.table import Table
from whence.data.tables.table_columns import EncodedTable
from whence.errors import DataWarning
from whence.wording import counted, listed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from whence.arrays import Array, DTypeLike


@dataclass(frozen=True, eq=False, kw_only=True)
class SeriesPreprocessing(TablePreprocessing):
    """Windows of consecutive rows of a table, after which the targets of the next rows are predicted.

    Parameters
    ----------
    window : int
        Rows in a window, T.
    horizon : int
        Rows after it whose targets are predicted, H.
    time : DateColumn or None
        The column of dates that orders the rows; None if they are in order as they are.
    differencing : Differencing or None
        What windows and targets are relative to; None if they are taken as they are.
    """

    window: int
    horizon: int = 1
    time: DateColumn | None = None
    differencing: Differencing | None = None

    def __call__(self, inputs: Array, dtype: DTypeLike = np.float32) -> Array:
        return super().__call__(self.relative(inputs), dtype)

    def relative(self, inputs: Array) -> Array:
        """Return raw windows (N, T, F), relative to their last rows where the series is differenced."""
        return inputs if self.differencing is None else self.differencing.relative(inputs)

    def reference(self, inputs: Array) -> float | Array:
        return 0.0 if self.differencing is None else self.differencing.reference(inputs, self.horizon)

    def values_before(self, inputs: Array) -> Array | None:
        names = self.columns.inputs
        if not set(self.columns.targets) <= set(names):
            return None
        last: Array = inputs[:, -1, [names.index(target) for target in self.columns.targets]]  # (N, K)
        return np.tile(last, self.horizon)  # (N, H · K)

    @property
    def target_names(self) -> tuple[str, ...]:
        names = super().target_names
        if self.horizon == 1:
            return names
        return tuple(f"{name} +{step}" for step in range(1, self.horizon + 1) for name in names)

    @property
    def account(self) -> str:
        rows = "the next row" if self.horizon == 1 else f"each of the next {self.horizon} rows"
        order = "" if self.time is None else f", in the order of {self.time.name}"
        verb = "is" if len(self.columns.targets) == 1 else "are"
        lines = [f"{listed(self.columns.targets)} of {rows} {verb} predicted from {counted(self.window, 'row')}{order}"]
        if self.differencing is not None:
            lines.append(f"as the change from {_rows_before(self.differencing.lag)}")
        return "\n\n".join(filter(None, [super().account, ", ".join(lines)]))

    def prediction_rows(self, path: Path, count: int) -> list[tuple[int | None, str]]:
        """Return the number of the first predicted row and the title of each prediction, the last after the table."""
        if path.suffix.lower() in ARRAY_FILES:
            return super().prediction_rows(path, count)
        first = range(self.window + 1, self.window + 1 + count)
        one = self.horizon == 1
        titles = [f"{path}, row {row}" if one else f"{path}, rows {row} to {row + self.horizon - 1}" for row in first]
        titles[-1] = f"{path}, after the last row"
        return list(zip(first, titles, strict=True))

    def input_names(self, count: int) -> Sequence[str]:
        return self.columns.inputs * self.window

    def to_json(self) -> dict[str, Any]:
        return {
            **super().to_json(),
            "window": self.window,
            "horizon": self.horizon,
            "time": None if self.time is None else self.time.to_json(),
            "differencing": None if self.differencing is None else asdict(self.differencing),
        }

    def _arranged(self, table: Table) -> Table:
        if self.time is None:
            return table
        if self.time.name not in table.names:
            warnings.warn(
                f"{table.name} has no column {self.time.name!r}, by which the network's rows were ordered; its rows "
                "are taken in the order in which they are",
                DataWarning,
                stacklevel=2,
            )
            return table
        table, remarks = in_time_order(table, self.time)
        for remark in remarks:
            warnings.warn(remark, DataWarning, stacklevel=2)
        return table

    def _inputs(self, rows: Array, name: str) -> Array:
        return windows(rows, self.window, name)

    def _problems(self, encoded: EncodedTable) -> dict[int, str]:
        return {
            start: problem
            for row, problem in sorted(encoded.problems.items(), reverse=True)
            for start in range(max(row - self.window + 1, 0), min(row, len(encoded.rows) - self.window) + 1)
        }

    def _samples(self, rows: Array, targets: Array, name: str) -> Samples:
        return Samples(*windows_and_targets(rows, targets, self.window, self.horizon, name))


def _rows_before(lag: int) -> str:
    return "the row before" if lag == 1 else f"{lag} rows before"


def differencing_remark(targets: Sequence[str], differencing: Differencing, share: float) -> str:
    """Return a sentence on the differencing of targets.

    Parameters
    ----------
    targets : sequence of str
        Their names.
    differencing : Differencing
        What they are relative to.
    share : float
        The standard deviation of the changes in units of that of the values.
    """
    return (
        f"{listed(targets)} {'is' if len(targets) == 1 else 'are'} predicted as the change from "
        f"{_rows_before(differencing.lag)}, whose standard deviation in the training rows is {share:.0%} of that of "
        "the values; --difference 0 predicts these themselves"
    )
