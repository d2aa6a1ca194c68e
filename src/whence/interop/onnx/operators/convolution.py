"""The ONNX operators of convolutions, pooling and upsampling, between transpositions: their channels come second."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from whence.interop.onnx.graph import Graph
from whence.interop.onnx.operators.registry import translates
from whence.interop.onnx.operators.sums import plus_bias
from whence.nn import AvgPool2d, Conv1d, Conv2d, ConvTranspose2d, GlobalAvgPool2d, MaxPool2d, Upsample
from whence.nn.convolution.sliding_window import Window, per_axis


@translates(Conv1d, Conv2d)
def _convolution(graph: Graph, layer: Conv1d | Conv2d, x: str) -> str:
    weight = np.moveaxis(layer.weight, (-1, -2), (0, 1))  # (out, in / groups, kh, kw)
    z = _channels_second(
        graph,
        "Conv",
        x,
        graph.constant("weight", weight),
        **_attributes(layer.windows(layer.input_shape)),
        dilations=per_axis(layer.dilation, layer.axes),
        group=layer.groups,
    )
    return plus_bias(graph, layer, z)


@translates(ConvTranspose2d)
def _transposed(graph: Graph, layer: ConvTranspose2d, x: str) -> str:
    weight = np.moveaxis(layer.weight, (-2, -1), (0, 1))  # (in, out, kh, kw)
    z = _channels_second(
        graph,
        "ConvTranspose",
        x,
        graph.constant("weight", weight),
        **_attributes(layer.windows(layer.input_shape)),
        output_padding=per_axis(layer.output_padding, 2),
    )
    return plus_bias(graph, layer, z)


@translates(MaxPool2d)
def _max_pool(graph: Graph, layer: MaxPool2d, x: str) -> str:
    return _pooled(graph, "MaxPool", layer, x, -np.inf)


@translates(AvgPool2d)
def _avg_pool(graph: Graph, layer: AvgPool2d, x: str) -> str:
    return _pooled(graph, "AveragePool", layer, x, 0.0)


@translates(GlobalAvgPool2d)
def _global_avg_pool(graph: Graph, layer: GlobalAvgPool2d, x: str) -> str:
    return graph.add("ReduceMean", x, axes=[1, 2], keepdims=0)


@translates(Upsample)
def _upsample(graph: Graph, layer: Upsample, x: str) -> str:
    """Return x with every row and column repeated, by a new axis after each of the two."""
    (height, width, channels), (rows, columns) = layer.input_shape, per_axis(layer.scale, 2)
    apart = graph.add("Reshape", x, np.array([-1, height, 1, width, 1, channels]))
    repeated = graph.add("Expand", apart, np.array([1, height, rows, width, columns, channels]))
    return graph.add("Reshape", repeated, np.array([-1, *layer.output_shape]))


def _pooled(graph: Graph, operator: str, layer: MaxPool2d | AvgPool2d, x: str, outside: float) -> str:
    """Return what a pool makes of padded images; they are padded apart, for onnx.reference mistakes a pool's pads."""
    attributes = _attributes(layer.windows(layer.input_shape))
    top, left, bottom, right = attributes.pop("pads")
    if top or left or bottom or right:
        x = graph.add("Pad", x, np.array([0, top, left, 0, 0, bottom, right, 0]), outside)
    return _channels_second(graph, operator, x, **attributes)


def _channels_second(graph: Graph, operator: str, x: str, *weights: str, **attributes: Any) -> str:
    """Add a node whose channels are on the second axis, between transpositions there and back."""
    axes = len(attributes["strides"])
    there, back = [0, axes + 1, *range(1, axes + 1)], [0, *range(2, axes + 2), 1]
    y = graph.add(operator, graph.add("Transpose", x, perm=there), *weights, **attributes)
    return graph.add("Transpose", y, perm=back)


def _attributes(windows: Sequence[Window]) -> dict[str, list[int]]:
    """Return the sizes, strides and padding of windows: that at the beginnings of all axes, then at their ends."""
    return {
        "kernel_shape": [window.size for window in windows],
        "strides": [window.stride for window in windows],
        "pads": [*(window.before for window in windows), *(window.after for window in windows)],
    }
