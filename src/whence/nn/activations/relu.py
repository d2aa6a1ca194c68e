"""The rectified linear unit, and the leaky one."""

from __future__ import annotations

import numpy as np

from whence.arguments import Fraction
from whence.arrays import Array
from whence.formula import Constant, Entry, Expression, Formula, max0, min0
from whence.nn.activations.base import Elementwise
from whence.nn.context import INFERENCE, Context
from whence.nn.layer import Cache, layers


@layers.register("relu")
class ReLU(Elementwise):
    """``a = max(0, z)``, with the derivative 0 at the kink.

    Notes
    -----
    Forward, a = max(0, z). Backward, dz = da · [z > 0] (Nair and Hinton, 2010).
    """

    rectifier = True

    def forward(self, x: Array, context: Context = INFERENCE) -> tuple[Array, Cache]:
        return np.maximum(x, 0), {"z": x}

    def slope(self, cache: Cache) -> Array:
        return np.asarray(cache["z"] > 0)

    def expressions(self, z: Entry, a: Entry) -> tuple[Expression, Expression, list[Formula]]:
        return max0(z), z > 0, []


@layers.register("leaky_relu")
class LeakyReLU(Elementwise):
    """``a = max(0, z) + s · min(0, z)``, with the derivative s at the kink.

    Parameters
    ----------
    negative_slope : float
        s, the slope below zero, in [0, 1).

    Notes
    -----
    Forward, a = max(0, z) + s · min(0, z). Backward, dz = da · ([z > 0] + s · [z ≤ 0]) (Maas, Hannun and Ng, 2013).
    """

    rectifier = True

    def __init__(self, negative_slope: Fraction = 0.01) -> None:
        self.negative_slope = negative_slope

    def forward(self, x: Array, context: Context = INFERENCE) -> tuple[Array, Cache]:
        return np.maximum(x, self.negative_slope * x), {"z": x}

    def slope(self, cache: Cache) -> Array:
        z = cache["z"]
        slope: Array = np.maximum(z > 0, z.dtype.type(self.negative_slope))
        return slope

    def expressions(self, z: Entry, a: Entry) -> tuple[Expression, Expression, list[Formula]]:
        slope = Constant("s", self.negative_slope)
        return max0(z) + slope * min0(z), (z > 0) + slope * (z <= 0), []
