"""Recurrent layers that are there as the nodes of single time steps, as one node for all of these.

PyTorch's new exporter writes ``torch.nn.RNN`` so: the inputs of all steps are multiplied at once, and then each step is
``h[t] = tanh((h[t − 1] U + b) + z[t])`` in nodes of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np

from whence.arrays import Array
from whence.interop.onnx.reading.file import Node
from whence.interop.onnx.reading.folding import from_input_or_attribute
from whence.interop.onnx.reading.values import MISFITS

_MOVEMENTS = "Expand", "Slice", "Squeeze", "Unsqueeze"
"""The operators that make a first state of zeros of one number."""
_END = 2**31

Constants = dict[str, Array]


@dataclass(frozen=True)
class _Sum:
    """``taken · weight + bias``, a bias of None being left out."""

    taken: str
    weight: str
    bias: str | None

    @property
    def parameters(self) -> tuple[str, str | None]:
        """The names of the weight and of the bias."""
        return self.weight, self.bias


@dataclass(frozen=True)
class _Step:
    """One time step: the node of its activation, the sum over the state before, and which of the other sums it takes.

    The state is the name of a constant where that sum was computed as the file was made.
    """

    node: Node
    state: _Sum | str
    sequence: str
    time: int

    @property
    def name(self) -> str:
        """The name of the new state."""
        return self.node.outputs[0]


class Unrolled:
    """The nodes of a graph, among which recurrent layers may be written step by step.

    Parameters
    ----------
    nodes : sequence of Node
        The nodes.
    constant : callable
        From a name to the array of this name in the file, or None.
    """

    def __init__(self, nodes: Sequence[Node], constant: Callable[[str], Array | None]) -> None:
        self._nodes, self._constant = nodes, cache(constant)
        self._makers = {name: node for node in nodes for name in node.outputs}

    def rolled(self) -> tuple[list[Node], Constants]:
        """Return the nodes with one node RNN for all steps of a layer, and the constants that such nodes take."""
        found: dict[str, list[Node]] = {}
        constants: Constants = {}
        try:
            for steps in self._layers():
                if (made := self._layer(steps)) is not None:
                    found |= {step.name: [] for step in steps} | {steps[0].name: made[0]}
                    constants |= made[1]
        except MISFITS:  # the nodes as they are tell which one it is
            return [*self._nodes], {}
        return [new for node in self._nodes for new in found.get((*node.outputs, "")[0], [node])], constants

    def _layers(self) -> Iterator[list[_Step]]:
        """Yield the steps of each layer, from the first on."""
        steps = [step for step in map(self._step, self._nodes) if step is not None]
        after = {step.state.taken: step for step in steps if isinstance(step.state, _Sum)}
        for first in steps:
            layer = [first]
            while (following := after.get(layer[-1].name)) and following.time == len(layer):
                layer.append(following)
            if first.time == 0 and len(layer) > 1:
                yield layer

    def _layer(self, steps: list[_Step]) -> tuple[list[Node], Constants] | None:
        """Return the nodes that do what the steps do, and their constants; None if the steps are of no layer."""
        first, second = steps[0], steps[1]
        backward, sequence = self._turned(first.sequence)
        given, recurrence = self._sum(sequence), second.state
        if given is None or not isinstance(recurrence, _Sum) or not self._begins_with_zeros(first, recurrence):
            return None
        for step in steps[1:]:
            same = (step.sequence, step.node.operator) == (first.sequence, first.node.operator)
            if not same or not isinstance(step.state, _Sum) or step.state.parameters != recurrence.parameters:
                return None
        weight, of_state = self._constant(given.weight), self._constant(recurrence.weight)
        if weight is None or of_state is None or of_state.ndim != 2:
            return None
        units, name = len(of_state), first.name
        constants = {f"{name} W": weight.T[np.newaxis], f"{name} R": of_state.T[np.newaxis]}
        biases = [self._bias(each, units) for each in (given, recurrence)]
        if given.bias or recurrence.bias:
            constants[f"{name} B"] = np.concatenate(biases)[np.newaxis]
        direction = "reverse" if backward else "forward"
        attributes = {"hidden_size": units, "direction": direction, "activations": [first.node.operator]}
        states, all_states = f"{name} Y", f"{name} states"
        layer = Node("RNN", first.node.name, (given.taken, *constants), (states,), attributes)
        return [layer, Node("Squeeze", all_states, (states,), (all_states,), {"axes": [1]})] + [
            _slice(step, all_states, -1 - step.time if backward else step.time) for step in steps
        ], constants

    def _step(self, node: Node) -> _Step | None:
        total = self._made_by(node.inputs[0], "Add") if node.operator in ("Tanh", "Relu") else None
        if total is None:
            return None
        for state, given in (total.inputs, total.inputs[::-1]):
            part = self._made_by(given, "Squeeze")
            taken = None if part is None else self._taken(part.inputs[0])
            before = state if self._constant(state) is not None else self._sum(state)
            if taken is not None and before is not None:
                return _Step(node, before, *taken)
        return None

    def _taken(self, name: str) -> tuple[str, int] | None:
        """Return which value one row is taken of, and which one."""
        start, end, axis, step = self._slice_of(name)
        if axis != 0 or start is None or end != start + 1 or step != 1:
            return None
        return self._makers[name].inputs[0], start

    def _turned(self, name: str) -> tuple[bool, str]:
        """Return whether a value is another one from its last row to its first, and that value, or else its own."""
        *_, axis, step = self._slice_of(name)
        return (True, self._makers[name].inputs[0]) if (axis, step) == (0, -1) else (False, name)

    def _slice_of(self, name: str) -> tuple[int | None, int | None, int | None, int | None]:
        """Return where a part of one axis begins and ends, the axis and the step; all None if it is no such part."""
        node = self._made_by(name, "Slice")
        if node is None:
            return None, None, None, None
        given = [self._constant(each) for each in node.inputs[1:]]
        start, end, axis, step = (
            from_input_or_attribute(node, name, each)
            for name, each in zip(("starts", "ends", "axes", "steps"), (*given, None, None, None, None), strict=False)
        )
        if not start or not end or axis is None or len(axis) != 1:
            return None, None, None, None
        return start[0], end[0], axis[0], step[0] if step else 1

    def _sum(self, name: str) -> _Sum | None:
        """Return a value as a product with a constant matrix and a bias."""
        added = self._made_by(name, "Add")
        product, bias = (name, None) if added is None else (added.inputs[0], added.inputs[1])
        node = self._made_by(product, "MatMul")
        if node is None or self._constant(node.inputs[1]) is None or (bias and self._constant(bias) is None):
            return None
        return _Sum(node.inputs[0], node.inputs[1], bias)

    def _bias(self, weighted: _Sum, units: int) -> Array:
        bias = None if weighted.bias is None else self._constant(weighted.bias)
        return np.zeros(units, np.float32) if bias is None else bias

    def _begins_with_zeros(self, first: _Step, recurrence: _Sum) -> bool:
        if isinstance(first.state, _Sum):
            return first.state.parameters == recurrence.parameters and first.state.taken in self._zeros
        state = self._constant(first.state)
        return state is not None and bool((state == self._bias(recurrence, state.shape[-1])).all())

    @cached_property
    def _zeros(self) -> set[str]:
        """The names of the values that are a constant 0, repeated and cut."""
        found: set[str] = set()
        for node in self._nodes:
            if node.operator in _MOVEMENTS:
                taken = node.inputs[0]
                array = self._constant(taken)
                if taken in found or (array is not None and not array.any()):
                    found |= {*node.outputs}
        return found

    def _made_by(self, name: str, operator: str) -> Node | None:
        node = self._makers.get(name)
        return node if node is not None and node.operator == operator else None


def _slice(step: _Step, states: str, row: int) -> Node:
    """Return the node that takes the state of a step."""
    part = {"starts": [row], "ends": [_END if row == -1 else row + 1], "axes": [0]}
    return Node("Slice", step.node.name, (states,), step.node.outputs, part)
