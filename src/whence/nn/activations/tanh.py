"""The hyperbolic tangent."""

from __future__ import annotations

import numpy as np

from whence.arrays import Array
from whence.formula import Formulas, tanh, tensors
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

    def formulas(self, *, training: bool = True) -> Formulas:
        z, a = tensors("z a")
        e = self.element()
        return Formulas(forward=[a[e] << tanh(z[e])], backward=self.backward_formulas(1 - a[e] ** 2))
