"""Numbers as people write them in tables: ``1,023``, ``$1023``, ``17%``, ``1.234,56``, ``3 kg``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

    from whence.arrays import Array

_PARTS = re.compile(
    r"(?P<bracket>\()?(?P<sign>[-+]?)\s*(?P<before>[$€£¥₹]|[A-Z]{3}(?=\s))?\s*(?P<minus>-?)"
    r"(?P<digits>(?:\d|[.,]\d)[\d.,' ]*?)(?P<exponent>[eE][-+]?\d+)?"
    r"(?P<after>\s*[%‰°$€£¥₹][A-Za-z]?|\s+[A-Za-zµ][A-Za-zµ/²³]*)?(?(bracket)\))"
)
_SPACES = str.maketrans({"\u00a0": " ", "\u2009": " ", "\u202f": " ", "\u2019": "'", "\u2212": "-"})
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
        The currency, per cent or unit beside some of the numbers, which does not change them; empty for none.
    """

    thousands: str = ""
    decimal: str = "."
    unit: str = ""

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
        return self._value(_parts(text))

    def _value(self, parts: re.Match[str] | None) -> float:
        if parts is None or _unit(parts) not in ("", self.unit):
            return np.nan
        if not _pattern(self.thousands, self.decimal).fullmatch(parts["digits"]):
            return np.nan
        digits = parts["digits"].replace(self.thousands, "") if self.thousands else parts["digits"]
        number = float(digits.replace(self.decimal, ".") + (parts["exponent"] or ""))
        negative = "-" in (parts["sign"], parts["minus"]) or parts["bracket"]
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
    parsed = {text: parts for text in texts.dropna().unique() if (parts := _parts(text)) is not None}
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
    return best, ambiguous


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
