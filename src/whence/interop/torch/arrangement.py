"""The layers of a network in their places in PyTorch: where the axis of channels is, and how features are ordered.

PyTorch's convolutions have channels second, so that flattening gives features in another order than whence's. The
linear layer that reads these features, or writes those of which images are made, has its weights in that order.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from whence.arrays import Array, Shape
from whence.interop.torch.placed_layer import (
    LAST,
    SECOND,
    PlacedLayer,
    natural_channels,
    order_with_channels_second,
    placed_layer,
)
from whence.nn import Flatten, Layer, Linear, Reshape, Sequential


def arranged_network(net: Sequential) -> list[PlacedLayer[Any]]:
    """Return the layers of a network in their places.

    Raises
    ------
    ArgumentError
        If a layer is none of whence's own.
    """
    return arranged(net.layers, natural_channels(net.input_shape))


def arranged(layers: Sequence[Layer], channels: str, within: str = "") -> list[PlacedLayer[Any]]:
    """Return the layers of a chain in their places, for an input whose channels are ``last`` or ``second``."""
    uses = Counter(layers)
    chain: list[PlacedLayer[Any]] = []
    for position, layer in enumerate(layers):
        placed = placed_layer(layer, f"{within}{position}", channels)
        makes_images = isinstance(layer, Reshape) and (len(layer.input_shape), len(layer.output_shape)) == (1, 3)
        if makes_images and (run := _up_to_linear(reversed(chain), uses)):
            placed.channels_out = SECOND
            placed.order_in = run[-1].order_out = _ordered(run[:-1], layer.output_shape)
        chain.append(placed)
        channels = placed.channels_out
    for position, placed in enumerate(chain):
        if isinstance(placed.layer, Flatten) and placed.channels_in == SECOND:
            if run := _up_to_linear(chain[position + 1 :], uses):
                placed.order_out = run[-1].order_in = _ordered(run[:-1], placed.layer.input_shape)
            else:
                placed.channels_in = LAST
    return chain


def leaves(chain: Iterable[PlacedLayer[Any]]) -> Iterator[PlacedLayer[Any]]:
    """Yield all layers in order, those within a layer in its place, each at its first use only."""
    seen: set[Layer] = set()
    for placed in chain:
        if placed.layer not in seen:
            yield from leaves(placed.layers_within) if placed.layers_within else (placed,)
        seen.add(placed.layer)


def _up_to_linear(chain: Iterable[PlacedLayer[Any]], uses: Counter[Layer]) -> list[PlacedLayer[Any]]:
    """Return the layers up to the first linear one, if the others keep the order of features and all are used once."""
    run: list[PlacedLayer[Any]] = []
    for placed in chain:
        if uses[placed.layer] > 1:
            return []
        run.append(placed)
        if isinstance(placed.layer, Linear):
            return run
        if not placed.keeps_order:
            return []
    return []


def _ordered(between: Iterable[PlacedLayer[Any]], images: Shape) -> Array:
    """Give features the order of images with channels second in all these layers, and return it."""
    order = order_with_channels_second(images)
    for placed in between:
        placed.order_in = placed.order_out = order
    return order
