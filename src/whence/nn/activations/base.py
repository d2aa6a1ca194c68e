"""What activations share: a function of the input, and its derivative."""

from __future__ import annotations

from whence.arrays import Array, Views
from whence.errors import missing_method
from whence.formula import Expression, Formula, tensors
from whence.nn.layer import Cache, Layer, TimeDependence


class Activation(Layer):
    """A function of the input without parameters: its formulas call the input ``z`` and the output ``a``."""

    time_dependence = TimeDependence.NONE
    input_symbol = "z"
    output_symbol = "a"
    activation = True


class Elementwise(Activation):
    """An elementwise activation: ``a = f(z)`` forward and ``dz = da · f′(z)`` backward."""

    def slope(self, cache: Cache) -> Array:
        """Return f′(z) from the cache of `forward`, as booleans if it is 0 or 1."""
        raise missing_method(self, "slope")

    def backward(self, delta: Array, cache: Cache, gradient: Views, *, need_input: bool = True) -> Array | None:
        return delta * self.slope(cache) if need_input else None

    def backward_formulas(self, slope: Expression) -> list[Formula]:
        """Return the formulas of ``slope``, which is f′(z), and of dz."""
        e = self.element()
        dz, da, slopes = tensors("dz da slope")
        return [slopes[e] << slope, dz[e] << da[e] * slopes[e]]

    def arrays(
        self, x: Array, y: Array, cache: Cache, delta: Array | None, gradient: Views | None, delta_in: Array | None
    ) -> dict[str, Array]:
        named = super().arrays(x, y, cache, delta, gradient, delta_in)
        return {**named, "slope": self.slope(cache).astype(x.dtype, copy=False)}
