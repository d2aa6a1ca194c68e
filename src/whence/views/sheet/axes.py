"""The axes of arrays: their index letters in the formulas, and whether they run down or across a sheet."""

from __future__ import annotations

from whence.arrays import Shape
from whence.formula import Affine
from whence.trace import Trace


def letters_of(trace: Trace) -> dict[str, tuple[str, ...]]:
    """Return the index letters of each array in a formula, from the first one that has them; empty where none has."""
    found: dict[str, list[str]] = {}
    formulas = trace.formulas.values()
    for entry in (entry for formula in formulas for entry in (formula.target, *formula.sources)):
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
