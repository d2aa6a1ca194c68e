"""Chains of layers, in a network or within a layer: each is built for what the one before it gives."""

from __future__ import annotations

from collections.abc import Sequence

from whence.arrays import Shape
from whence.errors import ArgumentError, ShapeError
from whence.nn.layer import Layer, TimeDependence, check_place, undivided


def first_input_shape(layers: Sequence[Layer]) -> Shape:
    """Return the input shape that the first layer fixes, or raise `ArgumentError` if it does not."""
    shape = layers[0].declared_input_shape()
    if shape is None:
        raise ArgumentError(
            f"the first layer, {layers[0]!r}, takes inputs of any shape; say which with input_shape=(…)"
        )
    return shape


def build_chain(layers: Sequence[Layer], shape: Shape, *, within: bool = False) -> Shape:
    """Build layers in their order, and return the shape of what the last one gives.

    Parameters
    ----------
    layers : sequence of Layer
        First to last.
    shape : tuple of int
        That of the first one's inputs, without the batch axis.
    within : bool
        Whether they are the layers within a layer, for messages.

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
            check_place(layer, position)
            if layer in layers[:position] and layer.input_shape != shape:
                raise ShapeError(f"it is used twice, with inputs of shape {layer.input_shape} and of shape {shape}")
            shape = layer.build(shape)
        except ShapeError as error:
            raise ShapeError(f"{name} does not fit: {error}") from error
    return shape


def refuse_sharing_within(layers: Sequence[Layer]) -> None:
    """Raise `ArgumentError` if a layer within a layer stands in another place too."""
    chain = list(undivided(list(dict.fromkeys(layers))))
    for place, layer in enumerate(chain):
        if layer in chain[:place]:
            raise ArgumentError(
                f"{layer!r} stands within a block and in another place too; a layer within a block may stand nowhere "
                "else, so make a new one"
            )


def require_state_suffices(layers: Sequence[Layer]) -> None:
    """Raise `ArgumentError` unless later time steps can go on from a state alone."""
    for layer in undivided(layers):
        if layer.time_dependence > TimeDependence.STATE:
            raise ArgumentError(
                f"this network cannot go on where an earlier pass stopped, since {layer!r} needs all time steps at "
                "once; give it whole sequences"
            )


def require_heeding(layers: Sequence[Layer]) -> None:
    """Raise `ArgumentError` unless a layer leaves out what lies after the ends of sequences."""
    if not any(layer.heeds_lengths for layer in undivided(layers)):
        raise ArgumentError(
            "lengths are given, but this network has no recurrent layer and no Last to heed them; leave them out"
        )
