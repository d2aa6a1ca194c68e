"""The sums of `whence.nn.convolution.correlation` with a separate kernel for each channel, offset by offset.

Images are (N, H, W, C), a weight is (kh, kw, 1, C), and ``windows`` are those along rows and columns.
"""

from __future__ import annotations

import numpy as np

from whence.arrays import Array, column_sums
from whence.nn.convolution.correlation import Windows, chunks, offsets
from whence.nn.threads import on_parts, sum_over_parts


def correlate(x: Array, weight: Array, windows: Windows) -> Array:
    """Return z[n, h, w, c] = Σ_i Σ_j x[n, place(h, i), place(w, j), c] · weight[i, j, 0, c]."""
    rows, columns = windows
    z = np.zeros((len(x), rows.steps, columns.steps, x.shape[-1]), x.dtype)

    def correlate_part(part: slice) -> None:
        for (i, j), steps, places in offsets(windows):
            z[part][steps] += x[part][places] * weight[i, j, 0]

    on_parts(correlate_part, chunks(len(x), z[0].nbytes))
    return z


def correlate_weight(x: Array, delta: Array, windows: Windows) -> Array:
    """Return dW[i, j, 0, c] = Σ_n Σ_h Σ_w x[n, place(h, i), place(w, j), c] · delta[n, h, w, c]."""
    rows, columns = windows

    def gradient_of(part: slice) -> Array:
        gradient = np.zeros((rows.size, columns.size, 1, x.shape[-1]), x.dtype)
        for (i, j), steps, places in offsets(windows):
            products = x[part][places] * delta[part][steps]  # (N, Ho, Wo, C)
            gradient[i, j, 0] = column_sums(products.reshape(-1, x.shape[-1]))
        return gradient

    return sum_over_parts(gradient_of, chunks(len(x), delta[0].nbytes))


def spread(delta: Array, weight: Array, windows: Windows) -> Array:
    """Return dx[n, h, w, c] = Σ_i Σ_j delta[n, step(h, i), step(w, j), c] · weight[i, j, 0, c]."""
    rows, columns = windows
    dx = np.zeros((len(delta), rows.length, columns.length, delta.shape[-1]), delta.dtype)

    def spread_part(part: slice) -> None:
        for (i, j), steps, places in offsets(windows):
            dx[part][places] += delta[part][steps] * weight[i, j, 0]

    on_parts(spread_part, chunks(len(delta), delta[0].nbytes))
    return dx
