"""Slips that only recurrent layers have."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from whence.own_program.reference import Reference
from whence.own_program.slips.over_time import recurrences
from whence.own_program.slips.registry import Change, slips


@slips.register("state-forgotten")
def state_forgotten(step: Reference) -> Iterator[Change]:
    """The state of the time step before is not read."""
    for layer in recurrences(step):
        yield layer.state, layer.states(recurrent=np.zeros_like(step.arrays[layer.recurrent]))


@slips.register("truncated-through-time")
def truncated_through_time(step: Reference) -> Iterator[Change]:
    """The error does not go back to the time step before."""
    for layer in recurrences(step):
        yield layer.delta, layer.deltas(recurrent=np.zeros_like(step.arrays[layer.recurrent]))


@slips.register("wrong-time-step")
def wrong_time_step(step: Reference) -> Iterator[Change]:
    """The gradient of the recurrent weights is computed from the states of the same time steps, not of those before."""
    for layer in recurrences(step):
        same = np.einsum("ntl,ntj->lj", step.arrays[layer.state], step.arrays[layer.delta])
        yield f"d{layer.recurrent}", same


@slips.register("gradient-of-one-time-step")
def gradient_of_one_time_step(step: Reference) -> Iterator[Change]:
    """The gradient is that of one time step, the first or the last: it is overwritten instead of added up."""
    for layer in recurrences(step):
        for t in (0, -1):
            delta = np.zeros_like(step.arrays[layer.delta])
            delta[:, t] = step.arrays[layer.delta][:, t]
            for name in filter(None, (layer.weight, layer.recurrent, layer.bias)):
                yield f"d{name}", step.value(f"d{name}", {layer.delta: delta})
