"""Write the first sheet: how to read the workbook, and a table of all arrays with formulas and links."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from whence.views.sheet.blocks import Block
from whence.views.sheet.layout import Layout
from whence.views.sheet.printing import set_up_paper
from whence.views.sheet.style import ROLES, Styles
from whence.views.texts import Texts
from whence.views.which_step import which_step

_COLUMNS = {"array": 18, "shape": 22, "kind": 11, "range": 24, "function": 38, "formula": 80}
_STEP_WIDTH = 9
_READING = ("change", "click", "sums", "names", "overflow")


def write_contents(sheet: Any, layout: Layout, names: Sequence[Mapping[Block, str]], styles: Styles) -> None:
    """Write the first sheet; ``names`` are those of the ranges on each sheet."""
    first, texts = layout.pages[0], layout.texts
    sheet.write_string(0, 0, texts("contents.title"), styles["title"])
    row = 2
    in_part = [texts("in part.note")] if any(item.has_recorded for item in first.items) else []
    reading = [texts(f"read.{habit}") for habit in _READING]
    layers = texts("contents.layers", layers=", ".join(layer.text for layer in first.trace.layers))
    step = [texts("contents.step", which=which)] if (which := which_step(first.trace, texts)) else []
    for line in (*reading, *in_part, "", *step, *_described(first.trace.description, texts), layers):
        sheet.write_string(row, 0, line, styles["text"])
        row += 1
    row += 1
    for role in (role for role in ROLES if role != "blank" and (in_part or role != "recorded")):
        sheet.write_blank(row, 0, None, styles.swatch(role))
        sheet.write_string(row, 1, texts(f"legend.{role}"), styles["text"])
        row += 1
    row += 1
    sheet.repeat_rows(row)
    steps = {page.sheet: _STEP_WIDTH for page in layout.pages}
    columns = {texts(f"column.{column}"): width for column, width in _COLUMNS.items()}
    for column, (title, width) in enumerate({**steps, **columns}.items()):
        sheet.set_column(column, column, width)
        sheet.write_string(row, column, title, styles["band"])
    for item in first.items:
        row += 1
        for column, page in enumerate(layout.pages):
            block = item.block if item.constant else page.blocks[item.name]
            sheet.write_url(row, column, f"internal:{block.area()}", styles["link"], texts("contents.go"))
        function = "" if item.constant else first.trace.origins[item.name].function
        shape = " × ".join(map(str, item.block.shape)) or texts("one number")
        shape += texts("in part") if item.is_in_part else ""
        described = (item.name, shape, texts(f"role.{item.role}"), names[0][item.block], function, item.text)
        for column, (title, text) in enumerate(zip(_COLUMNS, described, strict=True), len(layout.pages)):
            sheet.write_string(row, column, text, styles.swatch(item.role) if title == "kind" else styles["text"])
    set_up_paper(sheet)
    sheet.fit_to_pages(1, 0)


def _described(description: Mapping[str, Any], texts: Texts) -> list[str]:
    lines = []
    for kind in ("loss", "optimizer"):
        settings = {name: value for name, value in description[kind].items() if name != kind and value}
        shown = ", ".join(f"{name} {value}" for name, value in settings.items() if not isinstance(value, list))
        called = texts.kind(description[kind][kind]) + (f" ({shown})" if shown else "")
        lines.append(texts(f"contents.{kind}", kind=called))
    if names := description.get("classes"):
        of_text = (description.get("data") or {}).get("characters") is not None
        listed = ", ".join(f"{number} {name!r}" if of_text else f"{number} {name}" for number, name in enumerate(names))
        lines.append(texts("contents.characters" if of_text else "contents.classes", classes=listed))
    return lines
