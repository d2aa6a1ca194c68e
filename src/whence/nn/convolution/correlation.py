"""The sums of convolutions on images: patches as the rows of a matrix, and matrix products.

Images are (N, H, W, C), a weight is (kh, kw, C, O), and ``windows`` are those along rows and columns.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import numpy as np
from numpy.lib.stride_tricks import as_strided

from whence.arrays import Array, along_rows
from whence.nn.convolution.sliding_window import Window
from whence.nn.threads import chunks, on_parts, sum_over_parts

Windows = tuple[Window, Window]

_SHORT_RUN, _FEW_STEPS = 16, 8
"""The numbers of values and of steps below which many short copies, or small products, would take longer."""


def correlate(x: Array, weight: Array, windows: Windows, bias: Array | None = None) -> Array:
    """Return z[n, h, w, o] = Σ_i Σ_j Σ_c x[n, place(h, i), place(w, j), c] · weight[i, j, c, o] + bias[o]."""
    rows, columns = windows
    matrix = weight.reshape(-1, weight.shape[-1])  # (kh·kw·C, O)
    z = np.empty((len(x), rows.steps, columns.steps, weight.shape[-1]), x.dtype)

    def correlate_part(part: slice) -> None:
        for number, (entries, values) in enumerate(_values(x[part], windows)):
            sums = z[part].reshape(*values.shape[:-1], -1)
            if number:
                sums += np.matmul(values, matrix[entries])
            else:
                np.matmul(values, matrix[entries], out=sums)
        if bias is not None:
            z[part] += along_rows(bias, z)

    on_parts(correlate_part, chunks(len(x), _bytes_of_values(x, windows) + z[0].nbytes))
    return z


def correlate_weight(x: Array, delta: Array, windows: Windows) -> Array:
    """Return dW[i, j, c, o] = Σ_n Σ_h Σ_w x[n, place(h, i), place(w, j), c] · delta[n, h, w, o]."""
    rows, columns = windows
    channels, outputs = x.shape[-1], delta.shape[-1]

    def gradient_of(part: slice) -> Array:
        gradient = np.empty((rows.size * columns.size * channels, outputs), x.dtype)  # (kh·kw·C, O)
        deltas = delta[part].reshape(-1, outputs)
        for entries, values in _values(x[part], windows):
            np.matmul(values.reshape(len(deltas), -1).T, deltas, out=gradient[entries])
        return gradient

    gradient = sum_over_parts(gradient_of, chunks(len(x), _bytes_of_values(x, windows) + delta[0].nbytes))
    return gradient.reshape(rows.size, columns.size, channels, outputs)


def spread(delta: Array, weight: Array, windows: Windows) -> Array:
    """Return dx[n, h, w, c] = Σ_i Σ_j Σ_o delta[n, step(h, i), step(w, j), o] · weight[i, j, c, o].

    One product for each offset (i, j) is added at the places of the offset, which is faster than gathering the sums
    from one large product for all offsets.
    """
    rows, columns = windows
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


def _values(x: Array, windows: Windows) -> Iterator[tuple[slice, Array]]:
    """Yield places (i, j, c) in a window, and the values there at every step, shape (N, Ho, Wo, entries).

    Those are the places of one row of the window, whose values are next to each other in x, so that a value is copied
    only as often as windows overlap along a row. Where the rows of windows or of steps are short, all places come at
    once, as the columns of a matrix (N·Ho·Wo, entries).
    """
    rows, columns = windows
    x = padded(x, windows)
    count, height, _, channels = x.shape
    n, h, w, c = x.strides
    run = columns.size * channels
    if _by_rows(x, columns):
        of_row = as_strided(
            x,
            (count, height, columns.steps, columns.size, channels),
            (n, h, w * columns.stride, w * columns.dilation, c),
            writeable=False,
        )
        lines = of_row.reshape(count, height, columns.steps, run)  # (N, H, Wo, kw·C)
        for i in range(rows.size):
            yield slice(i * run, (i + 1) * run), lines[:, rows.padded_places(i)]
        return
    window = as_strided(
        x,
        (count, rows.steps, columns.steps, rows.size, columns.size, channels),
        (n, h * rows.stride, w * columns.stride, h * rows.dilation, w * columns.dilation, c),
        writeable=False,
    )
    entries = rows.size * run
    if run < _SHORT_RUN:
        yield slice(None), window.transpose(3, 4, 5, 0, 1, 2).reshape(entries, -1).T
    else:
        yield slice(None), window.reshape(-1, entries)


def _by_rows(x: Array, columns: Window) -> bool:
    """Return whether a row of windows is copied at a time, and not all of a window."""
    return bool(columns.size * x.shape[-1] >= _SHORT_RUN and columns.steps >= _FEW_STEPS)


def _bytes_of_values(x: Array, windows: Windows) -> int:
    """Return the size of what `_values` makes of an image."""
    rows, columns = windows
    lines = rows.padded_length if _by_rows(x, columns) else rows.steps * rows.size
    return int(x[0].itemsize * lines * columns.steps * columns.size * x.shape[-1])
