"""The identity as an activation."""

from __future__ import annotations

from whence.arrays import Array, Views
from whence.formula import Formulas, tensors
from whence.nn.activations.base import Activation
from whence.nn.context import INFERENCE, Context
from whence.nn.layer import Cache, layers


@layers.register("identity")
class Identity(Activation):
    """``a = z``, the identity.

    Notes
    -----
    Forward, a = z. Backward, dz = da.
    """

    def forward(self, x: Array, context: Context = INFERENCE) -> tuple[Array, Cache]:
        return x, {}

    def backward(self, delta: Array, cache: Cache, gradient: Views, *, need_input: bool = True) -> Array:
        return delta

    def formulas(self, *, training: bool = True) -> Formulas:
        z, a, dz, da = tensors("z a dz da")
        e = self.element()
        return Formulas(forward=[a[e] << z[e]], backward=[dz[e] << da[e]])
