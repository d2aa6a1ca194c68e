"""The sums of `whence.nn.convolution.correlation` with a separate kernel for each channel, offset by offset.

Images are (N, H, W, C), a weight is (kh, kw, 1, C), and ``windows`` are those along rows and columns.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import numpy as np

from whence.arrays import Array, along_rows, column_sums
from whence.nn.convolution.correlation import Windows, padded
from whence.nn.threads import chunks, on_parts, sum_over_parts


def correlate(x: Array, weight: Array, windows: Windows, bias: Array | None = None) -> Array:
    """Return z[n, h, w, c] = Σ_i Σ_j x[n, place(h, i), place(w, j), c] · weight[i, j, 0, c] + bias[c]."""
    rows, columns = windows
    z = np.zeros((len(x), rows.steps, columns.steps, x.shape[-1]), x.dtype)
    kernels = _along_rows(weight, columns.steps)

    def correlate_part(part: slice) -> None:
        images = padded(x[part], windows)
        products = np.empty_like(z[part])
        for place, kernel in zip(_places(windows), kernels, strict=True):
            z[part] += np.multiply(images[place], kernel, out=products)
        if bias is not None:
            z[part] += along_rows(bias, z)

    on_parts(correlate_part, chunks(len(x), 3 * z[0].nbytes))
    return z


def correlate_weight(x: Array, delta: Array, windows: Windows) -> Array:
    """Return dW[i, j, 0, c] = Σ_n Σ_h Σ_w x[n, place(h, i), place(w, j), c] · delta[n, h, w, c]."""
    rows, columns = windows
    channels = x.shape[-1]

    def gradient_of(part: slice) -> Array:
        images = padded(x[part], windows)
        products = np.empty_like(delta[part])  # (N, Ho, Wo, C)
        gradient = np.empty((rows.size * columns.size, channels), x.dtype)
        for entry, place in enumerate(_places(windows)):
            np.multiply(images[place], delta[part], out=products)
            of_columns = column_sums(products.reshape(-1, columns.steps * channels))  # (Wo·C,)
            gradient[entry] = of_columns.reshape(-1, channels).sum(axis=0)
        return gradient

    gradient = sum_over_parts(gradient_of, chunks(len(x), 3 * delta[0].nbytes))
    return gradient.reshape(rows.size, columns.size, 1, channels)


def spread(delta: Array, weight: Array, windows: Windows) -> Array:
    """Return dx[n, h, w, c] = Σ_i Σ_j delta[n, step(h, i), step(w, j), c] · weight[i, j, 0, c]."""
    rows, columns = windows
    channels = delta.shape[-1]
    dx = np.empty((len(delta), rows.length, columns.length, channels), delta.dtype)
    kernels = _along_rows(weight, columns.steps)

    def spread_part(part: slice) -> None:
        images = np.zeros((len(dx[part]), rows.padded_length, columns.padded_length, channels), delta.dtype)
        products = np.empty_like(delta[part])
        for place, kernel in zip(_places(windows), kernels, strict=True):
            images[place] += np.multiply(delta[part], kernel, out=products)
        dx[part] = images[:, rows.before :, columns.before :][:, : rows.length, : columns.length]

    on_parts(spread_part, chunks(len(delta), 3 * delta[0].nbytes))
    return dx


def _places(windows: Windows) -> Iterator[tuple[slice, ...]]:
    """Yield for every offset (i, j) its places in padded images at all steps."""
    rows, columns = windows
    for i, j in itertools.product(range(rows.size), range(columns.size)):
        yield (slice(None), rows.padded_places(i), columns.padded_places(j))


def _along_rows(weight: Array, steps: int) -> Array:
    """Return the kernels for a row of steps, shape (kh·kw, Wo, C), so that long rows are multiplied at once."""
    kernels = weight.reshape(-1, 1, weight.shape[-1])
    return np.repeat(kernels, steps, axis=1)
