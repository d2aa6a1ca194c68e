"""The logistic function σ."""

from __future__ import annotations

import numpy as np

from whence.arrays import Array
from whence.formula import Entry, Expression, Formula, exp
from whence.nn.activations.base import Elementwise
from whence.nn.context import INFERENCE, Context
from whence.nn.layer import Cache, layers


def sigmoid(z: Array) -> Array:
    """Return 1 / (1 + exp(−z)) of every entry, computed as ½ tanh(½ z) + ½, which cannot overflow."""
    a: Array = np.tanh(0.5 * z)
    a *= 0.5
    a += 0.5
    return a


@layers.register("sigmoid")
class Sigmoid(Elementwise):
    """``a = 1 / (1 + exp(−z))``, the logistic function.

    Notes
    -----
    Forward, a = 1 / (1 + e^(−z)), computed as ½ tanh(½ z) + ½. Backward, dz = da · a · (1 − a) (Rumelhart, Hinton and
    Williams, 1986).
    """

    def forward(self, x: Array, context: Context = INFERENCE) -> tuple[Array, Cache]:
        a = sigmoid(x)
        return a, {"a": a}

    def slope(self, cache: Cache) -> Array:
        a = cache["a"]
        slope: Array = a * (1 - a)
        return slope

    def expressions(self, z: Entry, a: Entry) -> tuple[Expression, Expression, list[Formula]]:
        return 1 / (1 + exp(-z)), a * (1 - a), []
