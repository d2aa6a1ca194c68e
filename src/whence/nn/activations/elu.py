"""The exponential linear unit."""

from __future__ import annotations

import numpy as np

from whence.arguments import Positive
from whence.arrays import Array
from whence.formula import Constant, Entry, Expression, Formula, expm1, max0, min0
from whence.nn.activations.base import Elementwise
from whence.nn.context import INFERENCE, Context
from whence.nn.layer import Cache, layers


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

    def forward(self, x: Array, context: Context = INFERENCE) -> tuple[Array, Cache]:
        a = np.minimum(x, 0)
        np.expm1(a, out=a)
        a *= self.alpha
        a += np.maximum(x, 0)
        return a, {"z": x, "a": a}

    def slope(self, cache: Cache) -> Array:
        z = cache["z"]
        slope: Array = (z > 0) + (z <= 0) * (cache["a"] + self.alpha)
        return slope

    def expressions(self, z: Entry, a: Entry) -> tuple[Expression, Expression, list[Formula]]:
        alpha = Constant("α", self.alpha)
        return max0(z) + alpha * expm1(min0(z)), (z > 0) + (z <= 0) * (a + alpha), []
