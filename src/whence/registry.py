"""Registries of named objects: layers, losses, optimizers, initialisers, schedules, data sets."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TypeVar

from whence.errors import UnknownNameError

T = TypeVar("T")


class Registry(Mapping[str, T]):
    """Objects of one kind by name; look-up ignores case, ``-`` and ``_``.

    Parameters
    ----------
    kind : str
        The kind in the singular, for messages: ``"layer"``.
    """

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self._entries: dict[str, T] = {}
        self._spellings: dict[str, str] = {}

    def register(self, name: str, *aliases: str) -> Callable[[T], T]:
        """Return a decorator that registers an object under ``name`` and ``aliases``."""

        def enter(entry: T) -> T:
            for spelling in (name, *aliases):
                if normal(spelling) in self._spellings:
                    raise ValueError(f"two entries of the {self.kind} registry are called {spelling!r}")
                self._spellings[normal(spelling)] = name
            self._entries[name] = entry
            return entry

        return enter

    def __getitem__(self, name: str) -> T:
        spelling = normal(name)
        if spelling not in self._spellings:
            raise UnknownNameError(unknown(self.kind, name, self._entries))
        return self._entries[self._spellings[spelling]]

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and normal(name) in self._spellings

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)


def unknown(kind: str, name: str, known: Iterable[str]) -> str:
    """Return the message for an unknown name, which suggests the nearest known name or all names.

    Parameters
    ----------
    kind : str
        The kind of name in the singular: ``"option"``.
    name : str
        The unknown name.
    known : iterable of str
        The known names.
    """
    names = list(known)
    spellings = {normal(candidate): candidate for candidate in names}
    near = difflib.get_close_matches(normal(name), spellings, n=1)
    if near:
        return f"there is no {kind} {name!r}; did you mean {spellings[near[0]]!r}?"
    return f"there is no {kind} {name!r}; there are {', '.join(names)}"


def normal(name: str) -> str:
    """Return the normal form of all spellings of a name."""
    return name.lower().replace("_", "").replace("-", "").replace(" ", "")
