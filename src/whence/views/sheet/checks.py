"""Write the sheet of an exercise: its cells in the order of computation, and whether the number in each is right."""

from __future__ import annotations

from typing import Any

from whence.formula.cell import cell_name
from whence.views.exercise import Exercise
from whence.views.sheet.blocks import area, on_sheet
from whence.views.sheet.layout import Layout
from whence.views.sheet.printing import set_up_paper
from whence.views.sheet.style import Styles, number_format
from whence.views.texts import Texts

RIGHT, WRONG = "✓", "✗"

_FIRST_ROW = 6
_SHARE, _UNIT = 0.01, 0.0001  # how far a number may be from the right one, where it is shown as 1.00E-03 and as 0.0010
_COLUMNS = {"cell": 16, "formula": 70, "entered": 16, "tolerance": 16, "right": 12}


def write_checks(sheet: Any, layout: Layout, exercise: Exercise, styles: Styles, *, solved: bool) -> None:
    """Write a row for each blank cell with its formula, what is entered in it, and whether that is right.

    Where the exercise is ``solved``, the row has the numbers that the cell is computed from instead of a check.
    """
    page = layout.pages[0]
    texts = Texts("exercise", layout.language)
    sheet.write_string(0, 0, texts("key" if solved else "title", seed=exercise.seed), styles["title"])
    for row, line in enumerate(() if solved else ("task", "check"), 2):
        sheet.write_string(row, 0, texts(line, sheet=page.sheet), styles["text"])
    for column, (title, width) in enumerate(_COLUMNS.items()):
        sheet.set_column(column, column, width)
        sheet.write_string(_FIRST_ROW - 1, column, texts(title), styles["band"])
    for row, (name, index) in enumerate(exercise.blanks, _FIRST_ROW):
        item = page.arrays[name]
        cell = exercise.trace.cell(name, *index)
        own = on_sheet(page.sheet, area(*item.block.cell(index), 1, 1))
        assert item.formula is not None
        right = layout.writer(item.formula, page, layout.texts("sheet.exercise")).write(index).removeprefix("=")
        decimals = number_format(exercise.trace[name], given=False)
        allowed = f"{_SHARE}*ABS({right})" if "E" in decimals else f"{_UNIT}"
        sheet.write_url(row, 0, f"internal:{own}", styles["link"], cell_name(name, index))
        sheet.write_string(row, 1, cell.text, styles["formula"])
        entered = f'=IF(ISBLANK({own}),"",{own})'
        sheet.write_formula(row, 2, entered, styles.number("blank", decimals), cell.value if solved else "")
        sheet.write_string(row, 3, f"{_SHARE:.0%}" if "E" in decimals else f"{_UNIT}", styles["text"])
        check = f'IFERROR(IF(ABS({own}-({right}))<={allowed},"{RIGHT}","{WRONG}"),"{WRONG}")'
        sheet.write_formula(row, 4, f'=IF(ISBLANK({own}),"",{check})', styles["text"], RIGHT if solved else "")
    last = _FIRST_ROW + len(exercise.blanks)
    done = f'=COUNTIF(E{_FIRST_ROW + 1}:E{last},"{RIGHT}")&" / {len(exercise.blanks)}"'
    sheet.write_formula(last, 4, done, styles["heading"], f"{len(exercise.blanks) * solved} / {len(exercise.blanks)}")
    set_up_paper(sheet)
    sheet.fit_to_pages(1, 0)
