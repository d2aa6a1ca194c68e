"""The ONNX operators of linear layers and embeddings."""

from __future__ import annotations

from whence.interop.onnx.graph import Graph
from whence.interop.onnx.operators.registry import translates
from whence.nn import Embedding, Linear
from whence.nn.linear import WeightedSum


@translates(Linear)
def _linear(graph: Graph, layer: Linear, x: str) -> str:
    return plus_bias(graph, layer, graph.add("MatMul", x, graph.constant("weight", layer.weight)))


@translates(Embedding)
def _embedding(graph: Graph, layer: Embedding, x: str) -> str:
    return graph.add("Gather", graph.constant("weight", layer.weight), x, axis=0)


def plus_bias(graph: Graph, layer: WeightedSum, z: str) -> str:
    """Return a sum plus the layer's bias, if it has one, along the last axis."""
    return graph.add("Add", z, graph.constant("bias", layer.bias)) if layer.has_bias else z
