"""Names of the parameters and arrays of layers within a layer: ``0.weight`` for ``weight``, ``W.0`` for ``W``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TypeVar

T = TypeVar("T")

_SYMBOL = re.compile(r"(?P<stem>.*?)(?P<path>(\.\d+)*)(?P<new>(_new)?)")


def append_to_stem(symbol: str, text: str) -> str:
    """Return a symbol with ``text`` after its stem, before a path and ``_new``: ``W.0`` and ``2`` make ``W2.0``."""
    match = _SYMBOL.fullmatch(symbol)
    assert match is not None
    return f"{match['stem']}{text}{match['path']}{match['new']}"


def symbol_of(path: str) -> str:
    """Return the symbol in formulas for the path of an array: ``running_mean.0`` for ``0.running_mean``."""
    place, _, name = path.rpartition(".")
    return append_to_stem(name, f".{place}") if place else name


def add_prefix(position: int, named: Mapping[str, T]) -> dict[str, T]:
    """Return what belongs to the layer at a position, by path from outside: ``weight`` becomes ``0.weight``."""
    return {f"{position}.{name}": value for name, value in named.items()}


def select_prefix(position: int, named: Mapping[str, T]) -> dict[str, T]:
    """Return what belongs to the layer at a position, by path within it: ``0.weight`` becomes ``weight``."""
    prefix = f"{position}."
    return {name.removeprefix(prefix): value for name, value in named.items() if name.startswith(prefix)}
