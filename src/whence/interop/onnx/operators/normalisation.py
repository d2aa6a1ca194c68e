"""The ONNX operators of normalisations."""

from __future__ import annotations

import numpy as np

from whence.interop.onnx.graph import Graph
from whence.interop.onnx.operators.registry import translates
from whence.nn import BatchNorm, GroupNorm, InstanceNorm, LayerNorm


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


@translates(GroupNorm, InstanceNorm)
def _group_norm(graph: Graph, layer: GroupNorm, x: str) -> str:
    """Return a group norm by InstanceNormalization, of each group as one channel; GroupNormalization came later."""
    axes, channels = 1 + len(layer.input_shape), layer.input_shape[-1]
    groups = layer.groups(channels)
    x = graph.add("Transpose", x, perm=[0, axes - 1, *range(1, axes - 1)]) if axes > 2 else x
    by_group = graph.add("Reshape", x, np.array([0, groups, -1]))
    one, zero = (graph.constant(name, np.full(groups, value)) for name, value in (("one", 1), ("zero", 0)))
    x_hat = graph.add("InstanceNormalization", by_group, one, zero, epsilon=layer.eps)
    x_hat = graph.add("Reshape", x_hat, np.array([0, channels, *layer.input_shape[:-1]]))
    x_hat = graph.add("Transpose", x_hat, perm=[0, *range(2, axes), 1]) if axes > 2 else x_hat
    scaled = graph.add("Mul", x_hat, graph.constant("weight", layer.weight))
    return graph.add("Add", scaled, graph.constant("bias", layer.bias))
