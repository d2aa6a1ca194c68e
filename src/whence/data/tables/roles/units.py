"""Units beside the numbers of a table, as far as one changes into another: ``4.6 kg`` and ``940 g``."""

from __future__ import annotations

import re
from functools import cache

MAGNITUDES = {"k": 1e3, "K": 1e3, "M": 1e6, "B": 1e9}
"""The letters for thousands, millions and billions, as in ``25.6k``."""

CLOCK = "h:mm:ss"
SHORT_CLOCK = "m:ss"
"""Durations of which ``3:47`` is minutes and seconds; of others it is hours and minutes."""

_MULTIPLES = {"n": 1e-9, "µ": 1e-6, "m": 1e-3, "c": 1e-2, "": 1.0, "k": 1e3, "M": 1e6, "G": 1e9}
_FACTORS = {
    f"{prefix}{unit}": (unit, factor)
    for unit, prefixes in {"g": "µmk", "m": "nµmck", "l": "mc", "L": "mc", "s": "nµm", "W": "mkMG", "B": "kMG"}.items()
    for prefix, factor in _MULTIPLES.items()
    if prefix in (*prefixes, "")
} | {"min": ("s", 60.0), "h": ("s", 3600.0)}
"""Each unit that changes into others: the one that they all change into, and by which factor."""

SYMBOLS = "|".join(sorted(map(re.escape, _FACTORS), key=len, reverse=True))
"""A regular expression for the units that may follow a number without a space, as in ``5kg``."""

_CLOCK = re.compile(r"(\d+):([0-5]\d)(?::([0-5]\d(?:\.\d+)?))?")
_DAYS = re.compile(r"(\d+) days?,? (?=\d+:\d\d:\d)")
"""The days before a duration as pandas and Python write them: ``2 days 03:47:00`` and ``2 days, 3:47:00``."""


@cache
def conversion(unit: str, into: str) -> float | None:
    """Return the factor from one unit to another, 1 for a number without a unit; None if there is none."""
    if unit in ("", into):
        return 1.0
    (base, factor), (other, divisor) = (_FACTORS.get(one, (one, 1.0)) for one in (unit, into))
    return factor / divisor if base == other else None


def seconds(text: str, clock: str) -> float | None:
    """Return the seconds that a duration such as ``03:47:00`` or ``2 days 03:47:00`` spells; None if it is none.

    Parameters
    ----------
    text : str
        The duration.
    clock : str
        ``CLOCK``, by which 3:47 is hours and minutes, or ``SHORT_CLOCK``, by which it is minutes and seconds.
    """
    days, parts = _clock_parts(text)
    if parts is None:
        return None
    first, second, third = int(parts[1]), int(parts[2]), parts[3]
    if third is not None:
        return 86_400.0 * days + 3600.0 * first + 60.0 * second + float(third)
    return 60.0 * first + second if clock == SHORT_CLOCK else 3600.0 * first + 60.0 * second


def clock_of(texts: list[str], share: float) -> str | None:
    """Return how the durations in a column are written, if a share of its cells are some; else None."""
    parts = [found for _, found in map(_clock_parts, texts) if found]
    if not parts or len(parts) < share * len(texts):
        return None
    return SHORT_CLOCK if any(found[3] for found in parts) or any(int(found[1]) > 23 for found in parts) else CLOCK


def _clock_parts(text: str) -> tuple[int, re.Match[str] | None]:
    """Return the days of a duration, and the hours, minutes and seconds, which None stands for if it is none."""
    clock = text.strip()
    days = _DAYS.match(clock)
    return (int(days[1]), _CLOCK.fullmatch(clock, days.end())) if days else (0, _CLOCK.fullmatch(clock))
