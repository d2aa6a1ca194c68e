"""Carrying states: where recurrent layers stand after a batch, so that the next one can go on from there."""

from __future__ import annotations

from collections.abc import Mapping

from whence.arrays import Array
from whence.nn import Sequential
from whence.nn.recurrent import Recurrent
from whence.nn.sequential import Tape

_PREFIX = "carried/"


def last_states(net: Sequential, tape: Tape) -> Tape:
    """Return what a tape holds of its last time step, from which `Sequential.forward` goes on as from the whole.

    Parameters
    ----------
    net : Sequential
        The network.
    tape : list
        From `Sequential.forward`.

    Returns
    -------
    list
        For every recurrent layer its states, (N, 1, H); nothing for the others.
    """
    return [
        {name: cache[name][:, -1:] for name in _state_names(layer)} if isinstance(layer, Recurrent) else {}
        for layer, cache in zip(net.layers, tape, strict=True)
    ]


def carried_arrays(after: Tape | None) -> dict[str, Array]:
    """Return the states that `last_states` gave as arrays with names, for a checkpoint."""
    return {
        f"{_PREFIX}{place}/{name}": array for place, cache in enumerate(after or ()) for name, array in cache.items()
    }


def carried_from(arrays: Mapping[str, Array], net: Sequential) -> Tape | None:
    """Return the states that `carried_arrays` wrote, or None if there are none."""
    after: Tape = [{} for _ in net.layers]
    for path, array in arrays.items():
        if path.startswith(_PREFIX):
            place, name = path.removeprefix(_PREFIX).split("/")
            after[int(place)][name] = array
    return after if any(after) else None


def _state_names(layer: Recurrent) -> list[str]:
    return [f"{name}{run.mark}" for name in layer.states for run in layer.runs()]
