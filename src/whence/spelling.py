"""Settings that are spelled as a name and numbers, such as ``uniform(-0.2, 0.2)`` or ``step(10, 0.5)``."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import MISSING, fields
from typing import TypeVar

from whence.errors import ArgumentError
from whence.registry import Registry

T = TypeVar("T")


def read_spelling(text: str, kinds: Registry[type[T]], example: str) -> T:
    """Return what a text such as ``"uniform(-0.2, 0.2)"`` or ``"uniform -0.2 0.2"`` spells.

    Parameters
    ----------
    text : str
        A name, and after it numbers, in brackets or without.
    kinds : Registry
        Dataclasses by name; the numbers become their fields, in order.
    example : str
        A spelling that is right, for messages.

    Raises
    ------
    UnknownNameError
        If there is none of that name.
    ArgumentError
        If the text is no spelling, or its numbers are not ones that the name takes.
    """
    match = re.fullmatch(r"\s*([A-Za-z_\- ]+?)\s*(?:\((.*)\)|([-+]?\.?\d.*))?\s*", text)
    if match is None:
        raise ArgumentError(f"{text!r} is no {kinds.kind}; write a name and numbers, such as {example!r}")
    kind = kinds[match[1]]
    settings = fields(kind)  # type: ignore[arg-type]
    words = [word for word in re.split(r"[,\s]+", match[2] or match[3] or "") if word]
    needed = sum(field.default is MISSING for field in settings)
    try:
        if not needed <= len(words) <= len(settings):
            raise ValueError(f"{len(words)} numbers")
        numbers = [_number(word) for word in words]
    except ValueError as error:
        names = ", ".join(field.name for field in settings)
        raise ArgumentError(f"{text.strip()!r} does not fit: {match[1]} takes ({names}), all numbers") from error
    return kind(*numbers)


def write_spelling(thing: object, kinds: Registry[type[T]], numbers: Sequence[float]) -> str:
    """Return how a thing is spelled: its name in the registry, and the shortest texts of its numbers."""
    name = next(name for name, kind in kinds.items() if kind is type(thing))
    return f"{name}({', '.join(map(_shortest, numbers))})" if numbers else name


def _number(word: str) -> float:
    return int(word) if re.fullmatch(r"[-+]?\d+", word) else float(word)


def _shortest(number: float) -> str:
    return repr(number if isinstance(number, int) else float(number)).removesuffix(".0")
