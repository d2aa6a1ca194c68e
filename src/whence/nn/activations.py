"""Activations without parameters, applied to every element by itself."""

from __future__ import annotations

import numpy as np

from whence.arrays import Array, Views
from whence.formula import Formulas, max0, tensors
from whence.nn.layer import Cache, Layer, layers


class Activation(Layer):
    """An elementwise function ``a = f(z)``: its formulas call the input ``z`` and the output ``a``."""

    input_symbol = "z"
    output_symbol = "a"
    activation = True


@layers.register("relu")
class ReLU(Activation):
    """``a = max(0, z)``, with the derivative 0 at the kink.

    Notes
    -----
    Forward, a = max(0, z). Backward, dz = da · [z > 0] (Nair and Hinton, 2010).
    """

    rectifier = True

    def forward(
        self, x: Array, *, training: bool = False, rng: np.random.Generator | None = None
    ) -> tuple[Array, Cache]:
        """Return max(0, x)."""
        return np.maximum(x, 0), {"z": x}

    def backward(self, delta: Array, cache: Cache, gradient: Views, *, need_input: bool = True) -> Array | None:
        """Return δ where the input was positive and 0 elsewhere."""
        return delta * (cache["z"] > 0) if need_input else None

    def formulas(self, *, training: bool = True) -> Formulas:
        """Return a, then dz."""
        z, a, dz, da = tensors("z a dz da")
        e = self.element()
        return Formulas(forward=[a[e] << max0(z[e])], backward=[dz[e] << da[e] * (z[e] > 0)])
