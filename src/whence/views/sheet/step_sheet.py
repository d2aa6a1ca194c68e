"""Write the sheet of one training step: bands of arrays, each below its name, shape and formula."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, TypeAlias

import numpy as np

from whence.formula import Entry
from whence.views.sheet.blocks import Block
from whence.views.sheet.layout import COLUMN_CHARACTERS, HEADER_ROWS, PAGE_COLUMNS, Item, StepSheet, heading
from whence.views.sheet.printing import set_up_printing
from whence.views.sheet.style import ROLES, Styles, number_format, shades

IN_PART = (
    "Of an array marked 'in part', only a window is computed. The grey numbers beside it are recorded numbers that the "
    "window needs; they do not change, so a change of a cell does not reach the window through them."
)
Texts: TypeAlias = list[list[str | None]]  # None for a cell that is not live
Blanks: TypeAlias = Mapping[str, Collection[tuple[int, ...]]]
"""Cells of an exercise by the names of their arrays."""

_LEGEND_ROW, _NOTE_ROW, _FROZEN = 1, 2, (2, 1)
_LEGEND_COLUMNS = 4


def write_step_sheet(
    sheet: Any, page: StepSheet, texts: Mapping[Block, Texts], styles: Styles, blanks: Blanks, *, solved: bool
) -> None:
    """Write the sheet of one training step.

    Parameters
    ----------
    sheet, page, styles
        The sheet, its layout and the formats.
    texts : mapping of Block to lists of str
        The formulas of every block that has some, row by row.
    blanks : mapping of str to indices
        The cells of an exercise, which are left blank unless it is ``solved``.
    """
    _prepare(sheet, page, styles, blanks)
    for band in page.bands:
        for column in range(band.column, band.column + band.width):
            sheet.write_blank(band.row, column, None, styles["band"])
        sheet.write_string(band.row, band.column, band.title, styles["band"])
        for item in band.items:
            _write_item(sheet, item, texts.get(item.block), styles, blanks.get(item.name, ()), solved=solved)
    for name, length in _labels(page).items():
        _restrict(sheet, page, name, length)


def _prepare(sheet: Any, page: StepSheet, styles: Styles, blanks: Blanks) -> None:
    described = page.trace.description
    network = " → ".join(layer.kind for layer in page.trace.layers)
    loss, optimizer = described["loss"]["loss"], described["optimizer"]["optimizer"]
    sheet.write_string(0, 0, f"Training {page.sheet}:  {network},  {loss},  {optimizer}", styles["title"])
    roles = {item.role for item in page.items} | {"recorded" for item in page.items if item.has_recorded}
    roles |= {"blank"} if blanks else set()
    shown = [role for role in ROLES if role in roles]
    for place, role in enumerate(shown):
        column = place * _LEGEND_COLUMNS
        sheet.merge_range(_LEGEND_ROW, column, _LEGEND_ROW, column + _LEGEND_COLUMNS - 1, "", styles.swatch(role))
        sheet.write_string(_LEGEND_ROW, column, ROLES[role][1], styles.swatch(role))
    if "recorded" in roles:
        sheet.write_string(_NOTE_ROW, 0, IN_PART, styles["formula"])
    last = max(PAGE_COLUMNS, *(item.block.column + item.block.width for item in page.items))
    sheet.set_column(0, last, COLUMN_CHARACTERS)
    sheet.freeze_panes(*_FROZEN)
    set_up_printing(sheet, page)
    sheet.ignore_errors({"formula_differs": "A1:XFD1048576", "formula_range": "A1:XFD1048576"})


def _write_item(
    sheet: Any,
    item: Item,
    texts: Texts | None,
    styles: Styles,
    blanks: Collection[tuple[int, ...]],
    *,
    solved: bool,
) -> None:
    block = item.block
    top, left = block.row - HEADER_ROWS, block.column - 1
    sheet.write_string(top, left, heading(item), styles["heading"])
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
            text = None if texts is None else texts[down][across]
            if index in blanks and not solved:
                sheet.write_blank(*cell, None, blank)
            elif text is None:
                sheet.write_number(*cell, number, own if texts is None else recorded)
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


def _restrict(sheet: Any, page: StepSheet, name: str, length: int) -> None:
    """Make the spreadsheet accept only labels from 0 to ``length - 1``."""
    rule = {"validate": "integer", "criteria": "between", "minimum": 0, "maximum": length - 1}
    message = {"error_title": f"{name} is a label", "error_message": f"Enter an integer from 0 to {length - 1}."}
    sheet.data_validation(*page.blocks[name].corners, rule | message)
