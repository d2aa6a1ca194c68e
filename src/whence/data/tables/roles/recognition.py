"""Recognition: what each column of a table is taken for, from its name and its cells."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from whence.data.tables.columns import CategoryColumn, Column, DateColumn, NumberColumn
from whence.data.tables.roles.column_names import (
    is_first_of_unnamed,
    is_unnamed,
    names_identifier,
    names_quantity,
    numbered_families,
)
from whence.data.tables.roles.dates import cycles_of, date_format, days_of, formats_text
from whence.data.tables.roles.doubts import are_dates, doubt_of_inputs, doubt_of_numbers, doubt_of_texts
from whence.data.tables.roles.number_notes import number_note
from whence.data.tables.roles.numerals import Numerals, are_codes, numerals_of
from whence.data.tables.roles.roles import ColumnRole, Role
from whence.data.tables.roles.spellings import as_text, as_texts, categories_of
from whence.data.tables.roles.wishes import Wishes
from whence.errors import DataError
from whence.wording import counted, listed

if TYPE_CHECKING:
    import pandas as pd

    from whence.arrays import Array

MOST_CATEGORIES = 256
_MOST = 0.9
"""The share of a column's cells that have to be numbers, or different, for the column to be taken for that."""
_FEWEST_TO_IDENTIFY = 5
_FEWEST_WITHOUT_NAMES = 20
_WORDS_OF_TEXT = 3
_FEW_NUMBERS = 20
_FEWEST, _FEW_SPELLINGS = 0.1, 10
"""Of texts, the least share of numbers that is said, and how many different ones have to be more than categories."""
_SHOWN = 3
_RANGE_TO_COUNT = 2**16


@dataclass(frozen=True)
class Recognised:
    """A column that was recognised.

    Parameters
    ----------
    role : Role
        What it is taken for.
    column : Column or None
        The input column that it becomes, if any.
    note : str
        How its cells are read; may be empty.
    """

    role: Role
    column: Column | None = None
    note: str = ""


def recognise(frame: pd.DataFrame, wishes: Wishes, decimal: str = ".") -> dict[str, Recognised]:
    """Return what each column of a table is taken for.

    Unless the user insists on them, an unnamed first column that numbers the rows, columns of one value, identifiers
    (whole numbers or texts that are nearly all different) and texts that hardly recur are no inputs.

    Parameters
    ----------
    frame : pandas.DataFrame
        Columns of numbers, and of texts with None for missing cells.
    wishes : Wishes
        What the user says of the columns.
    decimal : str
        The mark before the fractions of numbers in the file.

    Raises
    ------
    DataError
        If a column does not hold what the user says.
    """
    families = numbered_families(frame.columns)
    return {
        name: _recognised(frame[name], name, wishes, decimal, is_first=position == 0, in_family=name in families)
        for position, name in enumerate(frame.columns)
    }


def described(name: str, cells: pd.Series, recognised: Recognised) -> ColumnRole:
    """Return what a column is taken for with what is in it."""
    present = _present(cells)
    example = "" if present.empty else as_text(present.iloc[0])
    return ColumnRole(name, recognised.role, _distinct(present), len(cells) - len(present), example, recognised.note)


def _recognised(
    cells: pd.Series, name: str, wishes: Wishes, decimal: str, *, is_first: bool, in_family: bool
) -> Recognised:
    if name == wishes.group:
        return Recognised(Role.GROUP)
    if name in wishes.target:
        return Recognised(Role.TARGET)
    if wishes.leaves_out(name):
        return Recognised(Role.UNWANTED)
    present = _present(cells)
    if present.empty:
        return Recognised(Role.EMPTY)
    if name in wishes.dates:
        return as_dates(cells, name, wishes.dates[name])
    if name in wishes.numeric:
        return as_numbers(cells, name, decimal)
    if name in wishes.categorical:
        return as_categories(cells, name)
    if wishes.insists_on(name):
        return suitable(cells, name, decimal)
    found = suitable(cells, name, decimal)
    if is_first and is_unnamed(name) and _distinct(present) == len(present) > 1 and not _has_fractions(cells):
        return Recognised(Role.INDEX)
    doubt = "" if in_family else _doubt(cells, name, found.role)
    if found.role is Role.NUMBER:
        assert isinstance(found.column, NumberColumn)
        numbers = found.column.numbers(present)
        if not in_family and (numbers == numbers[0]).all():
            return Recognised(Role.CONSTANT)
        if (is_first or not in_family) and _identifies(numbers[np.isfinite(numbers)], name, is_first=is_first):
            return Recognised(Role.IDENTIFIER, note=doubt)
        doubt = doubt or ("" if in_family or cells.dtype.kind not in "iuf" else doubt_of_inputs(cells, name))
    if found.role is Role.CATEGORY:
        distinct = _distinct(present)
        assert isinstance(found.column, CategoryColumn)
        if len(found.column.categories) == 1:
            return Recognised(Role.CONSTANT)
        if _is_text(present, distinct):
            return Recognised(Role.TEXT, note=doubt)
        if distinct >= max(_FEWEST_TO_IDENTIFY, _MOST * len(present)):
            return Recognised(Role.IDENTIFIER, note=doubt)
    return replace(found, note="; ".join(filter(None, [found.note, doubt])))


def _doubt(cells: pd.Series, name: str, role: Role) -> str:
    """Return what else a column may be, to be said."""
    if cells.dtype.kind in "iuf":
        return doubt_of_numbers(cells, name) if role is Role.NUMBER else ""
    return doubt_of_texts(cells, name) if role is Role.CATEGORY else ""


def suitable(cells: pd.Series, name: str, decimal: str = ".") -> Recognised:
    """Return a column as dates, numbers or categories, whichever its cells are; it holds at least one."""
    if cells.dtype.kind in "iuf":
        form = are_dates(cells, name)
        return _dates(cells, name, form, ambiguous=False) if form else as_numbers(cells, name)
    if are_codes(cells):
        return as_categories(cells, name)
    if (found := date_format(cells)) is not None:
        return _dates(cells, name, *found)
    numerals, ambiguous = numerals_of(cells, decimal)
    numbers = numerals.read(cells)
    read = np.isfinite(numbers)
    others = cells[~read].dropna()
    if _are_numbers(numbers[read], others):
        return _numbers(cells, name, numerals, numbers, ambiguous)
    categories = as_categories(cells, name)
    share = read.sum() / (read.sum() + len(others))
    if share < _FEWEST or (share < 0.5 and len(np.unique(numbers[read])) <= _FEW_SPELLINGS):
        return categories
    note = "; ".join(filter(None, [categories.note, f"{share:.0%} of the cells are numbers"]))
    return Recognised(categories.role, categories.column, note)


def _are_numbers(numbers: Array, others: pd.Series) -> bool:
    """Return whether a column is one of numbers, and what else is in it marks missing ones, unlike ``3+``."""
    share = len(numbers) / (len(numbers) + len(others))
    measured = len(np.unique(numbers)) > min(_FEW_NUMBERS, len(numbers) / 2)
    spelled_out = not others.str.contains(r"\d").any()
    if share >= _MOST:
        return measured or spelled_out
    return share >= 0.5 and measured and spelled_out and others.nunique() <= _SHOWN


def as_numbers(cells: pd.Series, name: str, decimal: str = ".") -> Recognised:
    """Return a column of numbers; texts that are none count as missing, and the note says so.

    Raises
    ------
    DataError
        If no cell is a number.
    """
    if cells.dtype.kind in "iuf":
        infinite = int(np.isinf(cells).sum()) if cells.dtype.kind == "f" else 0
        note = f"{counted(infinite, 'infinite cell counts', 'infinite cells count')} as missing" if infinite else ""
        return Recognised(Role.NUMBER, NumberColumn(name), note)
    numerals, ambiguous = numerals_of(cells, decimal)
    numbers = numerals.read(cells)
    if not np.isfinite(numbers).any():
        raise DataError(f"column {name!r} holds {_first(cells)!r}; expected numbers, as it was said to be numeric")
    return _numbers(cells, name, numerals, numbers, ambiguous)


def _numbers(cells: pd.Series, name: str, numerals: Numerals, numbers: Array, ambiguous: bool) -> Recognised:
    read = np.isfinite(numbers)
    notes = [*filter(None, [number_note(cells[read], numerals, ambiguous=ambiguous)])]
    strays = _strays(cells, read)
    return Recognised(
        Role.NUMBER, NumberColumn(name, strays=strays, numerals=numerals), "; ".join([*notes, *_missing(cells, strays)])
    )


def as_dates(cells: pd.Series, name: str, form: str | None = None) -> Recognised:
    """Return a column of dates; texts that are none count as missing, and the note says so.

    Raises
    ------
    DataError
        If no cell is a date, or none is of the given format.
    """
    found = date_format(cells) if form is None else (form, False)
    if found is None or not np.isfinite(days_of(cells, found[0])).any():
        expected = "dates" if form is None else f"dates written as {form}"
        raise DataError(
            f"column {name!r} holds {_first(cells)!r}; expected {expected}; name the format: --date '{name}=%d.%m.%Y'"
        )
    return _dates(cells, name, *found)


def _dates(cells: pd.Series, name: str, form: str, ambiguous: bool) -> Recognised:
    days = days_of(cells, form)
    dates, cycles = np.isfinite(days), cycles_of(days)
    text, day = as_text(cells[dates].iloc[0]), np.datetime64(int(np.floor(days[dates][0])), "D")
    notes = []
    if ambiguous:
        day_first = form.replace("%m/%d", "%d/%m").replace("%m-%d", "%d-%m")
        notes.append(f"{text} is {day}; --date '{name}={day_first}' reads the day first")
    elif text.isalnum():
        keeps = f"; --numeric {name!r} keeps the number" if text.isdecimal() else ""
        notes.append(f"{text} is {day}{keeps}")
    notes += [*filter(None, [formats_text(form)])]
    if cycles:
        notes.append(f"with the time of {listed(cycles)}")
    strays = _strays(cells, dates)
    column = DateColumn(name, strays=strays, format=form, cycles=cycles)
    return Recognised(Role.DATE, column, "; ".join([*notes, *_missing(cells, strays)]))


def as_categories(cells: pd.Series, name: str) -> Recognised:
    """Return a column of categories; of more than 256, only the most frequent are inputs, and the note says so."""
    spellings = categories_of(as_texts(cells.dropna()))
    kept = list(spellings)[:MOST_CATEGORIES]
    notes = [f"{listed(map(repr, several[:_SHOWN]))} are one" for several in spellings.values() if len(several) > 1]
    if len(kept) < len(spellings):
        notes.append(f"the {len(kept)} most frequent of {len(spellings):,}; the others are none of them")
    return Recognised(Role.CATEGORY, CategoryColumn(name, categories=tuple(sorted(kept))), "; ".join(notes[:_SHOWN]))


def _identifies(numbers: Array, name: str, *, is_first: bool) -> bool:
    """Return whether numbers tell rows apart: whole, nearly all different, and so by name, or first and beyond chance.

    Whole numbers that were measured would recur now and then: N of them in a range R about N² / 2R times. Of a table
    without names, they only have to be first.
    """
    if len(numbers) < _FEWEST_TO_IDENTIFY or (numbers % 1 != 0).any():
        return False
    count, repeats = len(numbers), len(numbers) - len(np.unique(numbers))
    if names_identifier(name):
        return repeats <= (1 - _MOST) * count
    if not is_first or names_quantity(name):
        return False
    if is_first_of_unnamed(name):
        return repeats == 0 and count >= _FEWEST_WITHOUT_NAMES
    expected = count * (count - 1) / 2 / (np.ptp(numbers) + 1)
    return repeats <= 0.01 * count and bool(expected >= 10 * max(1, repeats))


def _has_fractions(cells: pd.Series) -> bool:
    return cells.dtype.kind == "f" and bool((cells % 1 > 0).any())


def _is_text(texts: pd.Series, distinct: int) -> bool:
    """Return whether texts are prose, or too many to be categories."""
    words = texts.iloc[:1000].str.count(" ").mean() + 1
    if words >= _WORDS_OF_TEXT and distinct > max(_FEWEST_TO_IDENTIFY, len(texts) / 2):
        return True
    return distinct > MOST_CATEGORIES and len(texts) / 10 < distinct < _MOST * len(texts)


def _strays(cells: pd.Series, read: Array) -> tuple[str, ...]:
    return () if cells.dtype.kind in "iuf" else tuple(sorted(cells[~read].dropna().unique()))


def _missing(cells: pd.Series, strays: tuple[str, ...]) -> list[str]:
    if not strays:
        return []
    count = int(cells.isin(strays).sum())
    verb = "counts" if len(strays) == 1 else "count"
    return [f"{listed(map(repr, strays[:_SHOWN]))} in {counted(count, 'cell')} {verb} as missing"]


def _first(cells: pd.Series) -> str:
    return as_text(cells.dropna().iloc[0])


def _present(cells: pd.Series) -> pd.Series:
    return cells if cells.dtype.kind in "iu" else cells.dropna()


def _distinct(cells: pd.Series) -> int:
    """Return the number of different values, of integers in a small range by counting, which is fast."""
    if cells.dtype.kind in "iu" and np.ptp(numbers := cells.to_numpy()) < _RANGE_TO_COUNT:
        return int(np.count_nonzero(np.bincount(numbers - numbers.min())))
    return int(cells.nunique())
