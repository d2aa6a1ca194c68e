"""The sums of convolutions on images: patches as the rows of a matrix, and matrix products.

Images are (N, H, W, C), a weight is (kh, kw, C, O), and ``windows`` are those along rows and columns.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator

import numpy as np
from numpy.lib.stride_tricks import as_strided

from whence.arrays import Array, along_rows
from whence.nn.convolution.sliding_window import Window
from whence.nn.threads import chunks, on_parts, sum_over_parts

Windows = tuple[Window, Window]

_SHORT_RUN = 16
"""The number of values next to each other below which many short copies would take longer."""
_FLIPPED = 1.5
"""How many times as many products a correlation with the flipped kernel may take as `spread` by offsets."""


def correlate(x: Array, weight: Array, windows: Windows, bias: Array | None = None) -> Array:
    """Return z[n, h, w, o] = Σ_i Σ_j Σ_c x[n, place(h, i), place(w, j), c] · weight[i, j, c, o] + bias[o]."""
    rows, columns = windows
    outputs = weight.shape[-1]
    matrix = weight.reshape(-1, outputs)  # (kh·kw·C, O)
    z = np.empty((len(x), rows.steps, columns.steps, outputs), x.dtype)

    def correlate_part(part: slice) -> None:
        for steps, patches in _patches(x[part], windows):
            sums = z[part, steps]
            np.matmul(patches, matrix, out=sums.reshape(-1, outputs))
            if bias is not None:
                sums += along_rows(bias, sums)

    on_parts(correlate_part, chunks(len(x), rows.steps * _bytes_of_row(x, windows)))
    return z


def correlate_weight(x: Array, delta: Array, windows: Windows) -> Array:
    """Return dW[i, j, c, o] = Σ_n Σ_h Σ_w x[n, place(h, i), place(w, j), c] · delta[n, h, w, o]."""
    rows, columns = windows
    channels, outputs = x.shape[-1], delta.shape[-1]

    def gradient_of(part: slice) -> Array:
        gradient = np.zeros((rows.size * columns.size * channels, outputs), x.dtype)
        for steps, patches in _patches(x[part], windows):
            gradient += np.matmul(patches.T, delta[part, steps].reshape(-1, outputs))
        return gradient

    gradient = sum_over_parts(gradient_of, chunks(len(x), rows.steps * _bytes_of_row(x, windows)))
    return gradient.reshape(rows.size, columns.size, channels, outputs)


def spread(delta: Array, weight: Array, windows: Windows) -> Array:
    """Return dx[n, h, w, c] = Σ_i Σ_j Σ_o delta[n, step(h, i), step(w, j), o] · weight[i, j, c, o].

    Where windows move by one place, that is a correlation of delta with the flipped kernel. Where it would mostly
    multiply by padding, delta is correlated with each flipped row i of the kernel, and added at the places of the row;
    where windows move further, the product for each offset (i, j) is added at the places of the offset.
    """
    rows, columns = windows
    if _flips(rows, columns):
        return correlate(delta, weight[::-1, ::-1].swapaxes(2, 3), (rows.flipped, columns.flipped))
    if _flips(columns):
        return _spread_rows(delta, weight, windows)
    weight_transposed = np.ascontiguousarray(weight.swapaxes(2, 3))  # (kh, kw, O, C)
    channels, outputs = weight.shape[2:]
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


def _spread_rows(delta: Array, weight: Array, windows: Windows) -> Array:
    """Return the same as `spread`, by correlations with the flipped rows of the kernel."""
    rows, columns = windows
    channels = weight.shape[2]
    kernels = weight[:, ::-1].swapaxes(2, 3).reshape(rows.size, -1, channels)  # (kh, kw·O, C)
    along_columns = Window(rows.steps, 1), columns.flipped
    dx = np.zeros((len(delta), rows.padded_length, columns.length, channels), delta.dtype)

    def spread_part(part: slice) -> None:
        for steps, patches in _patches(delta[part], along_columns):
            products = np.empty((len(patches), channels), delta.dtype)  # (N·steps·W, C)
            images = products.reshape(len(delta[part]), -1, columns.length, channels)
            for i, kernel in enumerate(kernels):
                np.matmul(patches, kernel, out=products)
                dx[part, rows.padded_places(i)][:, steps] += images

    on_parts(spread_part, chunks(len(delta), rows.steps * _bytes_of_row(delta, along_columns)))
    return dx[:, rows.before : rows.before + rows.length]


def _flips(*windows: Window) -> bool:
    """Return whether `spread` is faster as a correlation with the kernel flipped along the axes of these windows."""
    places, steps = math.prod(window.length for window in windows), math.prod(window.steps for window in windows)
    return all(window.flips for window in windows) and places <= _FLIPPED * steps


def offsets(windows: Windows) -> Iterator[tuple[tuple[int, int], tuple[slice, ...], tuple[slice, ...]]]:
    """Yield every offset (i, j) in the windows, the steps at which it is inside the image, and its places there."""
    rows, columns = windows
    for i, j in itertools.product(range(rows.size), range(columns.size)):
        (step_rows, place_rows), (step_columns, place_columns) = rows.steps_and_places(i), columns.steps_and_places(j)
        yield (i, j), (slice(None), step_rows, step_columns), (slice(None), place_rows, place_columns)


def padded(x: Array, windows: Windows) -> Array:
    """Return images with their padding zeros, or the images themselves where there is none."""
    rows, columns = windows
    if not (rows.before or rows.after or columns.before or columns.after):
        return x
    count, _, _, channels = x.shape
    images = np.zeros((count, rows.padded_length, columns.padded_length, channels), x.dtype)
    images[:, rows.before : rows.before + rows.length, columns.before : columns.before + columns.length] = x
    return images


def _patches(x: Array, windows: Windows) -> Iterator[tuple[slice, Array]]:
    """Yield steps along the rows, for all images, and the values in the windows there, shape (N·steps·Wo, kh·kw·C).

    All steps come at once where their values fit in the processor's cache; otherwise the images must be a single one.
    """
    rows, columns = windows
    x = padded(x, windows)
    n, h, w, c = x.strides
    window = as_strided(
        x,
        (len(x), rows.steps, columns.steps, rows.size, columns.size, x.shape[-1]),
        (n, h * rows.stride, w * columns.stride, h * rows.dilation, w * columns.dilation, c),
        writeable=False,
    )
    entries = rows.size * columns.size * x.shape[-1]
    for steps in chunks(rows.steps, len(x) * _bytes_of_row(x, windows)):
        values = window[:, steps]
        if columns.size * x.shape[-1] < _SHORT_RUN:
            yield steps, values.transpose(3, 4, 5, 0, 1, 2).reshape(entries, -1).T
        else:
            yield steps, values.reshape(-1, entries)


def _bytes_of_row(x: Array, windows: Windows) -> int:
    """Return the size of the values in all windows along a row of an image."""
    rows, columns = windows
    return int(columns.steps * rows.size * columns.size * x.shape[-1] * x.itemsize)
