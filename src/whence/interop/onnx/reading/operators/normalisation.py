"""Batch and layer normalisation."""

from __future__ import annotations

import numpy as np

from whence.arrays import Array
from whence.interop.onnx.reading.context import Reading
from whence.interop.onnx.reading.file import Node
from whence.interop.onnx.reading.operators.registry import reads, require
from whence.interop.onnx.reading.values import Signal, Unsayable, Value
from whence.nn import BatchNorm, LayerNorm


@reads("BatchNormalization")
def _batch_norm(reading: Reading, node: Node, x: Value, *parameters: Value) -> Signal:
    require(node, training_mode=0)
    signal = reading.signal(x)
    if not signal.images or signal.places.ndim < 2:
        raise Unsayable("takes values whose first axis is not that of the samples")
    momentum = _short(1 - node.attributes.get("momentum", 0.9))
    last = signal.moved(np.moveaxis(signal.places, 1, -1), 0)
    names = ("weight", "bias", "running_mean", "running_var")
    layer = BatchNorm(_short(node.attributes.get("epsilon", 1e-5)), momentum)
    normalised = _normalised(reading, last, layer, dict(zip(names, map(_numbers, parameters), strict=True)))
    return normalised.moved(np.moveaxis(normalised.places, -1, 1), 0)


@reads("LayerNormalization")
def _layer_norm(reading: Reading, node: Node, x: Value, weight: Value, bias: Value = None) -> Signal:
    signal = reading.signal(x)
    axis = node.attributes.get("axis", -1) % signal.places.ndim
    if axis != signal.places.ndim - 1 or axis == signal.batch:
        raise Unsayable("normalises over several axes, where LayerNorm has the last")
    scale = _numbers(weight)
    arrays = {"weight": scale, "bias": np.zeros_like(scale) if bias is None else _numbers(bias)}
    return _normalised(reading, signal, LayerNorm(_short(node.attributes.get("epsilon", 1e-5))), arrays)


def _normalised(reading: Reading, signal: Signal, layer: BatchNorm | LayerNorm, arrays: dict[str, Array]) -> Signal:
    stage, order = reading.in_any_order(signal)
    for name, array in arrays.items():
        if array.shape != stage.shape[-1:]:
            raise Unsayable(f"has a {name} of shape {array.shape} for {stage.shape[-1]} channels")
    if order is not None:
        arrays = {name: array[order] for name, array in arrays.items()}
    normalised = signal.like(stage.then(layer, arrays))
    if order is None:
        return normalised
    return normalised.moved(normalised.places[..., np.argsort(order)], normalised.batch)


def _numbers(value: Value) -> Array:
    if not isinstance(value, np.ndarray) or value.ndim != 1:
        raise Unsayable("has parameters that are not one constant for each channel")
    return value


def _short(number: float) -> float:
    """Return a number that the file has in float32 as it was before."""
    return float(f"{number:.6g}")
