"""How good a network is: loss and accuracy, errors of a regression, and what is confused with what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from whence.arrays import Array
from whence.data import Preprocessing, Samples
from whence.errors import ShapeError
from whence.nn import Loss, Sequential
from whence.nn.sequential import MOST_AT_ONCE
from whence.training.characters import evaluate_text


def outputs_for(net: Sequential, inputs: Array, preprocessing: Preprocessing | None) -> Array:
    """Return a network's outputs for raw inputs, preprocessed in chunks so that memory stays bounded.

    Parameters
    ----------
    net : Sequential
        The network.
    inputs : array, shape (N, ...)
        Raw inputs.
    preprocessing : Preprocessing or None
        What makes them the network's inputs.

    Returns
    -------
    array, shape (N, *net.output_shape)
    """
    outputs: Array = np.empty(0)
    for start in range(0, len(inputs) or 1, MOST_AT_ONCE):
        chunk = inputs[start : start + MOST_AT_ONCE]
        part = net(preprocessing(chunk, net.input_dtype) if preprocessing else chunk)
        if start == 0:
            outputs = np.empty((len(inputs), *part.shape[1:]), part.dtype)
        outputs[start : start + MOST_AT_ONCE] = part
    return outputs


def predicted_classes(outputs: Array) -> Array:
    """Return the class that each row of logits speaks for; a single logit speaks for class 1 where it is positive.

    Parameters
    ----------
    outputs : array, shape (N, C)
        Logits.

    Returns
    -------
    int64 array, shape (N,)
    """
    if outputs.shape[-1] == 1:
        return (outputs[..., 0] > 0).astype(np.int64)
    return np.asarray(outputs.argmax(axis=-1))


def evaluate(
    net: Sequential, loss_fn: Loss, samples: Samples, preprocessing: Preprocessing | None = None
) -> dict[str, float]:
    """Measure a network, without dropout and with running statistics, on all of some samples.

    Returns
    -------
    dict of str to float
        ``loss``, and ``accuracy`` for classes, or ``mae``, ``rmse`` and ``r2`` for numbers, these in the unit of the
        targets; for text as
        `whence.training.characters.evaluate_text`.
    """
    if preprocessing is not None and preprocessing.streams:
        return evaluate_text(net, loss_fn, samples, preprocessing)
    outputs = outputs_for(net, samples.inputs, preprocessing)
    targets = (preprocessing or Preprocessing()).targets(samples.targets, net.dtype)
    loss, _ = loss_fn(outputs, targets)
    if loss_fn.classifies:
        return {"loss": loss, "accuracy": float(loss_fn.correct(outputs, targets).mean())}
    predictions = preprocessing.restored(outputs) if preprocessing else outputs
    return {"loss": loss, **regression_errors(predictions, samples.targets.reshape(outputs.shape))}


def regression_errors(outputs: Array, targets: Array) -> dict[str, float]:
    """Return the mean absolute error, the root of the mean squared error, and R².

    R² is 1 − Σ(y − ŷ)² / Σ(y − ȳ)², with ȳ the mean of each column; it is NaN where the targets do not vary.

    Parameters
    ----------
    outputs, targets : array, shape (N, K)
        What was predicted, and what is true.

    Raises
    ------
    ShapeError
        If the shapes differ.
    """
    if outputs.shape != targets.shape:
        raise ShapeError(f"the outputs have the shape {outputs.shape}, but the targets {targets.shape}")
    errors = targets.astype(np.float64) - outputs
    spread = float(((targets - targets.mean(axis=0)) ** 2).sum())
    squares = float((errors**2).sum())
    return {
        "mae": float(np.abs(errors).mean()),
        "rmse": float(np.sqrt((errors**2).mean())),
        "r2": 1.0 - squares / spread if spread else float("nan"),
    }


def confusion_matrix(targets: Array, predicted: Array, classes: int) -> Array:
    """Count which class was taken for which.

    Parameters
    ----------
    targets, predicted : int array, shape (N,)
        True and predicted class indices.
    classes : int
        How many classes there are, C.

    Returns
    -------
    int64 array, shape (C, C)
        Rows are true classes, columns predicted ones.
    """
    pairs = np.asarray(targets, np.int64) * classes + predicted
    return np.bincount(pairs, minlength=classes * classes).reshape(classes, classes)


@dataclass(frozen=True)
class ClassMeasures:
    """How well one class is recognised.

    Parameters
    ----------
    name : str
        The class.
    precision : float
        Of the samples predicted as this class, the part that is of it; 0 if none was predicted.
    recall : float
        Of the samples of this class, the part that was predicted as it; 0 if there is none.
    f1 : float
        The harmonic mean of both.
    support : int
        How many samples are of this class.
    """

    name: str
    precision: float
    recall: float
    f1: float
    support: int


@dataclass(frozen=True)
class Report:
    """Measures of every class, their means, and the accuracy.

    Parameters
    ----------
    classes : tuple of ClassMeasures
        One for each class.
    accuracy : float
        The part of all samples whose class was predicted.
    """

    classes: tuple[ClassMeasures, ...]
    accuracy: float

    @property
    def macro_average(self) -> ClassMeasures:
        """The means over the classes, each counted alike."""
        return self._average("macro average", [1.0] * len(self.classes))

    @property
    def weighted_average(self) -> ClassMeasures:
        """The means over the classes, each counted by its support."""
        return self._average("weighted average", [float(measures.support) for measures in self.classes])

    def text(self) -> str:
        """Return the report as a table."""
        rows = [*self.classes, self.macro_average, self.weighted_average]
        width = max(len(row.name) for row in rows)
        header = f"{'':<{width}}  precision  recall      F1  support"
        lines = [
            f"{row.name:<{width}}  {row.precision:9.4f}  {row.recall:6.4f}  {row.f1:6.4f}  {row.support:7d}"
            for row in rows
        ]
        accuracy = f"{'accuracy':<{width}}  {self.accuracy:9.4f}"
        return "\n".join([header, *lines[: len(self.classes)], "", *lines[len(self.classes) :], accuracy])

    def _average(self, name: str, weights: Sequence[float]) -> ClassMeasures:
        total = sum(weights)

        def mean(attribute: str) -> float:
            pairs = zip(self.classes, weights, strict=True)
            return float(sum(getattr(measures, attribute) * weight for measures, weight in pairs)) / total

        support = sum(measures.support for measures in self.classes)
        return ClassMeasures(name, mean("precision"), mean("recall"), mean("f1"), support)


def classification_report(matrix: Array, classes: Sequence[str]) -> Report:
    """Return precision, recall, F1 and support of every class.

    Parameters
    ----------
    matrix : int array, shape (C, C)
        From `confusion_matrix`.
    classes : sequence of str
        The names of the classes.
    """
    hits = np.diag(matrix)
    predicted, actual = matrix.sum(axis=0), matrix.sum(axis=1)
    precision = hits / np.maximum(predicted, 1)
    recall = hits / np.maximum(actual, 1)
    f1 = 2 * hits / np.maximum(predicted + actual, 1)
    columns = zip(classes, precision.tolist(), recall.tolist(), f1.tolist(), actual.tolist(), strict=True)
    return Report(tuple(ClassMeasures(*column) for column in columns), float(hits.sum() / max(matrix.sum(), 1)))
