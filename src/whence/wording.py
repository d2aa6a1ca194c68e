"""Counts in sentences."""

from __future__ import annotations


def counted(count: int, thing: str, things: str | None = None) -> str:
    """Return how many there are of a thing: ``1 epoch``, ``1,200 steps``, and with its plural given, ``2 classes``."""
    return f"{count:,} {thing if count == 1 else things or f'{thing}s'}"
