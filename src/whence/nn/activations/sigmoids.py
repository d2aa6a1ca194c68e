"""The sigmoids, the logistic function and the hyperbolic tangent, and the unit that the logistic one gates."""

from __future__ import annotations

import math

import numpy as np

from whence.arrays import Array
from whence.formula import Entry, Expression, Formula, exp, tanh
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

    output_range = (0.0, 1.0)

    def forward(self, x: Array, context: Context = INFERENCE) -> tuple[Array, Cache]:
        a = sigmoid(x)
        return a, {"a": a}

    def slope(self, cache: Cache) -> Array:
        a = cache["a"]
        slope: Array = a * (1 - a)
        return slope

    def expressions(self, z: Entry, a: Entry) -> tuple[Expression, Expression, list[Formula]]:
        return 1 / (1 + exp(-z)), a * (1 - a), []


@layers.register("tanh")
class Tanh(Elementwise):
    """``a = tanh(z)``.

    Notes
    -----
    Forward, a = tanh z. Backward, dz = da · (1 − a²) (LeCun et al., *Efficient BackProp*, 1998).
    """

    output_range = (-1.0, 1.0)

    def forward(self, x: Array, context: Context = INFERENCE) -> tuple[Array, Cache]:
        a = np.tanh(x)
        return a, {"a": a}

    def slope(self, cache: Cache) -> Array:
        slope: Array = 1 - cache["a"] ** 2
        return slope

    def expressions(self, z: Entry, a: Entry) -> tuple[Expression, Expression, list[Formula]]:
        return tanh(z), 1 - a**2, []


@layers.register("silu", "swish")
class SiLU(Elementwise):
    """``a = z · σ(z)``, the sigmoid linear unit, also called swish.

    Notes
    -----
    Forward, σ = 1 / (1 + e^(−z)) and a = z σ. Backward, dz = da · (σ + a (1 − σ)) (Elfwing, Uchibe and Doya, 2018).
    """

    rectifier = True
    output_range = (-0.27846, math.inf)

    def forward(self, x: Array, context: Context = INFERENCE) -> tuple[Array, Cache]:
        gate = sigmoid(x)
        a = x * gate
        return a, {"σ": gate, "a": a}

    def slope(self, cache: Cache) -> Array:
        gate = cache["σ"]
        slope: Array = gate + cache["a"] * (1 - gate)
        return slope

    def expressions(self, z: Entry, a: Entry) -> tuple[Expression, Expression, list[Formula]]:
        gate = Entry("σ", z.subscripts)
        return z * gate, gate + a * (1 - gate), [gate << 1 / (1 + exp(-z))]
