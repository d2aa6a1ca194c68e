"""A layer in its place in a network, as PyTorch has it, and the registry of them by kinds of layers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar, Generic, TypeVar

import numpy as np

from whence.arrays import Array, Shape
from whence.errors import ArgumentError
from whence.nn import Layer
from whence.nn.axes import ANY_LENGTH

L = TypeVar("L", bound=Layer)
K = TypeVar("K", bound="type[PlacedLayer[Any]]")

LAST, SECOND = "last", "second"
"""The places of the axis of channels: last as in whence, or after the batch axis as in PyTorch's convolutions."""

_KINDS: dict[type[Layer], type[PlacedLayer[Any]]] = {}


class PlacedLayer(Generic[L]):
    """A layer in its place in a network, as a PyTorch module, and what is called with it.

    A subclass for a kind of layer says what differs from a function of the input that has no parameters.

    Parameters
    ----------
    layer : Layer
        The layer, bound to a network.
    path : str
        Its name in state dicts: ``"2"``, or ``"2.0"`` within a block.
    channels : {"last", "second"}
        Where the layer before it leaves the axis of channels.

    Attributes
    ----------
    channels_in, channels_out : {"last", "second"}
        Where it takes and leaves the axis of channels, which matters for samples of two axes and more.
    order_in, order_out : int array or None
        For each feature of a sample of one axis in PyTorch, which one of whence's it is; None for the same order.
    keeps_order : bool
        Whether features that come in another order leave it in that order.
    """

    keeps_order: ClassVar[bool] = False

    def __init__(self, layer: L, path: str, channels: str) -> None:
        self.layer, self.path = layer, path
        self.channels_in = self.wanted_channels() or channels
        self.channels_out = LAST if len(layer.output_shape) < 2 else self.channels_in
        self.order_in: Array | None = None
        self.order_out: Array | None = None

    def wanted_channels(self) -> str | None:
        """Return where the axis of channels must be, or None if it may be in either place."""
        return None

    def module(self) -> str:
        """Return the expression that makes the PyTorch module."""
        return "nn.Identity()"

    def call(self, module: str, x: str) -> str:
        """Return the expression of the output, for the names of the module and the input."""
        return f"{module}({x})"

    def statements(self, module: str, x: str) -> list[str]:
        """Return the lines that replace the value named ``x`` by the output."""
        return [f"{x} = {self.call(module, x)}"]

    def to_torch(self, arrays: dict[str, Array]) -> dict[str, Array]:
        """Return the tensors of the module by name, made of the layer's parameters and buffers."""
        return {}

    def from_torch(self, tensors: dict[str, Array]) -> dict[str, Array]:
        """Return the layer's parameters and buffers by name, made of the tensors of the module."""
        return {}

    @property
    def layers_within(self) -> list[PlacedLayer[Any]]:
        """The layers within it, in their places."""
        return []


def stands_for(*kinds: type[Layer]) -> Callable[[K], K]:
    """Return a decorator that enters a class for kinds of layers."""

    def enter(placed: K) -> K:
        _KINDS.update(dict.fromkeys(kinds, placed))
        return placed

    return enter


def placed_layer(layer: Layer, path: str, channels: str) -> PlacedLayer[Any]:
    """Return a layer in its place.

    Raises
    ------
    ArgumentError
        If the layer is none of whence's own.
    """
    if type(layer) not in _KINDS:
        raise ArgumentError(
            f"{layer!r} is a layer of your own, of which no PyTorch module is known; make the network of layers of "
            "whence.nn, or write the module yourself and copy net.state_dict() into it"
        )
    return _KINDS[type(layer)](layer, path, channels)


def natural_channels(shape: Shape) -> str:
    """Return where the axis of channels is in inputs and outputs: of images after the batch axis, else last."""
    return SECOND if len(shape) == 3 else LAST


def shape_in_torch(shape: Shape, channels: str) -> str:
    """Return the shape of a batch of samples of ``shape``, in words: ``(N, 8, 24, 24)``."""
    lengths = ["T" if length == ANY_LENGTH else str(length) for length in shape]
    if channels == SECOND:
        lengths = [*lengths[-1:], *lengths[:-1]]
    return f"({', '.join(['N', *lengths])})" if lengths else "(N,)"


def order_with_channels_second(shape: Shape) -> Array:
    """Return the row-major numbers of the entries of a sample, in the order that they have with channels first."""
    return np.moveaxis(np.arange(int(np.prod(shape))).reshape(shape), -1, 0).reshape(-1)


def reordered(array: Array, order: Array | None, axis: int = -1) -> Array:
    """Return an array whose entries along an axis are in an order."""
    return array if order is None else array.take(order, axis)


def in_first_order(array: Array, order: Array | None, axis: int = -1) -> Array:
    """Return an array of which `reordered` made this one."""
    return array if order is None else array.take(np.argsort(order), axis)
