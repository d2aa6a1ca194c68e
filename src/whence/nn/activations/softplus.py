"""Softplus, a smooth ReLU."""

from __future__ import annotations

import numpy as np

from whence.arguments import Positive
from whence.arrays import Array
from whence.formula import Constant, Entry, Expression, Formula, absolute, exp, log1p, max0
from whence.formula import sigmoid as sigmoid_of
from whence.nn.activations.base import Elementwise
from whence.nn.activations.sigmoid import sigmoid
from whence.nn.context import INFERENCE, Context
from whence.nn.layer import Cache, layers


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
