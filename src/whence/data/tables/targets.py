"""The target column of a table: classes or numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from whence.data.labels import MOST_CLASS_NUMBERS, are_class_labels, encode_labels, positive_class
from whence.data.tables.columns import are_numbers, parse_number
from whence.data.tables.table import Table
from whence.errors import DataError
from whence.registry import unknown

if TYPE_CHECKING:
    from whence.arrays import Array


def learn_targets(table: Table, target: str) -> tuple[Array, tuple[str, ...] | None]:
    """Return the targets of all rows, and the names of the classes if they are classes."""
    texts = _present_targets(table, target)
    if not are_numbers(table, target):
        if len(set(texts)) > max(MOST_CLASS_NUMBERS, len(texts) // 2):
            raise DataError(
                f"column {target!r} holds {len(set(texts))} different texts in {len(texts)} rows, too many for "
                f"classes; choose another target"
            )
        return encode_labels(np.array(texts))
    numbers = np.array([float(text) for text in texts])
    return encode_labels(numbers) if are_class_labels(numbers) else (numbers[:, np.newaxis], None)


def known_targets(table: Table, target: str, classes: tuple[str, ...] | None) -> Array:
    """Return the targets as indices of known classes, or as numbers; with one-vs-rest, other labels are the rest."""
    targets = []
    has_rest = positive_class(classes) is not None
    for i, text in enumerate(_present_targets(table, target)):
        number = parse_number(text)
        if classes is None:
            if number is None:
                raise DataError(f"{table.row_name(i)}, column {target!r} holds {text!r}; expected a number")
            targets.append(number)
            continue
        label = text if number is None or text in classes or number % 1 else str(int(number))
        if label not in classes and not has_rest:
            raise DataError(f"{table.row_name(i)}, column {target!r}: {unknown('class', text, classes)}")
        targets.append(classes.index(label) if label in classes else 0)
    return np.array(targets, dtype=np.int64) if classes is not None else np.array(targets)[:, np.newaxis]


def _present_targets(table: Table, target: str) -> list[str]:
    texts = []
    for i, text in enumerate(table.texts(target)):
        if text is None:
            raise DataError(
                f"{table.row_name(i)}, column {target!r} has no value, and it is the target; "
                f'fill it in, or drop such rows with --missing drop (in Python, missing="drop")'
            )
        texts.append(text)
    return texts
