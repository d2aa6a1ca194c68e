"""Exponential linear units: linear above zero, and an exponential that levels off below."""

from __future__ import annotations

import math

import numpy as np

from whence.arguments import Positive
from whence.arrays import Array
from whence.formula import Constant, Entry, Expression, Formula, expm1, max0, min0
from whence.nn.activations.base import Elementwise
from whence.nn.context import INFERENCE, Context
from whence.nn.layer import Cache, layers

SELU_ALPHA, SELU_SCALE = 1.6732632423543772, 1.0507009873554805
"""With these, layers keep mean 0 and variance 1."""


@layers.register("elu")
class ELU(Elementwise):
    """``a = z`` above zero and ``α (exp(z) − 1)`` below, the exponential linear unit.

    Parameters
    ----------
    alpha : float
        α, where −α is the limit for z → −∞; positive.

    Notes
    -----
    Forward, a = max(0, z) + α (e^min(0, z) − 1). Backward, dz = da · ([z > 0] + [z ≤ 0] · (a + α)) (Clevert,
    Unterthiner and Hochreiter, 2016).
    """

    rectifier = True

    def __init__(self, alpha: Positive = 1.0) -> None:
        self.alpha = alpha
        self.output_range = (-alpha, math.inf)

    def forward(self, x: Array, context: Context = INFERENCE) -> tuple[Array, Cache]:
        a = _unit(x, np.minimum(x, 0), self.alpha)
        return a, {"z": x, "a": a}

    def slope(self, cache: Cache) -> Array:
        z = cache["z"]
        slope: Array = (z > 0) + (z <= 0) * (cache["a"] + self.alpha)
        return slope

    def expressions(self, z: Entry, a: Entry) -> tuple[Expression, Expression, list[Formula]]:
        alpha = Constant("α", self.alpha)
        return max0(z) + alpha * expm1(min0(z)), (z > 0) + (z <= 0) * (a + alpha), []


@layers.register("celu")
class CELU(Elementwise):
    """``a = z`` above zero and ``α (exp(z/α) − 1)`` below, an exponential linear unit without a kink for any α.

    Parameters
    ----------
    alpha : float
        α, where −α is the limit for z → −∞; positive.

    Notes
    -----
    Forward, a = max(0, z) + α (e^(min(0, z) / α) − 1). Backward, dz = da · ([z > 0] + [z ≤ 0] · (a / α + 1)) (Barron,
    2017).
    """

    rectifier = True

    def __init__(self, alpha: Positive = 1.0) -> None:
        self.alpha = alpha
        self.output_range = (-alpha, math.inf)

    def forward(self, x: Array, context: Context = INFERENCE) -> tuple[Array, Cache]:
        below = np.minimum(x, 0)
        below /= self.alpha
        a = _unit(x, below, self.alpha)
        return a, {"z": x, "a": a}

    def slope(self, cache: Cache) -> Array:
        z = cache["z"]
        slope: Array = (z > 0) + (z <= 0) * (cache["a"] / self.alpha + 1)
        return slope

    def expressions(self, z: Entry, a: Entry) -> tuple[Expression, Expression, list[Formula]]:
        alpha = Constant("α", self.alpha)
        return max0(z) + alpha * expm1(min0(z) / alpha), (z > 0) + (z <= 0) * (a / alpha + 1), []


@layers.register("selu")
class SELU(Elementwise):
    """``a = λ z`` above zero and ``λ α (exp(z) − 1)`` below, the exponential linear unit that normalises itself.

    Notes
    -----
    With λ = 1.0507… and α = 1.6733…, forward, a = λ (max(0, z) + α (e^min(0, z) − 1)). Backward,
    dz = da · (λ [z > 0] + [z ≤ 0] · (a + λ α)) (Klambauer et al., 2017). Weights before it are not drawn as before a
    rectifier, for He's would be too large to keep the variance.
    """

    output_range = (-SELU_SCALE * SELU_ALPHA, math.inf)

    def forward(self, x: Array, context: Context = INFERENCE) -> tuple[Array, Cache]:
        a = _unit(x, np.minimum(x, 0), SELU_ALPHA)
        a *= SELU_SCALE
        return a, {"z": x, "a": a}

    def slope(self, cache: Cache) -> Array:
        z = cache["z"]
        slope: Array = z.dtype.type(SELU_SCALE) * (z > 0) + (z <= 0) * (cache["a"] + SELU_SCALE * SELU_ALPHA)
        return slope

    def expressions(self, z: Entry, a: Entry) -> tuple[Expression, Expression, list[Formula]]:
        alpha, scale = Constant("α", SELU_ALPHA), Constant("λ", SELU_SCALE)
        value = scale * (max0(z) + alpha * expm1(min0(z)))
        return value, scale * (z > 0) + (z <= 0) * (a + scale * alpha), []


def _unit(x: Array, below: Array, alpha: float) -> Array:
    """Return max(0, x) + α (e^below − 1), written over ``below``."""
    np.expm1(below, out=below)
    below *= alpha
    below += np.maximum(x, 0)
    return below
