"""What losses share that compare each output with one target: how the terms are weighted and averaged."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from whence.arrays import Array, Shape
from whence.errors import ShapeError, missing_method
from whence.formula import Entry, Expression, Formula, Formulas, Sum, Tensor, scalar, tensors
from whence.nn.axes import count, element, split_axes
from whence.nn.losses.base import Evaluation, Loss, checked_weights


class ElementwiseLoss(Loss):
    """The mean, or the sum, of one term ℓ for each output.

    Outputs and targets have the same shape, or (N,) and (N, 1), which are never broadcast to (N, N). The mean is over
    samples and outputs, as in PyTorch. With weights of samples it is ``Σ w[n] · ℓ[n, j] / (J · Σ w[n])``.

    A subclass has `terms` and `term_formulas`.

    Attributes
    ----------
    averages : bool
        Whether the loss is the mean of the terms, not their sum.
    """

    input_symbol = "ŷ"
    averages: ClassVar[bool] = True

    def terms(self, outputs: Array, targets: Array) -> tuple[Array, Array, dict[str, Array]]:
        """Return the terms, their derivatives with respect to the outputs, and intermediate arrays by name.

        Parameters
        ----------
        outputs : array, shape (N, ...)
            Not to be written to.
        targets : array, shape and dtype of outputs
            Not to be written to.
        """
        raise missing_method(self, "terms")

    def term_formulas(self, output: Entry, target: Entry) -> tuple[Expression, Expression, list[Formula]]:
        """Return the term, its derivative with respect to the output, and the formulas of intermediate arrays."""
        raise missing_method(self, "term_formulas")

    def evaluate(self, outputs: Array, targets: Array, weights: Array | None = None) -> Evaluation:
        """Return the loss, its delta, and the terms ℓ, for a weighted mean with the total of the weights."""
        y = self.checked_targets(outputs, fit(outputs, targets)).astype(outputs.dtype, copy=False)
        terms, slopes, between = self.terms(outputs, y)
        between["ℓ"] = terms
        if weights is None:
            size = terms.size if self.averages else 1
            return float(terms.sum()) / size, slopes / size, between
        w = checked_weights(weights, outputs)
        w = w.reshape(*w.shape, *(1,) * (outputs.ndim - w.ndim))  # (N, 1, ...) or (N, T, 1, ...)
        if not self.averages:
            return float((w * terms).sum()), w * slopes, between
        total = float(w.sum())
        divisor = total * (terms.size // w.size)
        between["total"] = np.asarray(total)
        return float((w * terms).sum()) / divisor, slopes * (w / divisor), between

    def checked_targets(self, outputs: Array, targets: Array) -> Array:
        """Return the targets, or raise `DataError` if the loss cannot take one."""
        return targets

    def output_shape(self, targets: Shape, classes: int | None) -> Shape:
        return targets or (1,)

    def formulas(self, targets: Array, weights: Array | None = None) -> Formulas:
        """Return ℓ, with weights total, loss and the delta; targets (N,) are taken as (N, 1)."""
        at = element(max(2, np.ndim(targets)))
        own, shared = split_axes(at, weights)
        y, ell, w = tensors("y ℓ w")
        term, slope, forward = self.term_formulas(Tensor(self.input_symbol)[at], y[at])
        terms: Expression = ell[at]
        if own:
            terms, slope = w[own] * terms, w[own] * slope
        loss: Expression = Sum(at, terms)
        forward = [*forward, ell[at] << term]
        if self.averages:
            divisor = count(at)
            if own:
                forward.append(scalar("total") << Sum(own, w[own]))
                divisor = scalar("total") * count(shared) if shared else scalar("total")
            loss, slope = loss / divisor, slope / divisor
        return Formulas([*forward, scalar("loss") << loss], [Tensor(f"d{self.input_symbol}")[at] << slope])

    def arrays(self, outputs: Array, targets: Array, weights: Array | None, evaluated: Evaluation) -> dict[str, Array]:
        """Return the arrays as the base class does, (N,) as (N, 1)."""
        named = super().arrays(outputs, fit(outputs, targets), weights, evaluated)
        return {
            name: array if name == "w" or array.ndim != 1 else array[:, np.newaxis] for name, array in named.items()
        }


def fit(outputs: Array, targets: Array) -> Array:
    """Return the targets in the outputs' shape, from which they may differ as (N,) from (N, 1).

    Raises
    ------
    ShapeError
        If they differ otherwise.
    """
    y = np.asarray(targets)
    if y.shape != outputs.shape:
        if {y.shape, outputs.shape} != {(len(outputs),), (len(outputs), 1)}:
            raise ShapeError(
                f"the targets have the shape {y.shape} and the outputs {outputs.shape}; give one target for each output"
            )
        y = y.reshape(outputs.shape)
    return y
