"""The ONNX operators of layers that arrange values: reshapes, the last time step, skip connections, dropout."""

from __future__ import annotations

import numpy as np

from whence.interop.onnx.graph import Graph
from whence.interop.onnx.operators.registry import translate, translates
from whence.nn import Dropout, Flatten, Last, Reshape, Residual


@translates(Flatten, Reshape)
def _reshape(graph: Graph, layer: Flatten | Reshape, x: str) -> str:
    return graph.add("Reshape", x, np.array([0, *layer.output_shape]))  # 0 keeps the batch axis


@translates(Last)
def _last(graph: Graph, layer: Last, x: str) -> str:
    return graph.add("Gather", x, np.array(-1), axis=1)


@translates(Dropout)
def _dropout(graph: Graph, layer: Dropout, x: str) -> str:
    return x


@translates(Residual)
def _residual(graph: Graph, layer: Residual, x: str) -> str:
    f = x
    for position, inner in enumerate(layer.layers):
        with graph.within(position):
            f = translate(graph, inner, f)
    return graph.add("Add", x, f)
