"""Carrying states: where recurrent layers stand after a batch, so that the next one can go on from there."""

from __future__ import annotations

from collections.abc import Mapping

from whence.arrays import Array
from whence.nn import Layer, Sequential
from whence.nn.layer import Cache
from whence.nn.paths import put_within, taken_from
from whence.nn.recurrent.base import Recurrent
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
    return [_last_of(layer, cache) for layer, cache in zip(net.layers, tape, strict=True)]


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


def _last_of(layer: Layer, cache: Cache) -> Cache:
    if isinstance(layer, Recurrent):
        return {name + run.mark: cache[name + run.mark][:, -1:] for name in layer.states for run in layer.runs()}
    last: Cache = {}
    for place, within in enumerate(layer.layers):
        last |= put_within(place, _last_of(within, taken_from(place, cache)))
    return last
