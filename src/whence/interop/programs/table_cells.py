"""The cells of a table in a program: which texts mean which category, and which mean that a cell is empty."""

from __future__ import annotations

from whence.data.tables.columns import CategoryColumn
from whence.data.tables.preprocessing import TablePreprocessing
from whence.data.tables.roles.spellings import TRUTH
from whence.data.tables.table import MISSING_MARKERS


def missing_markers(preprocessing: TablePreprocessing) -> tuple[str, ...]:
    """Return the texts of empty cells."""
    return tuple(sorted(MISSING_MARKERS | {*preprocessing.reading.missing_markers}))


def category_codes(column: CategoryColumn) -> dict[str, int]:
    """Return the number of the category that each text means; a text that is not here may be in lower case."""
    exact = {category: code for code, category in enumerate(column.categories)}
    whole = {f"{category}.0": code for category, code in exact.items() if category.lstrip("-").isdecimal()}
    truth = all(category.casefold() in TRUTH for category in column.categories)
    lower: dict[str, int] = {}
    doubtful: set[str] = set()
    for category, code in exact.items():
        folded = category.casefold()
        alike = [text for text in TRUTH if TRUTH[text] == TRUTH[folded]] if truth else [folded]
        doubtful |= {text for text in alike if lower.get(text, code) != code}
        lower |= dict.fromkeys(alike, code)
    return {**{text: code for text, code in lower.items() if text not in doubtful}, **whole, **exact}


def missing_code(column: CategoryColumn) -> int | None:
    """Return the number of the category that an empty cell counts as, −1 for none of them; None if it is refused."""
    if column.fill is not None:
        return column.categories.index(str(column.fill))
    return -1 if column.indicator else None
