"""Convolutions: each output is a weighted sum of the values in a window, with the same weights everywhere."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from types import ModuleType
from typing import ClassVar

import numpy as np

from whence.arguments import PositiveInt
from whence.arrays import Array, Shape, Views, column_sums
from whence.errors import ArgumentError
from whence.formula import Digit, Formulas, Index, Sum, indices, tensors
from whence.formula.expressions import affine
from whence.nn.axes import ANY_LENGTH, require_channels
from whence.nn.context import INFERENCE, Context
from whence.nn.convolution import correlation, depthwise
from whence.nn.convolution.correlation import Windows
from whence.nn.convolution.sliding_window import Padding, Window, checked_sizes, per_axis, remarks_on_unread, slide
from whence.nn.initialisers import Initialiser
from whence.nn.layer import Cache, Layer, layers
from whence.nn.linear import WeightedSum

_AT = {1: "t", 2: "h w"}
_OFFSET = {1: "i", 2: "i j"}


class Convolution(WeightedSum):
    """What `Conv1d` and `Conv2d` share; a sequence is computed as an image with one row.

    Attributes
    ----------
    axes : int
        The number of axes along which windows slide.
    """

    axes: ClassVar[int]

    def __init__(
        self,
        in_channels: PositiveInt,
        out_channels: PositiveInt,
        kernel_size: PositiveInt | Sequence[PositiveInt],
        *,
        stride: PositiveInt | Sequence[PositiveInt] = 1,
        padding: Padding = "valid",
        dilation: PositiveInt | Sequence[PositiveInt] = 1,
        groups: PositiveInt = 1,
        bias: bool = True,
        weight_init: Initialiser | str | None = None,
        bias_init: Initialiser | str = "zeros",
    ) -> None:
        super().__init__(bias, weight_init, bias_init)
        self.in_channels, self.out_channels, self.groups = in_channels, out_channels, groups
        self.kernel_size = checked_sizes(self, "kernel_size", kernel_size, self.axes)
        self.stride = checked_sizes(self, "stride", stride, self.axes)
        self.padding = padding if isinstance(padding, str) else checked_sizes(self, "padding", padding, self.axes)
        self.dilation = checked_sizes(self, "dilation", dilation, self.axes)
        if in_channels % groups or out_channels % groups:
            raise ArgumentError(
                f"{type(self).__name__} was given groups = {groups}, in_channels = {in_channels} and out_channels = "
                f"{out_channels}; both numbers of channels must be multiples of groups"
            )

    def windows(self, shape: Shape) -> tuple[Window, ...]:
        """Return the windows along the axes of samples of ``shape``."""
        return slide(shape[:-1], self.kernel_size, self.stride, self.padding, self.dilation)

    def shape_out(self, shape: Shape) -> Shape:
        require_channels(shape, self.axes, self.in_channels)
        return (*(window.steps for window in self.windows(shape)), self.out_channels)

    def weight_shape(self) -> Shape:
        return (*per_axis(self.kernel_size, self.axes), self.in_channels // self.groups, self.out_channels)

    def fans(self) -> tuple[int, int]:
        places = math.prod(per_axis(self.kernel_size, self.axes))
        return places * self.in_channels // self.groups, places * self.out_channels // self.groups

    def remarks(self, before: Sequence[Layer] = ()) -> list[str]:
        return remarks_on_unread(self.windows(self.input_shape))

    def forward(self, x: Array, context: Context = INFERENCE) -> tuple[Array, Cache]:
        images, weight, windows = self._as_images(x)
        z = _joined(
            self._sums.correlate(
                images[..., inputs], weight[..., outputs], windows, self.bias[outputs] if self.has_bias else None
            )
            for inputs, outputs in self._channels()
        )  # (N, H, W, out)
        return z.reshape(len(x), *self.output_shape), {"x": x}

    def backward(self, delta: Array, cache: Cache, gradient: Views, *, need_input: bool = True) -> Array | None:
        images, weight, windows = self._as_images(cache["x"])
        deltas = delta.reshape(len(delta), *(window.steps for window in windows), self.out_channels)
        if self.has_bias:
            column_sums(delta.reshape(-1, self.out_channels), out=gradient.bias)
        written = gradient.weight.reshape(weight.shape)
        for inputs, outputs in self._channels():
            written[..., outputs] = self._sums.correlate_weight(images[..., inputs], deltas[..., outputs], windows)
        if not need_input:
            return None
        dx = _joined(
            self._sums.spread(deltas[..., outputs], weight[..., outputs], windows) for _, outputs in self._channels()
        )
        return dx.reshape(cache["x"].shape)

    def intermediates(self, named: dict[str, Array]) -> dict[str, Array]:
        if self.groups == 1:
            return {}
        by_group = (*named["x"].shape[:-1], self.groups, -1)
        return {f"{name}g": named[name].reshape(by_group) for name in ("x", "dx") if name in named}

    def shapes(self) -> dict[str, Shape]:
        *places, channels = self.input_shape
        by_group = {"xg": (ANY_LENGTH, *places, self.groups, channels // self.groups)} if self.groups > 1 else {}
        return super().shapes() | by_group

    def formulas(self, *, training: bool = True) -> Formulas:
        """Return z, then dW, db and dx; with groups, channels of x and dx are numbered by group and within it."""
        x, W, b, z, dx, dW, db, dz, xg, dxg = tensors("x W b z dx dW db dz xg dxg")
        windows = self.windows(self.input_shape)
        n, c, o, g = indices("n c o g")
        at, offset = indices(_AT[self.axes]), indices(_OFFSET[self.axes])
        places = [window.place(step, i) for window, step, i in zip(windows, at, offset, strict=True)]
        steps = [window.step(place, i) for window, place, i in zip(windows, at, offset, strict=True)]
        inputs, outputs = self.in_channels // self.groups, self.out_channels // self.groups

        read = x[n, *places, c] if self.groups == 1 else xg[n, *places, Digit(affine(o), outputs), c]
        weighted = Sum([*offset, c], read * W[*offset, c, o])
        forward = [z[n, *at, o] << (weighted + b[o] if self.has_bias else weighted)]
        backward = [dW[*offset, c, o] << Sum([n, *at], read * dz[n, *at, o])]
        if self.has_bias:
            backward.append(db[o] << Sum([n, *at], dz[n, *at, o]))
        if self.groups == 1:
            backward.append(dx[n, *at, c] << Sum([*offset, o], dz[n, *steps, o] * W[*offset, c, o]))
            return Formulas(forward, backward)

        r = Index("r", outputs)
        one_of_group = outputs * g + r
        group, channel = Digit(affine(c), inputs), Digit(affine(c), 1, inputs)
        backward += [
            dxg[n, *at, g, c] << Sum([*offset, r], dz[n, *steps, one_of_group] * W[*offset, c, one_of_group]),
            dx[n, *at, c] << dxg[n, *at, group, channel],
        ]
        return Formulas([xg[n, *at, g, c] << x[n, *at, inputs * g + c], *forward], backward)

    def _as_images(self, x: Array) -> tuple[Array, Array, Windows]:
        """Return x, the weight and the windows as for images."""
        windows = self.windows(x.shape[1:])
        if len(windows) == 1:
            return x[:, np.newaxis], self.weight[np.newaxis], (Window(1, 1), windows[0])
        return x, self.weight, (windows[0], windows[1])

    @property
    def _sums(self) -> ModuleType:
        """The module that computes the sums: by matrix products, or by channel if each has its own kernel."""
        return depthwise if 1 < self.groups == self.in_channels == self.out_channels else correlation

    def _channels(self) -> Iterator[tuple[slice, slice]]:
        """Yield the input and output channels of each group that is computed separately."""
        if self._sums is depthwise:
            yield slice(None), slice(None)
            return
        inputs, outputs = self.in_channels // self.groups, self.out_channels // self.groups
        for group in range(self.groups):
            yield slice(group * inputs, (group + 1) * inputs), slice(group * outputs, (group + 1) * outputs)


@layers.register("conv2d", "conv")
class Conv2d(Convolution):
    """``z = x ∗ W + b`` over images: each output is a weighted sum of the pixels in a window.

    Parameters
    ----------
    in_channels, out_channels : int
        The numbers of channels of input and output.
    kernel_size : int or pair of int
        The number of rows and columns of the window.
    stride : int or pair of int
        The step of the window from one output to the next.
    padding : "valid", "same", int or pair of int
        The number of zeros at both ends of each axis; ``"valid"`` is none, ``"same"`` as many as give
        ⌈H / stride⌉ × ⌈W / stride⌉ outputs, an odd one after the end.
    dilation : int or pair of int
        The distance between the rows and columns of the window.
    groups : int
        The number of groups of channels, each with its own weights; ``in_channels`` groups make the convolution
        depthwise.
    bias, weight_init, bias_init
        As for `WeightedSum`; an output has kh · kw · in_channels / groups inputs.

    Attributes
    ----------
    weight : array, shape (kh, kw, in_channels // groups, out_channels)
    bias : array, shape (out_channels,)

    Notes
    -----
    Images are (N, H, W, C). With stride s, dilation d and padding p,
    z[n, h, w, o] = Σ_i Σ_j Σ_c x[n, s h + d i − p, s w + d j − p, c] W[i, j, c, o] + b[o], where x is zero outside the
    image. Backward, with δ = ∂L/∂z: ∂L/∂W sums x δ over all images and steps, and ∂L/∂x sums δ W over all steps whose
    window contains the pixel (LeCun et al., 1998; Dumoulin and Visin, *A guide to convolution arithmetic*, 2016).

    Raises
    ------
    ArgumentError
        If ``groups`` does not divide both numbers of channels.
    """

    axes = 2


@layers.register("conv1d")
class Conv1d(Convolution):
    """``z = x ∗ W + b`` over sequences: each output is a weighted sum of the time steps in a window.

    Parameters
    ----------
    in_channels, out_channels : int
        The numbers of channels of input and output.
    kernel_size : int
        The number of time steps of the window.
    stride, padding, dilation, groups, bias, weight_init, bias_init
        As for `Conv2d`, with one axis.

    Attributes
    ----------
    weight : array, shape (k, in_channels // groups, out_channels)
    bias : array, shape (out_channels,)

    Notes
    -----
    Sequences are (N, T, C). Forward, z[n, t, o] = Σ_i Σ_c x[n, s t + d i − p, c] W[i, c, o] + b[o]; backward as for
    `Conv2d` (Waibel et al., *Phoneme recognition using time-delay neural networks*, 1989).
    """

    axes = 1


def _joined(groups: Iterable[Array]) -> Array:
    """Return the channels of all groups, concatenated."""
    parts = list(groups)
    return parts[0] if len(parts) == 1 else np.concatenate(parts, axis=-1)
