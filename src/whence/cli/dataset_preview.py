"""A data set as text: its shapes, its classes, and a few of its samples."""

from __future__ import annotations

import shutil

import numpy as np

from whence.arrays import Array
from whence.cli.report import label_mapping
from whence.cli.tables import columns
from whence.data import Dataset
from whence.wording import counted

_SHADES = np.array(list(" ░▒▓█"))
_MOST_CLASSES = 30
_ROWS = 5
_COLUMNS = 8
_CHARACTERS = 400


def portrait(dataset: Dataset) -> str:
    """Return the parts of a data set with their shapes, the samples of each class, and the first samples.

    Of a text, it is the parts, the vocabulary and the beginning.
    """
    shapes = [
        (
            split,
            f"{len(part):,}",
            str(part.inputs.shape[1:]),
            str(part.inputs.dtype),
            f"{part.inputs.min():g} … {part.inputs.max():g}",
        )
        for split, part in dataset.splits.items()
    ]
    parts = [dataset.name, columns(["", "samples", "input", "dtype", "range"], shapes)]
    if (text := dataset.preprocessing.text) is not None:
        beginning = text.decode(dataset.train.inputs.ravel()[:_CHARACTERS])
        return "\n\n".join(
            [*parts, *dataset.remarks, f"{counted(len(text), 'character')}: {text.characters!r}", beginning]
        )
    if dataset.classes is not None:
        parts.append(_class_counts(dataset, dataset.classes))
    if mapping := label_mapping(dataset.classes):
        parts.append(mapping)
    image = dataset.preprocessing.image
    parts.append(_pictures(dataset, image.maximum) if image is not None else _first_rows(dataset))
    return "\n\n".join(parts)


def _class_counts(dataset: Dataset, classes: tuple[str, ...]) -> str:
    counts = {split: np.bincount(part.targets, minlength=len(classes)) for split, part in dataset.splits.items()}
    rows = [[label, *(f"{count[i]:,}" for count in counts.values())] for i, label in enumerate(classes[:_MOST_CLASSES])]
    more = (
        f"\n… and {counted(len(classes) - _MOST_CLASSES, 'more class', 'more classes')}"
        if len(classes) > _MOST_CLASSES
        else ""
    )
    return columns(["class", *counts], rows) + more


def _pictures(dataset: Dataset, maximum: int) -> str:
    """Return as many of the first images as fit side by side, drawn in shades, their classes below."""
    width = shutil.get_terminal_size((80, 24)).columns
    first = _shaded(dataset.train.inputs[0], maximum)
    count = max(1, min((width + 2) // (len(first[0]) + 2), len(dataset.train)))
    drawn = [_shaded(image, maximum) for image in dataset.train.inputs[:count]]
    lines = ["  ".join(lines).rstrip() for lines in zip(*drawn, strict=True)]
    if dataset.classes is not None:
        labels = [dataset.classes[target] for target in dataset.train.targets[:count]]
        lines.append("  ".join(label.center(len(first[0])) for label in labels).rstrip())
    return "\n".join(lines)


def _shaded(image: Array, maximum: int) -> list[str]:
    """Return an image as lines of characters, which are twice as high as wide."""
    grey = image.astype(np.float64).mean(axis=-1) / maximum  # (H, W)
    if grey.shape[1] <= 16:
        grey = grey.repeat(2, axis=1)
    else:
        grey = np.pad(grey, ((0, grey.shape[0] % 2), (0, 0))).reshape(-1, 2, grey.shape[1]).mean(axis=1)
    levels = np.clip(np.rint(grey * (len(_SHADES) - 1)), 0, len(_SHADES) - 1).astype(int)
    return ["".join(row) for row in _SHADES[levels]]


def _first_rows(dataset: Dataset) -> str:
    train = dataset.train
    inputs = train.inputs[:_ROWS].reshape(min(_ROWS, len(train)), -1)
    known = dataset.preprocessing.columns
    names = known.inputs if known is not None else tuple(f"x{i + 1}" for i in range(inputs.shape[1]))
    more = ["…"] if inputs.shape[1] > _COLUMNS else []
    targets = [
        dataset.classes[target]
        if dataset.classes is not None
        else ", ".join(f"{value:g}" for value in np.atleast_1d(target))
        for target in train.targets[:_ROWS]
    ]
    rows = [
        [*(f"{value:.4g}" for value in row[:_COLUMNS]), *more, target]
        for row, target in zip(inputs, targets, strict=True)
    ]
    title = known.target if known is not None and known.target else "target"
    return columns([*names[:_COLUMNS], *more, title], rows, left=0)
