"""What a program is given to be proved: real inputs, and the text of a file with them."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

import numpy as np

from whence.arrays import Array
from whence.data import Samples
from whence.data.tables.columns import Column, DateColumn
from whence.data.tables.roles.dates import ISO, OR, QUARTER, SINCE, WEEK
from whence.data.tables.series.time_windows import windows
from whence.interop.cells import cells_of
from whence.interop.programs.program import Program, TableRows
from whence.nn.axes import ANY_LENGTH

_DAYS = 36_000
"""How many days the rows of a time series may cover: from 1970 to 2068, the last year that ``%y`` tells."""


def inputs_for(program: Program, samples: Samples) -> list[Array]:
    """Return raw inputs one by one, each as a batch, up to the end of its sequence, as a program reads them.

    Sequences of characters are one text for a program that reads it whole. Of windows of a time series, the first and
    the last rows of all others are a table, of which all windows are returned.
    """
    if program.characters and program.shapes[program.input][1] == ANY_LENGTH:
        return [samples.inputs.reshape(1, -1)]
    rows = [samples.inputs[row : row + 1] for row in range(len(samples))]
    if program.table is not None and program.table.window is not None:
        return [each[np.newaxis] for each in windows(_table(rows), program.table.window, "the table")]
    if samples.lengths is None:
        return rows
    return [row[:, :length] for row, length in zip(rows, samples.lengths, strict=True)]


def text_of(program: Program, inputs: Sequence[Array]) -> str:
    """Return the text of a file with inputs, as `inputs_for` returned them."""
    if program.table is not None:
        rows = _table(inputs) if program.table.window is not None else np.concatenate(inputs)
        return _text_of_table(program.table, rows)
    if program.characters:
        return "".join(program.characters[place] for each in inputs for place in each.ravel())
    return "".join(",".join(map(repr, each.ravel().tolist())) + "\n" for each in inputs)


def _table(inputs: Sequence[Array]) -> Array:
    """Return the rows of the first window, and the last ones of the others."""
    return np.concatenate([inputs[0][0], *(each[:, -1] for each in inputs[1:])])


def _text_of_table(table: TableRows, rows: Array) -> str:
    encoded = cells_of(table.columns, rows[:, np.newaxis])
    cells = [[column.name, *(_cell(cell, column) for cell in encoded[column.name][:, 0])] for column in table.columns]
    if table.time is not None:
        days = np.arange(len(rows)) * min(_days_apart(table.time.format), _DAYS / len(rows))
        cells.append([table.time.name, *(_date(day, table.time.format) for day in days.tolist())])
    quoted = (['"' + cell.replace('"', '""') + '"' for cell in row] for row in zip(*cells, strict=True))
    return "".join(",".join(row) + "\n" for row in quoted)


def _cell(cell: str | float, column: Column) -> str:
    """Return a cell as a text; an empty one is filled in with what stands for it."""
    if not isinstance(column, DateColumn):
        return "" if cell != cell else str(cell)
    return "" if cell != cell or cell == column.fill else _date(float(cell), column.format)


def _days_apart(form: str) -> float:
    """Return after how many days a date is another one in a format: in quarters, weeks, months or days."""
    form = form.split(OR)[0]
    coarse = {QUARTER: 92.0, WEEK: 7.0}
    return coarse.get(form, 31.0 if "%" in form and "%d" not in form else 1.0)


def _date(days: float, form: str) -> str:
    """Return a moment, in days since 1970 began, as a date in a format, or in the first of several."""
    form = form.split(OR)[0]
    if form in SINCE:
        start, per_day = SINCE[form]
        return repr((days - start) * per_day)
    moment = datetime.datetime(1970, 1, 1) + datetime.timedelta(seconds=round(days * 86_400, 5))
    if form == QUARTER:
        return f"{moment.year}Q{(moment.month + 2) // 3}"
    return moment.isoformat(" ") if form == ISO else moment.strftime("%G-W%V-%u" if form == WEEK else form)
