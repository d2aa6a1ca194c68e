"""What activations have in common, and those that are straight on either side of zero."""

from __future__ import annotations

import numpy as np

from whence.arrays import Array, Views
from whence.errors import ArgumentError
from whence.formula import Constant, Expression, Formula, Formulas, max0, min0, tensors
from whence.nn.layer import Cache, Layer, layers


class Activation(Layer):
    """A function of the input without parameters: its formulas call the input ``z`` and the output ``a``."""

    input_symbol = "z"
    output_symbol = "a"
    activation = True


class Elementwise(Activation):
    """An activation of every element by itself: ``a = f(z)`` forward and ``dz = da · f′(z)`` backward."""

    def slope(self, cache: Cache) -> Array:
        """Return f′(z) for what `forward` cached; booleans where it is only 0 or 1."""
        raise NotImplementedError

    def backward(self, delta: Array, cache: Cache, gradient: Views, *, need_input: bool = True) -> Array | None:
        """Return δ · f′(z)."""
        return delta * self.slope(cache) if need_input else None

    def backward_formulas(self, slope: Expression) -> list[Formula]:
        """Return the formulas of f′(z), which is ``slope``, and of dz."""
        e = self.element()
        dz, da, slopes = tensors("dz da slope")
        return [slopes[e] << slope, dz[e] << da[e] * slopes[e]]

    def arrays(
        self, x: Array, y: Array, cache: Cache, delta: Array | None, gradient: Views | None, delta_in: Array | None
    ) -> dict[str, Array]:
        """Return the arrays of one step by their names in the formulas, with the slope."""
        named = super().arrays(x, y, cache, delta, gradient, delta_in)
        return {**named, "slope": self.slope(cache).astype(x.dtype, copy=False)}


@layers.register("identity")
class Identity(Activation):
    """``a = z``, the activation that changes nothing.

    Notes
    -----
    Forward, a = z. Backward, dz = da.
    """

    def forward(
        self, x: Array, *, training: bool = False, rng: np.random.Generator | None = None
    ) -> tuple[Array, Cache]:
        """Return x itself."""
        return x, {}

    def backward(self, delta: Array, cache: Cache, gradient: Views, *, need_input: bool = True) -> Array | None:
        """Return δ itself."""
        return delta if need_input else None

    def formulas(self, *, training: bool = True) -> Formulas:
        """Return a, then dz."""
        z, a, dz, da = tensors("z a dz da")
        e = self.element()
        return Formulas(forward=[a[e] << z[e]], backward=[dz[e] << da[e]])


@layers.register("relu")
class ReLU(Elementwise):
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

    def slope(self, cache: Cache) -> Array:
        """Return where the input was positive."""
        return np.asarray(cache["z"] > 0)

    def formulas(self, *, training: bool = True) -> Formulas:
        """Return a, then the slope and dz."""
        z, a = tensors("z a")
        e = self.element()
        return Formulas(forward=[a[e] << max0(z[e])], backward=self.backward_formulas(z[e] > 0))


@layers.register("leaky_relu")
class LeakyReLU(Elementwise):
    """``a = max(0, z) + s · min(0, z)``, with the derivative s at the kink.

    Parameters
    ----------
    negative_slope : float
        s, the slope below zero, in [0, 1).

    Notes
    -----
    Forward, a = max(0, z) + s · min(0, z). Backward, dz = da · ([z > 0] + s · [z ≤ 0]) (Maas, Hannun and Ng, 2013).

    Raises
    ------
    ArgumentError
        If the slope is outside [0, 1).
    """

    rectifier = True

    def __init__(self, negative_slope: float = 0.01) -> None:
        if not 0 <= negative_slope < 1:
            raise ArgumentError(f"LeakyReLU was given negative_slope = {negative_slope}; it must be in [0, 1)")
        self.negative_slope = negative_slope

    def forward(
        self, x: Array, *, training: bool = False, rng: np.random.Generator | None = None
    ) -> tuple[Array, Cache]:
        """Return x where it is positive and s · x elsewhere."""
        return np.maximum(x, self.negative_slope * x), {"z": x}

    def slope(self, cache: Cache) -> Array:
        """Return 1 where the input was positive and s elsewhere."""
        z = cache["z"]
        slope: Array = np.maximum(z > 0, z.dtype.type(self.negative_slope))
        return slope

    def formulas(self, *, training: bool = True) -> Formulas:
        """Return a, then the slope and dz."""
        z, a = tensors("z a")
        slope = Constant("s", self.negative_slope)
        e = self.element()
        return Formulas(
            forward=[a[e] << max0(z[e]) + slope * min0(z[e])],
            backward=self.backward_formulas((z[e] > 0) + slope * (z[e] <= 0)),
        )
