"""Slips that only convolutions have."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from whence.own_program.reference import Reference
from whence.own_program.slips.registry import Change, slips


@slips.register("kernel-flipped")
def kernel_flipped(step: Reference) -> Iterator[Change]:
    """The weights of a convolution are turned round, or are not where they should be."""
    for layer in step.dense:
        weight = step.arrays[layer.weight]
        axes = tuple(range(weight.ndim - 2))
        if not axes:
            continue
        flipped = np.flip(weight, axes)
        for name in (layer.sum, f"d{layer.input}"):
            if name in step.readers(layer.weight):
                yield name, step.value(name, {layer.weight: flipped})
        yield f"d{layer.weight}", np.flip(step.arrays[f"d{layer.weight}"], axes)
