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
_NUMBER = r"([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)"
FIELDS = {
    "Y": r"((?!0000)\d{4})",
    "y": r"(\d\d)",
    "m": r"(1[0-2]|0?[1-9])",
    "d": r"(3[01]|[12]\d|0?[1-9])",
    "e": r"(3[01]|[12]\d|[0 ]?[1-9])",
    "b": f"({'|'.join(month[:3] for month in MONTHS)})",
    "B": f"({'|'.join(MONTHS)})",
    "H": r"(2[0-3]|[01]?\d)",
    "I": r"(1[0-2]|0?[1-9])",
    "M": r"([0-5]?\d)",
    "S": r"(6[01]|[0-5]?\d)",
    "f": r"([0-5]?\d(?:\.\d{0,18})?)",
    "p": "(am|pm)",
    "z": r"(?: *(?:Z|([-+](?:2[0-3]|[01]\d|\d(?!\d)))(?::?([0-5]?\d))?))?",
    "q": "([1-4])",
    "V": r"(5[0-3]|[1-4]\d|0[1-9])",
    "u": "([1-7])",
    "x": _NUMBER,
    "s": _NUMBER,
    "Q": _NUMBER,
    "n": r"\s+",
    "T": "[T ]",
    "-": "[-/ ]?",
}
"""The regular expression of each field; ``%e`` is a day that a space may stand before, ``%f`` are seconds with a
fraction, ``%z`` is a zone that may be absent, ``%q`` the quarter, ``%x`` the number of a day in Excel, ``%Q``
milliseconds since 1970, ``%n`` space, ``%T`` what stands before the time of day, and ``%-`` a mark between fields that
may be absent. A field with ``0`` before its letter has both its digits, as where nothing stands between fields."""
ANY_CASE = "(?i)"
"""What stands before the regular expression of a form whose words may be in small or capital letters."""
_GROUPS = {"B": "b", "e": "d", "f": "S", "z": "zo", "n": "", "T": "", "-": ""}
"""The letters of the groups of fields, where they differ from the field's; ``o`` are the minutes of a zone."""
_DAYS = ("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y %m %d", "%Y%0m%0d")
_CLOCKS = ("%H:%M%z", "%H:%M:%f%z", "%0H%z", "%0H%0M%z", "%0H%0M%0f%z")
_MONTHS = ("%Y-%m", "%Y/%m", "%Y.%m", "%Y %m")
_FORMS = {
    ISO: (*_DAYS, *(f"{day}%T{clock}" for day in _DAYS for clock in _CLOCKS), *_MONTHS, "%Y"),
    QUARTER: ("%Y%-Q%q", "Q%q%-%Y", "%qQ%-%Y"),
    WEEK: tuple(f"%Y{mark}W%V{day}" for mark in ("", "-") for day in ("", "%u", "-%u")),
    EXCEL: ("%x",),
    UNIX: ("%s",),
    UNIX_MILLISECONDS: ("%Q",),
    COMPACT: ("%Y%0m%0d",),
}


def forms_of(column: DateColumn) -> tuple[str, ...]:
    """Return the forms in which a column writes dates: ``%e.%m.%Y%n%H:%M``, or the usual ones of ISO 8601."""
    return tuple(form for each in column.format.split(OR) for form in _FORMS.get(each, (_as_strptime_reads(each),)))


def letters_of(columns: Iterable[DateColumn]) -> frozenset[str]:
    """Return the letters of all fields in the forms of columns."""
    return frozenset(letter for column in columns for form in forms_of(column) for letter in re.findall("%0?(.)", form))


def pattern_of(form: str) -> tuple[str, str]:
    """Return the regular expression of a form, and the letters of its groups; that of ``%B`` is ``b``."""
    literals, fields = re.split("%0?.", form), re.findall("%(0?.)", form)
    code = "".join(_literal(text) + _field(field) for text, field in zip(literals, [*fields, ""], strict=True))
    letters = "".join(_GROUPS.get(field[-1], field[-1]) for field in fields)
    return (ANY_CASE if {*letters} & {*"bp"} else "") + code, letters


def _as_strptime_reads(form: str) -> str:
    """Return a form in which a day may have a space before it, and a space stands for any number of them."""
    return form.replace("%d", "%e").replace(" ", "%n")


def _field(field: str) -> str:
    """Return the regular expression of a field, of which the first digit is optional unless ``0`` stands before it."""
    return FIELDS[field[-1]].replace("?", "", 1) if field.startswith("0") else FIELDS.get(field, "")


def _literal(text: str) -> str:
    return re.escape(text).replace("\\ ", " ").replace("\\-", "-")
