"""The sigmoids: the logistic function, the hyperbolic tangent and softsign."""

from __future__ import annotations

import numpy as np

from whence.arrays import Array
from whence.formula import Entry, Expression, Formula, absolute, exp, tanh
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


@layers.register("softsign")
class Softsign(Elementwise):
    """``a = z / (1 + |z|)``, a sigmoid that levels off slowly.

    Notes
    -----
    Forward, a = z / (1 + |z|). Backward, dz = da · (1 − |a|)² (Bergstra et al., 2009).
    """

    output_range = (-1.0, 1.0)

    def forward(self, x: Array, context: Context = INFERENCE) -> tuple[Array, Cache]:
        a = np.abs(x)
        a += 1
        np.divide(x, a, out=a)
        return a, {"a": a}

    def slope(self, cache: Cache) -> Array:
        slope: Array = (1 - np.abs(cache["a"])) ** 2
        return slope

    def expressions(self, z: Entry, a: Entry) -> tuple[Expression, Expression, list[Formula]]:
        return z / (1 + absolute(z)), (1 - absolute(a)) ** 2, []
