"""Which training samples made a network say what it says of one sample, as text."""

from __future__ import annotations

from typing import Any

import numpy as np

from whence.arguments import PositiveInt, checks_arguments
from whence.arrays import Array
from whence.data import Dataset
from whence.formula import write_number
from whence.formula.digits import DIGITS
from whence.history import PredictionBiography
from whence.views.text.bars import Paint, draw_bars
from whence.views.text.training_samples import listed_samples, sample_name, sums_by_class, sums_over_time
from whence.views.texts import Language, Texts


@checks_arguments
def prediction_text(
    biography: PredictionBiography,
    dataset: Dataset,
    asked: int | str,
    *,
    terms: PositiveInt = 8,
    digits: PositiveInt = DIGITS,
    language: Language = "en",
    paint: Paint = lambda text, role: text,
) -> str:
    """Return which training samples made a number, for a terminal.

    Parameters
    ----------
    biography : PredictionBiography
        The biography of the number.
    dataset : Dataset
        The data of the training.
    asked : int or str
        The sample that was asked about: the number of a training sample, or a name.
    terms : int
        Maximum number of samples to list: those that raised the number most, and those that lowered it most.
    digits, language, paint
        As for `whence.views.text.why_text`.
    """
    texts = Texts("why", language)
    targets, classes, shares = dataset.train.targets, dataset.classes, biography.samples
    first, last, added = float(biography.values[0]), float(biography.values[-1]), float(shares.sum())
    of = asked if isinstance(asked, str) else sample_name(asked, targets, classes, texts)
    number = texts("life.of", number=paint(biography.number, "cell"), sample=of)
    steps = len(biography.values) - 1
    title = texts("life.title", cell=number, value=write_number(last, digits), count=steps)
    parts = [(texts("life.first"), first), (texts("life.samples", count=len(shares)), added)]
    parts += [(texts("life.decay"), biography.decay)] if biography.decay else []
    parts += [(texts("life.statistics"), biography.statistics)] if biography.statistics else []
    parts.append((texts("life.curvature"), biography.unexplained))
    lines = [title, "", *draw_bars(parts, digits, paint, total=last)]
    if by_class := sums_by_class(shares, targets, classes):
        lines += ["", texts("life.classes"), *draw_bars(by_class, digits, paint, total=added)]
    if times := sums_over_time(biography.epochs, texts):
        lines += ["", texts("life.times"), *draw_bars(times, digits, paint, total=added)]
    for key, rows in strongest_samples(shares, terms).items():
        if rows:
            lines += ["", texts(key), *listed_samples(rows, shares, dataset, digits, texts, paint)]
    notes = {"life.scales": biography.given_scales, "life.mixing": biography.mixing}
    remarks = [texts(key) for key, holds in notes.items() if holds]
    if biography.clipped:
        remarks.append(texts("life.clipped", count=biography.clipped, total=texts.count(steps)))
    return "\n".join([*lines, *([""] if remarks else []), *remarks])


def prediction_json(biography: PredictionBiography, dataset: Dataset, *, terms: PositiveInt = 8) -> dict[str, Any]:
    """Return the content of `prediction_text` as JSON, with the sums over each epoch."""
    shares = biography.samples
    strongest = strongest_samples(shares, terms)
    raised, lowered = ([{"sample": row, "share": float(shares[row])} for row in rows] for rows in strongest.values())
    by_class = sums_by_class(shares, dataset.train.targets, dataset.classes)
    return {
        "number": biography.number,
        "value": float(biography.values[-1]),
        "steps": len(biography.values) - 1,
        "first": float(biography.values[0]),
        "samples": float(shares.sum()),
        "decay": biography.decay,
        "statistics": biography.statistics,
        "unexplained": biography.unexplained,
        "classes": dict(by_class),
        "epochs": biography.epochs.tolist(),
        "raised": raised,
        "lowered": lowered,
        "clipped": biography.clipped,
        "given_scales": biography.given_scales,
        "mixing": biography.mixing,
    }


def strongest_samples(shares: Array, count: int) -> dict[str, list[int]]:
    """Return the samples that raised a number most, and those that lowered it most, the strongest first."""
    order = np.argsort(-shares, kind="stable")
    raised, lowered = order[:count], order[::-1][:count]
    return {
        "life.raised": [int(row) for row in raised if shares[row] > 0],
        "life.lowered": [int(row) for row in lowered if shares[row] < 0],
    }
