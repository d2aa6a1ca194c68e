"""Counts and lists in sentences."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def counted(count: int, thing: str, things: str | None = None) -> str:
    """Return how many there are of a thing: ``1 epoch``, ``1,200 steps``, and with its plural given, ``2 classes``."""
    return f"{count:,} {thing if count == 1 else things or f'{thing}s'}"


def listed(items: Iterable[object]) -> str:
    """Return items as a list in a sentence: ``1, 2 and 3``."""
    *first, last = [*map(str, items)] or [""]
    return f"{', '.join(first)} and {last}" if first else last


def some_of(items: Sequence[object], shown: int, thing: str) -> str:
    """Return the first items as a list, and how many more there are of a thing: ``a, b and 3 more columns``."""
    more = [counted(len(items) - shown, f"more {thing}")] if len(items) > shown else []
    return listed([*items[:shown], *more])
