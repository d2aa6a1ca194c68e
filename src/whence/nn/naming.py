"""The textbook names of a network's arrays: ``x, W1, b1, z1, a1, W2, … , dz2, dW2, …``."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from whence.nn.context import Context
from whence.nn.layer import Layer
from whence.nn.parameter import Slot
from whence.nn.paths import append_to_stem

_OUTPUT = re.compile(r"^y(?=\.|$)")
"""The output in the formulas of many layers."""


@dataclass(frozen=True)
class LayerNames:
    """The textbook names of one layer's arrays.

    Parameters
    ----------
    position : int
        The layer's position in the network.
    number : int
        The number of layers with parameters up to and including it.
    input, output : str
        The names of its input and output.
    parameters : dict of str to str
        The name of each parameter by its name on the layer: ``{"weight": "W1"}``.
    renamed : dict of str to str
        The name of each array by its name in the layer's formulas.
    """

    position: int
    number: int
    input: str
    output: str
    parameters: dict[str, str]
    renamed: dict[str, str]


def name_layers(layers: Sequence[Layer]) -> list[LayerNames]:
    """Return the names of the arrays of every layer of a network.

    Only layers with parameters are counted, so that an activation has the number of the layer before it. What a layer
    calls ``y`` is ``s``, the signal that flows on, for ``y`` are the targets. An array and its derivative are named
    together: where one of the two names is taken, both get a prime. A layer that contains layers counts as one: within
    layer 2, the weight of the first is ``W2.0``.
    """
    taken = {"x", "y"}
    numbers: dict[Layer, int] = {}
    named: list[LayerNames] = []
    flowing = "x"
    for position, layer in enumerate(layers):
        declared = layer.declared_parameters()
        symbols = {name: declared[name].symbol for name in layer.parameter_shapes()}
        if symbols:
            numbers.setdefault(layer, len(numbers) + 1)
        number = numbers.get(layer, len(numbers))
        parameters = {name: append_to_stem(symbol, str(number)) for name, symbol in symbols.items()}
        renamed = {layer.input_symbol: flowing}
        renamed |= {symbol: parameters[name] for name, symbol in symbols.items()}
        renamed |= {f"d{symbol}": f"d{name}" for symbol, name in renamed.items()}
        for symbol in [layer.output_symbol, *_arrays_of(layer)]:
            if symbol not in renamed:
                name = append_to_stem(_OUTPUT.sub("s", symbol), str(number))
                while not taken.union(renamed.values()).isdisjoint((name, f"d{name}")):
                    name += "′"
                renamed |= {symbol: name, f"d{symbol}": f"d{name}"}
        taken |= set(renamed.values())
        output = renamed[layer.output_symbol]
        named.append(LayerNames(position, number, flowing, output, parameters, renamed))
        flowing = output
    return named


def slots_by_name(layers: Sequence[Layer], slots: Sequence[Slot]) -> dict[str, Slot]:
    """Return the place of each parameter in θ by its name: ``"W1"``."""
    named = name_layers(layers)
    return {named[slot.layer].parameters[slot.name]: slot for slot in slots}


def name_parameters(layers: Sequence[Layer], slots: Sequence[Slot]) -> dict[str, str]:
    """Return the name of each parameter by its path in a state dict: ``{"0.weight": "W1"}``."""
    return {slot.path: name for name, slot in slots_by_name(layers, slots).items()}


def _arrays_of(layer: Layer) -> list[str]:
    """Return the names of all arrays in a layer's formulas, in the order of occurrence, those of training first."""
    contexts = Context(training=True), Context(), Context(training=True, state={}, lengths=np.ones(1, np.intp))
    formulas = [formula for context in contexts for formula in layer.formulas_in(context)]
    return [entry.array for formula in formulas for entry in (formula.target, *formula.sources)]
