"""Arrays written out as matrices, large ones by a window and those of more axes by a few of their matrices."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from whence.arrays import Array
from whence.formula.layout import Fence, Node, Operator, Row, Symbol, Table, Word, row
from whence.views.derivation.reading import WORDS, listed
from whence.views.mathematics.width import printed_width

_MOST = 8
_FIRST = 5
_LONGEST = 8
_MATRICES = 3
_MOST_DECIMALS = 8


@dataclass(frozen=True)
class WrittenOut:
    """An array as matrices.

    Parameters
    ----------
    tables : tuple of (Node, Table)
        The name of the array, or of a part of it, and its numbers; none for an array of one number.
    note : str
        Which parts are shown, if there are others.
    """

    tables: tuple[tuple[Node, Table], ...]
    note: str = ""


def write_out(array: Array, name: Symbol, letters: Sequence[str | None], *, column: bool = False) -> WrittenOut:
    """Return an array written out.

    Parameters
    ----------
    array : array
        With one or two axes it is a row, a column or a matrix. Of one with more, the axes that are not over samples
        make matrices: the first two of them the rows and the columns, and each place on the others one matrix, of
        which the first few are shown.
    name : Symbol
        Its name.
    letters : sequence of str or None
        The index on each axis where it is known; ``"n"`` is the one over samples.
    column : bool
        Whether an array with one axis stands upright.
    """
    if array.ndim == 0:
        return WrittenOut(())
    if array.ndim <= 2:
        matrix = array if array.ndim == 2 else array[:, np.newaxis] if column else array[np.newaxis]
        return WrittenOut(((name, _table(matrix)),))
    spread = [axis for axis, letter in enumerate(letters) if letter != "n"][:2]
    shown = _shown(array.shape, letters, spread)
    tables = []
    for fixed in product(*shown.values()):
        at = dict(zip(shown, fixed, strict=True))
        part = array[tuple(at.get(axis, slice(None)) for axis in range(array.ndim))]
        tables.append((_part(name, [at.get(axis) for axis in range(array.ndim)]), _table(part)))
    words = {**WORDS, "c": "input channel"} if "o" in letters else WORDS
    told = []
    for axis, places in shown.items():
        if len(places) < array.shape[axis]:
            word = words.get(letters[axis] or "", f"axis {axis} at place")
            told.append(f"{word}{'s' if len(places) > 1 else ''} {listed(places)} of {array.shape[axis]}")
    return WrittenOut(tuple(tables), f"shown: {', '.join(told)}, counted from 0" if told else "")


def _shown(shape: Sequence[int], letters: Sequence[str | None], spread: Sequence[int]) -> dict[int, list[int]]:
    """Return which places are shown on each axis that is not spread out: the first, and more on the last if small."""
    shown = {axis: [0] for axis in range(len(shape)) if axis not in spread}
    others = [axis for axis in shown if letters[axis] != "n"]
    if others and all(shape[axis] <= _MOST for axis in spread):
        shown[others[-1]] = list(range(min(_MATRICES, shape[others[-1]])))
    return shown


def _part(name: Symbol, places: Sequence[int | None]) -> Row:
    """Return the name of a part of an array: ``W1[:, :, 0, 2]``."""
    parts: list[Node] = []
    for place in places:
        parts += [Word(":" if place is None else str(place)), Operator(",")]
    return row(name, Fence("[", Row(tuple(parts[:-1])), "]"))


def _table(matrix: Array) -> Table:
    texts = _texts(matrix)
    longest = max((printed_width(Word(text)) for text in texts.ravel()), default=0)
    rows = _window(matrix.shape[0], _MOST)
    columns = _window(matrix.shape[1], _MOST if longest <= _LONGEST else _FIRST + 1)
    return Table(tuple(tuple(_cell(texts, line, place) for place in columns) for line in rows))


def _window(length: int, most: int) -> list[int | None]:
    """Return the places to show: all up to a number, or the first few, a gap (None) and the last."""
    return list(range(length)) if length <= most else [*range(_FIRST), None, length - 1]


def _cell(texts: Array, line: int | None, column: int | None) -> str:
    if line is None:
        return "⋱" if column is None else "⋮"
    return "…" if column is None else str(texts[line, column])


def _texts(matrix: Array) -> Array:
    """Return the entries as texts with the same number of decimals: three, or more where all are small."""
    if not np.any(matrix % 1):
        return _each(matrix, ".0f")
    decimals = max(3, 2 - math.floor(math.log10(float(np.abs(matrix).max()))))
    return _each(matrix, f".{decimals}f" if decimals <= _MOST_DECIMALS else ".2e")


def _each(matrix: Array, form: str) -> Array:
    texts = [f"{value + 0.0:{form}}".replace("-", "−") for value in matrix.ravel().tolist()]
    return np.array(texts, dtype=object).reshape(matrix.shape)
