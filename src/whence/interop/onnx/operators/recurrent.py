"""The ONNX operators of recurrent layers: one for each direction of each layer of a stack, with time first."""

from __future__ import annotations

from typing import Any

import numpy as np

from whence.arrays import Array
from whence.interop.onnx.graph import Graph
from whence.interop.onnx.operators.registry import translates
from whence.nn import GRU, LSTM, RNN
from whence.nn.recurrent import Recurrent
from whence.nn.recurrent.direction import Direction

GATES_IN_ONNX: dict[type[Recurrent], list[int]] = {RNN: [0], GRU: [1, 0, 2], LSTM: [0, 3, 1, 2]}
"""The gates in ONNX's order: z r h of whence's r z g, and i o f c of whence's i f g o."""


@translates(RNN, GRU, LSTM)
def _recurrent(graph: Graph, layer: Recurrent, x: str) -> str:
    y = graph.add("Transpose", x, perm=[1, 0, 2])  # (T, N, F)
    for place in range(layer.num_layers):
        hidden = [_run(graph, layer, direction, y) for direction in layer.directions(place)]
        y = graph.add("Concat", *hidden, axis=2) if layer.bidirectional else hidden[0]  # (T, N, D·H)
    return graph.add("Transpose", y, perm=[1, 0, 2])


def _run(graph: Graph, layer: Recurrent, direction: Direction, x: str) -> str:
    """Return the hidden states (T, N, H) of one direction; that back in time runs forward on reversed steps."""
    own = layer.direction_parameters(direction.layer)
    named = {symbol: layer.views[name + direction.suffix] for name, (symbol, _) in own.items()}
    constants = [
        graph.constant(f"{name}{direction.suffix}", values) for name, values in _parameters(layer, named).items()
    ]
    x = _reversed(graph, x) if direction.reverse else x
    y = graph.add(type(layer).__name__, x, *constants, hidden_size=layer.hidden_size, **_attributes(layer))
    y = graph.add("Squeeze", y, np.array([1]))  # of the one direction
    return _reversed(graph, y) if direction.reverse else y


def _attributes(layer: Recurrent) -> dict[str, Any]:
    if isinstance(layer, RNN):
        return {"activations": [{"tanh": "Tanh", "relu": "Relu"}[layer.nonlinearity]]}
    return {"linear_before_reset": 1} if isinstance(layer, GRU) else {}


def _parameters(layer: Recurrent, named: dict[str, Array]) -> dict[str, Array]:
    """Return ONNX's W (1, G·H, F), R (1, G·H, H) and B (1, 2·G·H), from the parameters by symbol."""

    def in_order(parameter: Array) -> Array:
        gates = np.split(parameter, layer.gates, axis=-1)
        return np.concatenate([gates[gate] for gate in GATES_IN_ONNX[type(layer)]], axis=-1).T[np.newaxis]

    arrays = {"W": in_order(named["W"]), "R": in_order(named["U"])}
    if layer.bias:
        of_state = np.zeros_like(named["b"])
        if "bq" in named:  # of GRU's g, added before the reset
            of_state[-layer.hidden_size :] = named["bq"]
        arrays["B"] = np.concatenate([in_order(named["b"]), in_order(of_state)], axis=1)
    return arrays


def _reversed(graph: Graph, x: str) -> str:
    """Return the time steps of (T, N, F) in reverse."""
    beyond = np.iinfo(np.int64).min
    return graph.add("Slice", x, np.array([-1]), np.array([beyond]), np.array([0]), np.array([-1]))
