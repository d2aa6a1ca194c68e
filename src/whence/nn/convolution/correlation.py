"""The sums of convolutions on images: patches as the rows of a matrix, and matrix products.

Images are (N, H, W, C), a weight is (kh, kw, C, O), and ``windows`` are those along rows and columns.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator

import numpy as np
from numpy.lib.stride_tricks import as_strided

from whence.arrays import Array
from whence.nn.convolution.sliding_window import Window
from whence.nn.threads import on_parts, sum_over_parts

Windows = tuple[Window, Window]

_CHUNK_BYTES = 2**21
_SHORT_RUN = 16


def correlate(x: Array, weight: Array, windows: Windows) -> Array:
    """Return z[n, h, w, o] = Σ_i Σ_j Σ_c x[n, place(h, i), place(w, j), c] · weight[i, j, c, o]."""
    rows, columns = windows
    matrix = weight.reshape(-1, weight.shape[-1])  # (kh·kw·C, O)
    z = np.empty((len(x), rows.steps, columns.steps, weight.shape[-1]), x.dtype)

    def correlate_part(part: slice) -> None:
        np.matmul(_patches(x[part], windows), matrix, out=z[part].reshape(-1, weight.shape[-1]))

    on_parts(correlate_part, chunks(len(x), x.itemsize * rows.steps * columns.steps * len(matrix)))
    return z


def correlate_weight(x: Array, delta: Array, windows: Windows) -> Array:
    """Return dW[i, j, c, o] = Σ_n Σ_h Σ_w x[n, place(h, i), place(w, j), c] · delta[n, h, w, o]."""
    rows, columns = windows
    channels, outputs = x.shape[-1], delta.shape[-1]
    entries = rows.size * columns.size * channels

    def gradient_of(part: slice) -> Array:
        product: Array = _patches(x[part], windows).T @ delta[part].reshape(-1, outputs)  # (kh·kw·C, O)
        return product

    gradient = sum_over_parts(gradient_of, chunks(len(x), x.itemsize * rows.steps * columns.steps * entries))
    return gradient.reshape(rows.size, columns.size, channels, outputs)


def spread(delta: Array, weight: Array, windows: Windows) -> Array:
    """Return dx[n, h, w, c] = Σ_i Σ_j Σ_o delta[n, step(h, i), step(w, j), o] · weight[i, j, c, o].

    One product for each offset (i, j) is added at the places of the offset, which is faster than gathering the sums
    from one large product for all offsets.
    """
    rows, columns = windows
    channels, outputs = weight.shape[2:]
    weight_transposed = np.ascontiguousarray(weight.swapaxes(2, 3))  # (kh, kw, O, C)
    dx = np.zeros((len(delta), rows.length, columns.length, channels), delta.dtype)

    def spread_part(part: slice) -> None:
        flat = delta[part].reshape(-1, outputs)  # (N·Ho·Wo, O)
        products = np.empty((len(flat), channels), delta.dtype)  # (N·Ho·Wo, C)
        images = products.reshape(-1, rows.steps, columns.steps, channels)
        for (i, j), steps, places in offsets(windows):
            np.matmul(flat, weight_transposed[i, j], out=products)
            dx[part][places] += images[steps]

    values = rows.steps * columns.steps * (channels + outputs) + dx[0].size
    on_parts(spread_part, chunks(len(delta), values * delta.itemsize))
    return dx


def offsets(windows: Windows) -> Iterator[tuple[tuple[int, int], tuple[slice, ...], tuple[slice, ...]]]:
    """Yield every offset (i, j) in the windows, the steps at which it is inside the image, and its places there."""
    rows, columns = windows
    for i, j in itertools.product(range(rows.size), range(columns.size)):
        (step_rows, place_rows), (step_columns, place_columns) = rows.steps_and_places(i), columns.steps_and_places(j)
        yield (i, j), (slice(None), step_rows, step_columns), (slice(None), place_rows, place_columns)


def chunks(count: int, size: int) -> Iterator[slice]:
    """Yield slices of a batch that fit in the processor's cache, at ``size`` bytes for each image."""
    step = max(1, _CHUNK_BYTES // size)
    for start in range(0, count, step):
        yield slice(start, start + step)


def _patches(x: Array, windows: Windows) -> Array:
    """Return the values in the window at every step, as the rows of a matrix, shape (N·Ho·Wo, kh·kw·C)."""
    rows, columns = windows
    if rows.before or rows.after or columns.before or columns.after:
        x = np.pad(x, ((0, 0), (rows.before, rows.after), (columns.before, columns.after), (0, 0)))
    count, _, _, channels = x.shape
    n, h, w, c = x.strides
    shape = (count, rows.steps, columns.steps, rows.size, columns.size, channels)
    strides = (n, h * rows.stride, w * columns.stride, h * rows.dilation, w * columns.dilation, c)
    view = as_strided(x, shape, strides, writeable=False)  # (N, Ho, Wo, kh, kw, C)
    steps, entries = math.prod(shape[:3]), math.prod(shape[3:])
    if columns.size * channels < _SHORT_RUN:
        return view.transpose(3, 4, 5, 0, 1, 2).reshape(entries, steps).T
    return view.reshape(steps, entries)
