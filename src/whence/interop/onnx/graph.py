"""An ONNX graph that grows node by node."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from whence.arrays import Array, DTypeLike
from whence.optional import require

OPSET, ML_OPSET, IR_VERSION = 17, 3, 8
"""Versions that most readers of ONNX files know."""
Operand = str | float | Array
Dimension = str | int


class Graph:
    """Nodes, constants, inputs and outputs.

    Attributes
    ----------
    path : str
        What the names of new values and constants begin with.
    """

    def __init__(self) -> None:
        self._onnx = require("onnx", extra="onnx", purpose="writing ONNX files")
        self.path = ""
        self._nodes: list[Any] = []
        self._names: set[str] = set()
        self._constants: dict[str, Any] = {}
        self._inputs: list[Any] = []
        self._outputs: list[Any] = []

    @contextmanager
    def within(self, name: object) -> Iterator[None]:
        """Let names in the block begin with this one."""
        outer, self.path = self.path, f"{self.path}{name}."
        yield
        self.path = outer

    def add(self, operator: str, *operands: Operand, domain: str = "", **attributes: Any) -> str:
        """Add a node with one output.

        Parameters
        ----------
        operator : str
            The name of the operator.
        *operands : str, float or array
            Names of values, or constants; Python floats become float32.
        domain : str
            That of the operator, by default ONNX's own.
        **attributes
            The attributes of the operator.

        Returns
        -------
        str
            The name of the output.
        """
        output = self._new_name(f"{self.path}{operator}")
        inputs = [
            operand if isinstance(operand, str) else self._constant(self._new_name(f"{output}.{i}"), operand)
            for i, operand in enumerate(operands)
        ]
        node = self._onnx.helper.make_node(operator, inputs, [output], name=output, domain=domain, **attributes)
        self._nodes.append(node)
        return output

    def constant(self, name: str, values: float | Array, dtype: DTypeLike = np.float32) -> str:
        """Return the full name of a constant; if there is one of this name on this path already, it is that."""
        full = f"{self.path}{name}"
        return full if full in self._constants else self._constant(full, np.asarray(values, dtype))

    def cast(self, value: str, dtype: DTypeLike) -> str:
        """Return the name of a value in another dtype."""
        return self.add("Cast", value, to=self._element_type(dtype))

    def add_input(self, name: str, dtype: DTypeLike, shape: Sequence[Dimension]) -> str:
        """Add an input of the graph and return its name."""
        self._names.add(name)
        self._inputs.append(self._onnx.helper.make_tensor_value_info(name, self._element_type(dtype), shape))
        return name

    def add_output(self, value: str, name: str, dtype: DTypeLike, shape: Sequence[Dimension]) -> None:
        """Let a value be an output of the graph."""
        self._nodes.append(self._onnx.helper.make_node("Identity", [value], [name], name=name))
        self._outputs.append(self._onnx.helper.make_tensor_value_info(name, self._element_type(dtype), shape))

    def model(self, metadata: dict[str, str]) -> Any:
        """Return the ONNX model, which has passed ONNX's own checks."""
        helper = self._onnx.helper
        graph = helper.make_graph(self._nodes, "whence", self._inputs, self._outputs, list(self._constants.values()))
        versions = {"": OPSET, "ai.onnx.ml": ML_OPSET}
        model = helper.make_model(
            graph,
            opset_imports=[helper.make_opsetid(*version) for version in versions.items()],
            producer_name="whence",
            ir_version=IR_VERSION,
        )
        helper.set_model_props(model, metadata)
        self._onnx.checker.check_model(model, full_check=True)
        return model

    def _constant(self, name: str, values: float | Array) -> str:
        array = np.asarray(values)
        array = array.astype(np.float32) if isinstance(values, float) else array
        self._constants[name] = self._onnx.numpy_helper.from_array(np.array(array, order="C"), name)
        return name

    def _element_type(self, dtype: DTypeLike) -> int:
        found: int = self._onnx.helper.np_dtype_to_tensor_dtype(np.dtype(dtype))
        return found

    def _new_name(self, name: str) -> str:
        number, found = 1, name
        while found in self._names:
            number += 1
            found = f"{name}_{number}"
        self._names.add(found)
        return found
