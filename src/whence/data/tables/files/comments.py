"""Comment lines in text files with a table: they begin with ``#`` or ``%``."""

from __future__ import annotations

import re
from collections.abc import Sequence

from whence.data.tables.files.dialect import Dialect, MalformedQuotes
from whence.data.tables.files.header import NUMBER

_MARKS = ("#", "%")
_MARKED_LINE = re.compile(rb"(?m)^[#%].*")


def may_have_comments(content: bytes) -> bool:
    """Return whether a line of a text begins as a comment does."""
    return any(mark in content for mark in (b"#", b"%")) and bool(_MARKED_LINE.search(content))


def without_comments(content: bytes, dialect: Dialect, width: int, *, may_name: bool) -> tuple[bytes, int]:
    """Return a text with its comments made blank, so that lines keep their numbers, and how many there were.

    A marked line of as many cells as the table has columns is a row. Above the table this holds only for a line with a
    number; and the last line without one may name the columns, as ``numpy.savetxt`` writes it.

    Parameters
    ----------
    content : bytes
        The text.
    dialect : Dialect
        How it is written.
    width : int
        Cells in a row of the table.
    may_name : bool
        Whether a comment can name the columns, for no line below does.
    """
    first_row = next((line.start() for line in re.finditer(rb"(?m)^[^#%\s]", content)), len(content))
    marked = list(_MARKED_LINE.finditer(content))
    above = [line for line in marked if line.start() < first_row]
    pieces, end, count = [], 0, 0
    for line in marked:
        text = line[0].decode()
        cells = _cells(dialect, text.lstrip("#% "))
        is_whole = len(cells) == width > 1
        holds_number = any(map(NUMBER.fullmatch, cells))
        if is_whole and may_name and above and line is above[-1] and not holds_number:
            kept = text.lstrip("#% ").encode()
        elif is_whole and (line.start() > first_row or holds_number):
            kept = line[0]
        else:
            kept = b""
            count += 1
        pieces += [content[end : line.start()], kept]
        end = line.end()
    return b"".join([*pieces, content[end:]]), count


def unmarked(lines: Sequence[str]) -> list[str]:
    """Return the lines that are no comments, or all if all could be."""
    return [line for line in lines if not line.startswith(_MARKS)] or list(lines)


def _cells(dialect: Dialect, line: str) -> list[str]:
    try:
        return next((cells for _, cells in dialect.records([line])), [])
    except MalformedQuotes:
        return []
