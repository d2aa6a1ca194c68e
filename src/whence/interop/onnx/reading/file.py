"""ONNX files, read within bounds: what they say of sizes is held against what they have before it is believed."""

from __future__ import annotations

import math
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from whence.arrays import Array
from whence.errors import ModelFileError
from whence.nn.parameter import MOST_PARAMETERS
from whence.optional import require

_LARGEST_FILE = 4 * MOST_PARAMETERS + 2**24
"""In bytes: the parameters of the largest network in float32, and its nodes."""
_MOST_NODES = 20_000
_CLASSES = "pkg.torch.onnx.class_hierarchy"
_RECURRENT = re.compile(r"torch\.nn\.modules\.rnn\.(RNN|GRU|LSTM)'")
"""What PyTorch's exporter notes of each node, and how recurrent layers are named there."""
_ADVICE = "restore it from a copy, or export it again"


@dataclass(frozen=True)
class Node:
    """A node of a graph.

    Parameters
    ----------
    operator : str
        Its operator, with the domain if that is not ONNX's own: ``"ai.onnx.ml.ZipMap"``.
    name : str
        Its own name, or that of its first output.
    inputs, outputs : tuple of str
        The names of values; empty for one that is left out.
    attributes : dict
        Numbers, texts, arrays, or lists of these, by name.
    """

    operator: str
    name: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    attributes: dict[str, Any]

    def __str__(self) -> str:
        return f"{self.operator} (node {self.name})"


@dataclass(frozen=True)
class GraphInput:
    """An input of a graph: its name, its dtype, and its shape with None for an open length."""

    name: str
    dtype: np.dtype[Any]
    shape: tuple[int | None, ...]


class OnnxFile:
    """The graph in an ONNX file.

    Attributes
    ----------
    path : Path
        The file.
    opset : int
        The version of ONNX's own operators.
    metadata : dict of str to str
        The metadata.
    outputs : tuple of str
        The names of the graph's outputs.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path)
        self._onnx = require("onnx", extra="onnx", purpose="reading ONNX files")
        proto = self._parsed()
        self.opset = max((each.version for each in proto.opset_import if each.domain in ("", "ai.onnx")), default=0)
        self.metadata = {each.key: each.value for each in proto.metadata_props}
        self._proto, graph = proto, proto.graph
        if not graph.node or not self.opset:
            raise ModelFileError(f"{path} is not an ONNX file of a network, since it has no nodes; {_ADVICE}")
        if len(graph.node) > _MOST_NODES:
            raise ModelFileError(f"{path} has {len(graph.node):,} nodes; at most {_MOST_NODES:,} are read")
        named = [*graph.node, *graph.output, *graph.input, *graph.initializer]
        values = [name for node in graph.node for name in (*node.input, *node.output, node.op_type, node.domain)]
        if not all(isinstance(name, str) for name in (*values, *(each.name for each in named))):
            raise ModelFileError(f"{path} is damaged, since it has names that are no texts; {_ADVICE}")
        self.outputs = tuple(each.name for each in graph.output)
        self._tensors = {each.name: each for each in graph.initializer}

    def _parsed(self) -> Any:
        if self.path.is_dir():
            raise ModelFileError(f"{self.path} is a folder; give an ONNX file in it")
        if not self.path.is_file():
            raise ModelFileError(f"there is no file {self.path}; check the path")
        if (size := self.path.stat().st_size) > _LARGEST_FILE:
            raise ModelFileError(f"{self.path} has {size:,} bytes; networks have at most {_LARGEST_FILE:,}")
        message = require("google.protobuf.message", extra="onnx", purpose="reading ONNX files")
        proto = self._onnx.ModelProto()
        try:
            proto.ParseFromString(self.path.read_bytes())
        except (message.DecodeError, RecursionError) as error:
            raise ModelFileError(f"{self.path} is not an ONNX file, or it is damaged; {_ADVICE}") from error
        return proto

    def nodes(self) -> list[Node]:
        """Return the nodes in the order in which they are computed."""
        return [self._node(each) for each in self._proto.graph.node]

    def unrolled(self, operators: set[str]) -> list[str]:
        """Return the kinds of PyTorch's recurrent layers for which there is none of these operators."""
        said = {each.value for node in self._proto.graph.node for each in node.metadata_props if each.key == _CLASSES}
        kinds = {kind for value in said for kind in _RECURRENT.findall(value)}
        return sorted(kinds - operators)

    def inputs(self) -> Iterator[GraphInput]:
        """Yield the inputs that have no value in the file."""
        for each in self._proto.graph.input:
            if each.name in self._tensors:
                continue
            tensor = each.type.tensor_type
            try:
                dtype = np.dtype(self._onnx.helper.tensor_dtype_to_np_dtype(tensor.elem_type))
            except (KeyError, TypeError, ValueError) as error:
                raise ModelFileError(f"{self.path} takes {each.name}, which is no array of numbers") from error
            lengths = (axis.dim_value if axis.HasField("dim_value") else None for axis in tensor.shape.dim)
            yield GraphInput(each.name, dtype, tuple(length if length and length > 0 else None for length in lengths))

    def constant(self, name: str) -> Array | None:
        """Return the array of this name that is in the file; None if there is none."""
        return self._array(self._tensors[name]) if name in self._tensors else None

    def part(self, output: str, needed: set[str]) -> Any:
        """Return the ONNX model of the nodes with these names of first outputs, which gives one value."""
        graph = self._proto.graph
        nodes = [node for node in graph.node if node.output and node.output[0] in needed]
        read = {name for node in nodes for name in node.input}
        made = self._onnx.helper.make_graph(
            nodes,
            "part",
            [each for each in graph.input if each.name in read],
            [self._onnx.ValueInfoProto(name=output)],
            [self._onnx.numpy_helper.from_array(self._array(self._tensors[name]), name)
             for name in sorted(read & self._tensors.keys())],
        )  # fmt: skip
        return self._onnx.helper.make_model(
            made, opset_imports=self._proto.opset_import, ir_version=self._proto.ir_version
        )

    def _node(self, proto: Any) -> Node:
        domain = "" if proto.domain in ("", "ai.onnx") else f"{proto.domain}."
        attributes = {each.name: self._attribute(each) for each in proto.attribute}
        name = proto.name or next(filter(None, proto.output), "without a name")
        return Node(f"{domain}{proto.op_type}", name, tuple(proto.input), tuple(proto.output), attributes)

    def _attribute(self, proto: Any) -> Any:
        """Return the value of an attribute; None for a graph, which no operator that is read here has."""
        if proto.HasField("t"):
            return self._array(proto.t)
        if proto.type in (proto.GRAPH, proto.GRAPHS, proto.SPARSE_TENSOR, proto.TENSORS):
            return None
        try:
            value = self._onnx.helper.get_attribute_value(proto)
            value = value if isinstance(value, bytes | int | float | str) else list(value)
        except (TypeError, ValueError) as error:
            raise ModelFileError(f"{self.path} has an attribute {proto.name} without a value; {_ADVICE}") from error
        if isinstance(value, bytes):
            return value.decode("utf-8", "replace")
        if isinstance(value, int | float | str):
            return value
        return [each.decode("utf-8", "replace") if isinstance(each, bytes) else each for each in value]

    def _array(self, tensor: Any) -> Array:
        """Return the array of a tensor, whose shape is held against its data."""
        shape, named = tuple(tensor.dims), tensor.name or "a constant"
        if any(length < 0 for length in shape) or math.prod(shape) > MOST_PARAMETERS:
            raise ModelFileError(f"{self.path} gives {named} the shape {shape}, which is not possible; {_ADVICE}")
        if tensor.data_location == tensor.EXTERNAL:
            tensor = self._with_external_data(tensor, math.prod(shape))
        try:
            array: Array = self._onnx.numpy_helper.to_array(tensor)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise ModelFileError(
                f"{self.path} gives {named} the shape {shape}, but not its numbers; {_ADVICE}"
            ) from error
        return array

    def _with_external_data(self, tensor: Any, count: int) -> Any:
        """Return a tensor whose numbers are in a file beside this one, with its numbers."""
        place = {each.key: each.value for each in tensor.external_data}
        name = place.get("location", "")
        beside = self.path.parent / name
        try:
            itemsize = np.dtype(self._onnx.helper.tensor_dtype_to_np_dtype(tensor.data_type)).itemsize
            offset, size = int(place.get("offset", 0)), count * itemsize
            length = int(place.get("length", size))
        except (KeyError, TypeError, ValueError) as error:
            raise ModelFileError(
                f"{self.path} does not say where the numbers of {tensor.name} are; {_ADVICE}"
            ) from error
        if not name or Path(name).name != name or beside.is_symlink():
            raise ModelFileError(
                f"{self.path} has the numbers of {tensor.name} in {name!r}; only a file in the same folder is read"
            )
        if not beside.is_file():
            raise ModelFileError(
                f"{self.path} has its numbers in the file {name}, which is not beside it; put it there"
            )
        if length != size or offset < 0 or offset + size > beside.stat().st_size:
            raise ModelFileError(f"{beside} does not have the numbers of {tensor.name}; {_ADVICE}")
        with beside.open("rb") as file:
            file.seek(offset)
            whole = self._onnx.TensorProto(data_type=tensor.data_type, dims=tensor.dims, raw_data=file.read(size))
        return whole
