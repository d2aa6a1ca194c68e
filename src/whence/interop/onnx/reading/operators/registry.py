"""The registry of readers, from an ONNX operator to what its outputs are."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

from whence.interop.onnx.reading.file import Node
from whence.interop.onnx.reading.values import Unsayable, Value

Outputs: TypeAlias = Value | tuple[Value, ...]
Reader: TypeAlias = Callable[..., Outputs]

_READERS: dict[str, Reader] = {}
READERS: Mapping[str, Reader] = _READERS
"""The readers by operator."""


def reads(*operators: str) -> Callable[[Reader], Reader]:
    """Return a decorator that enters a function for operators.

    The function takes the reading, the node and the values of its inputs, None for one that is left out. It returns the
    value of the first output, or a tuple of those of all outputs.
    """

    def enter(reader: Reader) -> Reader:
        _READERS.update(dict.fromkeys(operators, reader))
        return reader

    return enter


def require(node: Node, **expected: object) -> None:
    """Raise `Unsayable` unless attributes have the expected values, or are left out."""
    for name, value in expected.items():
        found = node.attributes.get(name, value)
        if found != value:
            raise Unsayable(f"has {name} = {found}, where whence has {value}")
