"""Tables as text."""

from __future__ import annotations

import csv
import io
import re
import shutil
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from whence.visible import on_one_line

_ENDLESS = 10_000
_FORMULA = re.compile(r"[=@\t\r]|[+-](?![\d.])")
"""How a text begins that a spreadsheet program takes for a formula."""


def terminal_width() -> int:
    """Return the number of characters in a line of the terminal; very many where there is none."""
    return shutil.get_terminal_size((_ENDLESS, 1)).columns


def text_table(header: Sequence[str], rows: Sequence[Sequence[str]], *, left: int = 1) -> str:
    """Return a table as text, with the first ``left`` columns left-aligned and the others right-aligned."""
    lines = [[on_one_line(cell) for cell in line] for line in (header, *rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(header))]

    def aligned(line: Sequence[str]) -> str:
        cells = zip(line, widths, range(len(header)), strict=True)
        return "  ".join(cell.ljust(width) if i < left else cell.rjust(width) for cell, width, i in cells).rstrip()

    rule = "─" * (sum(widths) + 2 * (len(widths) - 1))
    return "\n".join([aligned(lines[0]), rule, *map(aligned, lines[1:])])


def csv_for_people(columns: Sequence[str], records: Iterable[Mapping[str, Any]]) -> str:
    """Return records as CSV with the names of the columns first, in which no text is a spreadsheet's formula."""
    table = io.StringIO()
    writer = csv.DictWriter(table, columns, lineterminator="\n", restval="")
    writer.writeheader()
    for record in records:
        writer.writerow({name: _no_formula(value) for name, value in record.items()})
    return table.getvalue()


def _no_formula(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and _FORMULA.match(value) else value
