"""The transposed convolution: each input is spread over a window of outputs."""

from __future__ import annotations

import math
from collections.abc import Sequence

from whence.arguments import NotNegativeInt, PositiveInt
from whence.arrays import Array, Shape, Views, along_rows, column_sums
from whence.errors import ArgumentError, ShapeError
from whence.formula import Formulas, Sum, indices, tensors
from whence.nn.axes import require_channels
from whence.nn.context import INFERENCE, Context
from whence.nn.convolution.correlation import Windows, correlate, correlate_weight, spread
from whence.nn.convolution.sliding_window import AXES, Window, checked_sizes, per_axis
from whence.nn.initialisers import Initialiser
from whence.nn.layer import Cache, layers
from whence.nn.linear import WeightedSum


@layers.register("conv_transpose2d", "conv_transpose")
class ConvTranspose2d(WeightedSum):
    """The adjoint of a convolution, which enlarges images: ``z`` is ∂L/∂x of a `Conv2d` whose δ is ``x``.

    Parameters
    ----------
    in_channels, out_channels : int
        The numbers of channels of input and output.
    kernel_size : int or pair of int
        The number of rows and columns over which an input is spread.
    stride : int or pair of int
        The distance between the windows of neighbouring inputs.
    padding : int or pair of int
        The number of rows and columns cut off at both ends of the output.
    output_padding : int or pair of int
        The number of rows and columns added at the end of the output; less than the stride.
    bias, weight_init, bias_init
        As for `WeightedSum`; an output has about kh · kw · in_channels / stride² inputs.

    Attributes
    ----------
    weight : array, shape (kh, kw, in_channels, out_channels)
    bias : array, shape (out_channels,)

    Notes
    -----
    The output has (H − 1) s − 2 p + kh + output_padding rows. Forward,
    z[n, h, w, o] = Σ_i Σ_j Σ_c x[n, (h + p − i) / s, (w + p − j) / s, c] W[i, j, c, o] + b[o], over those i and j for
    which the divisions leave no remainder. Backward, with δ = ∂L/∂z: ∂L/∂x is the convolution of δ with W, and ∂L/∂W
    sums x δ (Dumoulin and Visin, *A guide to convolution arithmetic*, 2016, chapter 4).
    """

    def __init__(
        self,
        in_channels: PositiveInt,
        out_channels: PositiveInt,
        kernel_size: PositiveInt | Sequence[PositiveInt],
        *,
        stride: PositiveInt | Sequence[PositiveInt] = 1,
        padding: NotNegativeInt | Sequence[NotNegativeInt] = 0,
        output_padding: NotNegativeInt | Sequence[NotNegativeInt] = 0,
        bias: bool = True,
        weight_init: Initialiser | str | None = None,
        bias_init: Initialiser | str = "zeros",
    ) -> None:
        super().__init__(bias, weight_init, bias_init)
        self.in_channels, self.out_channels = in_channels, out_channels
        self.kernel_size = checked_sizes(self, "kernel_size", kernel_size, 2)
        self.stride = checked_sizes(self, "stride", stride, 2)
        self.padding = checked_sizes(self, "padding", padding, 2)
        self.output_padding = checked_sizes(self, "output_padding", output_padding, 2)
        for more, step in zip(per_axis(self.output_padding, 2), per_axis(self.stride, 2), strict=True):
            if more >= step:
                raise ArgumentError(
                    f"{type(self).__name__} was given output_padding = {more} with a stride of {step}; it must be less "
                    "than the stride"
                )

    def windows(self, shape: Shape) -> Windows:
        """Return the windows of the inputs along rows and columns of the output, for samples of ``shape``."""
        sizes = [per_axis(each, 2) for each in (self.kernel_size, self.stride, self.padding, self.output_padding)]
        rows, columns = (
            Window((steps - 1) * stride - 2 * padding + size + more, size, stride, 1, padding, padding)
            for steps, size, stride, padding, more in zip(shape[:2], *sizes, strict=True)
        )
        return rows, columns

    def shape_out(self, shape: Shape) -> Shape:
        require_channels(shape, 2, self.in_channels)
        windows = self.windows(shape)
        for window, name in zip(windows, AXES[2], strict=True):
            if window.length < 1:
                raise ShapeError(f"its padding cuts off all {name} of its output; make the padding smaller")
        return (windows[0].length, windows[1].length, self.out_channels)

    def weight_shape(self) -> Shape:
        return (*per_axis(self.kernel_size, 2), self.in_channels, self.out_channels)

    def fans(self) -> tuple[int, int]:
        places = math.prod(per_axis(self.kernel_size, 2))
        overlapping = max(1, places // math.prod(per_axis(self.stride, 2)))
        return overlapping * self.in_channels, places * self.out_channels

    def forward(self, x: Array, context: Context = INFERENCE) -> tuple[Array, Cache]:
        z = spread(x, self.weight.swapaxes(2, 3), self.windows(x.shape[1:]))
        if self.has_bias:
            z += along_rows(self.bias, z)
        return z, {"x": x}

    def backward(self, delta: Array, cache: Cache, gradient: Views, *, need_input: bool = True) -> Array | None:
        x = cache["x"]
        windows = self.windows(x.shape[1:])
        if self.has_bias:
            column_sums(delta.reshape(-1, self.out_channels), out=gradient.bias)
        gradient.weight[...] = correlate_weight(delta, x, windows).swapaxes(2, 3)
        return correlate(delta, self.weight.swapaxes(2, 3), windows) if need_input else None

    def formulas(self, *, training: bool = True) -> Formulas:
        x, W, b, z, dx, dW, db, dz = tensors("x W b z dx dW db dz")
        n, h, w, c, o, i, j = indices("n h w c o i j")
        rows, columns = self.windows(self.input_shape)
        weighted = Sum([i, j, c], x[n, rows.step(h, i), columns.step(w, j), c] * W[i, j, c, o])
        reached = dz[n, rows.place(h, i), columns.place(w, j), o]
        return Formulas(
            forward=[z[n, h, w, o] << (weighted + b[o] if self.has_bias else weighted)],
            backward=[
                dW[i, j, c, o] << Sum([n, h, w], x[n, h, w, c] * reached),
                *([db[o] << Sum([n, h, w], dz[n, h, w, o])] if self.has_bias else []),
                dx[n, h, w, c] << Sum([i, j, o], reached * W[i, j, c, o]),
            ],
        )
