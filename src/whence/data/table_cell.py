"""The cell of a table that an input is from, and what its row is called."""

from __future__ import annotations

import msgspec


def row_name(table: str, row: int, line: int | None) -> str:
    """Return the name of a row for messages: ``cars.csv, row 3 (line 5)``."""
    return f"{table}, row {row}" + ("" if line is None else f" (line {line})")


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

    @property
    def row_name(self) -> str:
        """The name of its row for messages."""
        return row_name(self.table, self.row, self.line)
