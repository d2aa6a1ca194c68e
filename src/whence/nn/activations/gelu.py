"""The Gaussian error linear unit, exact and in its tanh approximation."""

from __future__ import annotations

import math
from typing import Literal

import numpy as np

from whence.arrays import Array
from whence.formula import Constant, Entry, Expression, Formula, erf, exp, tanh
from whence.nn.activations.base import Elementwise
from whence.nn.activations.erf import erf as fast_erf
from whence.nn.context import INFERENCE, Context
from whence.nn.layer import Cache, layers

_CUBIC = 0.044715
_SCALE = math.sqrt(2 / math.pi)


@layers.register("gelu")
class GELU(Elementwise):
    """``a = z · Φ(z)``, where Φ is the distribution function of the standard normal distribution.

    Parameters
    ----------
    approximate : {"none", "tanh"}
        ``"none"`` for Φ itself, ``"tanh"`` for its approximation by a tanh.

    Notes
    -----
    Forward, Φ = ½ (1 + erf(z / √2)) and a = z Φ. Backward, dz = da · (Φ + z e^(−z²/2) / √(2π)).

    With the approximation, tanh_z = tanh(√(2/π) (z + 0.044715 z³)) and a = ½ z (1 + tanh_z); backward,
    dz = da · ½ (1 + tanh_z + z (1 − tanh_z²) √(2/π) (1 + 3 · 0.044715 z²)) (Hendrycks and Gimpel, 2016).
    """

    rectifier = True
    output_range = (-0.16997, math.inf)

    def __init__(self, approximate: Literal["none", "tanh"] = "none") -> None:
        self.approximate = approximate

    def forward(self, x: Array, context: Context = INFERENCE) -> tuple[Array, Cache]:
        if self.approximate == "tanh":
            t = np.tanh(_SCALE * (x + _CUBIC * (x * x * x)))
            return 0.5 * x * (1 + t), {"z": x, "tanh_z": t}
        phi = fast_erf(x * math.sqrt(0.5))
        phi += 1
        phi *= 0.5
        return x * phi, {"z": x, "Φ": phi}

    def slope(self, cache: Cache) -> Array:
        z = cache["z"]
        if self.approximate == "tanh":
            t = cache["tanh_z"]
            slope: Array = 0.5 * (1 + t + z * (1 - t * t) * (_SCALE + 3 * _SCALE * _CUBIC * (z * z)))
            return slope
        slope = np.exp(-0.5 * (z * z))
        slope *= z / math.sqrt(2 * math.pi)
        slope += cache["Φ"]
        return slope

    def expressions(self, z: Entry, a: Entry) -> tuple[Expression, Expression, list[Formula]]:
        if self.approximate == "tanh":
            t, scale, cubic = Entry("tanh_z", z.subscripts), Constant("√(2/π)", _SCALE), Constant("κ", _CUBIC)
            slope = (1 + t + z * (1 - t**2) * (scale * (1 + 3 * cubic * z**2))) / 2
            return z * (1 + t) / 2, slope, [t << tanh(scale * (z + cubic * z**3))]
        phi = Entry("Φ", z.subscripts)
        density = exp(-(z**2) / 2) / Constant("√(2π)", math.sqrt(2 * math.pi))
        return z * phi, phi + z * density, [phi << (1 + erf(z / Constant("√2", math.sqrt(2)))) / 2]
