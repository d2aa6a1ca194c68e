"""Table files (CSV, TSV and Parquet) as columns of text; missing cells are None."""

from __future__ import annotations

import csv
import gzip
import io
import itertools
import math
import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, cast

import numpy as np

from whence.errors import DataError, UnknownNameError
from whence.optional import require
from whence.registry import unknown
from whence.wording import counted

Cells = Sequence[str | None]

_DELIMITERS = ",;\t"
_ROWS_TO_SNIFF = 10
_MISSING = {"", "na", "n/a", "nan", "<na>", "null", "?"}
_DECIMAL_COMMA = re.compile(r"([-+]?\d*),(\d+)")


@dataclass(frozen=True)
class Table:
    """The cells of a table.

    Parameters
    ----------
    name : str
        The file's name, for messages.
    names : tuple of str
        The column names.
    columns : tuple of sequences of str or None
        The cells of each column.
    rows : sequence of int
        The number of each row in the file, the first below the header being 1.
    lines : sequence of int or None
        The line of the file that each row ends on; None for files that are not text.
    """

    name: str
    names: tuple[str, ...]
    columns: tuple[Cells, ...]
    rows: Sequence[int]
    lines: Sequence[int] | None = None

    def __len__(self) -> int:
        return len(self.rows)

    def target(self, name: str | None) -> str:
        """Return the name of the target column: the given one, or else the last.

        Raises
        ------
        UnknownNameError
            If there is no such column.
        """
        if name is not None and name not in self.names:
            raise UnknownNameError(f"{self.name}: {unknown('column', name, self.names)}")
        return name or self.names[-1]

    def column(self, name: str) -> Cells:
        """Return the cells of the column called ``name``."""
        return self.columns[self.names.index(name)]

    def row_name(self, i: int) -> str:
        """Return the name of the ``i``-th row for messages."""
        line = "" if self.lines is None else f" (line {self.lines[i]})"
        return f"{self.name}, row {self.rows[i]}{line}"

    def keep(self, rows: Sequence[int]) -> Table:
        """Return the table with only the rows at the given positions; they keep their numbers."""
        return Table(
            self.name,
            self.names,
            tuple([cells[i] for i in rows] for cells in self.columns),
            [self.rows[i] for i in rows],
            None if self.lines is None else [self.lines[i] for i in rows],
        )


def parse_number(text: str) -> float | None:
    """Return the finite number that ``text`` spells, or None."""
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) and "_" not in text else None


def read_table_file(path: Path) -> Table:
    """Return the cells of a CSV, TSV or Parquet file.

    Text files are UTF-8, with or without a byte-order mark, optionally gzipped, and have a header. The delimiter is
    the one of comma, semicolon and tab that splits the first rows into equally many cells and the header into most
    names. Empty cells, NA, N/A, NaN, null and ? are missing. In a file with semicolons, 1,5 is the number 1.5.

    Raises
    ------
    DataError
        If the file cannot be read, has no header or no rows, has a name twice, or a row of another length.
    MissingDependencyError
        If a Parquet file is given and pyarrow is not installed.
    """
    if path.suffix.lower() == ".parquet":
        return _read_parquet(path)
    try:
        with gzip.open(path, "rb") if path.suffix == ".gz" else open(path, "rb") as file:
            text = cast(IO[bytes], file).read().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DataError(f"{path} is not UTF-8 text (byte {error.start}); save it as UTF-8") from error
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(f"cannot read {path}: {getattr(error, 'strerror', None) or error}; check the file") from error
    return _parse_text(path.name, text)


def table_from_columns(frame: Any) -> Table:
    """Return the cells of a data frame, or of a dict of columns by their names.

    Raises
    ------
    DataError
        If two columns have one name or differ in length, one is not a list, or there are no rows.
    """
    frame = frame.to_pydict() if hasattr(frame, "to_pydict") else frame  # an Arrow table
    labels = list(getattr(frame, "columns", frame))
    names = tuple(map(str, labels))
    if len(set(names)) < len(names):
        raise DataError(f"the table has columns {', '.join(names)}, two of one name; rename or remove one")
    for label in labels:
        if isinstance(frame[label], str) or not np.iterable(frame[label]):
            raise DataError(f"the column {str(label)!r} of the table is {frame[label]!r}; give a list with its cells")
    columns = tuple([_text(cell) for cell in frame[label]] for label in labels)
    lengths = sorted({len(column) for column in columns})
    if len(lengths) > 1:
        raise DataError(
            f"the columns of the table have from {lengths[0]} to {lengths[-1]} cells; give all equally many"
        )
    return _checked(Table("the table", names, columns, range(1, lengths[0] + 1 if lengths else 1)))


def _parse_text(name: str, text: str) -> Table:
    if not text.strip():
        raise DataError(f"{name} is empty; expected a line of column names with rows below it")
    delimiter = max(_DELIMITERS, key=lambda mark: _fitness(text, mark))
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    header: list[str] = []
    rows: list[list[str | None]] = []
    line_numbers: list[int] = []
    try:
        for cells in reader:
            if len(cells) < 2 and not "".join(cells).strip():
                continue  # a blank line
            if not header:
                header = [cell.strip() for cell in cells]
                _check_header(name, header)
                continue
            if len(cells) != len(header):
                raise DataError(
                    f"{name}, row {len(rows) + 1} (line {reader.line_num}) has {counted(len(cells), 'cell')}, "
                    f"but the header has {len(header)}; each row needs one cell per column"
                )
            rows.append([_cell(cell, delimiter) for cell in cells])
            line_numbers.append(reader.line_num)
    except csv.Error as error:
        raise DataError(f"{name}, line {reader.line_num} is malformed ({error}); check its quotation marks") from error
    columns = tuple(list(column) for column in zip(*rows, strict=True))
    return _checked(Table(name, tuple(header), columns, range(1, len(rows) + 1), line_numbers))


def _fitness(text: str, delimiter: str) -> tuple[bool, int]:
    """Return whether a delimiter splits the first rows into equally many cells, and into how many the header."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        widths = [len(cells) for cells in itertools.islice(filter(None, reader), _ROWS_TO_SNIFF)]
    except csv.Error:
        return False, 0
    return len(set(widths)) == 1 and widths[0] > 1, widths[0]


def _cell(cell: str, delimiter: str) -> str | None:
    cell = cell.strip()
    if cell.lower() in _MISSING:
        return None
    if delimiter == ";" and (match := _DECIMAL_COMMA.fullmatch(cell)):
        return f"{match[1]}.{match[2]}"
    return cell


def _read_parquet(path: Path) -> Table:
    parquet = require("pyarrow.parquet", extra="parquet", purpose="reading Parquet files")
    arrow = require("pyarrow", extra="parquet", purpose="reading Parquet files")
    try:
        content = parquet.read_table(path)
    except (arrow.ArrowException, OSError) as error:
        raise DataError(f"cannot read {path}: {error}; is it a Parquet file?") from error
    header = [str(name) for name in content.column_names]
    _check_header(path.name, header)
    columns = tuple([_text(value) for value in column.to_pylist()] for column in content.columns)
    return _checked(Table(path.name, tuple(header), columns, range(1, content.num_rows + 1)))


def _text(value: Any) -> str | None:
    if value is None:
        return None
    text = str(value).strip()  # str of a float is its shortest exact form
    return None if text.lower() in _MISSING else text


def _check_header(name: str, header: list[str]) -> None:
    for position, column in enumerate(header, start=1):
        if not column:
            raise DataError(f"{name} has no name for column {position} in its header; give it one")
        if header.index(column) != position - 1:
            raise DataError(f"{name} has two columns named {column!r}; rename or remove one")
    numbers = [parse_number(column) for column in header]
    if all(number is not None for number in numbers) or any(number is not None and number % 1 for number in numbers):
        raise DataError(f"{name} begins with data ({', '.join(header[:3])} …); add a line of column names above them")


def _checked(table: Table) -> Table:
    if len(table) == 0:
        raise DataError(f"{table.name} has a header but no rows; at least one is needed")
    return table
