"""The cell of a table that an input is from."""

from __future__ import annotations

import msgspec


class TableCell(msgspec.Struct):
    """The cell of a table that an input is from, and how the input was computed."""

    computed: str
    """The input as a number, or the arithmetic that standardised it."""
    written: str | None
    """What stands in the cell, or None if it is empty."""
    column: str
    table: str
    row: int
    line: int | None
    """The line of the file, if that is known."""
