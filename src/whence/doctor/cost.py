"""About how long training steps take, from the sizes of a network alone, so that trials are the same on any machine."""

from __future__ import annotations

import math

from whence.nn import Sequential
from whence.nn.chain import leaf_layers

_SECONDS_FOR_MULTIPLICATION = 1 / 4e9
_SECONDS_FOR_STEP, _SECONDS_FOR_LAYER = 4e-5, 1.2e-5
_PASSES = 3
"""A training step is a forward pass and a backward pass, which costs two."""


def seconds_per_step(net: Sequential, batch_size: int, length: int) -> float:
    """Return about how many seconds a training step takes with samples of ``length`` time steps."""
    layers = sum(length if layer.recurrent else 1 for layer in leaf_layers(net.layers))
    work = batch_size * _PASSES * _multiplications(net, length)
    return _SECONDS_FOR_STEP + layers * _SECONDS_FOR_LAYER + work * _SECONDS_FOR_MULTIPLICATION


def _multiplications(net: Sequential, length: int) -> float:
    """Return about how many multiplications a forward pass makes for a sample of ``length`` time steps."""
    total = 0.0
    for layer in leaf_layers(net.layers):
        weights = sum(math.prod(shape) for shape in layer.parameter_shapes().values())
        places = math.prod(length if size < 0 else size for size in layer.output_shape[:-1])
        if layer.recurrent and len(layer.output_shape) == 1:
            places = length
        total += (0 if layer.takes_indices else weights) * places + math.prod(layer.output_shape[-1:]) * places
    return total
