"""Text files whose rows are lines and whose cells are divided by commas, tabs and the like."""

from __future__ import annotations

import io
import re
import warnings
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from whence.data.tables.files.column_reader import read_columns
from whence.data.tables.files.comments import may_have_comments, unmarked, without_comments
from whence.data.tables.files.dialect import WHITE_SPACE, Dialect, MalformedQuotes, dialect_of
from whence.data.tables.files.header import NO_HEADER, column_names, has_header, numbered_names, require_few_columns
from whence.data.tables.roles.column_names import numbered_families
from whence.data.tables.table import Table, ragged, without_empty_end
from whence.errors import DataError
from whence.wording import counted

if TYPE_CHECKING:
    import pandas as pd

_SAMPLE_LINES, _SAMPLE_CHARACTERS = 1000, 1 << 18
_DELIMITER_NAMES = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "vertical bars", WHITE_SPACE: "white space"}
_USUAL = {".csv": ",;", ".tsv": "\t", ".tab": "\t"}
_SEPARATOR_LINE = re.compile(rb'\A"?sep=.?"?\r?\n')
"""A line in which spreadsheet programs tell each other the delimiter."""

Record = tuple[int, list[str]]


def read_delimited(
    name: str, suffix: str, content: bytes, header: bool | None, missing: frozenset[str], texts: Collection[str]
) -> Table:
    """Return the table in a text.

    Parameters
    ----------
    name, suffix : str
        The name of the file, for messages, and its ending, such as ``.csv``.
    content : bytes
        The text in UTF-8.
    header : bool or None
        Whether its first row is a header; None to tell from the cells.
    missing : set of str
        The texts that mark a missing cell.
    texts : collection of str
        Columns whose cells are texts, even where they look like numbers.

    Raises
    ------
    DataError
        If the text is not a table; the message names the line.
    """
    import pandas as pd

    content = _SEPARATOR_LINE.sub(b"\n", content, count=1)
    lines = unmarked(_first_lines(content))
    dialect = dialect_of(lines, _USUAL.get(suffix, ",")[0])
    remarks = _remarks_on(name, suffix, dialect)
    records = _sample(name, dialect, lines)
    if records and may_have_comments(content):
        may_name = header is not False and not _is_header(records, header, missing)
        content, comments = without_comments(content, dialect, _width(records), may_name=may_name)
        records = _sample(name, dialect, _first_lines(content))
        if comments:
            remarks.append(f"{counted(comments, 'comment line')} of {name} {'is' if comments == 1 else 'are'} left out")
    if not records:
        raise DataError(f"{name} is empty; expected a table with a row per sample")
    is_named = _is_header(records, header, missing)
    first_line, first = records[0] if is_named else (0, [])
    width = _width(records[is_named:] or records)
    require_few_columns(max(width, len(first)), name)
    if is_named:
        first = _names(first, records[1:], width, dialect)
        names = column_names(first, width, f"{name}, line {first_line}")
    else:
        names = numbered_names(width)
        if header is None:
            remarks.append(NO_HEADER.format(name=name))
    text = _Text(name, content, first_line, dialect, len(first) or width, "the header" if is_named else "the first row")
    as_texts, families = (
        [i for i, name in enumerate(names) if name in some] for some in (texts, numbered_families(names))
    )
    columns = text.columns(len(names) + 1, missing, as_texts, families)
    while len(columns) > max(len(first), 1) and columns[-1].isna().all():
        columns.pop()
    if len(columns) < width:
        remarks.append(f"the rows of {name} end with {dialect.delimiter!r}, after which there is no further column")
    rows = len(columns[0])
    text_lines = text.lines(columns)
    frame = pd.DataFrame(dict(zip(names, columns, strict=False)), copy=False)
    return without_empty_end(
        Table(name, frame, range(1, rows + 1), text_lines, tuple(remarks), is_named, dialect.decimal)
    )


@dataclass(frozen=True)
class _Text:
    """A text whose rows have to have equally many cells.

    Parameters
    ----------
    name : str
        Its name for messages.
    content : bytes
        The text in UTF-8.
    lines_above : int
        The number of lines above the first row.
    dialect : Dialect
        How it is written.
    width : int
        The cells that each row has to have, apart from empty ones at its end.
    model : str
        What has so many cells.
    """

    name: str
    content: bytes
    lines_above: int
    dialect: Dialect
    width: int
    model: str

    def columns(
        self, count: int, missing: frozenset[str], texts: Sequence[int], families: Sequence[int]
    ) -> list[pd.Series]:
        """Return the cells of ``count`` columns, of which the last are empty unless some rows are too long.

        Those at the positions ``texts`` are texts, and those at ``families`` have no codes.
        """
        import pandas as pd

        start = 0
        for _ in range(self.lines_above):
            start = (self.content.find(b"\n", start) + 1) or len(self.content)
        try:
            with warnings.catch_warnings(action="error", category=pd.errors.ParserWarning):  # of cells that are lost
                width = max(count, self.width + 1)
                return read_columns(self.content, start, self.dialect, width, missing, texts, families)
        except (pd.errors.ParserError, pd.errors.ParserWarning, pd.errors.EmptyDataError) as error:
            problem = f"is not a table ({error}); check its rows"
            if not self._checked_lines():
                problem = "has a header but no rows; at least one is needed"
            raise DataError(f"{self.name} {problem}") from error

    def lines(self, columns: Sequence[pd.Series]) -> Sequence[int] | None:
        """Return the line that each row ends on, all rows checked."""
        rows = len(columns[0])
        may_be_ragged = len(columns) != self.width or columns[-1].isna().any()
        one_by_one = self.content.count(b"\n") + (not self.content.endswith(b"\n")) == self.lines_above + rows
        if one_by_one and not may_be_ragged and b'"' not in self.content:
            return range(self.lines_above + 1, self.lines_above + rows + 1)
        lines = self._checked_lines()
        if len(lines) != rows and self.width > 1:
            raise DataError(f"{self.name} has quotation marks that do not match; check them")
        return lines if len(lines) == rows else None

    def _checked_lines(self) -> list[int]:
        lines: list[int] = []
        try:
            for line, cells in self.dialect.records(io.TextIOWrapper(io.BytesIO(self.content), "utf-8", newline="")):
                if line <= self.lines_above:
                    continue
                if len(cells) < self.width or any(cells[self.width :]):
                    raise ragged(f"{self.name}, row {len(lines) + 1} (line {line})", len(cells), self.model, self.width)
                lines.append(line)
        except MalformedQuotes as error:
            raise _malformed(self.name, error) from error
        return lines


def _first_lines(content: bytes) -> list[str]:
    lines: list[str] = []
    characters = 0
    for line in io.TextIOWrapper(io.BytesIO(content), "utf-8", newline=""):
        lines.append(line)
        characters += len(line)
        if len(lines) >= _SAMPLE_LINES or (len(lines) > 2 and characters > _SAMPLE_CHARACTERS):
            break
    return lines


def _sample(name: str, dialect: Dialect, lines: Sequence[str]) -> list[Record]:
    records: list[Record] = []
    try:
        for record in dialect.records(lines):
            records.append(record)
    except MalformedQuotes as error:
        is_cut = len(lines) >= _SAMPLE_LINES or sum(map(len, lines)) > _SAMPLE_CHARACTERS
        if not (is_cut and records):
            raise _malformed(name, error) from error
    return records


def _malformed(name: str, error: MalformedQuotes) -> DataError:
    return DataError(f"{name}, line {error.line} is malformed ({error}); check its quotation marks")


def _is_header(records: Sequence[Record], header: bool | None, missing: frozenset[str]) -> bool:
    if header is not None:
        return header
    (_, first), *below = records
    padded = [[*cells, *[""] * (len(first) - len(cells))] for _, cells in below]
    return has_header(first, padded, missing)


def _width(records: Sequence[Record]) -> int:
    """Return the number of cells that most rows have."""
    return Counter(len(cells) for _, cells in records).most_common(1)[0][0]


def _names(first: list[str], below: Sequence[Record], width: int, dialect: Dialect) -> list[str]:
    """Return a header without empty names at its end, and with one for row names such as R writes without a name."""
    while first and not first[-1]:
        first = first[:-1]
    is_cut = all(len(cells) == width and cells[-1] for _, cells in below)
    from_r = len(first) == width - 1 and dialect.delimiter in (WHITE_SPACE, "\t") and is_cut
    return ["", *first] if from_r else first


def _remarks_on(name: str, suffix: str, dialect: Dialect) -> list[str]:
    remarks = []
    if dialect.delimiter not in _USUAL.get(suffix, dialect.delimiter):
        remarks.append(f"the cells of {name} are divided by {_DELIMITER_NAMES[dialect.delimiter]}")
    if dialect.decimal == ",":
        remarks.append(f"commas in the numbers of {name} are read as decimal commas, and dots as marks of thousands")
    return remarks
