"""One registry of everything that has a name: layers, losses, optimizers, initialisers, schedules."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TypeVar

from whence.errors import UnknownNameError

T = TypeVar("T")


class Registry(Mapping[str, T]):
    """Things of one kind by their names; case, ``-`` and ``_`` do not matter when one is looked up.

    Parameters
    ----------
    kind : str
        What the things are, in the singular, for messages: ``"layer"``.
    """

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self._entries: dict[str, T] = {}
        self._spellings: dict[str, str] = {}

    def register(self, name: str, *aliases: str) -> Callable[[T], T]:
        """Return a decorator that enters its object under ``name``, to be found under ``aliases`` too."""

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
    """Return the sentence for a name that does not exist: the nearest known one, or all of them.

    Parameters
    ----------
    kind : str
        What was looked up, in the singular: ``"option"``.
    name : str
        The name that was not found.
    known : iterable of str
        The names that exist.
    """
    names = list(known)
    spellings = {normal(candidate): candidate for candidate in names}
    near = difflib.get_close_matches(normal(name), spellings, n=1)
    if near:
        return f"there is no {kind} {name!r}; did you mean {spellings[near[0]]!r}?"
    return f"there is no {kind} {name!r}; there are {', '.join(names)}"


def normal(name: str) -> str:
    """Return what all spellings of a name have in common."""
    return name.lower().replace("_", "").replace("-", "").replace(" ", "")
