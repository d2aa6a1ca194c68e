"""What the cells of a column may be besides what they are taken for, and how to have them read as that."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from whence.data.tables.roles.column_names import names_date, names_moment, names_quantity
from whence.data.tables.roles.dates import (
    COMPACT,
    EXCEL,
    UNIX,
    clashing_dates,
    date_format,
    days_of,
    is_sure_of_numbers,
)
from whence.data.tables.roles.numerals import are_codes, is_beyond_floats, unit_of
from whence.data.tables.roles.spellings import as_text
from whence.wording import listed

if TYPE_CHECKING:
    import pandas as pd

_MOST = 0.9
_FEW, _SHOWN = 20, 3
_FEWEST_IN_TURN = 5
_FEW_SPELLINGS = 10
"""So few different texts are more likely categories, such as ages from 18-24 to 65+."""
_RECENT = (1e9, 2e9)
"""Seconds since 1970 from 2001 to 2033."""


def doubt_of_texts(cells: pd.Series, name: str) -> str:
    """Return what is said of texts that are taken for no numbers and no dates, though they look like some."""
    if are_codes(cells):
        first = next(text for text in cells.dropna() if (text[0] == "0" and len(text) > 1) or is_beyond_floats(text))
        return f"{first} is a code, not the number {float(first):.16g}; --numeric {name!r} reads numbers"
    if clash := clashing_dates(cells):
        return (
            f"dates such as {listed(clash)} are in two formats, by which others are two dates; write them in one, or "
            f"name the one to read: --date '{name}=%d/%m/%Y'"
        )
    texts = cells.dropna()
    if texts.iloc[:_FEW].str.contains(r"\d").mean() < _MOST:
        return ""
    units = texts.map({text: unit_of(text) for text in texts.unique()})
    different = units[units != ""].unique()
    if len(different) > 1 and (units != "").mean() >= _MOST:
        return f"numbers in {listed(different[:_SHOWN])}, which do not change into each other; write them in one unit"
    if len(units) and texts.nunique() > _FEW_SPELLINGS and texts.str.match(r"[-+−]?\d").mean() >= _MOST:
        return f"texts such as {texts.iloc[0]!r} begin with digits, but are not read as numbers"
    return ""


def doubt_of_numbers(cells: pd.Series, name: str) -> str:
    """Return what is said of numbers that may be dates."""
    found = date_format(cells)
    if found is None or (found[0] == EXCEL and not names_moment(name)):
        return ""
    form, first = found[0], cells.dropna().iloc[0]
    if form == UNIX and (cells.min() < _RECENT[0] or cells.max() > _RECENT[1]):
        return ""
    day = np.datetime64(int(days_of(cells.dropna().iloc[:1], form)[0]), "D")
    written = name if form == COMPACT else f"{name}={form}"
    return f"{as_text(first)} could be the date {day}: --date '{written}'"


def are_dates(cells: pd.Series, name: str) -> str | None:
    """Return the format of numbers that are dates for sure, by their name or beyond chance, else None."""
    found = date_format(cells)
    if found is None:
        return None
    form = found[0]
    sure = is_sure_of_numbers(cells, form) or (names_date(name) if form == EXCEL else names_moment(name))
    return form if sure else None


def doubt_of_inputs(cells: pd.Series, name: str) -> str:
    """Return what is said of numbers that are inputs, but may only count the rows."""
    if len(cells) < _FEWEST_IN_TURN or names_quantity(name) or (np.diff(cells) != 1).any():
        return ""
    first, last = as_text(cells.iloc[0]), as_text(cells.iloc[-1])
    return f"{first} to {last} in turn may only number the rows: --drop {name!r} leaves them out"
