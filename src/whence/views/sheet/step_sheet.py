"""Write the sheet of one training step: bands of arrays, each below its name, shape and formula."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, TypeAlias

import numpy as np

from whence.formula import Entry
from whence.views.sheet.blocks import Block, area
from whence.views.sheet.layout import COLUMN_CHARACTERS, HEADER_ROWS, PAGE_COLUMNS, Item, StepSheet, heading
from whence.views.sheet.printing import set_up_printing
from whence.views.sheet.style import ROLES, Styles, number_format, shades
from whence.views.texts import Texts

CellTexts: TypeAlias = list[list[str | None]]  # None for a cell that is not live
Blanks: TypeAlias = Mapping[str, Collection[tuple[int, ...]]]
"""Cells of an exercise by the names of their arrays."""

_LEGEND_ROW, _NOTE_ROW, _FROZEN = 1, 2, (2, 1)
_LEGEND_COLUMNS = 4


def write_step_sheet(
    sheet: Any,
    page: StepSheet,
    cells: Mapping[Block, CellTexts],
    styles: Styles,
    texts: Texts,
    blanks: Blanks,
    *,
    solved: bool,
) -> None:
    """Write the sheet of one training step.

    Parameters
    ----------
    sheet, page, styles, texts
        The sheet, its layout, the formats, and what is written besides numbers and formulas.
    cells : mapping of Block to lists of str
        The formulas of every block that has some, row by row.
    blanks : mapping of str to indices
        The cells of an exercise, which are left blank unless it is ``solved``.
    """
    _prepare(sheet, page, styles, texts, blanks)
    for band in page.bands:
        for column in range(band.column, band.column + band.width):
            sheet.write_blank(band.row, column, None, styles["band"])
        sheet.write_string(band.row, band.column, band.title, styles["band"])
        for item in band.items:
            own = cells.get(item.block)
            _write_item(sheet, item, own, styles, texts, blanks.get(item.name, ()), solved=solved)
    for name, length in _labels(page).items():
        _restrict(sheet, page, name, length, texts)
    y = page.blocks.get("y")
    if y is not None and page.trace.description.get("distributions") and len(y.positions[-1]) == y.shape[-1]:
        _hold_to_one(sheet, y, texts)


def _prepare(sheet: Any, page: StepSheet, styles: Styles, texts: Texts, blanks: Blanks) -> None:
    described = page.trace.description
    layers = " → ".join(texts.kind(layer.kind) for layer in page.trace.layers)
    loss, optimizer = (texts.kind(described[part][part]) for part in ("loss", "optimizer"))
    title = texts("page.title", number=page.number, layers=layers, loss=loss, optimizer=optimizer)
    sheet.write_string(0, 0, title, styles["title"])
    roles = {item.role for item in page.items} | {"recorded" for item in page.items if item.has_recorded}
    roles |= {"blank"} if blanks else set()
    shown = [role for role in ROLES if role in roles]
    for place, role in enumerate(shown):
        column = place * _LEGEND_COLUMNS
        sheet.merge_range(_LEGEND_ROW, column, _LEGEND_ROW, column + _LEGEND_COLUMNS - 1, "", styles.swatch(role))
        sheet.write_string(_LEGEND_ROW, column, texts(f"legend.{role}"), styles.swatch(role))
    if "recorded" in roles:
        sheet.write_string(_NOTE_ROW, 0, texts("in part.note"), styles["formula"])
    last = max(PAGE_COLUMNS, *(item.block.column + item.block.width for item in page.items))
    sheet.set_column(0, last, COLUMN_CHARACTERS)
    sheet.freeze_panes(*_FROZEN)
    set_up_printing(sheet, page)
    sheet.ignore_errors({"formula_differs": "A1:XFD1048576", "formula_range": "A1:XFD1048576"})


def _write_item(
    sheet: Any,
    item: Item,
    cells: CellTexts | None,
    styles: Styles,
    texts: Texts,
    blanks: Collection[tuple[int, ...]],
    *,
    solved: bool,
) -> None:
    block = item.block
    top, left = block.row - HEADER_ROWS, block.column - 1
    sheet.write_string(top, left, heading(item, texts), styles["heading"])
    sheet.write_string(top + 1, left, item.text, styles["formula"])
    _write_labels(sheet, item, styles)
    decimals = number_format(item.values, given=item.role == "given")
    own, recorded, blank = (styles.number(role, decimals) for role in (item.role, "recorded", "blank"))
    for down, row in enumerate(block.indices()):
        for across, index in enumerate(row):
            if not item.part.shown[index]:
                continue
            number = float(item.values[index])
            cell = (block.row + down, block.column + across)
            text = None if cells is None else cells[down][across]
            if index in blanks and not solved:
                sheet.write_blank(*cell, None, blank)
            elif text is None:
                sheet.write_number(*cell, number, own if cells is None else recorded)
            else:
                style = blank if index in blanks else own
                sheet.write_formula(*cell, text, style, number if np.isfinite(number) else "#NUM!")
    if block.is_image:
        light, dark = shades(item.role)
        scale = {"type": "2_color_scale", "min_color": light, "max_color": dark}
        sheet.conditional_format(*block.corners, scale)


def _write_labels(sheet: Any, item: Item, styles: Styles) -> None:
    """Write the indices of rows and columns beside the numbers, and their letters in the corner."""
    block, axes = item.block, item.axes
    if not block.shape:
        return
    down, across = ", ".join(axes[: block.split]), ", ".join(axes[block.split :])
    corner = " \\ ".join(part for part in (down, across) if part) if all(axes) else ""
    sheet.write_string(block.row - 1, block.column - 1, corner, styles["row label"])
    if block.split < len(block.shape):
        for column, index in enumerate(block.columns):
            _write_label(sheet, block.row - 1, block.column + column, index, styles["column label"])
    if block.split:
        for row, index in enumerate(block.rows):
            _write_label(sheet, block.row + row, block.column - 1, index, styles["row label"])


def _write_label(sheet: Any, row: int, column: int, index: tuple[int, ...], style: Any) -> None:
    sheet.write_string(row, column, ", ".join(map(str, index)), style)


def _labels(page: StepSheet) -> dict[str, int]:
    """Return the given arrays that hold indices into an axis of another array, with the length of that axis."""
    found: dict[str, int] = {}
    for source in (source for formula in page.trace.formulas.values() for source in formula.sources):
        for subscript, length in zip(source.subscripts, page.trace[source.array].shape, strict=True):
            if isinstance(subscript, Entry) and subscript.array not in page.trace.formulas:
                found[subscript.array] = min(length, found.get(subscript.array, length))
    return found


def _restrict(sheet: Any, page: StepSheet, name: str, length: int, texts: Texts) -> None:
    """Make the spreadsheet accept only labels from 0 to ``length - 1``."""
    rule = {"validate": "integer", "criteria": "between", "minimum": 0, "maximum": length - 1}
    title, said = texts("label.title", array=name), texts("label.message", most=length - 1)
    message = {"error_title": title, "error_message": said}
    sheet.data_validation(*page.blocks[name].corners, rule | message)


def _hold_to_one(sheet: Any, block: Block, texts: Texts) -> None:
    """Make the spreadsheet accept only distributions, along the last axis of the targets."""
    title, said = texts("distribution.title", array="y"), texts("distribution.message")
    first, start, last, end = block.corners
    for row in range(first, last + 1):
        for column in range(start, end + 1, block.shape[-1]):
            cells = row, column, row, column + block.shape[-1] - 1
            total = f"=ABS(SUM({area(row, column, 1, block.shape[-1], fixed=True)})-1)<=0.0001"
            sheet.data_validation(
                *cells, {"validate": "custom", "value": total, "error_title": title, "error_message": said}
            )
