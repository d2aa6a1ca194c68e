"""The decision boundary, or the curve or surface of a regression, over one or two inputs."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from whence.arrays import Array
from whence.data import Preprocessing, Samples
from whence.nn import Sequential
from whence.training.outputs import outputs_for

_ON_A_LINE, _ON_A_SIDE, _MOST_VALUES = 200, 50, 2**21
_MOST_POINTS = 1000
_MARGIN = 0.1


@dataclass(frozen=True)
class Surface:
    """What a network predicts over a grid of its one or two inputs in F frames.

    Parameters
    ----------
    inputs : tuple of str
        The names of the inputs.
    axes : tuple of float64 array
        The raw values of each input on the grid.
    values : array, shape (F, Gx, K) or (F, Gy, Gx, K)
        The probabilities of K classes, or K numbers in the unit of the targets.
    points : array, shape (P, 1 or 2)
        The raw inputs of training samples.
    targets : int64 array, shape (P,), or float64 array, shape (P, K)
        Their targets.
    """

    inputs: tuple[str, ...]
    axes: tuple[Array, ...]
    values: Array
    points: Array
    targets: Array


class SurfaceRecorder:
    """Takes frames of the predictions over a grid; it has none where the network has more than two inputs."""

    def __init__(
        self,
        net: Sequential,
        train: Samples,
        preprocessing: Preprocessing | None,
        read: Callable[[Array, Array], Array],
        frames: int,
    ) -> None:
        self._net, self._preprocessing, self._read = net, preprocessing, read
        self._taken: list[Array] = []
        self._axes: tuple[Array, ...] = ()
        if net.input_shape not in ((1,), (2,)) or train.inputs.shape[1:] != net.input_shape:
            return
        usable = train.counted
        places = np.linspace(0, len(usable) - 1, min(_MOST_POINTS, len(usable))).astype(np.int64)
        self._points = train.take(usable[places])
        outputs = math.prod(net.output_shape)
        side = min(_ON_A_SIDE, math.isqrt(_MOST_VALUES // (frames * outputs)))
        count = _ON_A_LINE if net.input_shape == (1,) else side
        self._axes = tuple(_axis(column, count) for column in train.inputs[usable].T)
        self._grid = np.stack([values.ravel() for values in np.meshgrid(*self._axes)], axis=-1)

    def take(self) -> None:
        """Take a frame."""
        if self._axes:
            outputs = self._read(outputs_for(self._net, self._grid, self._preprocessing), self._grid)
            self._taken.append(outputs.reshape(*(len(axis) for axis in reversed(self._axes)), -1))

    def surface(self) -> Surface | None:
        """Return all frames."""
        if not self._axes:
            return None
        names = tuple((self._preprocessing or Preprocessing()).input_names(len(self._axes)))
        return Surface(names, self._axes, np.stack(self._taken), self._points.inputs, self._points.targets)


def _axis(values: Array, count: int) -> Array:
    """Return values from the least to the greatest, with a margin on both sides."""
    low, high = float(values.min()), float(values.max())
    margin = _MARGIN * (high - low) or 1.0
    return np.linspace(low - margin, high + margin, count)
