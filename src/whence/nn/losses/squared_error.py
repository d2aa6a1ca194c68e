"""Squared errors: their mean, and half their sum."""

from __future__ import annotations

from whence.arrays import Array
from whence.formula import Entry, Expression, Formula
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
