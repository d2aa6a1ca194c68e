"""Where the inputs of a sample came from: which cell of the table, and what became of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from whence.data.table_cell import TableCell
from whence.data.tables.preprocessing import TablePreprocessing
from whence.data.tables.roles.spellings import as_text
from whence.data.tables.table import Table

if TYPE_CHECKING:
    from whence.arrays import Array


def input_origins(preprocessing: TablePreprocessing, table: Table, rows: Array, sample: int) -> list[TableCell]:
    """Return for each input of a sample the cell that it is from, and how it was standardised.

    Parameters
    ----------
    preprocessing : TablePreprocessing
        The map from cells to inputs.
    table : Table
        The table.
    rows : (N,) or (N, T) int array
        The position in the table of each sample, or of each row of its window.
    sample : int
        The number of the sample.
    """
    return [cell for row in np.atleast_1d(rows[sample]).tolist() for cell in _of_row(preprocessing, table, row)]


def _of_row(preprocessing: TablePreprocessing, table: Table, row: int) -> list[TableCell]:
    raw = preprocessing.columns.encode(table, np.array([row])).rows[0]
    shift, scale = (np.broadcast_to(one, raw.shape) for one in (preprocessing.shift, preprocessing.scale))
    line = None if table.lines is None else int(table.lines[row])
    origins: list[TableCell] = []
    for column in preprocessing.columns.columns:
        cell = table.frame[column.name].iloc[row : row + 1]
        written = None if cell.isna().iloc[0] else as_text(cell.iloc[0])
        for _ in column.inputs:
            i = len(origins)
            standardised = (shift[i], scale[i]) != (0, 1)
            computed = f"({raw[i]:.6g} − {shift[i]:.6g}) / {1 / scale[i]:.6g}" if standardised else f"{raw[i]:.6g}"
            origins.append(TableCell(computed, written, column.name, table.name, int(table.rows[row]), line))
    return origins
