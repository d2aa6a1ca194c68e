"""The nodes of a graph, one after the other: what each value is, and all that whence cannot say."""

from __future__ import annotations

import math
from collections import Counter

import numpy as np

from whence.arrays import Array
from whence.errors import ArgumentError, ModelFileError, WhenceError
from whence.interop.onnx.reading.context import Reading
from whence.interop.onnx.reading.file import GraphInput, Node, OnnxFile
from whence.interop.onnx.reading.folding import folded
from whence.interop.onnx.reading.operators.registry import READERS
from whence.interop.onnx.reading.unrolled import Unrolled
from whence.interop.onnx.reading.values import MISFITS, Head, Input, Signal, Unknown, Unsayable, Value
from whence.nn.parameter import MOST_PARAMETERS
from whence.visible import on_one_line

ANY_NUMBER = 10_007
"""What stands for the number of samples where the file leaves it open: a prime, by which it is known again."""
ANY_LENGTH_READ = 101
"""What stands for the number of time steps where the file leaves it open."""
_PASSED_ON = ("Identity", "Cast", "Reshape", "Squeeze", "Unsqueeze", "Flatten")
_MOST_TOLD = 20
_MOST_BYTES = 8 * MOST_PARAMETERS
"""The most memory of all values together: that of the largest network in double precision."""


class ReadGraph:
    """A graph whose values are known as far as whence can say them.

    Attributes
    ----------
    file : OnnxFile
        The file.
    input : GraphInput
        The input that has no value in the file.
    batch : int
        The axis of the samples in the input.
    reading : Reading
        What was found out.
    """

    def __init__(self, file: OnnxFile, until: str | None) -> None:
        self.file = file
        self._nodes_of_file = file.nodes()
        self._nodes, constants = Unrolled(self._nodes_of_file, file.constant).rolled()
        self._wanted = [until] if until is not None else list(file.outputs)
        self._needed = self._needed_nodes()
        self.input = self._only_input()
        recurrent = (n for n in self._needed if n.operator in ("RNN", "GRU", "LSTM") and not n.attributes.get("layout"))
        self.batch = int(len(self.input.shape) > 1 and any(n.inputs[:1] == (self.input.name,) for n in recurrent))
        self.samples = self.input.shape[self.batch] or ANY_NUMBER
        self.reading = Reading(self.samples, file.opset)
        self._bytes = 0
        self._values: dict[str, Value] = {**constants, self.input.name: self._input_signal()}
        for node in self._needed:
            self._read(node)
        self.reading.notes += [
            f"{name} is shared by several nodes, of which each layer has a copy of its own" for name in self._shared()
        ]

    def output(self) -> tuple[str, Signal, Head | None]:
        """Return the name of the value that is the network's output, the value, and what was left out after it.

        Raises
        ------
        ArgumentError
            If there is none, since whence's layers cannot say all nodes; the message tells all of these.
        """
        found = [(name, self._values.get(name)) for name in self._wanted]
        known = [(name, value) for name, value in found if not isinstance(value, Unknown | np.ndarray | None)]
        known.sort(key=lambda each: isinstance(each[1], Head))  # those with numbers first
        for name, value in known:
            try:
                head = next((each for _, each in known if isinstance(each, Head)), None)
                if isinstance(value, Head):
                    return value.name, value.signal, value
                signal = self.reading.signal(value)
                if self.reading.problems and not any(isinstance(each, Unknown) for _, each in found):
                    break
                if len(self._wanted) > 1:
                    others = [other for other, each in found if each is not value and not isinstance(each, Head)]
                    self.reading.notes += [f"the output {other} is left out" for other in others]
                return name, signal, head if head is not None and head.signal.stage is signal.stage else None
            except (Unsayable, WhenceError, *MISFITS) as error:
                self.reading.problems.append(f"the output {name} {on_one_line(str(error))}")
        raise self._refusal()

    def part(self, output: str) -> object:
        """Return the ONNX model of all nodes that were read, which gives one value."""
        return self.file.part(output, {node.outputs[0] for node in _needed_for([output], self._nodes_of_file)})

    def _refusal(self) -> ArgumentError:
        told = list(dict.fromkeys(self.reading.problems)) or ["nothing that depends on its input"]
        more = f"; and {len(told) - _MOST_TOLD} more" if len(told) > _MOST_TOLD else ""
        if unrolled := self.file.unrolled({node.operator for node in self._nodes}):
            kinds = " and ".join(f"torch.nn.{kind}" for kind in unrolled)
            return ArgumentError(
                f"{self.file.path} has {kinds} with every time step apart, as PyTorch's new exporter writes it, where "
                "whence reads the operator for all of them; export it by torch.onnx.export(..., dynamo=False)"
            )
        return ArgumentError(
            f"{self.file.path} has what no layer of whence says: {'; '.join(told[:_MOST_TOLD])}{more}; make the "
            "network of other layers and export it again, or import the part before by --until and the name of a value"
        )

    def _read(self, node: Node) -> None:
        """Find out what the outputs of a node are."""
        try:
            made = self._made(node)
        except Unsayable as error:
            self.reading.problems.append(f"{node} {error}")
            made = Unknown()
        except ModelFileError:
            raise
        except (WhenceError, *MISFITS) as error:
            self.reading.problems.append(f"{node} does not fit what it takes ({on_one_line(str(error))})")
            made = Unknown()
        outputs = made if isinstance(made, tuple) else (made,)
        taken = [_array_of(self._values.get(name)) for name in node.inputs]
        for array in map(_array_of, outputs):
            if not any(np.may_share_memory(array, each) for each in taken):
                self._count(array)
        for place, name in enumerate(node.outputs):
            if name:
                self._values[name] = (
                    outputs[place] if place < len(outputs) else Unknown(f"output {place + 1} of {node}")
                )

    def _made(self, node: Node) -> Value | tuple[Value, ...]:
        inputs = [self._value(node, name) for name in node.inputs]
        known = node.operator in READERS
        for each in inputs:
            if isinstance(each, Unknown):
                if each.reason:
                    raise Unsayable(f"takes {each.reason}")
                if known:
                    return each
        if all(each is None or isinstance(each, np.ndarray) for each in inputs):
            constant = folded(node, inputs)  # type: ignore[arg-type]
            if constant is not None:
                return constant
        if isinstance(next(iter(inputs), None), Head) and node.operator in _PASSED_ON:
            return inputs[0]
        if not known:
            raise Unsayable("is an operator for which there is no layer")
        return READERS[node.operator](self.reading, node, *inputs)

    def _value(self, node: Node, name: str) -> Value:
        if not name:
            return None
        if name not in self._values:
            constant = self.file.constant(name)
            if constant is None:
                raise ModelFileError(
                    f"{self.file.path} is damaged: {node} reads {name!r}, which no node before it makes and which is "
                    "not in the file; export it again"
                )
            self._count(constant)
            self._values[name] = constant
        return self._values[name]

    def _count(self, array: Array) -> None:
        """Add an array to the memory of all values; an axis along which a number is repeated takes none."""
        lengths = (length for length, stride in zip(array.shape, array.strides, strict=True) if stride)
        self._bytes += array.itemsize * math.prod(lengths)
        if self._bytes > _MOST_BYTES:
            raise ModelFileError(
                f"{self.file.path} makes values of more than {_MOST_BYTES:,} bytes together, which is too much to read "
                "it; export a smaller network, or import the part before by --until and the name of a value"
            )

    def _needed_nodes(self) -> list[Node]:
        known = {name for node in self._nodes for name in node.outputs if name}
        for name in self._wanted:
            if name not in known:
                raise ArgumentError(
                    f"{self.file.path} has no value {name!r}; its outputs are {', '.join(self.file.outputs)}"
                )
        return _needed_for(self._wanted, self._nodes)

    def _shared(self) -> list[str]:
        """Return the names of the weights that several nodes read."""
        read = Counter(name for node in self._needed for name in node.inputs)
        arrays = ((name, self._values.get(name)) for name, count in read.items() if count > 1)
        return [name for name, array in arrays if isinstance(array, np.ndarray) and array.ndim > 1 and array.size > 1]

    def _only_input(self) -> GraphInput:
        read = {name for node in self._needed for name in node.inputs}
        found = [each for each in self.file.inputs() if each.name in read]
        if len(found) != 1:
            names = ", ".join(each.name for each in found)
            raise ArgumentError(
                f"{self.file.path} takes {len(found) or 'no'} inputs{f', {names}' if names else ''}, where a network "
                "of whence takes one; export a network with one input"
            )
        if not found[0].shape or found[0].dtype.kind not in "fiu":
            raise ArgumentError(
                f"the input {found[0].name} of {self.file.path} is no batch of numbers; export a network that takes one"
            )
        return found[0]

    def _input_signal(self) -> Signal:
        lengths = [n for axis, n in enumerate(self.input.shape) if axis != self.batch]
        steps = len(lengths) == 2 or (len(lengths) == 1 and self.input.dtype.kind in "iu")
        if None in lengths[1:] or (None in lengths and not steps):
            shown = ", ".join("?" if n is None else str(n) for n in lengths)
            raise ArgumentError(
                f"the input {self.input.name} of {self.file.path} has samples of shape ({shown}) with open lengths; "
                "export it with the size of the samples fixed, and only their number open"
            )
        shape = tuple(ANY_LENGTH_READ if n is None else n for n in lengths)
        size = int(np.prod(shape, dtype=object)) if shape else 1
        try:
            Input(shape)
        except Unsayable as error:
            raise ArgumentError(f"the input {self.input.name} of {self.file.path} {error}") from error
        stage = Input(shape, order=np.arange(size), shift=np.zeros(size), scale=np.ones(size))
        return Signal(stage, np.expand_dims(stage.places(), self.batch), self.batch)


def _needed_for(outputs: list[str], nodes: list[Node]) -> list[Node]:
    """Return those of the nodes that outputs are computed from, in their order."""
    wanted, needed = set(outputs), []
    for node in reversed(nodes):
        if wanted & set(node.outputs):
            wanted |= set(node.inputs)
            needed.append(node)
    return needed[::-1]


def _array_of(value: Value) -> Array:
    """Return the array that a value keeps; one of no length if it keeps none of its own."""
    if isinstance(value, Signal):
        return value.places
    return value if isinstance(value, np.ndarray) else np.empty(0)
