"""Files with tables, whatever their format."""

from __future__ import annotations

import io
from collections.abc import Collection
from pathlib import Path

from whence.data.damage import damage_told
from whence.data.load_options import AS_THE_FILE_TELLS, ReadingOptions
from whence.data.tables.files import parsed_cache
from whence.data.tables.files.delimited import read_delimited
from whence.data.tables.files.file_content import STANDARD_INPUT, FileContent, file_content
from whence.data.tables.files.header import require_few_columns
from whence.data.tables.files.json_table import read_json
from whence.data.tables.files.workbook import read_workbook
from whence.data.tables.table import MISSING_MARKERS, Table, numbers_and_texts
from whence.data.unpacking import require_honest
from whence.errors import DataError
from whence.optional import require

SUFFIXES = (".csv", ".tsv", ".tab", ".txt", ".data", ".dat", ".xlsx", ".parquet", ".json", ".jsonl", ".ndjson")
"""The usual endings of files with tables."""

_BYTES_OF_NUMBER = 8


def name_of_table(path: Path) -> str:
    """Return the name of the data in a file: that of the file without its endings."""
    if path == STANDARD_INPUT:
        return "standard-input"
    name = path.name
    for suffix in (".gz", ".zip", *SUFFIXES):
        name = name.removesuffix(suffix)
    return name


def read_table_file(path: Path, reading: ReadingOptions = AS_THE_FILE_TELLS) -> Table:
    """Return the table in a file, or in standard input for the path ``-``.

    Texts may have cells divided by commas, semicolons, tabs, vertical bars or white space, numbers with decimal
    commas, comment lines, and any encoding among UTF-8, UTF-16 and cp1252; they may be packed as gz or zip. Other
    formats are Excel workbooks, Parquet, and JSON with a list of records or a record a line. The content tells the
    format, not the name.

    Parameters
    ----------
    path : Path
        The file.
    reading : ReadingOptions
        How it is read, as far as it does not tell.

    Raises
    ------
    DataError
        If the file cannot be read or is not a table; the message names the row and the line.
    MissingDependencyError
        If the library for its format is not installed.
    """
    found = file_content(path)
    missing = MISSING_MARKERS | frozenset(reading.missing_markers)
    if len(found.content) < parsed_cache.SMALLEST or found.kind == "parquet":
        return _parsed(found, path.suffix, reading, missing)
    place = parsed_cache.place_of(found.content, found.name, found.kind, path.suffix, reading, sorted(missing))
    table = parsed_cache.kept_table(place)
    if table is None:
        table = _parsed(found, path.suffix, reading, missing)
        parsed_cache.keep_table(table, place)
    return table


def _parsed(found: FileContent, suffix: str, reading: ReadingOptions, missing: frozenset[str]) -> Table:
    match found.kind:
        case "parquet":
            table = _read_parquet(found, missing, reading.texts)
        case "xlsx":
            table = read_workbook(found.name, found.content, reading.header, missing, reading.texts)
        case "json":
            table = read_json(found.name, found.content, missing, reading.texts)
        case _:
            table = read_delimited(found.name, suffix, found.content, reading.header, missing, reading.texts)
    return table.with_remarks(found.remarks)


def _read_parquet(found: FileContent, missing: frozenset[str], texts: Collection[str]) -> Table:
    parquet = require("pyarrow.parquet", extra="parquet", purpose="reading Parquet files")
    with damage_told(found.name, "is it a Parquet file?"):
        file = parquet.ParquetFile(io.BytesIO(found.content))
        require_few_columns(file.metadata.num_columns, found.name)
        numbers = file.metadata.num_rows * file.metadata.num_columns
        require_honest(_BYTES_OF_NUMBER * numbers, len(found.content), found.name)
        content = file.read()
        frame = content.to_pandas(ignore_metadata=True)
    names = [str(name) for name in content.column_names]
    if len(set(names)) < len(names):
        raise DataError(f"{found.name} has two columns of one name among {', '.join(names)}; rename or remove one")
    if content.num_rows == 0:
        raise DataError(f"{found.name} has no rows; at least one is needed")
    return Table(found.name, numbers_and_texts(frame, missing, texts), range(1, content.num_rows + 1))
