"""Nearest-neighbour upsampling: each pixel is repeated."""

from __future__ import annotations

from collections.abc import Sequence

from whence.arguments import PositiveInt
from whence.arrays import Array, Shape, Views
from whence.formula import Affine, Digit, Formulas, Index, Sum, indices, tensors
from whence.nn.axes import require_samples
from whence.nn.context import INFERENCE, Context
from whence.nn.convolution.sliding_window import checked_sizes, per_axis
from whence.nn.layer import Cache, Layer, layers


@layers.register("upsample")
class Upsample(Layer):
    """Enlarges images by repeating every row and column: (N, H, W, C) becomes (N, s H, s W, C).

    Parameters
    ----------
    scale : int or pair of int
        s, the number of repeats of each row and column.

    Notes
    -----
    Forward, y[n, h, w, c] = x[n, ⌊h / s⌋, ⌊w / s⌋, c], the nearest pixel. Backward, dx sums δ over the copies of each
    pixel: dx[n, h, w, c] = Σ_i Σ_j dy[n, s h + i, s w + j, c].
    """

    def __init__(self, scale: PositiveInt | Sequence[PositiveInt] = 2) -> None:
        self.scale = checked_sizes(self, "scale", scale, 2)

    def shape_out(self, shape: Shape) -> Shape:
        require_samples(shape, 2)
        rows, columns = per_axis(self.scale, 2)
        return (shape[0] * rows, shape[1] * columns, shape[2])

    def forward(self, x: Array, context: Context = INFERENCE) -> tuple[Array, Cache]:
        rows, columns = per_axis(self.scale, 2)
        return x.repeat(rows, axis=1).repeat(columns, axis=2), {}

    def backward(self, delta: Array, cache: Cache, gradient: Views, *, need_input: bool = True) -> Array:
        rows, columns = per_axis(self.scale, 2)
        height, width, channels = self.input_shape
        dx: Array = delta.reshape(-1, height, rows, width, columns, channels).sum(axis=(2, 4))  # (N, H, W, C)
        return dx

    def formulas(self, *, training: bool = True) -> Formulas:
        x, y, dx, dy = tensors("x y dx dy")
        n, h, w, c = indices("n h w c")
        rows, columns = per_axis(self.scale, 2)
        i, j = Index("i", rows), Index("j", columns)
        source = x[n, Digit(Affine(((h, 1),)), rows), Digit(Affine(((w, 1),)), columns), c]
        return Formulas(
            forward=[y[n, h, w, c] << source],
            backward=[dx[n, h, w, c] << Sum([i, j], dy[n, rows * h + i, columns * w + j, c])],
        )
