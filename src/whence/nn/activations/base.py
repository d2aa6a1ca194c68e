"""What activations share: a function of the input, and its derivative."""

from __future__ import annotations

import numpy as np

from whence.arrays import Array, Views
from whence.errors import missing_method
from whence.formula import Entry, Expression, Formula, Formulas, tensors
from whence.nn.layer import Cache, Layer, TimeDependence
from whence.nn.threads import chunks, on_parts


class Activation(Layer):
    """A function of the input without parameters: its formulas call the input ``z`` and the output ``a``."""

    time_dependence = TimeDependence.NONE
    input_symbol = "z"
    output_symbol = "a"
    activation = True


class Elementwise(Activation):
    """An elementwise activation: ``a = f(z)`` forward and ``dz = da · f′(z)`` backward.

    A subclass has `forward`, `slope` and `expressions`.
    """

    def slope(self, cache: Cache) -> Array:
        """Return f′(z) from the cache of `forward`, as booleans if it is 0 or 1."""
        raise missing_method(self, "slope")

    def backward(self, delta: Array, cache: Cache, gradient: Views, *, need_input: bool = True) -> Array:
        dz = np.empty_like(delta)

        def backward_part(part: slice) -> None:
            slope = self.slope({name: array[part] for name, array in cache.items()})
            np.multiply(delta[part], slope, out=dz[part])

        on_parts(backward_part, chunks(len(delta), 2 * delta[0].nbytes))
        return dz

    def expressions(self, z: Entry, a: Entry) -> tuple[Expression, Expression, list[Formula]]:
        """Return f(z), f′(z) and the formulas of intermediate arrays, for entries of the input and the output."""
        raise missing_method(self, "expressions")

    def formulas(self, *, training: bool = True) -> Formulas:
        e = self.element()
        z, a, slope, dz, da = (tensor[e] for tensor in tensors("z a slope dz da"))
        value, derivative, between = self.expressions(z, a)
        return Formulas([*between, a << value], [slope << derivative, dz << da * slope])

    def intermediates(self, named: dict[str, Array]) -> dict[str, Array]:
        return {"slope": self.slope(named).astype(named["z"].dtype, copy=False)}
