"""Chains of layers, in a network or within a layer: each is built for the output of the one before it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Annotated, Any, Literal

import msgspec

from whence.arguments import NotNegativeInt
from whence.arrays import Shape
from whence.errors import ArgumentError, ShapeError
from whence.nn.axes import ANY_LENGTH
from whence.nn.layer import Layer, TimeDependence
from whence.nn.layer import layers as known_layers

MOST_LAYERS = 2048
"""The largest number of layers of a network, those within blocks counted."""


class NetworkRecord(msgspec.Struct):
    """The architecture of a network in a file; ``order`` has for each layer the position of its first use."""

    input_shape: tuple[int, ...]
    dtype: Literal["float32", "float64"]
    seed: NotNegativeInt
    order: Annotated[list[NotNegativeInt], msgspec.Meta(max_length=MOST_LAYERS)]
    layers: list[dict[str, Any]]

    def __post_init__(self) -> None:
        if len(self.order) != len(self.layers) or any(first > place for place, first in enumerate(self.order)):
            raise ValueError("order and layers do not belong together")

    def made(self) -> list[Layer]:
        """Return the layers, newly made."""
        made: list[Layer] = []
        for first, entry in zip(self.order, self.layers, strict=True):
            made.append(made[first] if first < len(made) else known_layers.from_json(entry))
        return made


def first_input_shape(layers: Sequence[Layer]) -> Shape:
    """Return the input shape that the first layer fixes, or raise `ArgumentError` if it does not fix one."""
    shape = layers[0].declared_input_shape()
    if shape is None:
        raise ArgumentError(f"the first layer, {layers[0]!r}, takes inputs of any shape; give input_shape=(…)")
    return shape


def build_chain(layers: Sequence[Layer], shape: Shape, *, within: bool = False) -> Shape:
    """Build layers in their order, and return the shape of the last one's output.

    Parameters
    ----------
    layers : sequence of Layer
        First to last.
    shape : tuple of int
        The shape of the first layer's input, without the batch axis.
    within : bool
        Whether these are the layers within a layer, for messages.

    Raises
    ------
    ShapeError
        If two layers do not fit; the message names the layer and the axis.
    ArgumentError
        If a layer belongs to another network.
    """
    for position, layer in enumerate(layers):
        name = f"layer {position + 1}{' within' if within else ''} ({layer!r})"
        if hasattr(layer, "views"):
            raise ArgumentError(f"{name} already belongs to a network; make a new one")
        try:
            check_position(layer, position)
            if layer in layers[:position] and layer.input_shape != shape:
                raise ShapeError(f"it is used twice, with inputs of shape {layer.input_shape} and of shape {shape}")
            shape = layer.build(shape)
        except ShapeError as error:
            raise ShapeError(f"{name} does not fit: {error}") from error
    return shape


def leaf_layers(layers: Sequence[Layer]) -> Iterator[Layer]:
    """Yield the layers of a chain in order, those within a layer in its place."""
    for layer in layers:
        yield from leaf_layers(layer.layers) if layer.layers else (layer,)


def largest_output(layers: Sequence[Layer], longest: int) -> int:
    """Return the largest number of values that a layer outputs for a sample, with ``longest`` for any open length."""
    return max(
        math.prod(longest if length == ANY_LENGTH else length for length in layer.output_shape)
        for layer in leaf_layers(layers)
    )


def next_activation(later: Sequence[Layer], then: Layer | None) -> Layer | None:
    """Return the first activation in ``later``, None if a layer with weights precedes it, ``then`` without either."""
    for layer in leaf_layers(later):
        if layer.activation:
            return layer
        if any(parameter.decays for parameter in layer.declared_parameters().values()):
            return None
    return then


def check_position(layer: Layer, position: int) -> None:
    """Raise `ShapeError` if a layer takes indices and is not the first of its network."""
    if layer.takes_indices and position:
        raise ShapeError("it takes indices, such as the numbers of characters, which no layer outputs; put it first")


def refuse_too_many(layers: Sequence[Layer]) -> None:
    """Raise `ArgumentError` if there are more than `MOST_LAYERS`, those within blocks counted."""
    if any(islice(leaf_layers(layers), MOST_LAYERS, None)):
        raise ArgumentError(f"the network would have more than {MOST_LAYERS:,} layers, which is the most possible")


def refuse_sharing_within_blocks(layers: Sequence[Layer]) -> None:
    """Raise `ArgumentError` if a layer within a layer is used elsewhere too."""
    leaves = list(leaf_layers(list(dict.fromkeys(layers))))
    for position, layer in enumerate(leaves):
        if layer in leaves[:position]:
            raise ArgumentError(
                f"{layer!r} is used within a block and elsewhere too; a layer within a block cannot be shared, "
                "so make a new one"
            )


def require_resumable(layers: Sequence[Layer]) -> None:
    """Raise `ArgumentError` unless later time steps depend on earlier ones through the layers' states alone."""
    for layer in leaf_layers(layers):
        if layer.time_dependence > TimeDependence.STATE:
            raise ArgumentError(
                f"this network cannot continue from the state of an earlier pass, since {layer!r} needs all time steps "
                "at once; give it whole sequences"
            )


def require_masking(layers: Sequence[Layer]) -> None:
    """Raise `ArgumentError` unless a layer leaves out the padding, and every such one gets the network's time steps."""
    masking = [layer for layer in leaf_layers(layers) if layer.masks_padding]
    if not masking:
        raise ArgumentError(
            "lengths are given, but this network has no recurrent layer and no Last, which use them; leave them out"
        )
    for layer in masking:
        if layer.input_shape[0] != layers[0].input_shape[0]:
            raise ArgumentError(
                f"lengths count the time steps of the input, {layers[0].input_shape[0]}, but {layer!r} gets "
                f"{layer.input_shape[0]} of them; leave the lengths out, or keep all time steps before that layer"
            )
