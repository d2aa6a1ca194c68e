"""Dates in programs: the ways in which a column writes them, as forms whose fields have the letters of `strftime`."""

from __future__ import annotations

import re
from collections.abc import Iterable

from whence.data.tables.columns import DateColumn
from whence.data.tables.roles.dates import COMPACT, EXCEL, ISO, OR, QUARTER, UNIX, UNIX_MILLISECONDS, WEEK

MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip
FIELDS = {
    "Y": r"(\d{4})",
    "y": r"(\d\d)",
    "m": r"(1[0-2]|0?[1-9])",
    "d": r"(3[01]|[12]\d|0?[1-9])",
    "b": f"({'|'.join(month[:3] for month in MONTHS)})",
    "B": f"({'|'.join(MONTHS)})",
    "H": r"(2[0-3]|[01]?\d)",
    "I": r"(1[0-2]|0?[1-9])",
    "M": r"([0-5]?\d)",
    "S": r"([0-5]?\d(?:\.\d+)?)",
    "p": "(am|pm)",
    "z": r" ?(Z|[-+]\d\d:?\d\d)",
    "q": "([1-4])",
    "V": r"(5[0-3]|[1-4]\d|0[1-9])",
    "u": "([1-7])",
    "x": r"(\d+(?:\.\d*)?)",
    "s": r"([-+]?\d+(?:\.\d*)?)",
    "Q": r"([-+]?\d+(?:\.\d*)?)",
    "T": "[T ]",
    "-": "[-/ ]?",
}
"""The regular expression of each field; ``%q`` is the quarter, ``%x`` the number of a day in Excel, ``%Q`` milliseconds
since 1970, ``%T`` what stands before the time of day, and ``%-`` a mark between fields that may be absent."""
_CLOCKS = ("%H:%M", "%H:%M:%S", "%H:%M%z", "%H:%M:%S%z")
_FORMS = {
    ISO: ("%Y-%m-%d", *(f"%Y-%m-%d%T{clock}" for clock in _CLOCKS), "%Y/%m/%d", "%Y%m%d", "%Y-%m", "%Y"),
    QUARTER: ("%Y%-Q%q", "Q%q%-%Y", "%qQ%-%Y"),
    WEEK: ("%YW%V", "%Y-W%V", "%YW%V%u", "%Y-W%V-%u"),
    EXCEL: ("%x",),
    UNIX: ("%s",),
    UNIX_MILLISECONDS: ("%Q",),
    COMPACT: (COMPACT,),
}


def forms_of(column: DateColumn) -> tuple[str, ...]:
    """Return the forms in which a column writes dates: ``%d.%m.%Y %H:%M``, or the usual ones of ISO 8601."""
    return tuple(form for each in column.format.split(OR) for form in _FORMS.get(each, (each,)))


def letters_of(columns: Iterable[DateColumn]) -> frozenset[str]:
    """Return the letters of all fields in the forms of columns."""
    return frozenset(letter for column in columns for form in forms_of(column) for letter in re.findall("%(.)", form))


def pattern_of(form: str) -> tuple[str, str]:
    """Return the regular expression of a form, and the letters of its groups; that of ``%B`` is ``b``."""
    letters = "".join(letter for letter in re.findall("%(.)", form) if "(" in FIELDS[letter].replace("(?:", ""))
    parts = re.split("%(.)", form)
    code = "".join(FIELDS[part] if place % 2 else _literal(part) for place, part in enumerate(parts))
    return code, letters.replace("B", "b")


def _literal(text: str) -> str:
    """Return a text between fields as a regular expression, in which a space stands for any number of them."""
    return re.escape(text).replace("\\ ", " +").replace("\\-", "-")
