"""Tables in Excel workbooks (xlsx), read by openpyxl."""

from __future__ import annotations

import datetime
import io
import warnings
from collections.abc import Collection, Sequence
from typing import Any

from whence.data.damage import damage_told
from whence.data.tables.files.header import NO_HEADER, column_names, has_header, numbered_names
from whence.data.tables.table import Table, numbers_and_texts, ragged, without_empty_end
from whence.errors import DataError
from whence.optional import require
from whence.wording import listed

_ROWS_TO_LOOK_AT = 1000
_MOST_CELLS = 20_000_000


def read_workbook(
    name: str, content: bytes, header: bool | None, missing: frozenset[str], texts: Collection[str]
) -> Table:
    """Return the table in a workbook: in the first sheet that is no note of a few cells.

    Parameters
    ----------
    name : str
        The name of the file, for messages.
    content : bytes
        The workbook.
    header : bool or None
        Whether its first row is a header; None to tell from the cells.
    missing : set of str
        The texts that mark a missing cell.
    texts : collection of str
        Columns of which texts that spell numbers stay texts.

    Raises
    ------
    DataError
        If the workbook is damaged or has no table in its first sheet.
    MissingDependencyError
        If openpyxl is not installed.
    """
    import pandas as pd

    openpyxl = require("openpyxl", extra="xlsx", purpose="reading Excel workbooks")
    with (
        damage_told(name, "is it an Excel workbook (xlsx)?"),
        warnings.catch_warnings(action="ignore"),  # of parts of a workbook that are not read, such as styles
    ):
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        if not book.worksheets:
            raise DataError(f"{name} has no sheet with cells; save the table in one")
        sheet, rows = _first_table(book.worksheets, name)
        others = [one.title for one in book.worksheets if one is not sheet]
    remarks = []
    if others:
        remarks.append(
            f"of {name} only the sheet {sheet.title!r} is read, not {listed(others)}; to read another, save it as CSV, "
            "or move it to the front"
        )
    first = next((i for i, row in enumerate(rows) if _width(row)), None)
    if first is None:
        raise DataError(f"the sheet {sheet.title!r} of {name} is empty; move the table to the first sheet")
    width = max(map(_width, rows))
    rows = [[_cell(cell) for cell in (*row, *[None] * width)[:width]] for row in rows[first:]]
    if header is None:
        header = has_header(_texts(rows[0]), list(map(_texts, rows[1:_ROWS_TO_LOOK_AT])), missing)
        remarks += [] if header else [NO_HEADER.format(name=name)]
    named = _width(rows[0]) if header else width
    for number, row in enumerate(rows[1:], start=1):
        if _width(row) > named:
            raise ragged(f"{name}, row {number} (line {first + 1 + number})", _width(row), "the header", named)
    names = column_names(_texts(rows[0]), width, f"{name}, line {first + 1}") if header else numbered_names(width)
    frame = numbers_and_texts(pd.DataFrame(rows[header:], columns=names, dtype=object), missing, texts)
    lines = range(first + header + 1, first + len(rows) + 1)
    return without_empty_end(Table(name, frame, range(1, len(frame) + 1), lines, tuple(remarks), header))


def _first_table(sheets: Sequence[Any], name: str) -> tuple[Any, list[list[Any]]]:
    """Return the first sheet with at least two rows of several cells, no note, or else the first; and its rows."""
    read = ((sheet, _rows(sheet, name)) for sheet in sheets)
    first = next(read)
    for sheet, rows in (first, *read) if not _is_table(first[1]) else (first,):
        if _is_table(rows):
            return sheet, rows
    return first


def _is_table(rows: list[list[Any]]) -> bool:
    return sum(len([cell for cell in row if cell is not None]) > 1 for row in rows[:_ROWS_TO_LOOK_AT]) > 1


def _rows(sheet: Any, name: str) -> list[list[Any]]:
    sheet.reset_dimensions()  # the file may claim to have any number of rows and columns
    rows, cells = [], 0
    for row in sheet.iter_rows(values_only=True):
        rows.append(list(row))
        cells += len(row)
        if cells > _MOST_CELLS:
            raise DataError(f"{name} has more than {_MOST_CELLS:,} cells; save it as csv, or as Parquet")
    return rows


def _width(row: list[Any]) -> int:
    """Return the number of cells up to the last that is not empty."""
    return max((j for j, cell in enumerate(row, start=1) if cell is not None), default=0)


def _texts(row: list[Any]) -> list[str]:
    return ["" if cell is None else str(cell).strip() for cell in row]


def _cell(cell: Any) -> Any:
    """Return a cell, a date without a time as a date."""
    if isinstance(cell, datetime.datetime) and cell.time() == datetime.time():
        return cell.date()
    return cell
