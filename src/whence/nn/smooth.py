"""Smooth activations made of exponentials: sigmoid, tanh, SiLU, softplus and ELU, none of which can overflow."""

from __future__ import annotations

import math

import numpy as np

from whence.arrays import Array
from whence.errors import ArgumentError
from whence.formula import Constant, Formulas, absolute, exp, expm1, log1p, max0, min0, tanh, tensors
from whence.formula import sigmoid as sigmoid_of
from whence.nn.activations import Elementwise
from whence.nn.layer import Cache, layers


def sigmoid(z: Array) -> Array:
    """Return 1 / (1 + exp(−z)) as ½ tanh(½ z) + ½, which overflows nowhere.

    Parameters
    ----------
    z : float array
        Any shape.

    Returns
    -------
    array
        Of the shape and dtype of ``z``.
    """
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

    def forward(
        self, x: Array, *, training: bool = False, rng: np.random.Generator | None = None
    ) -> tuple[Array, Cache]:
        """Return σ(x)."""
        a = sigmoid(x)
        return a, {"a": a}

    def slope(self, cache: Cache) -> Array:
        """Return a · (1 − a)."""
        a = cache["a"]
        slope: Array = a * (1 - a)
        return slope

    def formulas(self, *, training: bool = True) -> Formulas:
        """Return a, then the slope and dz."""
        z, a = tensors("z a")
        e = self.element()
        return Formulas(forward=[a[e] << 1 / (1 + exp(-z[e]))], backward=self.backward_formulas(a[e] * (1 - a[e])))


@layers.register("tanh")
class Tanh(Elementwise):
    """``a = tanh(z)``.

    Notes
    -----
    Forward, a = tanh z. Backward, dz = da · (1 − a²) (LeCun et al., *Efficient BackProp*, 1998).
    """

    def forward(
        self, x: Array, *, training: bool = False, rng: np.random.Generator | None = None
    ) -> tuple[Array, Cache]:
        """Return tanh(x)."""
        a = np.tanh(x)
        return a, {"a": a}

    def slope(self, cache: Cache) -> Array:
        """Return 1 − a²."""
        slope: Array = 1 - cache["a"] ** 2
        return slope

    def formulas(self, *, training: bool = True) -> Formulas:
        """Return a, then the slope and dz."""
        z, a = tensors("z a")
        e = self.element()
        return Formulas(forward=[a[e] << tanh(z[e])], backward=self.backward_formulas(1 - a[e] ** 2))


@layers.register("silu", "swish")
class SiLU(Elementwise):
    """``a = z · σ(z)``, the sigmoid linear unit, also called swish.

    Notes
    -----
    Forward, σ = 1 / (1 + e^(−z)) and a = z σ. Backward, dz = da · (σ + a (1 − σ)) (Elfwing, Uchibe and Doya, 2018).
    """

    rectifier = True

    def forward(
        self, x: Array, *, training: bool = False, rng: np.random.Generator | None = None
    ) -> tuple[Array, Cache]:
        """Return x · σ(x)."""
        gate = sigmoid(x)
        a = x * gate
        return a, {"σ": gate, "a": a}

    def slope(self, cache: Cache) -> Array:
        """Return σ + a (1 − σ)."""
        gate = cache["σ"]
        slope: Array = gate + cache["a"] * (1 - gate)
        return slope

    def formulas(self, *, training: bool = True) -> Formulas:
        """Return σ and a, then the slope and dz."""
        z, gate, a = tensors("z σ a")
        e = self.element()
        return Formulas(
            forward=[gate[e] << 1 / (1 + exp(-z[e])), a[e] << z[e] * gate[e]],
            backward=self.backward_formulas(gate[e] + a[e] * (1 - gate[e])),
        )


@layers.register("softplus")
class Softplus(Elementwise):
    """``a = log(1 + exp(βz)) / β``, a smooth ReLU.

    Parameters
    ----------
    beta : float
        β, how sharp the bend is; positive.

    Notes
    -----
    Forward, a = max(0, z) + log(1 + e^(−|βz|)) / β, which is log(1 + e^(βz)) / β without its overflow. Backward,
    dz = da / (1 + e^(−βz)) (Dugas et al., 2001).

    Raises
    ------
    ArgumentError
        If β is not a positive number.
    """

    rectifier = True

    def __init__(self, beta: float = 1.0) -> None:
        if not (math.isfinite(beta) and beta > 0):
            raise ArgumentError(f"Softplus was given beta = {beta}; it must be a positive number")
        self.beta = beta

    def forward(
        self, x: Array, *, training: bool = False, rng: np.random.Generator | None = None
    ) -> tuple[Array, Cache]:
        """Return log(1 + exp(βx)) / β."""
        a = np.abs(x)
        a *= -self.beta
        np.exp(a, out=a)
        np.log1p(a, out=a)
        a /= self.beta
        a += np.maximum(x, 0)
        return a, {"z": x}

    def slope(self, cache: Cache) -> Array:
        """Return σ(βz)."""
        return sigmoid(self.beta * cache["z"])

    def formulas(self, *, training: bool = True) -> Formulas:
        """Return a, then the slope and dz."""
        z, a = tensors("z a")
        beta = Constant("β", self.beta)
        e = self.element()
        return Formulas(
            forward=[a[e] << max0(z[e]) + log1p(exp(-absolute(beta * z[e]))) / beta],
            backward=self.backward_formulas(sigmoid_of(beta * z[e])),
        )


@layers.register("elu")
class ELU(Elementwise):
    """``a = z`` above zero and ``α (exp(z) − 1)`` below, the exponential linear unit.

    Parameters
    ----------
    alpha : float
        α, minus the value that it tends to far below zero; positive.

    Notes
    -----
    Forward, a = max(0, z) + α (e^min(0, z) − 1). Backward, dz = da · ([z > 0] + [z ≤ 0] · (a + α)) (Clevert,
    Unterthiner and Hochreiter, 2016).

    Raises
    ------
    ArgumentError
        If α is not a positive number.
    """

    rectifier = True

    def __init__(self, alpha: float = 1.0) -> None:
        if not (math.isfinite(alpha) and alpha > 0):
            raise ArgumentError(f"ELU was given alpha = {alpha}; it must be a positive number")
        self.alpha = alpha

    def forward(
        self, x: Array, *, training: bool = False, rng: np.random.Generator | None = None
    ) -> tuple[Array, Cache]:
        """Return x where it is positive and α (exp(x) − 1) elsewhere."""
        a = np.minimum(x, 0)
        np.expm1(a, out=a)
        a *= self.alpha
        a += np.maximum(x, 0)
        return a, {"z": x, "a": a}

    def slope(self, cache: Cache) -> Array:
        """Return 1 where the input was positive and a + α elsewhere."""
        z = cache["z"]
        slope: Array = (z > 0) + (z <= 0) * (cache["a"] + self.alpha)
        return slope

    def formulas(self, *, training: bool = True) -> Formulas:
        """Return a, then the slope and dz."""
        z, a = tensors("z a")
        alpha = Constant("α", self.alpha)
        e = self.element()
        return Formulas(
            forward=[a[e] << max0(z[e]) + alpha * expm1(min0(z[e]))],
            backward=self.backward_formulas((z[e] > 0) + (z[e] <= 0) * (a[e] + alpha)),
        )
