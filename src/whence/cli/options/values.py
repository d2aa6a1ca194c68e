"""Kinds of values of options, given as text on the command line or as values in a TOML file."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from whence.errors import ArgumentError


@dataclass(frozen=True)
class Kind:
    """One kind of value.

    Parameters
    ----------
    expected : str
        Its description in messages: ``"a positive number"``.
    metavar : str
        Its placeholder in the help: ``"NUMBER"``.
    read : callable
        Returns the value of an option for one from a TOML file; raises `TypeError` or `ValueError` if it is invalid.
    from_text : callable
        Converts a text of the command line to a value as in a TOML file; raises `ValueError` if it cannot.
    several : bool
        Whether the option may be given several times on the command line, and as a list in a TOML file.
    """

    expected: str
    metavar: str
    read: Callable[[Any], Any]
    from_text: Callable[[str], Any] = str
    several: bool = False

    def check(self, name: str, value: Any) -> Any:
        """Return the value of the option ``name``; raise `ArgumentError` if it is invalid."""
        try:
            return self.read(value)
        except (TypeError, ValueError, OverflowError) as error:
            shown = repr(value) if isinstance(value, str) else str(value).lower() if value is True else str(value)
            raise ArgumentError(f"{name} is {shown}; expected {self.expected}") from error

    def parse(self, name: str, text: str) -> Any:
        """Return the value that a text of the command line spells."""
        try:
            value = self.from_text(text)
        except ValueError:
            value = text
        return self.check(name, value)


def whole_number(low: int, high: int) -> Kind:
    """Whole numbers from ``low`` to ``high``."""

    def read(value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise ValueError
        return value

    return Kind(f"a whole number from {low:,} to {high:,}", "N", read, int)


def number(low: float, high: float, *, above: bool = False, below: bool = False) -> Kind:
    """Numbers from ``low`` to ``high``, or only ``above`` the one and ``below`` the other."""

    def read(value: Any) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            raise ValueError
        if not low <= value <= high or (above and value == low) or (below and value == high):
            raise ValueError
        return float(value)

    lower = f"above {low:g}" if above else f"of at least {low:g}"
    upper = f"below {high:g}" if below else f"at most {high:g}"
    return Kind(f"a number {lower} and {upper}", "NUMBER", read, float)


def text(metavar: str) -> Kind:
    """Texts; a number or truth value in a TOML file is converted to text."""

    def read(value: Any) -> str:
        if isinstance(value, bool | int | float):
            return str(value)
        if not isinstance(value, str) or not value.strip():
            raise ValueError
        return value

    return Kind("a text", metavar, read)


def names(metavar: str) -> Kind:
    """Names of columns, several of them if need be."""
    one = text(metavar)

    def read(value: Any) -> tuple[str, ...]:
        return tuple(one.read(name) for name in (value if isinstance(value, list | tuple) else [value]))

    return Kind("names", metavar, read, several=True)


def choice(*names: str) -> Kind:
    """One of some names."""

    def read(value: Any) -> str:
        if value not in names:
            raise ValueError
        return str(value)

    *others, last = names
    return Kind(f"{', '.join(others)} or {last}", "|".join(names), read)


def _read_flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError
    return value


def _read_sizes(value: Any) -> tuple[int, ...]:
    if isinstance(value, str):
        value = [int(part) for part in value.split(",") if part.strip()] if value.strip() != "none" else []
    sizes = value if isinstance(value, list) else [value]
    return tuple(_LAYER_SIZE.read(size) for size in sizes)


def _read_notation(value: Any) -> str | tuple[str, ...]:
    texts = value if isinstance(value, list) else [value]
    if not all(isinstance(text, str) for text in texts) or not "".join(texts).strip():
        raise ValueError
    return tuple(texts) if isinstance(value, list) else str(value)


def _read_batch_size(value: Any) -> int | str:
    return "all" if value == "all" else int(_BATCH_SIZE.read(value))


def _read_part(value: Any) -> float | str:
    part: float | str = (_PATH if isinstance(value, str) else _FRACTION).read(value)
    return part


_PATH = text("FILE")
_FRACTION = number(0, 1, below=True)
_LAYER_SIZE = whole_number(1, 1_000_000)
_BATCH_SIZE = whole_number(1, 10_000_000)

FLAG = Kind("true or false", "", _read_flag)
PART = Kind("a fraction from 0 to below 1, or a file or folder", "SHARE|FILE", _read_part, float)
SIZES = Kind('sizes from 1 to 1,000,000 separated by commas, such as 128,64, or "none"', "SIZES", _read_sizes)
NOTATION = Kind('layers separated by commas, such as "flatten, linear 128, relu, linear"', "LAYERS", _read_notation)
BATCH_SIZE = Kind('a whole number from 1 to 10,000,000, or "all"', "N|all", _read_batch_size, int)
