"""The base of all losses: one function for the loss of a batch and its delta, and the formulas of both."""

from __future__ import annotations

from typing import ClassVar, TypeAlias

import numpy as np

from whence.arguments import as_numbers
from whence.arrays import Array, Shape
from whence.configurable import ClassRegistry, Configurable
from whence.errors import ArgumentError, DataError, FormulaError, ShapeError, missing_method
from whence.formula import Formulas
from whence.formula.computation import compute
from whence.formula.derive import with_backward
from whence.nn.context import Context

Evaluation: TypeAlias = tuple[float, Array, dict[str, Array]]
WEIGHTS = "ω"
"""The weights of samples in the formulas of losses."""

losses: ClassRegistry[Loss] = ClassRegistry("loss", "losses")


class Loss(Configurable):
    """A measure of the distance between outputs and targets.

    A subclass declares its settings by its constructor (see `Configurable`), enters itself in the registry ``losses``,
    and has `formulas`, and for speed `evaluate`. The loss and its delta come from one reduction in one function.

    Attributes
    ----------
    input_symbol : str
        The symbol of the outputs; the targets are ``y`` and the weights of samples ``w``.
    classifies : bool
        Whether targets must be classes; otherwise numbers will do.
    """

    registry: ClassVar = losses
    input_symbol: ClassVar[str] = "z"
    classifies: ClassVar[bool] = False

    def __call__(
        self, outputs: Array, targets: Array, weights: Array | None = None, lengths: Array | None = None
    ) -> tuple[float, Array]:
        """Return the loss of a batch and ∂loss/∂outputs.

        Parameters
        ----------
        outputs : array, shape (N, ...)
            The outputs of the network.
        targets : array
            The targets.
        weights : array, shape (N,) or (N, T), optional
            The weight of each sample, or of each of its time steps; a mean is then a weighted mean.
        lengths : int array, shape (N,), optional
            The number of time steps of each sequence that count, if the outputs have a time axis, (N, T, ...).

        Returns
        -------
        loss : float
        delta : array, shape of outputs
        """
        outputs, targets = as_numbers("outputs", outputs), as_numbers("targets", targets)
        if not outputs.size:
            raise ShapeError(f"outputs has the shape {outputs.shape}; a loss needs at least one sample")
        if outputs.dtype.kind != "f":
            outputs = outputs.astype(np.float64)
        weights = None if weights is None else as_numbers("weights", weights)
        lengths = None if lengths is None else as_numbers("lengths", lengths)
        loss, delta, _ = self.evaluate(outputs, targets, weights_in_time(outputs, weights, lengths))
        return loss, delta

    def evaluate(self, outputs: Array, targets: Array, weights: Array | None = None) -> Evaluation:
        """Return the loss, its delta, and the intermediate arrays by their names in the formulas.

        By default, they are computed from the formulas, slowly.

        Raises
        ------
        ShapeError
            If targets or weights do not fit the outputs.
        DataError
            If a label is outside the range of the classes.
        """
        if type(self).formulas is Loss.formulas:
            raise missing_method(self, "evaluate")
        if targets.dtype.kind in "iu" and targets.ndim == outputs.ndim - 1 and outputs.shape[-1] > 1:
            checked_labels(targets, outputs.shape[-1])
        formulas = self.formulas_for(targets, weights)
        given = {self.input_symbol: outputs, "y": targets} | ({} if weights is None else {WEIGHTS: weights})
        shapes = {f"d{self.input_symbol}": outputs.shape}
        made = compute([*formulas.forward, *formulas.backward], given, shapes=shapes)
        between = {name: array.astype(outputs.dtype) for name, array in made.items()}
        return float(made["loss"]), between.pop(f"d{self.input_symbol}"), between

    def formulas(self, targets: Array, weights: Array | None = None) -> Formulas:
        """Return the formulas of `evaluate` for targets ``y`` and weights ``ω`` of these shapes.

        That of the delta may be left out; `formulas_for` derives it.
        """
        raise missing_method(self, "formulas")

    def formulas_for(self, targets: Array, weights: Array | None = None) -> Formulas:
        """Return what `formulas` does, with that of the delta, which is derived if it is left out.

        Raises
        ------
        FormulaError
            If there are weights and the formulas do not read them, or the delta cannot be derived.
        """
        formulas = self.formulas(targets, weights)
        read = {entry.array for formula in formulas.forward for entry in formula.sources}
        if weights is not None and WEIGHTS not in read:
            raise FormulaError(
                f"the formulas of {self!r} do not read the weights of samples, which lengths of sequences make too; "
                f"multiply by {WEIGHTS} in them, or give no weights and no lengths"
            )
        return formulas if formulas.backward else with_backward(formulas, "loss", [self.input_symbol])

    def predictions(self, outputs: Array) -> Array:
        """Return the predictions of outputs: class probabilities, shape (N, C), or the numbers of a regression."""
        return outputs

    def probabilities(self, outputs: Array) -> Array:
        """Return the probability of every class, shape (N, C), where targets are classes."""
        return self.predictions(outputs)

    def correct(self, outputs: Array, targets: Array) -> Array | None:
        """Return which outputs predict the class of their target, as booleans; None where targets are numbers."""
        if self.classifies:
            raise missing_method(self, "correct")
        return None

    def takes_distributions(self, targets: Array) -> bool:
        """Return whether these targets are distributions over the classes, which must add up to 1."""
        return False

    def output_shape(self, targets: Shape, classes: int | None) -> Shape:
        """Return the shape, without the batch axis, that the output of a network must have.

        Parameters
        ----------
        targets : tuple of int
            The shape of one target.
        classes : int or None
            The number of classes, if targets are classes.
        """
        return targets

    def arrays(self, outputs: Array, targets: Array, weights: Array | None, evaluated: Evaluation) -> dict[str, Array]:
        """Return all arrays of one evaluation by their names in the formulas."""
        loss, delta, between = evaluated
        named = {**between, self.input_symbol: outputs, "y": targets, "loss": np.asarray(loss)}
        named[f"d{self.input_symbol}"] = delta
        return named if weights is None else {**named, WEIGHTS: weights}


def weights_in_time(outputs: Array, weights: Array | None, lengths: Array | None) -> Array | None:
    """Return weights that are 0 after the end of each sequence, (N, T), if the outputs have a time axis."""
    if lengths is None or outputs.ndim < 3:
        return weights
    steps = Context(lengths=lengths).steps(outputs)  # (N,)
    within = (np.arange(outputs.shape[1]) < steps[:, np.newaxis]).astype(outputs.dtype)  # (N, T)
    return within if weights is None else within * checked_weights(weights, outputs).reshape(len(outputs), -1)


def checked_labels(labels: Array, classes: int) -> Array:
    """Return labels, or raise `DataError` unless they are from 0 to ``classes`` − 1."""
    if labels.min() < 0 or labels.max() >= classes:
        worst = np.argmax((labels < 0) | (labels >= classes))
        raise DataError(
            f"the label of sample {place_text(worst, labels.shape)} is {labels.ravel()[worst]}, "
            f"but {classes} classes are numbered from 0 to {classes - 1}"
        )
    return labels


def place_text(position: np.intp, shape: Shape) -> str:
    """Return a position in an array as text, such as ``1, 2``."""
    return ", ".join(str(int(place)) for place in np.unravel_index(position, shape))


def checked_weights(weights: Array, outputs: Array) -> Array:
    """Return weights in the outputs' dtype.

    Raises
    ------
    ShapeError
        If there is not one weight for each sample, or for each of its time steps.
    ArgumentError
        If a weight is negative or not finite, or all are zero.
    """
    weights = np.asarray(weights, outputs.dtype)
    if weights.ndim == 0 or weights.shape != outputs.shape[: weights.ndim]:
        raise ShapeError(
            f"the weights have the shape {weights.shape} and the outputs {outputs.shape}; give one for each sample"
        )
    if not np.isfinite(weights).all() or (weights < 0).any() or not weights.any():
        raise ArgumentError("weights must be finite, not negative and not all zero")
    return weights
