"""What all kinds of normalisation share: a scale γ and a shift b for each channel."""

from __future__ import annotations

import numpy as np

from whence.arrays import Array, Shape, Views, column_sums
from whence.errors import ShapeError
from whence.nn.axes import ANY_LENGTH
from whence.nn.layer import Layer, TimeDependence
from whence.nn.parameter import Parameter


class Normalisation(Layer):
    """Normalises values to mean 0 and variance 1, then scales by γ and shifts by b along the last axis.

    Attributes
    ----------
    weight : array, shape (C,)
        γ, one at first.
    bias : array, shape (C,)
        b, zero at first.
    """

    time_dependence = TimeDependence.NONE
    output_symbol = "u"
    weight = Parameter("γ", decays=False)
    bias = Parameter("b", decays=False)

    eps: float

    def shape_out(self, shape: Shape) -> Shape:
        if not shape:
            raise ShapeError("it needs an axis of channels, but its input has the shape (N,), with one value each")
        if shape[-1] == ANY_LENGTH:
            raise ShapeError("it has a parameter for each channel, so the last axis needs a fixed length")
        return shape

    def parameter_shapes(self) -> dict[str, Shape]:
        return {"weight": self.input_shape[-1:], "bias": self.input_shape[-1:]}

    def initialise(self, rng: np.random.Generator, following: Layer | None) -> None:
        self.weight = 1
        self.bias = 0

    @staticmethod
    def write_gradients(delta: Array, x_hat: Array, gradient: Views) -> None:
        """Write ∂L/∂γ = Σ δ x̂ and ∂L/∂b = Σ δ, over all axes but that of channels."""
        channels = delta.shape[-1]
        column_sums((delta * x_hat).reshape(-1, channels), out=gradient.weight)
        column_sums(delta.reshape(-1, channels), out=gradient.bias)
