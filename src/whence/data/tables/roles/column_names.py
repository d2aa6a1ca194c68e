"""What the names of columns tell: identifiers, counters of time, dates, numbered families."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

_IDENTIFIER = frozenset(
    "id ids uid uuid guid identifier key idx index row rows rownames rownum no nr num number serial sno srno".split()
)
_ENTITY = frozenset("id ids uid uuid guid patient subject person user customer participant client animal".split())
_TIME = frozenset("year years month week day hour minute second time date step epoch period quarter age".split())
_DATE = frozenset("date dates datetime day".split())
_MOMENT = frozenset("day ts unix epoch created updated modified when at".split())
_FEWEST_IN_FAMILY = 16


def names_identifier(name: str) -> bool:
    """Return whether a name says that a column tells rows apart: ``PassengerId``, ``row_number``."""
    return not _IDENTIFIER.isdisjoint(_words(name))


def names_entity(name: str) -> bool:
    """Return whether a name says that a column tells people or things apart, which may recur: ``patient_id``."""
    return not _ENTITY.isdisjoint(_words(name))


def names_date(name: str) -> bool:
    """Return whether a name says that a column holds dates: ``date``, ``OrderDate``."""
    return not _DATE.isdisjoint(_words(name))


def names_moment(name: str) -> bool:
    """Return whether a name is one of dates or times: ``timestamp``, ``created``."""
    return not _MOMENT.isdisjoint(_words(name)) or "date" in name.casefold() or "time" in name.casefold()


def names_quantity(name: str) -> bool:
    """Return whether a name is that of a variable, ``x``, or of a time, ``year``, whose values may run on by one."""
    return len(name) == 1 or not _TIME.isdisjoint(_words(name))


def is_first_of_unnamed(name: str) -> bool:
    """Return whether a column is the first of a table without a header."""
    return name == "column 1"


def is_unnamed(name: str) -> bool:
    """Return whether a column has no name of its own."""
    return re.fullmatch(r"(?i)\s*|unnamed(: \d+)?(\.\d+)?", name) is not None


def numbered_families(names: Iterable[str]) -> set[str]:
    """Return the names that differ only in numbers from many others: ``pixel0``, ``pixel1`` …"""
    stems = {name: re.sub(r"\d+", "#", name) for name in names}
    sizes = Counter(stems.values())
    return {name for name, stem in stems.items() if "#" in stem and sizes[stem] >= _FEWEST_IN_FAMILY}


def _words(name: str) -> set[str]:
    return set(re.sub(r"([a-z])([A-Z])", r"\1 \2", name).replace("_", " ").replace(".", " ").casefold().split())
