"""How sheets print: A4 in landscape, as wide as a page where that is legible, with page breaks between blocks."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

from whence.views.sheet.layout import FIRST_ROW, HEADER_ROWS, PAGE_COLUMNS, StepSheet

_PAPER_A4, _INCH = 9, 72.0
_SIDE, _EDGE = 0.4, 0.6  # margins in inches, at the sides and above and below
_PAGE_WIDTH, _PAGE_HEIGHT = 841.89 - 2 * _SIDE * _INCH, 595.28 - 2 * _EDGE * _INCH  # in points
_COLUMN, _ROW = 51.0, 15.0  # in points, for columns of nine characters and rows of the usual height
_MOST_COLUMNS = PAGE_COLUMNS + 6  # on one page; more would be too small to read


def set_up_paper(sheet: Any) -> None:
    """Print a sheet without grid lines, on A4 in landscape, with its name and the number of the page below."""
    sheet.hide_gridlines(2)
    sheet.set_landscape()
    sheet.set_paper(_PAPER_A4)
    sheet.set_margins(_SIDE, _SIDE, _EDGE, _EDGE)
    sheet.set_footer("&L&A&R&P / &N")


def set_up_printing(sheet: Any, page: StepSheet) -> None:
    """Print the sheet of a step with its title and legend on each page, and a block on two only if it is higher."""
    set_up_paper(sheet)
    sheet.repeat_rows(0, FIRST_ROW - 1)
    columns = max(band.column + band.width for band in page.bands)
    if columns <= _MOST_COLUMNS:
        sheet.fit_to_pages(1, 0)
    else:
        columns = PAGE_COLUMNS + 1
        sheet.set_print_scale(_percent(columns))
    rows = math.floor(100 * _PAGE_HEIGHT / (_ROW * _percent(columns)))
    sheet.set_h_pagebreaks([*page_breaks([*_spans(page)], rows, repeated=FIRST_ROW)])


def _percent(columns: int) -> int:
    """Return the scale at which so many columns are as wide as a page, at most 100."""
    return min(100, math.floor(100 * _PAGE_WIDTH / (columns * _COLUMN)))


def page_breaks(spans: Sequence[tuple[int, int]], rows: int, *, repeated: int) -> Iterator[int]:
    """Yield the row with which each page but the first begins.

    Parameters
    ----------
    spans : sequence of (int, int)
        The first row of each block, and the row after its last.
    rows : int
        The number of rows on a page.
    repeated : int
        How many of them repeat the first rows of the sheet, on all pages but the first.
    """
    between = sorted({top for top, _ in spans if not any(first < top < after for first, after in spans)})
    end = max(after for _, after in spans)
    start, room = 0, rows
    while start + room < end:
        fitting = [row for row in between if start < row <= start + room]
        start, room = fitting[-1] if fitting else start + room, rows - repeated
        yield start


def _spans(page: StepSheet) -> Iterator[tuple[int, int]]:
    """Yield the rows of each array with its heading, the first arrays of a step together with its title."""
    for band in page.bands:
        for item in band.items:
            top = item.block.row - HEADER_ROWS
            yield (band.row if top == band.row + 1 else top), item.block.row + item.block.height
