"""Write the first sheet: how to read the workbook, and a table of all arrays with formulas and links."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from whence.views.sheet.blocks import Block
from whence.views.sheet.layout import Layout
from whence.views.sheet.printing import set_up_paper
from whence.views.sheet.step_sheet import IN_PART
from whence.views.sheet.style import ROLES, Styles
from whence.views.texts import Texts
from whence.views.which_step import which_step

CONTENTS = "contents"

_COLUMNS = {"Array": 18, "Shape": 22, "Kind": 11, "Name of the range": 24, "Computed by": 38, "Formula": 80}
_STEP_WIDTH = 9
_READING = (
    "Change a number in a coloured cell, and everything that depends on it is recomputed.",
    "Click a computed cell to see in its formula the cells it is computed from. Rows are samples; indices start at 0.",
    "A short sum is written out; a long one over a row or a column of cells is SUM or SUMPRODUCT, a row times a "
    "column SUMPRODUCT(MMULT(row, column)).",
    "Each array is a named range. Greek letters are spelled out, and numbers follow an underscore, since W1 is a cell: "
    "W_1, dW_1, W_1_new, eta. On the sheet of a step, a name means the array of that step.",
    "A cell shows #NUM! if its number is too large for a spreadsheet, such as EXP of more than 709.",
)


def write_contents(sheet: Any, layout: Layout, names: Sequence[Mapping[Block, str]], styles: Styles) -> None:
    """Write the first sheet; ``names`` are those of the ranges on each sheet."""
    first = layout.pages[0]
    sheet.write_string(0, 0, "A training step in live formulas", styles["title"])
    row = 2
    in_part = [IN_PART] if any(item.has_recorded for item in first.items) else []
    layers = "Layers: " + ", ".join(layer.text for layer in first.trace.layers)
    step = [f"Step: {which}"] if (which := which_step(first.trace, Texts("sheet", layout.language))) else []
    for line in (*_READING, *in_part, "", *step, *_described(first.trace.description), layers):
        sheet.write_string(row, 0, line, styles["text"])
        row += 1
    row += 1
    for role in (role for role in ROLES if role != "blank" and (in_part or role != "recorded")):
        sheet.write_blank(row, 0, None, styles.swatch(role))
        sheet.write_string(row, 1, ROLES[role][1], styles["text"])
        row += 1
    row += 1
    sheet.repeat_rows(row)
    steps = {page.sheet: _STEP_WIDTH for page in layout.pages}
    for column, (title, width) in enumerate({**steps, **_COLUMNS}.items()):
        sheet.set_column(column, column, width)
        sheet.write_string(row, column, title, styles["band"])
    for item in first.items:
        row += 1
        for column, page in enumerate(layout.pages):
            block = item.block if item.constant else page.blocks[item.name]
            sheet.write_url(row, column, f"internal:{block.area()}", styles["link"], "go")
        function = "" if item.constant else first.trace.origins[item.name].function
        shape = " × ".join(map(str, item.block.shape)) or "one number"
        shape += ", in part" if item.is_in_part else ""
        described = (item.name, shape, item.role, names[0][item.block], function, item.text)
        for column, (title, text) in enumerate(zip(_COLUMNS, described, strict=True), len(layout.pages)):
            sheet.write_string(row, column, text, styles.swatch(item.role) if title == "Kind" else styles["text"])
    set_up_paper(sheet)
    sheet.fit_to_pages(1, 0)


def _described(description: Mapping[str, Any]) -> list[str]:
    lines = []
    for kind in ("loss", "optimizer"):
        settings = {name: value for name, value in description[kind].items() if name != kind and value}
        shown = ", ".join(f"{name} {value}" for name, value in settings.items() if not isinstance(value, list))
        lines.append(f"{kind.capitalize()}: {description[kind][kind]}" + (f" ({shown})" if shown else ""))
    if names := description.get("classes"):
        of_text = (description.get("data") or {}).get("characters") is not None
        listed = ", ".join(f"{number} {name!r}" if of_text else f"{number} {name}" for number, name in enumerate(names))
        lines.append(f"{'Characters' if of_text else 'Classes'}: {listed}")
    return lines
