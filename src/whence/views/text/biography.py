"""What a parameter is made of, as text: its first value, and what the training samples added to it."""

from __future__ import annotations

from typing import Any

import numpy as np

from whence.arguments import PositiveInt, checks_arguments
from whence.arrays import Array
from whence.data import Dataset
from whence.formula import write_number
from whence.formula.digits import DIGITS
from whence.history import Biography
from whence.views.text.bars import Paint, draw_bars
from whence.views.text.training_samples import listed_samples, sums_by_class, sums_over_time
from whence.views.texts import Language, Texts

_ALWAYS = "first", "samples", "rounding", "unexplained"
"""The rows that are shown even where they are zero."""
_CANCELLING = 1e4
"""How many times as large as a parameter its shares are where they cancel each other."""


@checks_arguments
def biography_text(
    biography: Biography,
    dataset: Dataset,
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
    dataset : Dataset
        The data of the training.
    terms : int
        Maximum number of samples, and of positions, to list: those that added most.
    digits, language, paint
        As for `whence.views.text.why_text`.
    """
    texts = Texts("why", language)
    (cell,), (value,), shares = biography.cells, biography.last, biography.samples[:, 0]
    title = texts("life.title", cell=paint(cell, "cell"), value=write_number(value, digits), count=biography.steps)
    rows = {name: float(added[0]) for name, added in biography.rows.items()}
    named = [(texts(f"life.{name}", count=len(shares)), rows[name]) for name in rows if rows[name] or name in _ALWAYS]
    lines = [title, "", *draw_bars(named, digits, paint, total=value)]
    if by_class := sums_by_class(shares, dataset.train.targets, dataset.classes):
        lines += ["", texts("life.classes"), *draw_bars(by_class, digits, paint, total=shares.sum())]
    if times := sums_over_time(biography.epochs[:, 0], texts):
        lines += ["", texts("life.times"), *draw_bars(times, digits, paint, total=shares.sum())]
    if most := _strongest(shares, terms):
        lines += ["", texts("life.largest"), *listed_samples(most, shares, dataset, digits, texts, paint)]
    if (at := biography.positions.get(cell)) is not None:
        places = [np.unravel_index(place, at.shape) for place in np.argsort(-np.abs(at), axis=None)[:terms]]
        used = [(f"[{', '.join(map(str, place))}]", float(at[place])) for place in places]
        lines += ["", texts("life.positions", count=at.size), *draw_bars(used, digits, paint)]
    notes = {"life.scales": biography.given_scales, "life.mixing": biography.mixing}
    remarks = [texts(key) for key, holds in notes.items() if holds]
    if biography.cancelling[0] > _CANCELLING:
        remarks.append(texts("life.cancelling", times=write_number(biography.cancelling[0], 2)))
    if biography.clipped:
        remarks.append(texts("life.clipped", count=biography.clipped, total=texts.count(biography.steps)))
    return "\n".join([*lines, *([""] if remarks else []), *remarks])


def biography_json(biography: Biography, dataset: Dataset, *, terms: PositiveInt = 8) -> dict[str, Any]:
    """Return the content of `biography_text` as JSON, with the sums over each epoch and at each position.

    The row of the samples is without clipping; classes, epochs, positions and single samples are of the clipped
    gradients, and so add up to the samples and the clipping together.
    """
    (cell,), shares = biography.cells, biography.samples[:, 0]
    by_class = sums_by_class(shares, dataset.train.targets, dataset.classes)
    at = biography.positions.get(cell)
    return {
        "cell": cell,
        "value": float(biography.last[0]),
        "steps": biography.steps,
        **{name: float(added[0]) for name, added in biography.rows.items()},
        "classes": dict(by_class),
        "epochs": biography.epochs[:, 0].tolist(),
        "positions": None if at is None else at.tolist(),
        "largest": [{"sample": row, "share": float(shares[row])} for row in _strongest(shares, terms)],
        "clipped": biography.clipped,
        "given_scales": biography.given_scales,
        "mixing": biography.mixing,
    }


def _strongest(shares: Array, count: int) -> list[int]:
    """Return the samples that added most, up or down."""
    return [int(row) for row in np.argsort(-np.abs(shares), kind="stable")[:count] if shares[row]]
