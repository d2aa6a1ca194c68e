"""What a parameter is made of, as text: its first value, and what the training samples added to it."""

from __future__ import annotations

from typing import Any

import numpy as np

from whence.arguments import PositiveInt, checks_arguments
from whence.arrays import Array
from whence.formula import write_number
from whence.formula.digits import DIGITS
from whence.history import Biography
from whence.views.text.bars import Paint, draw_bars
from whence.views.text.training_samples import sample_name, sums_by_class
from whence.views.texts import Language, Texts

_CANCELLING = 1e4
"""How many times as large as a parameter its shares are where they cancel each other."""


@checks_arguments
def biography_text(
    biography: Biography,
    targets: Array,
    classes: tuple[str, ...] | None,
    *,
    terms: PositiveInt = 8,
    digits: PositiveInt = DIGITS,
    language: Language = "en",
    paint: Paint = lambda text, role: text,
) -> str:
    """Return what a parameter is made of, for a terminal.

    Parameters
    ----------
    biography : Biography
        The biography of one cell.
    targets : array, shape (N, ...)
        The targets of the training samples.
    classes : tuple of str, optional
        The names of the classes, if the targets are their numbers.
    terms : int
        Maximum number of samples, and of positions, to list: those that added most.
    digits, language, paint
        As for `whence.views.text.why_text`.
    """
    texts = Texts("why", language)
    (cell,), (value,), shares = biography.cells, biography.last, biography.samples[:, 0]
    title = texts("life.title", cell=paint(cell, "cell"), value=write_number(value, digits), count=biography.steps)
    parts = [(texts("life.first"), biography.first[0]), (texts("life.samples", count=len(shares)), shares.sum())]
    parts += [(texts("life.decay"), biography.decay[0])] if biography.decay[0] else []
    parts.append((texts("life.rounding"), biography.rounding[0]))
    lines = [title, "", *draw_bars(parts, digits, paint, total=value)]
    if by_class := sums_by_class(shares, targets, classes):
        lines += ["", texts("life.classes"), *draw_bars(by_class, digits, paint, total=shares.sum())]
    most = np.argsort(-np.abs(shares), kind="stable")[:terms]
    named = [(sample_name(int(row), targets, classes, texts), shares[row]) for row in most if shares[row]]
    lines += ["", texts("life.largest"), *draw_bars(named, digits, paint)] if named else []
    if (at := biography.positions.get(cell)) is not None:
        places = [np.unravel_index(place, at.shape) for place in np.argsort(-np.abs(at), axis=None)[:terms]]
        rows = [(f"[{', '.join(map(str, place))}]", float(at[place])) for place in places]
        lines += ["", texts("life.positions", count=at.size), *draw_bars(rows, digits, paint)]
    notes = {"life.scales": biography.given_scales, "life.mixing": biography.mixing}
    remarks = [texts(key) for key, holds in notes.items() if holds]
    if biography.cancelling[0] > _CANCELLING:
        remarks.append(texts("life.cancelling", times=write_number(biography.cancelling[0], 2)))
    if biography.clipped:
        clipped = texts("life.clipped", count=biography.clipped, total=texts.count(biography.steps))
        remarks.append(f"{clipped} {texts('life.clipping', taken=write_number(biography.clipping[0], digits))}")
    return "\n".join([*lines, *([""] if remarks else []), *remarks])


def biography_json(
    biography: Biography, targets: Array, classes: tuple[str, ...] | None, *, terms: PositiveInt = 8
) -> dict[str, Any]:
    """Return the content of `biography_text` as JSON, with the sums over each epoch."""
    (cell,), shares = biography.cells, biography.samples[:, 0]
    most = np.argsort(-np.abs(shares), kind="stable")[:terms]
    return {
        "cell": cell,
        "value": float(biography.last[0]),
        "steps": biography.steps,
        "first": float(biography.first[0]),
        "samples": float(shares.sum()),
        "decay": float(biography.decay[0]),
        "rounding": float(biography.rounding[0]),
        "classes": {name: float(share) for name, share in sums_by_class(shares, targets, classes)},
        "epochs": biography.epochs[:, 0].tolist(),
        "largest": [{"sample": int(row), "share": float(shares[row])} for row in most if shares[row]],
        "clipped": biography.clipped,
        "clipping": float(biography.clipping[0]),
        "given_scales": biography.given_scales,
        "mixing": biography.mixing,
    }
