"""Class labels, given as integers, texts, truth values or one-hot rows, as class indices."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from whence.arrays import Array
from whence.errors import DataError, UnknownNameError
from whence.registry import unknown
from whence.wording import counted

MOST_CLASS_NUMBERS = 20
LARGEST_WHOLE = 2.0**53  # beyond, not all whole numbers are floating-point numbers


def encode_labels(labels: Array, classes: Sequence[str] | None = None) -> tuple[Array, tuple[str, ...]]:
    """Return the class index of each label, and the names of the classes.

    Parameters
    ----------
    labels : (N,) or (N, 1) array, or (N, K) one-hot array
        Whole numbers, truth values or texts, one per sample; or rows of zeros with a single one.
    classes : sequence of str, optional
        The names of the classes in the order of their indices; by default the labels in ascending order, and the
        positions in one-hot rows.

    Returns
    -------
    indices : (N,) int64 array
    classes : tuple of str

    Raises
    ------
    DataError
        If a label is NaN, not a whole number, not one of ``classes``, or a row is not one-hot.
    """
    if labels.ndim == 2 and labels.shape[1] == 1:
        labels = labels[:, 0]
    if labels.ndim == 2:
        indices = _from_one_hot(labels)
        names = tuple(classes or (str(i) for i in range(labels.shape[1])))
        if len(names) != labels.shape[1]:
            columns, labelled = counted(labels.shape[1], "column"), counted(len(names), "class", "classes")
            raise DataError(f"the one-hot labels have {columns} for {labelled}")
        return indices, names
    if labels.ndim != 1:
        raise DataError(f"the labels have the shape {labels.shape}; expected one per sample, or one-hot rows")
    if labels.dtype.kind == "f":
        labels = _whole(labels)
    elif labels.dtype.kind not in "biuU":
        raise DataError(f"the labels have the dtype {labels.dtype}; expected whole numbers, truth values or texts")
    present, positions = np.unique(labels, return_inverse=True)
    found = tuple(str(label) for label in present.tolist())
    names = found if classes is None else tuple(classes)
    index = {name: i for i, name in enumerate(names)}
    for position, label in enumerate(found):
        if label not in index:
            row = int(np.flatnonzero(positions == position)[0])
            raise DataError(f"the label in row {row} (counted from 0): {unknown('class', label, names)}")
    return np.array([index[label] for label in found], dtype=np.int64)[positions], names


def class_index(label: str, classes: Sequence[str]) -> int:
    """Return the index of the class called ``label``.

    Raises
    ------
    UnknownNameError
        If there is none.
    """
    if label in classes:
        return list(classes).index(label)
    sentence = unknown("class", label, classes)
    everything = ", ".join(classes)
    raise UnknownNameError(sentence if everything in sentence else f"{sentence} There are {everything}")


def checked_indices(name: str, indices: Array, classes: int) -> Array:
    """Return class indices as int64.

    Raises
    ------
    DataError
        If one is not a whole number from 0 to ``classes`` − 1.
    """
    wrong = indices[(indices < 0) | (indices >= classes) | (indices % 1 != 0)]
    if wrong.size:
        raise DataError(f"{name} holds the class {wrong[0]}; expected whole numbers from 0 to {classes - 1}")
    return indices.astype(np.int64)


def against_rest(label: str) -> tuple[str, str]:
    """Return the names of two classes: all others, and the one called ``label``."""
    return f"not {label}", label


def positive_class(classes: Sequence[str] | None) -> str | None:
    """Return the positive class if the classes are a pair from `against_rest`, else None."""
    return classes[1] if classes and len(classes) == 2 and tuple(classes) == against_rest(classes[1]) else None


def are_class_labels(targets: Array) -> bool:
    """Return whether targets of unknown kind are class labels.

    Texts, truth values and one-hot rows are. Numbers are if all are whole and at most 2⁵³ in size, at most 20 differ,
    and there are only two of them or each occurs twice on average. All else is a regression.

    Parameters
    ----------
    targets : (N,) or (N, K) array
    """
    if targets.ndim == 2 and targets.shape[1] > 1:
        return is_one_hot(targets)
    if targets.dtype.kind not in "iuf":
        return True
    different = len(np.unique(targets))
    whole = (targets == np.floor(targets)) & (np.abs(targets) <= LARGEST_WHOLE)
    return bool(whole.all()) and different <= max(2, min(MOST_CLASS_NUMBERS, len(targets) // 2))


def is_one_hot(targets: Array) -> bool:
    """Return whether an array has at least two columns and only the values 0 and 1."""
    return targets.ndim == 2 and targets.shape[1] > 1 and bool(np.isin(targets, (0, 1)).all())


def _from_one_hot(labels: Array) -> Array:
    if not is_one_hot(labels):
        raise DataError("the labels are rows of numbers other than 0 and 1; expected one-hot rows")
    sums = labels.astype(np.int64).sum(axis=1)
    wrong = np.flatnonzero(sums != 1)
    if len(wrong):
        raise DataError(
            f"the one-hot label in row {wrong[0]} (counted from 0) sums to {sums[wrong[0]]}; expected exactly one 1"
        )
    indices: Array = labels.argmax(axis=1).astype(np.int64)
    return indices


def _whole(labels: Array) -> Array:
    for problem, wrong in (
        ("NaN", np.isnan(labels)),
        ("not a whole number", labels != np.floor(labels)),
        ("too large for a label", np.abs(labels) > LARGEST_WHOLE),
    ):
        if wrong.any():
            row = int(np.flatnonzero(wrong)[0])
            raise DataError(f"the label in row {row} (counted from 0) is {labels[row]}, {problem}; correct it")
    return labels.astype(np.int64)
