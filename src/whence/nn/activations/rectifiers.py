"""Rectifiers: the rectified linear unit, the leaky one, and those that bend smoothly."""

from __future__ import annotations

import math

import numpy as np

from whence.arguments import Fraction, Positive
from whence.arrays import Array
from whence.formula import Constant, Entry, Expression, Formula, absolute, exp, log1p, max0, min0
from whence.formula import sigmoid as sigmoid_of
from whence.nn.activations.base import Elementwise
from whence.nn.activations.sigmoids import sigmoid
from whence.nn.context import INFERENCE, Context
from whence.nn.layer import Cache, layers
from whence.nn.threads import chunks, on_parts


@layers.register("relu")
class ReLU(Elementwise):
    """``a = max(0, z)``, with the derivative 0 at the kink.

    Notes
    -----
    Forward, a = max(0, z). Backward, dz = da · [z > 0] (Nair and Hinton, 2010).
    """

    rectifier = True
    output_range = (0.0, math.inf)

    def forward(self, x: Array, context: Context = INFERENCE) -> tuple[Array, Cache]:
        a = np.empty_like(x)
        on_parts(lambda part: np.maximum(x[part], 0, out=a[part]), chunks(len(x), 2 * x[0].nbytes))
        return a, {"z": x}

    def slope(self, cache: Cache) -> Array:
        return np.asarray(cache["z"] > 0)

    def expressions(self, z: Entry, a: Entry) -> tuple[Expression, Expression, list[Formula]]:
        return max0(z), z > 0, []


@layers.register("leaky_relu")
class LeakyReLU(Elementwise):
    """``a = max(0, z) + α · min(0, z)``, with the derivative α at the kink.

    Parameters
    ----------
    negative_slope : float
        α, the slope below zero, in [0, 1).

    Notes
    -----
    Forward, a = max(0, z) + α · min(0, z). Backward, dz = da · ([z > 0] + α · [z ≤ 0]) (Maas, Hannun and Ng, 2013).
    """

    rectifier = True
    output_range = (0.0, math.inf)

    def __init__(self, negative_slope: Fraction = 0.01) -> None:
        self.negative_slope = negative_slope

    def forward(self, x: Array, context: Context = INFERENCE) -> tuple[Array, Cache]:
        return np.maximum(x, self.negative_slope * x), {"z": x}

    def slope(self, cache: Cache) -> Array:
        z = cache["z"]
        slope: Array = np.maximum(z > 0, z.dtype.type(self.negative_slope))
        return slope

    def expressions(self, z: Entry, a: Entry) -> tuple[Expression, Expression, list[Formula]]:
        slope = Constant("α", self.negative_slope)
        return max0(z) + slope * min0(z), (z > 0) + slope * (z <= 0), []


@layers.register("softplus")
class Softplus(Elementwise):
    """``a = log(1 + exp(βz)) / β``, a smooth ReLU.

    Parameters
    ----------
    beta : float
        β, the sharpness of the bend; positive.

    Notes
    -----
    Forward, a = max(0, z) + log(1 + e^(−|βz|)) / β, which is log(1 + e^(βz)) / β without its overflow. Backward,
    dz = da / (1 + e^(−βz)) (Dugas et al., 2001).
    """

    rectifier = True
    output_range = (0.0, math.inf)

    def __init__(self, beta: Positive = 1.0) -> None:
        self.beta = beta

    def forward(self, x: Array, context: Context = INFERENCE) -> tuple[Array, Cache]:
        a = np.abs(x)
        a *= -self.beta
        np.exp(a, out=a)
        np.log1p(a, out=a)
        a /= self.beta
        a += np.maximum(x, 0)
        return a, {"z": x}

    def slope(self, cache: Cache) -> Array:
        return sigmoid(self.beta * cache["z"])

    def expressions(self, z: Entry, a: Entry) -> tuple[Expression, Expression, list[Formula]]:
        beta = Constant("β", self.beta)
        return max0(z) + log1p(exp(-absolute(beta * z))) / beta, sigmoid_of(beta * z), []
