"""Training samples as text: which they are, and what is in them."""

from __future__ import annotations

from typing import Any

import numpy as np

from whence.arrays import Array
from whence.data import Dataset
from whence.formula import write_number
from whence.views.text.bars import Paint, draw_bars
from whence.views.text.pictures import draw_pictures
from whence.views.texts import Texts

_PICTURES = 5
"""The most pictures side by side: those of 28 pixels fit in 80 columns."""
_SPANS = 10
"""The most lines over time."""
_MOST_CHARACTERS = 100
"""How much of a row of a table, and of a piece of text, is shown."""


def sums_by_class(shares: Array, targets: Array, classes: tuple[str, ...] | None) -> list[tuple[str, float]]:
    """Return what the samples of each class added, the largest first; nothing if a sample has no single class."""
    if classes is None or targets.ndim != 1:
        return []
    sums = np.bincount(targets, weights=shares, minlength=len(classes))
    return [(classes[number], float(sums[number])) for number in np.argsort(-np.abs(sums), kind="stable")]


def sums_over_time(epochs: Array, texts: Texts) -> list[tuple[str, float]]:
    """Return what the samples of each epoch added, or of each span of as many epochs where there are many.

    Of a single epoch there is nothing to say.
    """
    if len(epochs) < 2:
        return []
    spans = np.array_split(np.arange(len(epochs)), min(_SPANS, len(epochs)))
    return [
        (
            texts("life.epoch", epoch=span[0] + 1)
            if len(span) == 1
            else texts("life.epochs", first=span[0] + 1, last=span[-1] + 1),
            float(epochs[span].sum()),
        )
        for span in spans
    ]


def listed_samples(
    rows: list[int], shares: Array, dataset: Dataset, digits: int, texts: Texts, paint: Paint
) -> list[str]:
    """Return a line for each training sample with its share, and below them what is in them, pictures of the first."""
    targets, inputs, described = dataset.train.targets, dataset.train.inputs, dataset.preprocessing.describe()
    bars = draw_bars(
        [(sample_name(row, targets, dataset.classes, texts), float(shares[row])) for row in rows], digits, paint
    )
    pictures = {str(row): sample_picture(inputs[row], described) for row in rows[:_PICTURES]}
    images = {name: picture for name, picture in pictures.items() if picture is not None}
    shown = draw_pictures([*images.values()], [*images]) if images else []
    contents = {str(row): sample_content(inputs[row], described) for row in rows}
    width = max(map(len, contents))
    shown += [f"  {name:>{width}}  {content}" for name, content in contents.items() if content]
    return [*bars, *([""] if shown else []), *shown]


def sample_name(row: int, targets: Array, classes: tuple[str, ...] | None, texts: Texts) -> str:
    """Return the number of a sample, with its target if that is one: ``sample 17 (7)``."""
    if targets[row].size != 1:
        return texts("life.sample", sample=row)
    target = targets[row].item()
    said = classes[target] if classes is not None else write_number(float(target))
    return texts("life.sample.target", sample=row, target=said)


def sample_content(values: Array, described: dict[str, Any]) -> str:
    """Return what is in a sample, if that is text or a row of a table: ``species=Adelie, bill_length_mm 35.9, …``."""
    if characters := described["characters"]:
        content = repr("".join(characters[int(place)] for place in values[:_MOST_CHARACTERS]))
    elif described["columns"] and values.ndim == 1 and not described["image"]:
        named = zip(described["columns"], values.tolist(), strict=True)
        present = [name if "=" in name else f"{name} {write_number(value, 4)}" for name, value in named if value]
        content = ", ".join(present)  # without the categories that it is not of
    else:
        content = ""
    return content if len(content) <= _MOST_CHARACTERS else f"{content[: _MOST_CHARACTERS - 1]}…"


def sample_picture(values: Array, described: dict[str, Any]) -> Array | None:
    """Return a sample as a picture, (H, W, C), if its inputs are pixels."""
    if image := described["image"]:
        return values.reshape(image["height"], image["width"], image["channels"])
    return values if values.ndim == 3 else None
