"""Losses of the error ŷ − y: squared, absolute, and Huber's mixture of both."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from whence.arguments import Positive
from whence.arrays import Array
from whence.formula import Constant, Entry, Expression, Formula, absolute, maximum, minimum, sign
from whence.nn.losses.base import losses
from whence.nn.losses.elementwise import ElementwiseLoss


@losses.register("mean_squared_error", "mse")
class MeanSquaredError(ElementwiseLoss):
    """Mean of (ŷ − y)² over samples and outputs.

    Notes
    -----
    ``loss = Σ_n Σ_j (ŷ[n, j] − y[n, j])² / (N · J)``, as PyTorch's ``MSELoss``.
    """

    def terms(self, outputs: Array, targets: Array) -> tuple[Array, Array, dict[str, Array]]:
        error = outputs - targets
        return error * error, 2 * error, {}

    def term_formulas(self, output: Entry, target: Entry) -> tuple[Expression, Expression, list[Formula]]:
        return (output - target) ** 2, 2 * (output - target), []


@losses.register("sum_of_squared_errors", "sse")
class SumOfSquaredErrors(ElementwiseLoss):
    """Half the sum of (ŷ − y)² over samples and outputs; not a mean.

    Notes
    -----
    ``loss = ½ Σ_n Σ_j (ŷ[n, j] − y[n, j])²``, whose delta is the error ``ŷ − y`` (Rumelhart et al., 1986).
    """

    averages = False

    def terms(self, outputs: Array, targets: Array) -> tuple[Array, Array, dict[str, Array]]:
        error = outputs - targets
        return 0.5 * error * error, error, {}

    def term_formulas(self, output: Entry, target: Entry) -> tuple[Expression, Expression, list[Formula]]:
        return 0.5 * (output - target) ** 2, output - target, []


@losses.register("l1", "mean_absolute_error", "mae")
class L1(ElementwiseLoss):
    """Mean of |ŷ − y| over samples and outputs; its derivative at 0 is taken as 0.

    Notes
    -----
    ``loss = Σ_n Σ_j |ŷ[n, j] − y[n, j]| / (N · J)``, as PyTorch's ``L1Loss``.
    """

    def terms(self, outputs: Array, targets: Array) -> tuple[Array, Array, dict[str, Array]]:
        error = outputs - targets
        return np.abs(error), np.sign(error), {}

    def term_formulas(self, output: Entry, target: Entry) -> tuple[Expression, Expression, list[Formula]]:
        return absolute(output - target), sign(output - target), []


@losses.register("huber")
@dataclass(eq=False, repr=False)
class Huber(ElementwiseLoss):
    """Mean of ½(ŷ − y)² for errors up to δ, continued linearly beyond.

    Parameters
    ----------
    delta : float
        δ, the error at which the parabola becomes a line; positive.

    Notes
    -----
    With the error e and a = min(|e|, δ), ``ℓ = a · (|e| − a / 2)``: that is e² / 2 within δ and δ · (|e| − δ / 2)
    beyond (Huber, 1964). The derivative is e clipped to [−δ, δ].
    """

    delta: Positive = 1.0

    def terms(self, outputs: Array, targets: Array) -> tuple[Array, Array, dict[str, Array]]:
        error = outputs - targets
        slope = np.clip(error, -self.delta, self.delta)
        return slope * (error - 0.5 * slope), slope, {}

    def term_formulas(self, output: Entry, target: Entry) -> tuple[Expression, Expression, list[Formula]]:
        error, delta = output - target, Constant("δ", self.delta)
        near = minimum(absolute(error), delta)
        return near * (absolute(error) - near / 2), maximum(-delta, minimum(error, delta)), []
