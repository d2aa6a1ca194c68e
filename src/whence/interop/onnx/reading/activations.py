"""Which activation an elementwise function is: the one that has the same values, however the file writes it."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import numpy as np

from whence.arrays import Array
from whence.interop.onnx.reading.values import short
from whence.nn import (
    CELU,
    ELU,
    GELU,
    SELU,
    Hardsigmoid,
    Hardswish,
    Hardtanh,
    Identity,
    LeakyReLU,
    Mish,
    ReLU,
    ReLU6,
    Sigmoid,
    SiLU,
    Softplus,
    Softsign,
    Tanh,
)
from whence.nn.activations.base import Elementwise

Function = Callable[[Array], Array]

_NEAR = np.concatenate([np.linspace(-12, 12, 193), [-30.0, -0.01, 0.003, 30.0]])
_FAR = np.array([-1e12, -1e5, -1e3, -300.0, -100.0, 100.0, 300.0, 1e3, 1e5, 1e12])
"""Where bounds of large numbers tell; of functions that are written by powers, some overflow there."""
_NEAR_ZERO = 2.0**-10
_GRID = np.concatenate([_NEAR, _FAR])
_TOLERANCE = 2e-6
"""How far values may be apart, of which constants in float32 are the reason, as a share of the largest."""


def activation_of(function: Function) -> Elementwise | Identity | None:
    """Return the activation that has the values of a function; None if there is none."""
    values = _values(function)
    return next((each for each in _candidates(function) if _agree(_values_of(each), values)), None)


def affine_of(function: Function) -> tuple[float, float] | None:
    """Return the slope and the value at 0 of a function, if it is affine; otherwise None."""
    values = _values(function)
    at_zero, at_one = _values(function, np.array([0.0, 1.0]))
    slope = at_one - at_zero
    return (float(slope), float(at_zero)) if _agree(slope * _GRID + at_zero, values) else None


def _candidates(function: Function) -> Iterator[Elementwise | Identity]:
    """Yield activations, with the settings that the function's values at single points leave possible."""
    yield from (Identity(), ReLU(), Sigmoid(), Tanh(), SiLU(), GELU(), GELU("tanh"))
    yield from (SELU(), ReLU6(), Mish(), Softsign(), Hardsigmoid(), Hardswish())
    left, at_zero, near_zero, low, high = map(
        float, _values(function, np.array([-1.0, 0.0, _NEAR_ZERO, *_FAR[[0, -1]]]))
    )
    if 0 < -left < 1:
        yield LeakyReLU(short(-left))
    if -math.inf < low < 0:
        yield ELU(short(-low))
        yield CELU(short(-low))
    if 0 < at_zero < math.inf:
        yield Softplus(short(math.log(2) / at_zero))
    if 0 < (rise := near_zero - at_zero) < math.inf:
        yield Hardsigmoid(short(rise / _NEAR_ZERO))
    if _FAR[0] < low < high < _FAR[-1]:
        yield Hardtanh(short(low), short(high))


def _values(function: Function, at: Array = _GRID) -> Array:
    with np.errstate(all="ignore"):
        return np.broadcast_to(np.asarray(function(at), np.float64), at.shape)


def _values_of(activation: Elementwise | Identity) -> Array:
    return activation.forward(_GRID)[0]


def _agree(one: Array, values: Array) -> bool:
    close = np.abs(one - values) <= _TOLERANCE * np.maximum(1, np.abs(values))
    overflow = (np.arange(len(_GRID)) >= len(_NEAR)) & ~np.isfinite(values)
    return bool((close | overflow).all())
