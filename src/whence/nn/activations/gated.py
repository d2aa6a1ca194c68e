"""Units that gate themselves: the input times a function of it that rises from 0 to 1."""

from __future__ import annotations

import math

import numpy as np

from whence.arrays import Array
from whence.formula import Entry, Expression, Formula, absolute, exp, log1p, max0, maximum, minimum, tanh
from whence.formula import sigmoid as sigmoid_of
from whence.nn.activations.base import Elementwise
from whence.nn.activations.sigmoids import sigmoid
from whence.nn.context import INFERENCE, Context
from whence.nn.layer import Cache, layers

_OPEN = 20.0
"""Where the gate of `Mish` is 1 within rounding."""


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


@layers.register("mish")
class Mish(Elementwise):
    """``a = z · tanh(log(1 + exp(z)))``.

    Notes
    -----
    Forward, gate = tanh(max(0, z) + log(1 + e^(−|z|))), computed as e (e + 2) / (e (e + 2) + 2) with e = e^z, and
    a = z · gate. Backward, dz = da · (gate + z (1 − gate²) σ(z)) (Misra, 2020).
    """

    rectifier = True
    output_range = (-0.30885, math.inf)

    def forward(self, x: Array, context: Context = INFERENCE) -> tuple[Array, Cache]:
        e = np.exp(np.minimum(x, _OPEN))
        gate = e + 2
        gate *= e
        gate /= gate + 2
        return x * gate, {"z": x, "gate": gate}

    def slope(self, cache: Cache) -> Array:
        z, gate = cache["z"], cache["gate"]
        slope: Array = gate + z * (1 - gate**2) * sigmoid(z)
        return slope

    def expressions(self, z: Entry, a: Entry) -> tuple[Expression, Expression, list[Formula]]:
        gate = Entry("gate", z.subscripts)
        slope = gate + z * (1 - gate**2) * sigmoid_of(z)
        return z * gate, slope, [gate << tanh(max0(z) + log1p(exp(-absolute(z))))]


@layers.register("hardswish")
class Hardswish(Elementwise):
    """``a = z · min(1, max(0, z/6 + ½))``, a SiLU of simple pieces.

    Notes
    -----
    Forward, a = z · min(1, max(0, z / 6 + ½)). Backward, dz = da · (min(1, max(0, z / 6 + ½)) + z / 6 · [z > −3] ·
    [z < 3]) (Howard et al., 2019).
    """

    rectifier = True
    output_range = (-0.375, math.inf)

    def forward(self, x: Array, context: Context = INFERENCE) -> tuple[Array, Cache]:
        return x * _hard_gate(x), {"z": x}

    def slope(self, cache: Cache) -> Array:
        z = cache["z"]
        slope: Array = _hard_gate(z) + z / 6 * ((z > -3) & (z < 3))
        return slope

    def expressions(self, z: Entry, a: Entry) -> tuple[Expression, Expression, list[Formula]]:
        gate = minimum(1, maximum(0, z / 6 + 0.5))
        return z * gate, gate + z / 6 * (z > -3) * (z < 3), []


def _hard_gate(z: Array) -> Array:
    gate = z / 6
    gate += 0.5
    return np.clip(gate, 0, 1, out=gate)
