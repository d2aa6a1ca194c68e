"""Class weights: the weight of each class in the loss, balanced by its samples or given by name."""

from __future__ import annotations

import csv
import json
import os
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from whence.arguments import Positive, checked, checks_arguments
from whence.arrays import Array
from whence.data.labels import checked_indices
from whence.errors import ArgumentError, DataError, ShapeError, UnknownNameError
from whence.registry import unknown
from whence.text_notation import read_value

_FILES = (".toml", ".json", ".csv")


@checks_arguments
def class_weights(
    weighting: str | os.PathLike[str] | Mapping[str, float],
    classes: Sequence[str],
    targets: Array,
    weights: Array | None = None,
) -> tuple[float, ...]:
    """Return a weight for each class, as `whence.nn.CrossEntropy` takes them.

    Parameters
    ----------
    weighting : str, path or mapping
        ``"balanced"``: N / (C · n_c) for a class of n_c of N samples, so that all C classes count alike; a mapping of
        names to weights, ``"cat=2, dog=0.5"``, or a file that holds one (``.toml``, ``.json`` or ``.csv``). Other
        classes have the weight 1.
    classes : sequence of str
        The names of the classes in the order of their indices.
    targets : int array
        The class indices of the training samples.
    weights : (N,) array, optional
        Weights of the samples; N and n_c are then sums of these.

    Raises
    ------
    ArgumentError
        If a class is unknown, a weight is not a positive number, or a class to balance has no sample.
    DataError
        If a file cannot be read.
    """
    if not classes:
        raise ArgumentError("classes is empty; give the names of all classes")
    targets = checked_indices("targets", targets, len(classes))
    if weights is not None and weights.shape != targets.shape[:1]:
        raise ShapeError(f"weights has the shape {weights.shape} and targets {targets.shape}; give one per sample")
    if weighting == "balanced":
        return _balanced(classes, targets, weights)
    named = weighting if isinstance(weighting, Mapping) else _read(os.fspath(weighting))
    for name, weight in named.items():
        if name not in classes:
            raise UnknownNameError(f"class weights: {unknown('class', name, classes)}")
        checked("class_weights", f"the weight of class {name}", weight, Positive)
    return tuple(float(named.get(name, 1.0)) for name in classes)


def _balanced(classes: Sequence[str], targets: Array, weights: Array | None) -> tuple[float, ...]:
    each = None if weights is None else np.repeat(weights, targets.size // len(weights))
    counts = np.bincount(targets.ravel(), each, minlength=len(classes))
    if not counts.all():
        missing = classes[int((counts == 0).argmax())]
        raise ArgumentError(
            f"class {missing} has no training samples, so it cannot be balanced; give the weights of classes by name"
        )
    return tuple((counts.sum() / (len(classes) * counts)).tolist())


def _read(weighting: str) -> dict[str, Any]:
    path = Path(weighting)
    if path.suffix.lower() in _FILES:
        return _read_file(path)
    pairs = [part.rpartition("=") for part in weighting.split(",")]
    if not all(name and equals for name, equals, _ in pairs):
        raise ArgumentError(
            f'class weights are {weighting!r}; expected "balanced", name=weight separated by commas, or a file '
            f"({', '.join(_FILES)})"
        )
    return {name.strip(): read_value(weight.strip()) for name, _, weight in pairs}


def _read_file(path: Path) -> dict[str, Any]:
    try:
        text = path.read_text(encoding="utf-8")
        if path.suffix.lower() == ".csv":
            return {name.strip(): read_value(weight.strip()) for name, weight in csv.reader(text.splitlines())}
        found = tomllib.loads(text) if path.suffix.lower() == ".toml" else json.loads(text)
    except OSError as error:
        raise DataError(f"cannot read the class weights in {path}: {error.strerror}; check the file") from error
    except (ValueError, RecursionError) as error:
        raise DataError(
            f"{path} does not hold class weights ({error}); write a name and a weight for each class"
        ) from error
    if not isinstance(found, dict):
        raise DataError(f"{path} holds a {type(found).__name__}; expected weights by the names of classes")
    return found
