"""Metrics: loss and accuracy, errors of a regression, confusion matrix and classification report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from whence.arguments import PositiveInt, checks_arguments
from whence.arrays import Array, Shape
from whence.data import Preprocessing, Samples
from whence.data.labels import checked_indices
from whence.drawings import drawings
from whence.errors import ShapeError
from whence.nn import Loss, Sequential
from whence.nn.losses.base import weights_in_time
from whence.training.characters import evaluate_text
from whence.training.passes import Passes


@checks_arguments
def predicted_classes(outputs: Array) -> Array:
    """Return the class with the largest logit in each row; for a single logit, class 1 if it is positive.

    Parameters
    ----------
    outputs : array, shape (N, C)
        Logits.

    Returns
    -------
    int64 array, shape (N,)
    """
    if outputs.ndim < 2 or not outputs.shape[-1]:
        raise ShapeError(f"outputs has the shape {outputs.shape}; expected logits (N, classes)")
    if outputs.shape[-1] == 1:
        return (outputs[..., 0] > 0).astype(np.int64)
    return np.asarray(outputs.argmax(axis=-1))


@checks_arguments
def evaluate(
    net: Sequential, loss_fn: Loss, samples: Samples, preprocessing: Preprocessing | None = None
) -> dict[str, float]:
    """Evaluate a network in inference mode.

    Loss, accuracy and errors are means weighted by the samples' weights, over the time steps within the lengths.

    Returns
    -------
    dict of str to float
        ``loss``, and ``accuracy`` for classes, or ``mae``, ``rmse`` and ``r2`` for numbers, in the unit of the targets;
        for text as in `whence.training.characters.evaluate_text`.
    """
    return measured(Passes(net), loss_fn, samples, preprocessing)


def measured(passes: Passes, loss_fn: Loss, samples: Samples, preprocessing: Preprocessing | None) -> dict[str, float]:
    """Return the measures of `evaluate` by passes that several processes may share."""
    if preprocessing is not None and preprocessing.streams:
        return evaluate_text(passes, loss_fn, samples, preprocessing)
    outputs = passes.outputs(samples.inputs, preprocessing, samples.lengths)
    return measures_of(outputs, loss_fn, samples, preprocessing)


def measures_of(
    outputs: Array, loss_fn: Loss, samples: Samples, preprocessing: Preprocessing | None
) -> dict[str, float]:
    """Return the measures of `evaluate` for a network's outputs, one for each sample."""
    weights = weights_in_time(outputs, samples.weights, samples.lengths)
    targets = (preprocessing or Preprocessing()).targets(samples.targets, samples.inputs, outputs.dtype)
    loss, _ = loss_fn(outputs, targets, weights)
    if (correct := loss_fn.correct(outputs, targets)) is not None:
        w = _weight_of_each(correct.shape, weights)
        return {"loss": loss, "accuracy": float((w * correct).sum() / w.sum())}
    predictions = preprocessing.restored(outputs, samples.inputs) if preprocessing else outputs
    return {"loss": loss, **regression_errors(predictions, samples.targets.reshape(outputs.shape), weights)}


@checks_arguments
def regression_errors(outputs: Array, targets: Array, weights: Array | None = None) -> dict[str, float]:
    """Return the mean absolute error, the root of the mean squared error, and R².

    R² is 1 − Σ(y − ŷ)² / Σ(y − ȳ)², with ȳ the mean of each column; it is NaN where the targets do not vary. With
    weights, all sums and means are weighted.

    Parameters
    ----------
    outputs, targets : array, shape (N, K)
        Predicted and true values.
    weights : array, shape (N,), optional
        Weights of the samples.

    Raises
    ------
    ShapeError
        If the shapes differ.
    """
    if outputs.shape != targets.shape:
        raise ShapeError(f"the outputs have the shape {outputs.shape}, but the targets {targets.shape}")
    w = _weight_of_each(outputs.shape, weights)
    targets = targets.astype(np.float64)
    errors = targets - outputs
    counted = w.sum(axis=0)
    smallest = np.min(targets, axis=0, where=w > 0, initial=targets.max())
    above = targets - smallest  # exactly 0 in a column that does not vary, whose mean may be rounded
    means = (w * above).sum(axis=0) / np.where(counted, counted, 1)
    spread = float((w * (above - means) ** 2).sum())
    squares = float((w * errors**2).sum())
    return {
        "mae": float((w * np.abs(errors)).sum() / w.sum()),
        "rmse": float(np.sqrt(squares / w.sum())),
        "r2": 1.0 - squares / spread if spread else float("nan"),
    }


def _weight_of_each(shape: Shape, weights: Array | None) -> Array:
    """Return a weight for each value of an array whose first axes the weights have; 1 if there are none."""
    if weights is None:
        return np.ones(shape)
    if weights.shape != shape[: weights.ndim] or not weights.ndim:
        raise ShapeError(f"weights has the shape {weights.shape} for outputs {shape}; give one per sample")
    spread = weights.reshape(*weights.shape, *(1,) * (len(shape) - weights.ndim))
    return np.broadcast_to(spread.astype(np.float64), shape)


@checks_arguments
def confusion_matrix(targets: Array, predicted: Array, classes: PositiveInt, weights: Array | None = None) -> Array:
    """Count which class was taken for which.

    Parameters
    ----------
    targets, predicted : int array, shape (N,)
        True and predicted class indices.
    classes : int
        How many classes there are, C.
    weights : array, shape (N,), optional
        Weights of the samples.

    Returns
    -------
    int64 array, shape (C, C)
        Rows are true classes, columns predicted ones; with weights their sums, float64.

    Raises
    ------
    DataError
        If a class index is not from 0 to C − 1.
    """
    if targets.ndim != 1 or targets.shape != predicted.shape:
        raise ShapeError(
            f"targets has the shape {targets.shape} and predicted {predicted.shape}; give one class of each per sample"
        )
    if weights is not None and weights.shape != targets.shape:
        raise ShapeError(f"weights has the shape {weights.shape} and targets {targets.shape}; give one per sample")
    pairs = checked_indices("targets", targets, classes) * classes + checked_indices("predicted", predicted, classes)
    return np.bincount(pairs, weights, minlength=classes * classes).reshape(classes, classes)


@checks_arguments
@dataclass(frozen=True)
class ClassMeasures:
    """The measures of one class.

    Parameters
    ----------
    name : str
        The class.
    precision : float
        The fraction of the samples predicted as this class that are of it; 0 if there are none.
    recall : float
        The fraction of the samples of this class that were predicted as it; 0 if there are none.
    f1 : float
        The harmonic mean of both.
    support : int or float
        Number of samples of this class, or the sum of their weights.
    """

    name: str
    precision: float
    recall: float
    f1: float
    support: int | float


@checks_arguments
@dataclass(frozen=True)
class Report:
    """Measures of every class, their means, and the accuracy.

    Parameters
    ----------
    classes : tuple of ClassMeasures
        One for each class.
    accuracy : float
        The fraction of all samples whose class was predicted.
    matrix : array, shape (C, C)
        The confusion matrix of which they are.
    """

    classes: tuple[ClassMeasures, ...]
    accuracy: float
    matrix: Array = field(compare=False, repr=False)

    @property
    def macro_average(self) -> ClassMeasures:
        """The unweighted means over the classes."""
        return self._average("macro average", [1.0] * len(self.classes))

    @property
    def weighted_average(self) -> ClassMeasures:
        """The means over the classes weighted by their support."""
        return self._average("weighted average", [float(measures.support) for measures in self.classes])

    def text(self) -> str:
        """Return the report as a table."""
        rows = [*self.classes, self.macro_average, self.weighted_average]
        width = max(len(row.name) for row in rows)
        header = f"{'':<{width}}  precision  recall      F1  support"
        lines = [
            f"{row.name:<{width}}  {row.precision:9.4f}  {row.recall:6.4f}  {row.f1:6.4f}  {round(row.support, 3):>7}"
            for row in rows
        ]
        accuracy = f"{'accuracy':<{width}}  {self.accuracy:9.4f}"
        return "\n".join([header, *lines[: len(self.classes)], "", *lines[len(self.classes) :], accuracy])

    def _repr_html_(self) -> str:
        return drawings["report"](self)

    def _average(self, name: str, weights: Sequence[float]) -> ClassMeasures:
        def mean(attribute: str) -> float:
            pairs = zip(self.classes, weights, strict=True)
            return float(sum(getattr(measures, attribute) * weight for measures, weight in pairs)) / (sum(weights) or 1)

        support = sum(measures.support for measures in self.classes)
        return ClassMeasures(name, mean("precision"), mean("recall"), mean("f1"), support)


@checks_arguments
def classification_report(matrix: Array, classes: Sequence[str]) -> Report:
    """Return precision, recall, F1 and support of every class.

    Parameters
    ----------
    matrix : array, shape (C, C)
        From `confusion_matrix`, with or without weights.
    classes : sequence of str
        The names of the classes.
    """
    require_matrix(matrix, classes)
    hits = np.diag(matrix)
    predicted, support = matrix.sum(axis=0), matrix.sum(axis=1)
    precision = _share(hits, predicted)
    recall = _share(hits, support)
    f1 = _share(2 * hits, predicted + support)
    columns = zip(classes, precision.tolist(), recall.tolist(), f1.tolist(), support.tolist(), strict=True)
    accuracy = float(_share(hits.sum(), matrix.sum()))
    return Report(tuple(ClassMeasures(*column) for column in columns), accuracy, matrix)


def require_matrix(matrix: Array, classes: Sequence[str]) -> None:
    """Raise `ShapeError` unless a confusion matrix has a row and a column for each class."""
    count = len(classes)
    if matrix.shape != (count, count) or not count:
        raise ShapeError(f"matrix has the shape {matrix.shape} and classes {count} names; expected (C, C) and C names")


def _share(part: Array, whole: Array) -> Array:
    """Return part / whole, or 0 where whole is 0."""
    return part / np.where(whole, whole, 1)
