"""The ONNX operators of batch and layer normalisation."""

from __future__ import annotations

import numpy as np

from whence.interop.onnx.graph import Graph
from whence.interop.onnx.operators.registry import translates
from whence.nn import BatchNorm, LayerNorm


@translates(BatchNorm)
def _batch_norm(graph: Graph, layer: BatchNorm, x: str) -> str:
    """Return (x − mean) · γ / √(var + ε) + b along the last axis; the operator's channels are on the second."""
    scale = layer.weight / np.sqrt(layer.buffers["running_var"].astype(np.float64) + layer.eps)
    centred = graph.add("Sub", x, graph.constant("running_mean", layer.buffers["running_mean"]))
    return graph.add(
        "Add", graph.add("Mul", centred, graph.constant("scale", scale)), graph.constant("bias", layer.bias)
    )


@translates(LayerNorm)
def _layer_norm(graph: Graph, layer: LayerNorm, x: str) -> str:
    parameters = graph.constant("weight", layer.weight), graph.constant("bias", layer.bias)
    return graph.add("LayerNormalization", x, *parameters, axis=-1, epsilon=layer.eps)
