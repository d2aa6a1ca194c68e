"""Writing the first sheet: how to read the workbook, and every array with its formula and a link to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from whence.views.sheet.blocks import Block, area, on_sheet
from whence.views.sheet.layout import Item, Layout, Page
from whence.views.sheet.style import ROLES, Styles

CONTENTS = "contents"

_COLUMNS = {"Step": 8, "Array": 18, "Shape": 16, "Kind": 12, "Name of the range": 22, "Computed by": 36, "Formula": 90}
_READING = (
    "Change a number in a coloured cell: everything that follows from it is computed again.",
    "Click a computed cell: its formula names the cells that it was made from. Rows are samples; indices begin at 0.",
    "A sum over cells in a row or a column is SUM or SUMPRODUCT; where the one factor is a row and the other a column, "
    "SUMPRODUCT(MMULT(row, column)).",
    "Each array is a named range: Greek letters are spelled, and a number is set off, since W1 is a cell: W_1, dW_1, "
    "W_1_new, eta. On every sheet of a step the same name means that step's array.",
)


def write_contents(sheet: Any, layout: Layout, names: Sequence[Mapping[Block, str]], styles: Styles) -> None:
    """Write the first sheet.

    Parameters
    ----------
    sheet : xlsxwriter.worksheet.Worksheet
        The sheet, still empty.
    layout : Layout
        What stands where.
    names : sequence of mapping of Block to str
        The names of the ranges on each sheet.
    styles : Styles
        The formats.
    """
    trace = layout.pages[0].trace
    sheet.write_string(0, 0, "A network in training, every number a live formula", styles.title())
    row = 2
    for line in (*_READING, "", *_described(trace.description), "Layers: " + ", ".join(i.text for i in trace.layers)):
        sheet.write_string(row, 0, line, styles.text())
        row += 1
    row += 1
    for role, (_, meaning) in ROLES.items():
        sheet.write_blank(row, 0, None, styles.swatch(role))
        sheet.write_string(row, 1, meaning, styles.text())
        row += 1
    row += 1
    for column, (title, width) in enumerate(_COLUMNS.items()):
        sheet.set_column(column, column, width)
        sheet.write_string(row, column, title, styles.band())
    for page, named in zip(layout.pages, names, strict=True):
        for item in page.items:
            row += 1
            _write_line(sheet, row, page, item, named[item.block], styles)
    sheet.hide_gridlines(2)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)


def _described(description: Mapping[str, Any]) -> list[str]:
    lines = []
    for kind in ("loss", "optimizer"):
        settings = {name: value for name, value in description[kind].items() if name != kind and value is not None}
        shown = ", ".join(f"{name} {value}" for name, value in settings.items() if not isinstance(value, list))
        lines.append(f"{kind.capitalize()}: {description[kind][kind]}" + (f" ({shown})" if shown else ""))
    return lines


def _write_line(sheet: Any, row: int, page: Page, item: Item, name: str, styles: Styles) -> None:
    block = item.block
    target = on_sheet(page.sheet, area(block.row, block.column, block.height, block.width))
    origin = page.trace.origins.get(item.name)
    function = origin.function if origin is not None else ""
    shape = " × ".join(map(str, block.shape)) or "one number"
    sheet.write_string(row, 0, page.sheet, styles.text())
    sheet.write_url(row, 1, f"internal:{target}", styles.link(), item.name)
    for column, text in enumerate((shape, item.role, name, function, item.text), 2):
        sheet.write_string(row, column, text, styles.swatch(item.role) if column == 3 else styles.text())
