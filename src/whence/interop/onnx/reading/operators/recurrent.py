"""Recurrent layers: one of the operators is one layer, in one direction of time or in both."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from whence.arrays import Array
from whence.interop.onnx.operators.recurrent import GATES_IN_ONNX
from whence.interop.onnx.reading.context import Reading
from whence.interop.onnx.reading.file import Node
from whence.interop.onnx.reading.operators.heads import both_probabilities
from whence.interop.onnx.reading.operators.registry import reads, require
from whence.interop.onnx.reading.values import Joined, Signal, Stage, Unknown, Unsayable, Value
from whence.nn import GRU, LSTM, RNN
from whence.nn.recurrent import Recurrent

_KINDS: dict[str, type[Recurrent]] = {"RNN": RNN, "GRU": GRU, "LSTM": LSTM}
_ACTIVATIONS = {"RNN": ["Tanh"], "GRU": ["Sigmoid", "Tanh"], "LSTM": ["Sigmoid", "Tanh", "Tanh"]}
_REVERSE = "_l0_reverse"


@reads("RNN", "GRU", "LSTM")
def _recurrent(
    reading: Reading,
    node: Node,
    x: Value,
    weight: Value,
    recurrence: Value,
    bias: Value = None,
    lengths: Value = None,
    *states: Value,
) -> tuple[Value, ...]:
    signal = reading.signal(x)
    batch_first = node.attributes.get("layout", 0)
    if signal.places.ndim != 3 or signal.batch != (0 if batch_first else 1) or signal.places.shape[signal.batch] != 1:
        raise Unsayable("does not take sequences of time steps of features")
    if lengths is not None:
        raise Unsayable("is given the lengths of sequences")
    _require_plain(node, states)
    directions = {"forward": [False], "reverse": [True], "bidirectional": [False, True]}[
        node.attributes.get("direction", "forward")
    ]
    if not isinstance(weight, np.ndarray) or not isinstance(recurrence, np.ndarray) or recurrence.ndim != 3:
        raise Unsayable("has weights that are computed from the input")
    kind, units = _KINDS[node.operator], recurrence.shape[2]
    parts = [
        _parameters(kind, weight[place], recurrence[place], bias[place] if isinstance(bias, np.ndarray) else None)
        for place in range(len(directions))
    ]
    sample = signal.sample  # (T, F)
    backward = [reverse != _reversed_in_time(signal) for reverse in directions]
    stage = reading.arranged(signal, sample[::-1] if _reversed_in_time(signal) else sample)
    options: dict[str, Any] = {"bias": bias is not None, **_nonlinearity(node)}
    features = stage.shape[1]
    if len(directions) == 2:
        layer = kind(features, units, bidirectional=True, **options)
        ahead, behind = parts if backward == [False, True] else parts[::-1]
        made = stage.then(layer, {**ahead, **{name.replace("_l0", _REVERSE): each for name, each in behind.items()}})
    else:
        made = replace(stage.then(kind(features, units, **options), parts[0]), backward=backward[0])
    return _outputs(signal, made, units, len(directions), batch_first)


@reads("Concat")
def _concat(reading: Reading, node: Node, *parts: Value) -> Value:
    """Return parts of one layer's outputs, the directions of a recurrent layer, or two probabilities, side by side."""
    if (head := both_probabilities(reading, node, parts)) is not None:
        return head
    if len(parts) == 1:
        return parts[0]
    if (joined := _of_one_layer(node, parts)) is not None:
        return joined
    if len(parts) == 2 and isinstance(parts[0], Signal) and isinstance(parts[1], Signal):
        one, other = parts[0], parts[1]
        axis = node.attributes["axis"] % one.places.ndim
        if axis == one.places.ndim - 1 and (stage := _both_directions(one, other)) is not None:
            return one.like(stage)
    return _joined(node, parts)


def _joined(node: Node, parts: tuple[Value, ...]) -> Joined:
    """Return outputs of several layers side by side, in case that a later node takes one of them."""
    signals = tuple(part for part in parts if isinstance(part, Signal))
    kinds = {(each.batch, each.places.ndim) for each in signals}
    batch, ndim = next(iter(kinds), (0, 1))
    axis = node.attributes["axis"] % ndim
    if len(signals) < len(parts) or len(kinds) > 1 or axis == batch:
        raise Unsayable("puts branches side by side, which no layer of whence does")
    return Joined(signals, axis, str(node))


def _of_one_layer(node: Node, parts: tuple[Value, ...]) -> Signal | None:
    """Return different parts of the outputs of one layer as one; None if they are not that."""
    signals = [part for part in parts if isinstance(part, Signal)]
    first = signals[0] if len(signals) == len(parts) else None
    if first is None or any((each.stage, each.batch) != (first.stage, first.batch) for each in signals):
        return None
    axis = node.attributes["axis"] % first.places.ndim
    if axis == first.batch:
        return None
    places = np.concatenate([each.places for each in signals], axis)
    return first.moved(places, first.batch) if np.unique(places).size == places.size else None


def _both_directions(one: Signal, other: Signal) -> Stage | None:
    """Return the bidirectional layer of a forward and a backward half; None if they are not that."""
    ahead, behind = one.stage, other.stage
    if (
        ahead.before is not behind.before
        or not isinstance(ahead.layer, Recurrent)
        or not isinstance(behind.layer, Recurrent)
        or type(ahead.layer) is not type(behind.layer)
        or ahead.layer.settings() != behind.layer.settings()
        or ahead.backward
        or not behind.backward
        or not np.array_equal(one.sample, ahead.places())
        or not np.array_equal(other.sample, behind.places())
    ):
        return None
    layer = type(ahead.layer)(**{**ahead.layer.settings(), "bidirectional": True})
    reverse = {name.replace("_l0", _REVERSE): array for name, array in behind.arrays.items()}
    assert ahead.before is not None
    return ahead.before.then(layer, {**ahead.arrays, **reverse})


def _reversed_in_time(signal: Signal) -> bool:
    """Return whether the time steps of a signal are in the opposite order of its stage's."""
    first = signal.sample[:, 0]
    return len(first) > 1 and bool(first[0] > first[-1])


def _outputs(signal: Signal, stage: Stage, units: int, directions: int, batch_first: bool) -> tuple[Value, ...]:
    """Return the states at all time steps, (T, D, N, H) or (N, T, D, H), and the last ones, (D, N, H) or (N, D, H)."""
    places = stage.places().reshape(-1, directions, units)  # (T, D, H)
    if _reversed_in_time(signal):
        places = places[::-1]
    if _reversed_in_time(signal) and directions == 2:
        places = places[:, ::-1]
    hidden = Signal(stage, places[np.newaxis] if batch_first else places[:, :, np.newaxis], 0 if batch_first else 2)
    if directions == 2:
        return hidden, Unknown("the last state of both directions, of which whence has those at each time step")
    last = stage.places()[0 if stage.backward else -1][np.newaxis]  # (1, H)
    return hidden, Signal(stage, last[np.newaxis] if batch_first else last[:, np.newaxis], 0 if batch_first else 1)


def _require_plain(node: Node, states: tuple[Value, ...]) -> None:
    for state in states:
        if state is not None and (not isinstance(state, np.ndarray) or state.any()):
            raise Unsayable("begins with states that are not zero, or has peepholes")
    directions = 2 if node.attributes.get("direction") == "bidirectional" else 1
    require(node, input_forget=0)
    if node.operator == "GRU" and not node.attributes.get("linear_before_reset"):
        raise Unsayable(
            "resets the state before its product (linear_before_reset = 0), where whence, as PyTorch, does it after"
        )
    if "clip" in node.attributes:
        raise Unsayable("clips its sums")
    found = node.attributes.get("activations") or _ACTIVATIONS[node.operator] * directions
    relu = node.operator == "RNN" and set(found) == {"Relu"}
    if not relu and found != _ACTIVATIONS[node.operator] * directions:
        raise Unsayable(f"has the activations {', '.join(found)}")


def _nonlinearity(node: Node) -> dict[str, str]:
    relu = node.operator == "RNN" and "Relu" in node.attributes.get("activations", [])
    return {"nonlinearity": "relu"} if relu else {}


def _parameters(kind: type[Recurrent], weight: Array, recurrence: Array, bias: Array | None) -> dict[str, Array]:
    """Return the parameters of one direction, from ONNX's W (G·H, F), R (G·H, H) and B (2·G·H)."""
    inverse = np.argsort(GATES_IN_ONNX[kind])
    units = recurrence.shape[-1]
    if len(weight) != kind.gates * units or recurrence.shape != (kind.gates * units, units):
        raise Unsayable(f"has weights of shapes {weight.shape} and {recurrence.shape}, which do not fit")

    def in_order(parameter: Array) -> Array:
        gates = np.split(parameter, kind.gates)
        return np.concatenate([gates[gate] for gate in inverse]).T

    arrays = {"weight_ih_l0": in_order(weight), "weight_hh_l0": in_order(recurrence)}
    if bias is None:
        return arrays
    if bias.shape != (2 * kind.gates * units,):
        raise Unsayable(f"has biases of shape {bias.shape}, which do not fit")
    of_input, of_state = map(in_order, np.split(bias, 2))
    if kind is GRU:
        arrays["bias_hn_l0"] = of_state[-units:]
        of_state = np.concatenate([of_state[:-units], np.zeros(units)])
    return {**arrays, "bias_l0": of_input + of_state}
