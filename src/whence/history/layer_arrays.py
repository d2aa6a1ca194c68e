"""The arrays of a step that the formulas of a layer read."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from whence.arrays import Array
from whence.nn import Sequential
from whence.nn.parameter import views_of
from whence.training import BackwardPass


def arrays_of_layer(
    net: Sequential, position: int, backward: BackwardPass, names: Collection[str]
) -> Mapping[str, Array]:
    """Return arrays of the layer at a position by their names in its formulas, those of some names among them.

    Only where these are not all at hand, those that `whence.nn.Layer.arrays` computes are there too.
    """
    layer, passing = net.layers[position], backward.passing
    assert passing is not None
    x, y, delta = passing.values[position], passing.values[position + 1], passing.deltas[position + 1]
    arrays = {**backward.tape[position], layer.input_symbol: x, f"d{layer.output_symbol}": delta}
    if arrays.keys() >= {*names}:
        return arrays
    views = views_of(backward.gradient, net.slots, net.layers.index(layer))
    return layer.arrays(x, y, backward.tape[position], delta, views, passing.deltas.get(position))
