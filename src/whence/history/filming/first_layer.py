"""The weights of the first layer in every frame: pictures of the inputs where these are images, else a matrix."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from whence.arrays import Array, Shape
from whence.nn import Conv2d, Sequential
from whence.nn.naming import name_parameters
from whence.nn.parameter import Slot

Kind: TypeAlias = Literal["pictures", "kernels", "matrix"]

_MOST_UNITS, _MOST_VALUES = 100, 2**22
_MOST_ROWS = 64


@dataclass(frozen=True)
class FirstLayer:
    """The weights of the first layer that has a matrix or kernels.

    Parameters
    ----------
    name : str
        The parameter: ``W1``.
    shape : tuple of int
        Its shape.
    kind : str
        ``"pictures"``: the weights of a unit for every pixel of an image (H, W, C); ``"kernels"``: those of a
        convolution of images, (kh, kw, C); ``"matrix"``: as they are.
    weights : array, shape (F, U, H, W, C), or (F, rows, columns) of a matrix
        Those of the first units, in F frames.
    """

    name: str
    shape: Shape
    kind: Kind
    weights: Array

    @property
    def units(self) -> int:
        """The number of units of the layer, of which not all may be shown."""
        return self.shape[-1]


class FirstLayerRecorder:
    """Takes frames of the first layer; there are none if no parameter has two axes, or a picture is too large."""

    def __init__(self, net: Sequential, frames: int) -> None:
        self._net, self._frames = net, frames
        self._slot = next((slot for slot in net.slots if len(slot.shape) > 1), None)
        self._taken: list[Array] = []

    def take(self) -> None:
        """Take a frame."""
        if self._slot is not None:
            self._taken.append(self._picture(self._slot).copy())

    def first_layer(self) -> FirstLayer | None:
        """Return all frames."""
        if self._slot is None or not self._taken[0].size:
            return None
        name = name_parameters(self._net.layers, self._net.slots)[self._slot.path]
        return FirstLayer(name, self._slot.shape, self._kind(self._slot), np.stack(self._taken))

    def _kind(self, slot: Slot) -> Kind:
        inputs = self._net.input_shape
        if len(inputs) == 3 and len(slot.shape) == 2 and slot.shape[0] == math.prod(inputs):
            return "pictures"
        return "kernels" if isinstance(self._net.layers[slot.layer], Conv2d) else "matrix"

    def _picture(self, slot: Slot) -> Array:
        weights = slot.view(self._net.theta)
        kind = self._kind(slot)
        if kind == "matrix":
            return weights.reshape(-1, slot.shape[-1])[:_MOST_ROWS, :_MOST_ROWS]
        image = self._net.input_shape if kind == "pictures" else slot.shape[:-1]
        units = min(_MOST_UNITS, _MOST_VALUES // (self._frames * math.prod(image)))
        return np.moveaxis(weights.reshape(*image, -1), -1, 0)[:units]
