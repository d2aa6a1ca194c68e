"""The hyperbolic tangent."""

from __future__ import annotations

import numpy as np

from whence.arrays import Array
from whence.formula import Entry, Expression, Formula, tanh
from whence.nn.activations.base import Elementwise
from whence.nn.context import INFERENCE, Context
from whence.nn.layer import Cache, layers


@layers.register("tanh")
class Tanh(Elementwise):
    """``a = tanh(z)``.

    Notes
    -----
    Forward, a = tanh z. Backward, dz = da · (1 − a²) (LeCun et al., *Efficient BackProp*, 1998).
    """

    def forward(self, x: Array, context: Context = INFERENCE) -> tuple[Array, Cache]:
        a = np.tanh(x)
        return a, {"a": a}

    def slope(self, cache: Cache) -> Array:
        slope: Array = 1 - cache["a"] ** 2
        return slope

    def expressions(self, z: Entry, a: Entry) -> tuple[Expression, Expression, list[Formula]]:
        return tanh(z), 1 - a**2, []
