"""How numbers are written, and with how many digits, so that the arithmetic that is shown gives the result shown."""

from __future__ import annotations

import ctypes
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

import numpy as np

from whence.arrays import Array

DIGITS = 4
"""The usual number of significant digits."""

_MOST_DIGITS = {"single": 9, "double": 17}  # which tell apart all numbers of a precision
_MOST_MORE = 3  # how many more digits a result that lies between two roundings may have
_MOST_ALONE = 32  # of more numbers, all get the same number of digits
_NEARLY_HALF = 0.49  # of the last digit's unit: what rounding may take off
_CLEARLY = 0.99
_MUCH = 0.02
_ROUNDING = 2.0**-50  # of a few operations in double precision

Evaluate = Callable[[Sequence[float]], float]
"""Computes a result from the numbers in an expression."""


def write_number(value: float, digits: int = DIGITS) -> str:
    """Return a number in significant digits: ``0.1235``, ``−1.235e−7``, ``∞``.

    An integer is written in full, and so is any number that needs no more digits: ``0.5``. Every other number keeps the
    zeros that rounding leaves at its end, as in ``0.5000`` for 0.49998, and so tells that it is rounded.

    Parameters
    ----------
    value : float
        The number, which counts as one of single precision if it is one.
    digits : int
        The number of significant digits; at least one decimal is written of a number that is no integer.
    """
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    if value == int(value) and abs(value) < 1e9:
        return _signed(str(int(value)))
    exponent = int(f"{value:.{digits - 1}e}".partition("e")[2])
    plain = -5 < exponent < 6
    last = min(exponent - digits + 1, -1) if plain else exponent - digits + 1
    rounded = Decimal(value).quantize(Decimal(1).scaleb(last), ROUND_HALF_UP)
    mantissa = f"{rounded:f}" if plain else f"{rounded.scaleb(-exponent):f}"
    if _is_exact(float(rounded), value) and "." in mantissa:
        mantissa = mantissa.rstrip("0").rstrip(".")
    return _signed(mantissa if plain else f"{mantissa}e{exponent}")


def write_literal(value: float) -> str:
    """Return a number that stands in a formula: in full, and ``½`` for a half."""
    return "½" if value == 0.5 else write_number(value, _MOST_DIGITS["double"])


def read_number(text: str) -> float:
    """Return the value of what `write_number` has written."""
    return float(text.replace("−", "-").replace("∞", "inf"))


@dataclass(frozen=True)
class Written:
    """The numbers of an equation as they are written.

    Parameters
    ----------
    numbers : list of str
        The numbers from which the result is computed.
    sign : str
        ``"="`` if the written numbers give the written result to its last digit; ``"≈"`` if only numbers that were
        not rounded would give it, since the result was computed in a lower precision.
    result : str
        The result.
    """

    numbers: list[str]
    sign: str
    result: str


def write_equation(numbers: Sequence[float], evaluate: Evaluate, result: float, digits: int = DIGITS) -> Written:
    """Write the numbers of an equation with as few digits as show that it holds.

    They all get ``digits`` digits at first. Then one digit at a time is added to the number that thereby brings what
    the written numbers come to nearest to the result, until it rounds to the result; digits without which it still does
    are taken back.

    Parameters
    ----------
    numbers : sequence of float
        The numbers from which the result is computed.
    evaluate : callable
        Computes it from such numbers.
    result : float
        The result as it was recorded.
    digits : int
        The least number of significant digits.
    """
    exact = evaluate(numbers)
    alike = [_beside(number) for number in numbers]
    apart = [_beside(number, place) for place, number in enumerate(numbers)]
    wobbling = float(np.max([abs(evaluate(moved) - exact) for moved in (alike, apart)]))
    for more in range(_MOST_MORE):
        text = write_number(result, digits + more)
        target, tolerance = read_number(text), _NEARLY_HALF * _last_place(result, digits + more)
        is_certain = not wobbling > _MUCH * tolerance
        if _agree(exact, target, tolerance) and (is_certain or result == 0):
            most = max(_MOST_DIGITS.values()) if is_certain else digits
            if (written := _widened(numbers, evaluate, target, tolerance, digits, most)) is not None:
                return Written(written, "=", text)
    widest = [read_number(write_number(number, _most_digits(number))) for number in numbers]
    rounding = 2 * max(abs(evaluate(widest) - result), wobbling)
    most = max(_MOST_DIGITS.values()) if math.isfinite(rounding) else digits
    nearly = _widened(numbers, evaluate, result, rounding, digits, most)
    return Written(nearly or [write_number(number, digits) for number in numbers], "≈", write_number(result, digits))


@dataclass(frozen=True)
class TableForm:
    """How the numbers of one table are written: with the same number of decimals, times the same power of ten.

    Parameters
    ----------
    exponent : int
        The exponent of the power; 0 unless all numbers are small or one is very large.
    decimals : int
        The number of decimals.
    """

    exponent: int
    decimals: int

    @classmethod
    def of(cls, values: Array, decimals: int = 3) -> TableForm:
        """Return the form for some numbers, with more decimals if all are small, and fewer if these are exact."""
        finite = values[np.isfinite(values)].astype(np.float64)
        largest = float(np.abs(finite).max(initial=0.0))
        if largest < 1e9 and not (finite % 1).any():
            return cls(0, 0)
        leading = math.floor(math.log10(largest))
        if not -3 < leading < 5:
            return cls(leading, decimals)
        decimals = max(decimals, decimals - 1 - leading)
        exact = (fewer for fewer in range(1, decimals) if _all_exact(finite, fewer))
        return cls(0, next(exact, decimals))

    def write(self, value: float) -> str:
        """Return one of the numbers; a zero has no decimals, one that only rounds to zero has no sign."""
        if value == 0 or not math.isfinite(value):
            return write_number(value)
        scaled = Decimal(value).scaleb(-self.exponent)
        rounded = scaled.quantize(Decimal(1).scaleb(-self.decimals), ROUND_HALF_UP)
        return _signed(f"{rounded or abs(rounded):f}")


def _all_exact(values: Array, decimals: int) -> bool:
    """Return whether numbers need no more decimals, in the precision that they have."""
    rounded = np.round(values, decimals)
    return bool(((rounded == values) | (rounded.astype(np.float32) == values)).all())


def _widened(
    numbers: Sequence[float], evaluate: Evaluate, target: float, tolerance: float, digits: int, most: int
) -> list[str] | None:
    """Return numbers with as few digits as give a result within a tolerance; None if none of at most ``most`` do."""
    count = [digits] * len(numbers)
    texts = [write_number(number, digits) for number in numbers]
    shown = [read_number(text) for text in texts]

    def error() -> float:
        distance = abs(evaluate(shown) - target)
        return math.inf if math.isnan(distance) else distance

    def give(place: int, more: int) -> None:
        count[place] += more
        texts[place] = write_number(numbers[place], count[place])
        shown[place] = read_number(texts[place])

    while not _agree(evaluate(shown), target, tolerance):
        rounded = [place for place, number in enumerate(numbers) if shown[place] != number]
        rounded = [place for place in rounded if count[place] < min(most, _most_digits(numbers[place]))]
        if not rounded:
            return None
        least, best = error(), None
        for place in rounded if len(numbers) <= _MOST_ALONE else []:
            give(place, 1)
            if error() < _CLEARLY * least:
                least, best = error(), place
            give(place, -1)
        for place in rounded if best is None else [best]:
            give(place, 1)
    for place in range(len(numbers)) if len(numbers) <= _MOST_ALONE else ():
        while count[place] > digits:
            give(place, -1)
            if not _agree(evaluate(shown), target, tolerance):
                give(place, 1)
                break
    return texts


def _agree(found: float, target: float, tolerance: float) -> bool:
    return found == target or abs(found - target) <= tolerance or (math.isnan(found) and math.isnan(target))


def _last_place(value: float, digits: int) -> float:
    """Return the unit of the last digit of a number, also of one that needs fewer digits; 0 of a zero."""
    if value == 0 or not math.isfinite(value):
        return 0.0
    return float(10.0 ** (int(f"{value:.{digits - 1}e}".partition("e")[2]) - digits + 1))


def _most_digits(number: float) -> int:
    return _MOST_DIGITS["single" if _single(number) == number else "double"]


def _is_exact(rounded: float, value: float) -> bool:
    return value in (rounded, _single(rounded))


def _single(number: float) -> float:
    """Return a number rounded to single precision."""
    return ctypes.c_float(number).value


def _beside(number: float, place: int = 0) -> float:
    """Return a number that rounding could take for another, always the same one for a place; integers are exact."""
    if not math.isfinite(number) or number == int(number):
        return number
    return number * (1 + _ROUNDING * math.cos(1000 * math.log(abs(number)) + place))


def _signed(digits: str) -> str:
    return digits.replace("-", "−")
