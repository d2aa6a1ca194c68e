"""Expressions compared apart from the names of their indices."""

from __future__ import annotations

from dataclasses import fields, is_dataclass

from whence.formula.expressions import Index


class Match:
    """Compares expressions, and finds for each index of the first the one that the other has in its place.

    Parameters
    ----------
    found : dict of Index to Index, optional
        What is known from expressions that were compared before.
    """

    def __init__(self, found: dict[Index, Index] | None = None) -> None:
        self.found = dict(found or {})

    def equal(self, first: object, second: object) -> bool:
        """Return whether both are equal, apart from the names of indices, which differ in both where they do in one."""
        if isinstance(first, Index) and isinstance(second, Index):
            if first not in self.found and second not in self.found.values():
                self.found[first] = second
            return first.extent == second.extent and self.found.get(first) == second
        if isinstance(first, tuple) and isinstance(second, tuple):
            return len(first) == len(second) and all(map(self.equal, first, second))
        if is_dataclass(first) and type(first) is type(second):
            return all(self.equal(getattr(first, each.name), getattr(second, each.name)) for each in fields(first))
        return first == second
