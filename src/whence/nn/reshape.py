"""Layers that change only the shape of samples; the values keep their row-major order."""

from __future__ import annotations

import math
from collections.abc import Sequence

from whence.arrays import Array, Shape, Views
from whence.errors import ArgumentError, ShapeError
from whence.formula import Affine, Digit, Formulas, Index, tensors
from whence.nn.axes import element, require_fixed_shape
from whence.nn.context import INFERENCE, Context
from whence.nn.layer import Cache, Layer, layers


class _ShapeChange(Layer):
    """Reshapes every sample to ``output_shape``."""

    output_symbol = "f"

    def forward(self, x: Array, context: Context = INFERENCE) -> tuple[Array, Cache]:
        return x.reshape(len(x), *self.output_shape), {}

    def backward(self, delta: Array, cache: Cache, gradient: Views, *, need_input: bool = True) -> Array:
        return delta.reshape(len(delta), *self.input_shape)

    def formulas(self, *, training: bool = True) -> Formulas:
        x, f, dx, df = tensors("x f dx df")
        n = Index("n")
        of_input, of_output = _axes(self.input_shape), _axes(self.output_shape)
        return Formulas(
            forward=[f[n, *of_output] << x[n, *unravel(ravel(of_output, self.output_shape), self.input_shape)]],
            backward=[dx[n, *of_input] << df[n, *unravel(ravel(of_input, self.input_shape), self.output_shape)]],
        )


@layers.register("flatten")
class Flatten(_ShapeChange):
    """Merges all axes of a sample into one: (N, H, W, C) becomes (N, H·W·C).

    Notes
    -----
    Forward, f[n, j] = x[n, ⌊j / (W C)⌋, ⌊j / C⌋ mod W, j mod C]. Backward, dx[n, h, w, c] = df[n, W C h + C w + c].
    """

    def shape_out(self, shape: Shape) -> Shape:
        require_fixed_shape(shape)
        return (math.prod(shape),)


@layers.register("reshape")
class Reshape(_ShapeChange):
    """Reshapes every sample to ``shape``, which must have the same number of values.

    Parameters
    ----------
    shape : int or sequence of int
        The new shape, without the batch axis; one length may be −1 and is then computed from the others.

    Notes
    -----
    Values keep their number in row-major order, where the last axis runs fastest.

    Raises
    ------
    ArgumentError
        If the shape is empty, has a length below 1 other than −1, or has −1 twice.
    """

    def __init__(self, shape: int | Sequence[int]) -> None:
        self.shape = (shape,) if isinstance(shape, int) else tuple(shape)
        if not self.shape or any(length < 1 and length != -1 for length in self.shape) or self.shape.count(-1) > 1:
            raise ArgumentError(
                f"Reshape was given the shape {self.shape}; lengths must be at least 1, and one of them may be -1"
            )

    def shape_out(self, shape: Shape) -> Shape:
        require_fixed_shape(shape)
        size, known = math.prod(shape), math.prod(length for length in self.shape if length != -1)
        target = tuple(size // known if length == -1 else length for length in self.shape)
        if math.prod(target) != size:
            raise ShapeError(f"a sample of shape {shape} has {size} values, which do not fill the shape {self.shape}")
        return target


def ravel(places: Sequence[Index], shape: Shape) -> Affine:
    """Return the row-major number of the entry with subscripts ``places`` in an array of ``shape``."""
    number = Affine((), 0)
    for axis, place in enumerate(places):
        number = number + place * math.prod(shape[axis + 1 :])
    return number


def unravel(number: Affine, shape: Shape) -> list[Affine | Digit]:
    """Return the subscripts of the entry with a row-major number in an array of ``shape``, the inverse of `ravel`."""
    if len(shape) == 1:
        return [number]
    strides = [math.prod(shape[axis + 1 :]) for axis in range(len(shape))]
    return [
        Digit(number, stride, None if axis == 0 else length)
        for axis, (stride, length) in enumerate(zip(strides, shape, strict=True))
    ]


def _axes(shape: Shape) -> list[Index]:
    """Return an index with its extent for each axis of a sample."""
    return [Index(index.name, length) for index, length in zip(element(1 + len(shape))[1:], shape, strict=True)]
