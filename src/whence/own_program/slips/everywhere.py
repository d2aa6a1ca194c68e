"""Slips that can be made with any array."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from whence.own_program.reference import Reference
from whence.own_program.slips.registry import Change, slips


@slips.register("in-place-aliasing")
def in_place_aliasing(step: Reference) -> Iterator[Change]:
    """A later array is computed in the memory of an earlier one, which has its numbers from then on."""
    order = [name for name in step.formulas if step.arrays[name].ndim]
    for place, name in enumerate(order):
        for later in order[place + 1 :]:
            if step.arrays[later].shape == step.arrays[name].shape:
                for factor in (1.0, step.samples, -1.0):
                    yield name, step.arrays[later] * factor


@slips.register("truncated-to-integers")
def truncated_to_integers(step: Reference) -> Iterator[Change]:
    """The numbers lose their fractions in an array of integers."""
    for name in step.formulas:
        yield name, np.trunc(step.arrays[name])
