"""The axes of arrays: their index letters in the formulas, and whether they run down or across a sheet."""

from __future__ import annotations

from collections.abc import Iterator

from whence.arrays import Shape
from whence.formula import Affine, Entry
from whence.trace import Trace


def entries_of(trace: Trace) -> Iterator[Entry]:
    """Yield every entry in the formulas of a training step."""
    for formula in trace.formulas.values():
        yield from (formula.target, *formula.sources)


def letters_of(trace: Trace) -> dict[str, tuple[str, ...]]:
    """Return the index letters of each array, from the first formula that has them; empty where none has."""
    found: dict[str, list[str]] = {}
    for entry in entries_of(trace):
        letters = found.setdefault(entry.array, [""] * len(entry.subscripts))
        for axis, subscript in enumerate(entry.subscripts):
            if isinstance(subscript, Affine) and subscript.bare and not letters[axis]:
                letters[axis] = subscript.bare.name
    return {name: tuple(letters) for name, letters in found.items()}


def split_axes(shape: Shape, letters: tuple[str, ...]) -> int:
    """Return how many axes run down: samples, and all but the last axis; of images only samples and rows."""
    if len(shape) == 1:
        return int(letters == ("n",))
    return 2 if len(shape) == 4 and letters[:1] == ("n",) else max(0, len(shape) - 1)
