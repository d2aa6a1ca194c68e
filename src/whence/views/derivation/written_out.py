"""Arrays written out as matrices: large ones in part, and those of more axes as a few matrices."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

import numpy as np

from whence.arrays import Array
from whence.formula import layout
from whence.formula.digits import TableForm
from whence.formula.layout import Fence, Symbol, Table, Word, row
from whence.views.derivation.index_words import WORDS
from whence.views.derivation.outline import Numbers
from whence.views.derivation.phrases import Phrases
from whence.views.mathematics.width import printed_width

_MAX_LENGTH = 8
_FIRST = 5
_MAX_NUMBER_WIDTH = 8
_MAX_MATRICES = 3


def write_out(
    array: Array, name: Symbol, letters: Sequence[str | None], phrases: Phrases, *, column: bool = False
) -> Numbers:
    """Return an array written out as matrices, given the index letter of each axis where it is known.

    An array with one axis is a row, or a column if ``column``. One with more than two axes is written as matrices over
    the first two that do not run over samples, one for each of the first positions on the other axes.
    """
    if array.ndim == 0:
        return Numbers(())
    if array.ndim <= 2:
        matrix = array if array.ndim == 2 else array[:, np.newaxis] if column else array[np.newaxis]
        return Numbers(((name, _table(matrix)),))
    spread = [axis for axis, letter in enumerate(letters) if letter != "n"][:2]
    shown = _shown(array.shape, letters, spread)
    tables = []
    for fixed in product(*shown.values()):
        at = dict(zip(shown, fixed, strict=True))
        places = [at.get(axis, slice(None)) for axis in range(array.ndim)]
        texts = [Word(str(place) if isinstance(place, int) else ":") for place in places]
        tables.append((row(name, Fence("[", layout.listed(texts), "]")), _table(array[tuple(places)])))
    words = {**WORDS, "c": "input channel"} if "o" in letters else WORDS
    parts = []
    for axis, positions in shown.items():
        if len(positions) < array.shape[axis]:
            word = phrases(f"word.{words.get(letters[axis] or '', 'axis')}", count=len(positions), axis=axis)
            parts.append(
                phrases("shown.part", word=word, positions=phrases.listed(positions), length=array.shape[axis])
            )
    note = phrases("shown", parts=phrases("list.comma").join(parts)) if parts else ""
    return Numbers(tuple(tables), note=note)


def _shown(shape: Sequence[int], letters: Sequence[str | None], spread: Sequence[int]) -> dict[int, list[int]]:
    """Return the positions to show on each axis that is not ``spread``: the first, or a few if matrices are small."""
    shown = {axis: [0] for axis in range(len(shape)) if axis not in spread}
    others = [axis for axis in shown if letters[axis] != "n"]
    if others and all(shape[axis] <= _MAX_LENGTH for axis in spread):
        shown[others[-1]] = list(range(min(_MAX_MATRICES, shape[others[-1]])))
    return shown


def _table(matrix: Array) -> Table:
    form = TableForm.of(matrix)
    texts = np.array([form.write(value) for value in matrix.ravel().tolist()], dtype=object).reshape(matrix.shape)
    longest = max((printed_width(Word(text)) for text in texts.ravel()), default=0)
    rows = _abridged(matrix.shape[0], _MAX_LENGTH)
    columns = _abridged(matrix.shape[1], _MAX_LENGTH if longest <= _MAX_NUMBER_WIDTH else _FIRST + 1)
    return Table(tuple(tuple(_cell(texts, line, column) for column in columns) for line in rows), form.exponent)


def _abridged(length: int, max_length: int) -> list[int | None]:
    """Return the positions to show: all, or if there are too many the first few, None for a gap, and the last."""
    return list(range(length)) if length <= max_length else [*range(_FIRST), None, length - 1]


def _cell(texts: Array, line: int | None, column: int | None) -> str:
    if line is None:
        return "⋱" if column is None else "⋮"
    return "…" if column is None else str(texts[line, column])
