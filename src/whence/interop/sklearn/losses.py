"""The losses of scikit-learn's networks: means over samples, but sums over outputs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from whence.arrays import Array
from whence.formula import Constant, Entry, Expression, Formula, Index, Size, exp, log, maximum
from whence.nn import BinaryCrossEntropy, CrossEntropy, Loss
from whence.nn.losses.elementwise import ElementwiseLoss

_TINY = 1e-30
_OUTPUTS = Size(Index("j"))


@dataclass(eq=False, repr=False)
class SummedCrossEntropy(BinaryCrossEntropy):
    """Binary cross-entropy of each label, summed over the labels of a sample: ``log_loss`` of several labels."""

    def terms(self, outputs: Array, targets: Array) -> tuple[Array, Array, dict[str, Array]]:
        terms, slopes, between = super().terms(outputs, targets)
        return outputs.shape[-1] * terms, outputs.shape[-1] * slopes, between

    def term_formulas(self, output: Entry, target: Entry) -> tuple[Expression, Expression, list[Formula]]:
        term, slope, between = super().term_formulas(output, target)
        return _OUTPUTS * term, _OUTPUTS * slope, between


class HalfSquaredError(ElementwiseLoss):
    """½ Σ_j (ŷ[n, j] − y[n, j])², averaged over the samples: ``squared_error``."""

    def terms(self, outputs: Array, targets: Array) -> tuple[Array, Array, dict[str, Array]]:
        error = outputs - targets
        return outputs.shape[-1] / 2 * error * error, outputs.shape[-1] * error, {}

    def term_formulas(self, output: Entry, target: Entry) -> tuple[Expression, Expression, list[Formula]]:
        error = output - target
        return _OUTPUTS / 2 * error**2, _OUTPUTS * error, []


class HalfPoissonDeviance(ElementwiseLoss):
    """Σ_j y log(y / ŷ) − y + ŷ with ŷ = exp(z), averaged over the samples: ``poisson``."""

    input_symbol = "z"

    def terms(self, outputs: Array, targets: Array) -> tuple[Array, Array, dict[str, Array]]:
        predicted = np.exp(outputs)
        deviance = targets * (np.log(np.maximum(targets, _TINY)) - outputs) - targets + predicted
        return outputs.shape[-1] * deviance, outputs.shape[-1] * (predicted - targets), {}

    def term_formulas(self, output: Entry, target: Entry) -> tuple[Expression, Expression, list[Formula]]:
        z, y = output, target
        deviance = y * (log(maximum(y, Constant("tiny", _TINY))) - z) - y + exp(z)
        return _OUTPUTS * deviance, _OUTPUTS * (exp(z) - y), []

    def predictions(self, outputs: Array) -> Array:
        return np.exp(outputs)


def out_activation(loss_fn: Loss) -> str:
    """Return scikit-learn's name of the function that makes predictions of a network's outputs."""
    names = {CrossEntropy: "softmax", BinaryCrossEntropy: "logistic", HalfPoissonDeviance: "exp"}
    return next((name for kind, name in names.items() if isinstance(loss_fn, kind)), "identity")
