"""The axes of arrays: by which letters the formulas call them, and which of them run down a sheet."""

from __future__ import annotations

from collections.abc import Iterator

from whence.arrays import Shape
from whence.formula import Affine, Entry, walk
from whence.trace import Trace


def entries_of(trace: Trace) -> Iterator[Entry]:
    """Yield every entry that the formulas of a training step name."""
    for formula in trace.formulas.values():
        for node in (formula.target, *walk(formula.expression)):
            if isinstance(node, Entry):
                yield node


def letters_of(trace: Trace) -> dict[str, tuple[str, ...]]:
    """Return the letters of each array's indices, empty where no formula has one alone; the first formula counts."""
    found: dict[str, list[str]] = {}
    for entry in entries_of(trace):
        letters = found.setdefault(entry.array, [""] * len(entry.subscripts))
        for axis, place in enumerate(entry.subscripts):
            if isinstance(place, Affine) and place.bare and not letters[axis]:
                letters[axis] = place.bare.name
    return {name: tuple(letters) for name, letters in found.items()}


def split_axes(shape: Shape, letters: tuple[str, ...]) -> int:
    """Return how many axes run down: samples do, and the axes before the last; in images rows do and columns do not."""
    if len(shape) == 1:
        return int(letters == ("n",))
    return 2 if len(shape) == 4 and letters[:1] == ("n",) else max(0, len(shape) - 1)
