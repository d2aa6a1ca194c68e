"""The grades of many programs as a table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from whence.arguments import checks_arguments
from whence.own_program import Grade
from whence.text_table import csv_for_people, text_table
from whence.views.texts import Language, Texts

_COLUMNS = ("program", "right", "agreeing", "compared", "first_wrong", "own_name", "cell", "slip", "error")


@checks_arguments
def class_table(grades: Mapping[str, Grade | str], *, language: Language = "en") -> str:
    """Return the grades of many programs as a table for a terminal.

    Parameters
    ----------
    grades : mapping of str to Grade or str
        The grade of each program by its name, or why it could not be graded.
    language : str
        ``"en"``, ``"ru"`` or ``"zh"``.
    """
    texts = Texts("grade", language)
    rows = []
    for name, grade in grades.items():
        if isinstance(grade, str):
            rows.append([name, texts("table.unread"), "", "", ""])
            continue
        agreeing = sum(each.verdict == "right" for each in grade.arrays)
        said = texts("table.right") if grade.right else texts("table.wrong")
        slip = grade.slip.id if grade.slip else "" if grade.right else "?"
        rows.append([name, said, f"{agreeing}/{len(grade.arrays)}", grade.cell.text if grade.cell else "", slip])
    header = [texts(f"table.{name}") for name in ("program", "verdict", "arrays", "cell", "slip")]
    unread = [f"{name}: {grade}" for name, grade in grades.items() if isinstance(grade, str)]
    return "\n".join([text_table(header, rows, left=len(header)), *([""] if unread else []), *unread])


@checks_arguments
def class_csv(grades: Mapping[str, Grade | str]) -> str:
    """Return the grades of many programs as CSV, with the names of the columns in the first row."""
    return csv_for_people(_COLUMNS, [{"program": name, **_record(grade)} for name, grade in grades.items()])


def _record(grade: Grade | str) -> dict[str, Any]:
    if isinstance(grade, str):
        return {"error": grade}
    return {
        "right": "yes" if grade.right else "no",
        "agreeing": sum(each.verdict == "right" for each in grade.arrays),
        "compared": len(grade.arrays),
        "first_wrong": grade.first_wrong or "",
        "own_name": grade.cell.own if grade.cell else "",
        "cell": grade.cell.text if grade.cell else "",
        "slip": grade.slip.id if grade.slip else "",
    }
