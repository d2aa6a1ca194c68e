"""Table files (CSV, TSV and Parquet) as columns of text; missing cells are None."""

from __future__ import annotations

import csv
import gzip
import io
import itertools
import re
import zlib
from pathlib import Path
from typing import IO, cast

from whence.data.tables.columns import parse_number
from whence.data.tables.table import Table, numbers_and_texts
from whence.errors import DataError
from whence.optional import require
from whence.wording import counted

_DELIMITERS = ",;\t"
_ROWS_TO_SNIFF = 10
_MISSING = {"", "na", "n/a", "nan", "<na>", "null", "?"}
_DECIMAL_COMMA = re.compile(r"([-+]?\d*),(\d+)")


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
    import pandas as pd

    frame = numbers_and_texts(pd.DataFrame(rows, columns=header, dtype=object))
    return _checked(Table(name, frame, range(1, len(rows) + 1), line_numbers))


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
    return _checked(Table(path.name, numbers_and_texts(content.to_pandas()), range(1, content.num_rows + 1)))


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
