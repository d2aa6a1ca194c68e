"""What losses share that compare each output with one target: how the terms are weighted and averaged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np

from whence.arguments import Positive
from whence.arrays import Array, Shape
from whence.errors import ShapeError, missing_method
from whence.formula import Entry, Expression, Formula, Formulas, Sum, Tensor, indices, scalar, tensors
from whence.nn.axes import count, element, split_axes
from whence.nn.losses.base import WEIGHTS, Evaluation, Loss, checked_labels, checked_weights


@dataclass(eq=False, repr=False)
class ElementwiseLoss(Loss):
    """The mean, or the sum, of one term ℓ for each output.

    Outputs and targets have the same shape, or (N,) and (N, 1), which are never broadcast to (N, N). Where there are
    several outputs (N, C), or (N, T, C), targets may also be integer labels, (N,) or (N, T): they are taken as one-hot,
    ``y[n, j] = 1`` for the class j of sample n, else 0. The mean is over samples and outputs, as in PyTorch. With
    weights of samples it is ``Σ ω[n] · ℓ[n, j] / (J · Σ ω[n])``.

    A subclass has `terms` and `term_formulas`.

    Parameters
    ----------
    class_weights : sequence of C floats, optional
        The weight ρ of each class; positive. The weight of a sample is then ``ψ[n] = ω[n] · Σ_j ρ[j] · y[n, j]``.

    Attributes
    ----------
    averages : bool
        Whether the loss is the mean of the terms, not their sum.
    """

    input_symbol = "ŷ"
    averages: ClassVar[bool] = True

    class_weights: Sequence[Positive] | None = field(default=None, kw_only=True)

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
        w = None if weights is None else checked_weights(weights, outputs)
        if self.class_weights is not None:
            c = np.asarray(self.class_weights).astype(outputs.dtype)
            u = _class_weight_of_each(y, c)  # (N,) or (N, T)
            w = u if w is None else w.reshape(*w.shape, *(1,) * (u.ndim - w.ndim)) * u
            between |= {"ρ": c, "ψ": w}
        if w is None:
            size = terms.size if self.averages else 1
            return float(terms.sum()) / size, slopes / size, between
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

    def correct(self, outputs: Array, targets: Array) -> Array | None:
        """Return where the largest output is that of the label; None if the targets are not labels."""
        return outputs.argmax(axis=-1) == targets if _are_labels(outputs, targets) else None

    def probabilities(self, outputs: Array) -> Array:
        """Return the outputs as shares of their sum, raised before by the lowest if that is negative."""
        shares = self.predictions(outputs)
        shares = shares - np.minimum(shares.min(axis=-1, keepdims=True), 0)
        total = shares.sum(axis=-1, keepdims=True)
        even = np.full_like(shares, 1 / shares.shape[-1])
        return np.asarray(np.divide(shares, total, out=even, where=total > 0))

    def output_shape(self, targets: Shape, classes: int | None) -> Shape:
        """Return one output for each number of a target, or for each class."""
        return targets or (1,) if classes is None else (*targets, classes)

    def formulas(self, targets: Array, weights: Array | None = None) -> Formulas:
        """Return ℓ, with weights total, loss and the delta; targets (N,) are taken as (N, 1), labels as one-hot."""
        at = element(max(2, np.ndim(targets)))
        own, shared = split_axes(at, weights)
        y, ell, omega, rho, pull = tensors("y ℓ ω ρ ψ")
        term, slope, forward = self.term_formulas(Tensor(self.input_symbol)[at], y[at])
        if self.class_weights is not None:
            (j,) = indices("j")
            *places, _ = at
            of_class = Sum(j, rho[j] * y[(*places, j)])
            forward = [*forward, pull[tuple(places)] << (omega[own] * of_class if own else of_class)]
            own, shared, omega = tuple(places), at[-1:], pull
        terms: Expression = ell[at]
        if own:
            terms, slope = omega[own] * terms, omega[own] * slope
        loss: Expression = Sum(at, terms)
        forward = [*forward, ell[at] << term]
        if self.averages:
            divisor = count(at)
            if own:
                forward.append(scalar("total") << Sum(own, omega[own]))
                divisor = scalar("total") * count(shared) if shared else scalar("total")
            loss, slope = loss / divisor, slope / divisor
        return Formulas([*forward, scalar("loss") << loss], [Tensor(f"d{self.input_symbol}")[at] << slope])

    def arrays(self, outputs: Array, targets: Array, weights: Array | None, evaluated: Evaluation) -> dict[str, Array]:
        """Return the arrays as the base class does, with one entry for each output where these are (N,)."""
        named = super().arrays(outputs, fit(outputs, targets), weights, evaluated)
        if outputs.ndim > 1:
            return named
        return {
            name: array if name == WEIGHTS or array.ndim != 1 else array[:, np.newaxis] for name, array in named.items()
        }


def fit(outputs: Array, targets: Array) -> Array:
    """Return the targets in the outputs' shape, from which they may differ as (N,) from (N, 1), or as labels.

    Raises
    ------
    ShapeError
        If they differ otherwise.
    DataError
        If a label is outside the range of the classes.
    """
    y = np.asarray(targets)
    if _are_labels(outputs, y):
        classes = outputs.shape[-1]
        one_hot: Array = np.eye(classes, dtype=outputs.dtype)[checked_labels(y, classes)]
        return one_hot
    if y.shape != outputs.shape:
        if {y.shape, outputs.shape} != {(len(outputs),), (len(outputs), 1)}:
            raise ShapeError(
                f"the targets have the shape {y.shape} and the outputs {outputs.shape}; give one target for each output"
            )
        y = y.reshape(outputs.shape)
    return y


def _are_labels(outputs: Array, targets: Array) -> bool:
    """Return whether targets are integers, one for several outputs."""
    several = outputs.ndim > 1 and outputs.shape[-1] > 1
    return several and targets.dtype.kind in "iu" and targets.shape == outputs.shape[:-1]


def _class_weight_of_each(one_hot: Array, class_weights: Array) -> Array:
    if len(class_weights) != one_hot.shape[-1]:
        raise ShapeError(
            f"there are {len(class_weights)} class_weights, but the outputs have {one_hot.shape[-1]} classes; "
            "give one for each"
        )
    weights: Array = one_hot @ class_weights
    return weights
