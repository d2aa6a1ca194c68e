"""Layer norms that are written with means, as files have them before opset 17: those with the same values.

Their weights may be folded into what the means make, as Keras does: ``x · (γ / σ) + (b − mean · (γ / σ))``.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from whence.arrays import Array
from whence.interop.onnx.reading.values import short
from whence.nn import LayerNorm

_ROWS = 7
_SMALL = 1e-3
"""What values are multiplied by so that ε tells."""
LARGEST_EPS = 1.0
"""Beyond, ε would stand in the place of the variance, as if there were no root at all."""
_TOLERANCE = 2e-6
"""How far values may be apart, of which constants in float32 are the reason."""


def layer_norm_of(function: Callable[[Array], Array], channels: int) -> tuple[LayerNorm, dict[str, Array]] | None:
    """Return the layer norm that has the values of a function of rows, and its parameters; None if there is none.

    Parameters
    ----------
    function : callable
        From values (N, C) to values (N, C).
    channels : int
        C.
    """
    if channels < 2:
        return None
    values = np.random.default_rng(0).normal(1, 2, (_ROWS, channels))
    centred = values - values.mean(axis=1, keepdims=True)
    variance = np.square(centred).mean(axis=1, keepdims=True)
    with np.errstate(all="ignore"):
        bias, found, small = (
            np.broadcast_to(function(scale * values), values.shape).astype(np.float64) for scale in (0.0, 1.0, _SMALL)
        )
        place = np.unravel_index(np.abs(found - bias).argmax(), values.shape)
        ratio = ((_SMALL * (found - bias) / (small - bias)) ** 2)[place]  # (s² var + ε) / (var + ε)
        eps = float(variance[place[0], 0] * (ratio - _SMALL**2) / (1 - ratio))
        if not 0 < eps < LARGEST_EPS:
            return None
        x_hat = centred / np.sqrt(variance + eps)
        largest = np.abs(x_hat).argmax(axis=0), np.arange(channels)
        weight = ((found - bias) / x_hat)[largest]
        close = np.abs(found - (weight * x_hat + bias)).max() <= _TOLERANCE * max(1, np.abs(weight).max())
    return (LayerNorm(short(eps)), {"weight": weight, "bias": bias[0]}) if close else None
