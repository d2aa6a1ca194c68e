"""Numbers as people write them in tables: ``1,023``, ``$1023``, ``17%``, ``1.234,56``, ``3 kg``, ``25.6k``."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from whence.data.tables.roles.units import CLOCK, MAGNITUDES, SHORT_CLOCK, SYMBOLS, clock_of, conversion, seconds

if TYPE_CHECKING:
    import pandas as pd

    from whence.arrays import Array

_PARTS = re.compile(
    r"(?P<bracket>\()?(?P<sign>[-+]?)\s*(?P<before>[$€£¥₹]|[A-Z]{3}(?=\s))?\s*(?P<minus>-?)"
    r"(?P<digits>(?:\d|[.,]\d)[\d.,' ]*?)(?P<exponent>[eE][-+]?\d+|[dD][-+]\d+)?"
    r"(?P<behind>(?<=[.,]\d\d)-)?(?P<magnitude>[kKMB](?![A-Za-z]))?"
    rf"(?P<after>\s*[%‰°$€£¥₹][A-Za-z]?|\s+[A-Za-zµ][A-Za-zµ/²³]*|{SYMBOLS})?(?(bracket)\))"
)
_BEFORE = frozenset("$€£¥₹")
_SPACES = str.maketrans({"\u00a0": " ", "\u2009": " ", "\u202f": " ", "\u2019": "'", "\u2212": "-"})
_FORTRAN = str.maketrans("dD", "ee")
FIRST_BEYOND_FLOATS = 2**53
_PADDED, _ABOUT_E = re.compile(r"0\d+"), re.compile(r"\d+[eE]\d+")
_MARKS, _GROUPS = re.compile(r"[.,]"), re.compile(r"[1-9]\d{0,2}([.,]\d{3})+")
_CLOCKS = 0.9
"""The share of the cells of a column that have to be durations for all to be read as such."""
_CONVENTIONS = (("", "."), (",", "."), ("", ","), (".", ","), (" ", "."), (" ", ","), ("'", "."))
"""Marks of thousands and of decimals, the more common first."""


@dataclass(frozen=True)
class Numerals:
    """How the numbers of a column are written.

    Parameters
    ----------
    thousands : str
        The mark between groups of digits; empty for none.
    decimal : str
        The mark before the fraction.
    unit : str
        The currency, per cent or unit in which the numbers are; empty for none. Numbers beside another that changes
        into it are converted. ``"h:mm:ss"`` and ``"m:ss"`` are of durations, read as seconds.
    """

    thousands: str = ""
    decimal: str = "."
    unit: str = ""

    def __post_init__(self) -> None:
        if (self.thousands, self.decimal) not in _CONVENTIONS:
            raise ValueError(f"numbers are not written with {self.thousands!r} and {self.decimal!r}")

    @property
    def example(self) -> str:
        """A number that is written in this way: ``1,234.5 kg``."""
        if self.is_clock:
            return "1:23:45"
        number = f"1{self.thousands}234{self.decimal}5"
        return f"{self.unit}{number}" if self.unit in _BEFORE else f"{number} {self.unit}".rstrip()

    @property
    def is_clock(self) -> bool:
        """Whether they are durations such as ``3:47:00``."""
        return self.unit in (CLOCK, SHORT_CLOCK)

    def read(self, texts: pd.Series) -> Array:
        """Return the numbers that texts spell.

        Parameters
        ----------
        texts : (N,) Series of str
            The cells; missing ones are None or NaN.

        Returns
        -------
        (N,) float64 array
            NaN for missing cells and for texts that are not finite numbers written in this way.
        """
        numbers: Array = texts.map({text: self.number(text) for text in texts.dropna().unique()}).to_numpy(np.float64)
        return numbers

    def number(self, text: str) -> float:
        """Return the number that a text spells, or NaN."""
        if self.is_clock:
            found = seconds(text, self.unit)
            return np.nan if found is None else found
        return self._value(_parts(text))

    def _value(self, parts: re.Match[str] | None) -> float:
        if parts is None:
            return np.nan
        unit, magnitude = _unit(parts), parts["magnitude"]
        if magnitude == "B" and not unit and conversion("B", self.unit) is not None:
            unit, magnitude = "B", None  # bytes beside kB, not billions
        if (factor := conversion(unit, self.unit)) is None:
            return np.nan
        if not _pattern(self.thousands, self.decimal).fullmatch(parts["digits"]):
            return np.nan
        digits = parts["digits"].replace(self.thousands, "") if self.thousands else parts["digits"]
        exponent = (parts["exponent"] or "").translate(_FORTRAN)
        number = float(digits.replace(self.decimal, ".") + exponent)
        number *= MAGNITUDES.get(magnitude, 1.0) * factor
        negative = "-" in (parts["sign"], parts["minus"], parts["behind"]) or parts["bracket"]
        return (-number if negative else number) if np.isfinite(number) else np.nan


PLAIN = Numerals()


def numerals_of(texts: pd.Series, decimal: str = ".") -> tuple[Numerals, bool]:
    """Return how the numbers of a column are written, and whether they could mean other numbers.

    The convention is the one by which most cells are numbers; of several such, the one that the file has elsewhere:
    where commas are before fractions, ``1.023`` is 1023. ``1,023`` alone could be 1023 or 1.023, and is 1023.

    Parameters
    ----------
    texts : (N,) Series of str
        The cells of a column.
    decimal : str
        The mark before fractions in other numbers of the file.
    """
    different = texts.dropna().unique().tolist()
    if (clock := clock_of(different, _CLOCKS)) is not None:
        return Numerals(unit=clock), False
    parsed = {text: parts for text in different if (parts := _parts(text)) is not None}
    if not parsed:
        return PLAIN, False
    unit = next(filter(None, map(_unit, parsed.values())), "")
    order = sorted(_CONVENTIONS, key=lambda marks: marks[1] != decimal) if decimal == "," else _CONVENTIONS
    readings = [
        (numerals, texts.map({text: numerals._value(parts) for text, parts in parsed.items()}).to_numpy(np.float64))
        for numerals in (Numerals(*marks, unit) for marks in order)
    ]
    best, numbers = max(readings, key=lambda reading: np.isfinite(reading[1]).sum())
    read = np.isfinite(numbers)
    ambiguous = any(
        np.isfinite(other).sum() == read.sum() and not np.array_equal(other[read], numbers[read])
        for _, other in readings
    )
    return best, ambiguous or _may_all_be_thousands([parts["digits"] for parts in parsed.values()])


def are_codes(texts: pd.Series) -> bool:
    """Return whether texts are of digits alone, and some begin with a zero, as in ``01067``, or are long."""
    different = texts.dropna().unique().tolist()
    return any(map(_is_code, different)) and all(
        text.lstrip("+-−").isdecimal() or may_be_code(text) for text in different
    )


def has_code(texts: Iterable[str]) -> bool:
    """Return whether one of some texts may be a code, so that texts are to stay as they are written."""
    return any(map(may_be_code, texts))


def may_be_code(text: str) -> bool:
    """Return whether digits are a code as in ``01067``, or are about an E, as in ``12E4``."""
    return _is_code(text) or bool(_ABOUT_E.fullmatch(text))


def _is_code(text: str) -> bool:
    """Return whether digits begin with a zero that a number would not have, or are more than a float64 holds."""
    return bool(_PADDED.fullmatch(text)) or is_beyond_floats(text)


def is_beyond_floats(digits: str) -> bool:
    """Return whether digits, with a sign or not, are a whole number from 2⁵³ on: float64 does not tell all apart."""
    digits = digits.lstrip("+-−")
    return digits.isdecimal() and (len(digits) > 16 or (len(digits) == 16 and int(digits) >= FIRST_BEYOND_FLOATS))


def _may_all_be_thousands(digits: list[str]) -> bool:
    """Return whether some numbers have dots, others commas, none both, and all are before groups of three digits."""
    marks = [set(_MARKS.findall(one)) for one in digits]
    if {frozenset(one) for one in marks} - {frozenset()} != {frozenset("."), frozenset(",")}:
        return False
    return all(_GROUPS.fullmatch(one) for one, has in zip(digits, marks, strict=True) if has)


def unit_of(text: str) -> str:
    """Return the currency, per cent or unit beside a number, and the letter for thousands or millions after it."""
    parts = _parts(text)
    return "" if parts is None else f"{parts['magnitude'] or ''}{_unit(parts)}"


def _parts(text: str) -> re.Match[str] | None:
    return _PARTS.fullmatch(text.translate(_SPACES).strip())


def _unit(parts: re.Match[str]) -> str:
    return " ".join(filter(None, (parts["before"], (parts["after"] or "").strip())))


@cache
def _pattern(thousands: str, decimal: str) -> re.Pattern[str]:
    """Return the digits of a number: in groups of three, or of two in India, the last of three; or all in one."""
    mark, point = re.escape(thousands), re.escape(decimal)
    grouped = rf"[1-9]\d{{0,2}}(?:{mark}\d{{2,3}})*{mark}\d{{3}}(?:{point}\d*)?|" if thousands else ""
    return re.compile(rf"{grouped}\d+(?:{point}\d*)?|{point}\d+")
