"""Layer norms that are written with means, as files have them before opset 17: those with the same values."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from whence.arrays import Array
from whence.interop.onnx.reading.values import short
from whence.nn import LayerNorm

_ROWS = 7
_SMALL = 1e-3
"""What values are multiplied by so that ε tells."""
_TOLERANCE = 2e-6
"""How far values may be apart, of which constants in float32 are the reason."""


def layer_norm_of(function: Callable[[Array], Array], channels: int) -> LayerNorm | None:
    """Return the layer norm, before its weights, that has the values of a function of rows; None if there is none.

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
        found, small = (np.broadcast_to(function(scale * values), values.shape) for scale in (1.0, _SMALL))
        place = np.abs(centred[0]).argmax()
        eps = float(_SMALL**2 * ((centred[0, place] / small[0, place]) ** 2 - variance[0, 0]))
        expected = centred / np.sqrt(variance + eps)
        close = np.abs(found - expected).max() <= _TOLERANCE
    return LayerNorm(short(eps)) if close and eps > 0 else None
