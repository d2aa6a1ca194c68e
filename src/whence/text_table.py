"""Tables as text."""

from __future__ import annotations

import shutil
from collections.abc import Sequence

from whence.visible import on_one_line

_ENDLESS = 10_000


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
