"""The last time step of sequences, for networks with one output for each sequence."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from whence.arrays import Array, Shape, Views
from whence.errors import ShapeError
from whence.formula import Formulas, Size, Sum, equals, indices, tensors
from whence.nn.context import INFERENCE, Context
from whence.nn.layer import Cache, Layer, TimeDependence, layers


@layers.register("last")
class Last(Layer):
    """``y[n] = x[n, last[n]]``: the last time step of every sequence.

    Notes
    -----
    Forward, y[n, j] = x[n, last[n], j], where last[n] is T − 1, or with lengths one less than the length of the
    sequence. Backward, dx[n, t, j] = [t = last[n]] dy[n, j].
    """

    time_dependence = TimeDependence.NONE
    masks_padding = True

    def shape_out(self, shape: Shape) -> Shape:
        if len(shape) != 2:
            raise ShapeError(f"it takes sequences (N, T, F), but its input has {1 + len(shape)} axes, N included")
        return shape[1:]

    def forward(self, x: Array, context: Context = INFERENCE) -> tuple[Array, Cache]:
        """Return the last time step of each sequence.

        Raises
        ------
        ShapeError
            If there is not one length for each sequence.
        ArgumentError
            If a length is outside its range.
        """
        last = context.steps(x).astype(np.intp) - 1  # (N,)
        return x[np.arange(len(x)), last], {"x": x, "last": last}

    def backward(self, delta: Array, cache: Cache, gradient: Views, *, need_input: bool = True) -> Array:
        dx = np.zeros_like(cache["x"])  # (N, T, F)
        dx[np.arange(len(dx)), cache["last"]] = delta
        return dx

    def remarks(self, before: Sequence[Layer] = ()) -> list[str]:
        """Return a warning if the preceding recurrent layer has a backward direction."""
        recurrent = next((layer for layer in reversed(before) if layer.recurrent), None)
        if recurrent is None or recurrent.time_dependence < TimeDependence.ANY:
            return []
        return [
            "the backward direction has read one time step only; leave out bidirectional, or flatten all time steps"
        ]

    def formulas(self, *, training: bool = True) -> Formulas:
        """Return y, then dx; in inference, those for sequences that all have T time steps."""
        x, y, last, dx, dy = tensors("x y last dx dy")
        n, t, j = indices("n t j")
        value = x[n, last[n], j] if training else Sum(t, x[n, t, j], where=equals(t, Size(t) - 1))
        return Formulas(forward=[y[n, j] << value], backward=[dx[n, t, j] << equals(t, last[n]) * dy[n, j]])

    def formulas_in(self, context: Context) -> Formulas:
        return self.formulas(training=context.training or context.lengths is not None)
