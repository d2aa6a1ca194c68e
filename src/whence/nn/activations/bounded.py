"""Activations of straight pieces, between bounds."""

from __future__ import annotations

import numpy as np

from whence.arguments import Positive
from whence.arrays import Array
from whence.errors import ArgumentError
from whence.formula import Constant, Entry, Expression, Formula, max0, maximum, minimum
from whence.nn.activations.base import Elementwise
from whence.nn.context import INFERENCE, Context
from whence.nn.layer import Cache, layers


@layers.register("hardtanh")
class Hardtanh(Elementwise):
    """``a = z`` between two bounds, and the nearer bound outside.

    Parameters
    ----------
    min_val, max_val : float
        The bounds.

    Raises
    ------
    ArgumentError
        If the lower bound is not below the upper one.

    Notes
    -----
    Forward, a = min(u, max(l, z)) with the bounds l and u. Backward, dz = da · [z > l] · [z < u] (Collobert, 2004).
    """

    def __init__(self, min_val: float = -1.0, max_val: float = 1.0) -> None:
        if not min_val < max_val:
            raise ArgumentError(f"min_val must be below max_val, not {min_val:g} and {max_val:g}")
        self.min_val, self.max_val = min_val, max_val
        self.output_range = (min_val, max_val)

    def forward(self, x: Array, context: Context = INFERENCE) -> tuple[Array, Cache]:
        return np.clip(x, self.min_val, self.max_val), {"z": x}

    def slope(self, cache: Cache) -> Array:
        z = cache["z"]
        return np.asarray((z > self.min_val) & (z < self.max_val))

    def expressions(self, z: Entry, a: Entry) -> tuple[Expression, Expression, list[Formula]]:
        low, high = Constant("l", self.min_val), Constant("u", self.max_val)
        return minimum(high, maximum(low, z)), (z > low) * (z < high), []


@layers.register("relu6")
class ReLU6(Hardtanh):
    """``a = min(6, max(0, z))``, a ReLU with a ceiling.

    Notes
    -----
    Forward, a = min(6, max(0, z)). Backward, dz = da · [z > 0] · [z < 6] (Krizhevsky, 2010).
    """

    rectifier = True

    def __init__(self) -> None:
        super().__init__(0.0, 6.0)

    def expressions(self, z: Entry, a: Entry) -> tuple[Expression, Expression, list[Formula]]:
        return minimum(6, max0(z)), (z > 0) * (z < 6), []


@layers.register("hardsigmoid")
class Hardsigmoid(Elementwise):
    """``a = α z + ½`` between 0 and 1, a sigmoid of straight pieces.

    Parameters
    ----------
    alpha : float
        α, the slope; positive.

    Notes
    -----
    Forward, a = min(1, max(0, α z + ½)). Backward, dz = da · α [a > 0] · [a < 1] (Courbariaux, Bengio and David, 2015).
    """

    output_range = (0.0, 1.0)

    def __init__(self, alpha: Positive = 1 / 6) -> None:
        self.alpha = alpha

    def forward(self, x: Array, context: Context = INFERENCE) -> tuple[Array, Cache]:
        a = x * self.alpha
        a += 0.5
        np.clip(a, 0, 1, out=a)
        return a, {"a": a}

    def slope(self, cache: Cache) -> Array:
        a = cache["a"]
        slope: Array = a.dtype.type(self.alpha) * ((a > 0) & (a < 1))
        return slope

    def expressions(self, z: Entry, a: Entry) -> tuple[Expression, Expression, list[Formula]]:
        alpha = Constant("α", self.alpha)
        return minimum(1, maximum(0, alpha * z + 0.5)), alpha * (a > 0) * (a < 1), []
