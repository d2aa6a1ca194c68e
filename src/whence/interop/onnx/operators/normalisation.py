"""The ONNX operators of batch and layer normalisation."""

from __future__ import annotations

from whence.interop.onnx.graph import Graph
from whence.interop.onnx.operators.registry import translates
from whence.nn import BatchNorm, LayerNorm


@translates(BatchNorm)
def _batch_norm(graph: Graph, layer: BatchNorm, x: str) -> str:
    """Return a batch norm between transpositions there and back, for the operator's channels are on the second axis."""
    axes = 1 + len(layer.input_shape)
    arrays = {"weight": layer.weight, "bias": layer.bias, **layer.buffers}
    parameters = [graph.constant(name, array) for name, array in arrays.items()]
    x = graph.add("Transpose", x, perm=[0, axes - 1, *range(1, axes - 1)]) if axes > 2 else x
    u = graph.add("BatchNormalization", x, *parameters, epsilon=layer.eps, momentum=1 - layer.momentum)
    return graph.add("Transpose", u, perm=[0, *range(2, axes), 1]) if axes > 2 else u


@translates(LayerNorm)
def _layer_norm(graph: Graph, layer: LayerNorm, x: str) -> str:
    parameters = graph.constant("weight", layer.weight), graph.constant("bias", layer.bias)
    return graph.add("LayerNormalization", x, *parameters, axis=-1, epsilon=layer.eps)
