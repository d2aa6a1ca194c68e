"""A network as an ONNX graph."""

from __future__ import annotations

from collections.abc import Sequence

from whence.arrays import Shape
from whence.interop.onnx.graph import Dimension, Graph
from whence.interop.onnx.operators.registry import translate
from whence.nn import Sequential
from whence.nn.axes import ANY_LENGTH


def add_network(graph: Graph, net: Sequential, x: str) -> str:
    """Add the nodes of all layers to a graph, and return the name of the last one's output.

    Raises
    ------
    ArgumentError
        If a layer is none of whence's own.
    """
    for layer in net.layers:
        with graph.within(net.layers.index(layer)):
            x = translate(graph, layer, x)
    return x


def batch_shape(shape: Shape) -> Sequence[Dimension]:
    """Return the shape of a batch of samples, with names for the lengths that may be any: N, and T for time steps."""
    return ["N", *("T" if length == ANY_LENGTH else length for length in shape)]
