"""Parameters of layers as views into one flat vector θ."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, overload

from whence.arguments import as_numbers
from whence.arrays import Array, Shape, Views
from whence.errors import ArgumentError, ShapeError

if TYPE_CHECKING:
    from whence.nn.layer import Layer

MOST_PARAMETERS = 2**28
"""The largest number of parameters of a network: a gigabyte in float32, without gradient and optimizer."""


class Parameter:
    """Declares a parameter of a layer class: reading gives the layer's view into θ, assigning writes into θ.

    Parameters
    ----------
    symbol : str
        Its name in formulas: ``"W"``.
    decays : bool
        Whether weight decay applies to it; it does not to biases and the scales and shifts of norms.
    """

    def __init__(self, symbol: str, *, decays: bool) -> None:
        self.symbol = symbol
        self.decays = decays
        self.name = ""

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    @overload
    def __get__(self, layer: None, owner: type) -> Parameter: ...
    @overload
    def __get__(self, layer: Layer, owner: type) -> Array: ...
    def __get__(self, layer: Layer | None, owner: type) -> Parameter | Array:
        return self if layer is None else self._view(layer)

    def __set__(self, layer: Layer, value: Array | float) -> None:
        self._view(layer)[...] = value

    def _view(self, layer: Layer) -> Array:
        views: dict[str, Array] = layer.__dict__.get("views", {})
        if self.name not in views:
            raise ArgumentError(
                f"{layer!r} has no {self.name} yet; a layer gets its parameters when it is put into a Sequential"
            )
        return views[self.name]


@dataclass(frozen=True)
class Slot:
    """The place of one parameter in θ.

    Parameters
    ----------
    layer : int
        The position of its layer in the network.
    name : str
        Its name on the layer: ``"weight"``.
    shape : tuple of int
        Its shape.
    start, stop : int
        Its first entry in θ, and the one after its last.
    decays : bool
        Whether weight decay applies to it.
    """

    layer: int
    name: str
    shape: Shape
    start: int
    stop: int
    decays: bool

    @property
    def path(self) -> str:
        """Its name in a state dict: ``"0.weight"``."""
        return f"{self.layer}.{self.name}"

    def view(self, flat: Array) -> Array:
        """Return the parameter's part of a flat vector as long as θ, as a view in its shape."""
        return flat[self.start : self.stop].reshape(self.shape)


def lay_out(layers: Sequence[Layer]) -> list[Slot]:
    """Return the slots of the parameters of all layers in order; a layer that is used twice has its slots once."""
    slots: list[Slot] = []
    start = 0
    for position, layer in enumerate(layers):
        if layer in layers[:position]:
            continue
        declared = layer.declared_parameters()
        for name, shape in layer.parameter_shapes().items():
            stop = start + math.prod(shape)
            slots.append(Slot(position, name, shape, start, stop, declared[name].decays))
            start = stop
    return slots


def views_of(flat: Array, slots: Sequence[Slot], position: int) -> Views:
    """Return the views of the layer at ``position`` into a flat vector, as attributes by parameter name."""
    return Views(**{slot.name: slot.view(flat) for slot in slots if slot.layer == position})


def copy_state(state: Mapping[str, Array], arrays: Mapping[str, Array]) -> None:
    """Copy a state dict into the arrays of a network, or raise `ShapeError` and copy nothing."""
    state = {path: as_numbers(path, array) for path, array in state.items()}
    require_same_shapes(state, arrays)
    for path, array in arrays.items():
        array[...] = state[path]


def require_same_shapes(state: Mapping[str, Array], arrays: Mapping[str, Array]) -> None:
    """Raise `ShapeError` unless a state dict has the names and the shapes of the arrays of a network."""
    if missing := arrays.keys() - state.keys():
        raise ShapeError(f"the state lacks {', '.join(sorted(missing))}, which this network has")
    if superfluous := state.keys() - arrays.keys():
        raise ShapeError(f"the state has {', '.join(sorted(superfluous))}, which this network has not")
    for path, array in arrays.items():
        if array.shape != state[path].shape:
            raise ShapeError(f"{path} is {state[path].shape} in the state, but {array.shape} in this network")
