"""Pooling: each output is the maximum or the mean of a window, channel by channel."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from whence.arguments import PositiveInt
from whence.arrays import Array, Shape, Views
from whence.errors import ArgumentError
from whence.formula import ArgMax, Formulas, Index, Max, Size, Sum, equals, indices, tensors
from whence.nn.axes import ANY_LENGTH, require_samples
from whence.nn.context import INFERENCE, Context
from whence.nn.convolution.correlation import Windows, offsets
from whence.nn.convolution.sliding_window import Padding, checked_sizes, per_axis, remarks_on_unread, slide
from whence.nn.layer import Cache, Layer, layers
from whence.nn.threads import chunks, on_parts

_n, _h, _w, _c = indices("n h w c")


class _Pool2d(Layer):
    """A window that slides over images (N, H, W, C), separately for each channel."""

    def __init__(
        self,
        kernel_size: PositiveInt | Sequence[PositiveInt],
        *,
        stride: PositiveInt | Sequence[PositiveInt] | None = None,
        padding: Padding = "valid",
    ) -> None:
        self.kernel_size = checked_sizes(self, "kernel_size", kernel_size, 2)
        self.stride = None if stride is None else checked_sizes(self, "stride", stride, 2)
        self.padding = padding if isinstance(padding, str) else checked_sizes(self, "padding", padding, 2)
        for size, zeros in zip(per_axis(self.kernel_size, 2), per_axis(self.padding, 2), strict=True):
            if isinstance(zeros, int) and zeros > size // 2:
                raise ArgumentError(
                    f"{type(self).__name__} was given padding = {zeros} for a kernel of {size}; padding may be at most "
                    "half the kernel, so that every window reads a pixel"
                )

    def windows(self, shape: Shape) -> Windows:
        """Return the windows along rows and columns of samples of ``shape``."""
        rows, columns = slide(shape[:2], self.kernel_size, self.stride or self.kernel_size, self.padding)
        return rows, columns

    def shape_out(self, shape: Shape) -> Shape:
        require_samples(shape, 2)
        rows, columns = self.windows(shape)
        return (rows.steps, columns.steps, shape[-1])

    def remarks(self, before: Sequence[Layer] = ()) -> list[str]:
        return remarks_on_unread(self.windows(self.input_shape))


@layers.register("max_pool2d", "max_pool", "pool")
class MaxPool2d(_Pool2d):
    """Each output is the maximum of a window, channel by channel.

    Parameters
    ----------
    kernel_size : int or pair of int
        The number of rows and columns of the window.
    stride : int or pair of int, optional
        The step of the window, by default its size.
    padding : "valid", "same", int or pair of int
        The padding at both ends of each axis, at most half the kernel; only pixels inside the image count.

    Notes
    -----
    Forward, y[n, h, w, c] = max_{i, j} x[n, s h + i − p, s w + j − p, c] over the pixels inside the image. The first
    pixel that is as large has the number place[n, h, w, c] = kw i + j in its window, argmax_{i, j}. Backward, dx sums
    δ over the windows in which the pixel is at that place (Ranzato et al., 2007).
    """

    def forward(self, x: Array, context: Context = INFERENCE) -> tuple[Array, Cache]:
        rows, columns = self.windows(x.shape[1:])
        y = np.full((len(x), *self.output_shape), -np.inf, x.dtype)  # (N, Ho, Wo, C)

        def pool_part(part: slice) -> None:
            images, largest = x[part], y[part]
            of_rows = np.full((len(images), rows.steps, *x.shape[2:]), -np.inf, x.dtype)  # (N, Ho, W, C)
            for i in range(rows.size):
                steps, places = rows.steps_and_places(i)
                np.maximum(of_rows[:, steps], images[:, places], out=of_rows[:, steps])
            for j in range(columns.size):
                steps, places = columns.steps_and_places(j)
                np.maximum(largest[:, :, steps], of_rows[:, :, places], out=largest[:, :, steps])

        on_parts(pool_part, chunks(len(x), x[0].nbytes))
        return y, {"x": x, "y": y}

    def backward(self, delta: Array, cache: Cache, gradient: Views, *, need_input: bool = True) -> Array:
        """Return δ at the first maximum of each window, summed over windows."""
        x, y = cache["x"], cache["y"]
        tiled = all(window.tiles for window in self.windows(self.input_shape))
        dx = np.empty_like(x) if tiled else np.zeros_like(x)

        def spread_part(part: slice) -> None:
            for _, steps, places, won in self._winners(x[part], y[part]):
                if tiled:
                    np.multiply(delta[part], won, out=dx[part][places])
                else:
                    dx[part][places] += delta[part][steps] * won

        on_parts(spread_part, chunks(len(x), x[0].nbytes))
        return dx

    def intermediates(self, named: dict[str, Array]) -> dict[str, Array]:
        place = np.zeros_like(named["y"])
        _, columns = self.windows(self.input_shape)
        for (i, j), steps, _, won in self._winners(named["x"], named["y"]):
            place[steps] += won * place.dtype.type(columns.size * i + j)
        return {"place": place}

    def shapes(self) -> dict[str, Shape]:
        return super().shapes() | {"place": (ANY_LENGTH, *self.output_shape)}

    def formulas(self, *, training: bool = True) -> Formulas:
        x, y, place, dx, dy = tensors("x y place dx dy")
        rows, columns = self.windows(self.input_shape)
        i, j = Index("i", rows.size), Index("j", columns.size)
        value = x[_n, rows.place(_h, i), columns.place(_w, j), _c]
        inside = [*rows.inside(_h, i), *columns.inside(_w, j)]
        at = (_n, rows.step(_h, i), columns.step(_w, j), _c)
        return Formulas(
            forward=[
                y[_n, _h, _w, _c] << Max([i, j], value, where=inside),
                place[_n, _h, _w, _c] << ArgMax([i, j], value, where=inside),
            ],
            backward=[dx[_n, _h, _w, _c] << Sum([i, j], dy[at], where=equals(place[at], columns.size * i + j))],
        )

    def _winners(
        self, x: Array, y: Array
    ) -> Iterator[tuple[tuple[int, int], tuple[slice, ...], tuple[slice, ...], Array]]:
        """Yield each offset with its steps and places, and a mask of the steps at which it is the first maximum."""
        open_steps = np.ones(y.shape, np.bool_)
        for offset, steps, places in offsets(self.windows(x.shape[1:])):
            won = x[places] == y[steps]
            won &= open_steps[steps]
            open_steps[steps] ^= won
            yield offset, steps, places, won


@layers.register("avg_pool2d", "avg_pool")
class AvgPool2d(_Pool2d):
    """Each output is the mean of a window, channel by channel.

    Parameters
    ----------
    kernel_size, stride
        As for `MaxPool2d`.
    padding : "valid", "same", int or pair of int
        The number of zeros at both ends of each axis, at most half the kernel; they count in the mean.

    Notes
    -----
    Forward, y[n, h, w, c] = Σ_i Σ_j x[n, s h + i − p, s w + j − p, c] / (kh kw). Backward, dx sums δ / (kh kw) over
    the windows that contain the pixel (LeCun et al., 1998).
    """

    def forward(self, x: Array, context: Context = INFERENCE) -> tuple[Array, Cache]:
        windows = self.windows(x.shape[1:])
        y = np.zeros((len(x), *self.output_shape), x.dtype)

        def pool_part(part: slice) -> None:
            for _, steps, places in offsets(windows):
                y[part][steps] += x[part][places]
            y[part] *= 1 / (windows[0].size * windows[1].size)

        on_parts(pool_part, chunks(len(x), x[0].nbytes))
        return y, {}

    def backward(self, delta: Array, cache: Cache, gradient: Views, *, need_input: bool = True) -> Array:
        windows = self.windows(self.input_shape)
        dx = np.zeros((len(delta), *self.input_shape), delta.dtype)

        def spread_part(part: slice) -> None:
            share = delta[part] * (1 / (windows[0].size * windows[1].size))
            for _, steps, places in offsets(windows):
                dx[part][places] += share[steps]

        on_parts(spread_part, chunks(len(delta), dx[0].nbytes))
        return dx

    def formulas(self, *, training: bool = True) -> Formulas:
        x, y, dx, dy = tensors("x y dx dy")
        rows, columns = self.windows(self.input_shape)
        i, j = Index("i", rows.size), Index("j", columns.size)
        read = x[_n, rows.place(_h, i), columns.place(_w, j), _c]
        fed = dy[_n, rows.step(_h, i), columns.step(_w, j), _c]
        count = Size(i) * Size(j)
        return Formulas(
            forward=[y[_n, _h, _w, _c] << Sum([i, j], read) / count],
            backward=[dx[_n, _h, _w, _c] << Sum([i, j], fed) / count],
        )


@layers.register("global_avg_pool2d", "global_avg_pool")
class GlobalAvgPool2d(Layer):
    """Each output is the mean of one channel over all pixels: (N, H, W, C) becomes (N, C).

    Notes
    -----
    Forward, y[n, c] = Σ_h Σ_w x[n, h, w, c] / (H W). Backward, dx[n, h, w, c] = dy[n, c] / (H W) (Lin, Chen and Yan,
    *Network in network*, 2014).
    """

    def shape_out(self, shape: Shape) -> Shape:
        require_samples(shape, 2)
        return shape[-1:]

    def forward(self, x: Array, context: Context = INFERENCE) -> tuple[Array, Cache]:
        return x.mean(axis=(1, 2)), {}

    def backward(self, delta: Array, cache: Cache, gradient: Views, *, need_input: bool = True) -> Array:
        height, width, channels = self.input_shape
        share = delta * (1 / (height * width))
        return np.repeat(share, height * width, axis=0).reshape(-1, height, width, channels)

    def formulas(self, *, training: bool = True) -> Formulas:
        x, y, dx, dy = tensors("x y dx dy")
        height, width = (Index(name, length) for name, length in zip("hw", self.input_shape, strict=False))
        count = Size(height) * Size(width)
        return Formulas(
            forward=[y[_n, _c] << Sum([height, width], x[_n, height, width, _c]) / count],
            backward=[dx[_n, height, width, _c] << dy[_n, _c] / count],
        )
