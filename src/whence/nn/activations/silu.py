"""The sigmoid linear unit, also called swish."""

from __future__ import annotations

from whence.arrays import Array
from whence.formula import Entry, Expression, Formula, exp
from whence.nn.activations.base import Elementwise
from whence.nn.activations.sigmoid import sigmoid
from whence.nn.context import INFERENCE, Context
from whence.nn.layer import Cache, layers


@layers.register("silu", "swish")
class SiLU(Elementwise):
    """``a = z · σ(z)``, the sigmoid linear unit, also called swish.

    Notes
    -----
    Forward, σ = 1 / (1 + e^(−z)) and a = z σ. Backward, dz = da · (σ + a (1 − σ)) (Elfwing, Uchibe and Doya, 2018).
    """

    rectifier = True

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
