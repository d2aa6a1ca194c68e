"""Linear layers and embeddings."""

from __future__ import annotations

import numpy as np

from whence.arrays import Array
from whence.interop.onnx.reading.context import Reading
from whence.interop.onnx.reading.file import Node
from whence.interop.onnx.reading.operators.movement import taken
from whence.interop.onnx.reading.operators.registry import reads, require
from whence.interop.onnx.reading.values import Input, Joined, Signal, Unsayable, Value
from whence.nn import Embedding, Linear


@reads("MatMul")
def _matmul(reading: Reading, node: Node, x: Value, weight: Value) -> Signal:
    return _linear(reading, x, _matrix(weight), None)


@reads("Gemm")
def _gemm(reading: Reading, node: Node, x: Value, weight: Value, bias: Value = None) -> Signal:
    require(node, transA=0)
    matrix = _matrix(weight)
    matrix = node.attributes.get("alpha", 1.0) * (matrix.T if node.attributes.get("transB") else matrix)
    if bias is not None:
        if not isinstance(bias, np.ndarray) or bias.size not in (1, matrix.shape[1]):
            raise Unsayable("adds something else than one number for each output")
        bias = np.broadcast_to(node.attributes.get("beta", 1.0) * bias.reshape(-1), matrix.shape[1:])
    return _linear(reading, x, matrix, bias)


@reads("Gather")
def _gather(reading: Reading, node: Node, data: Value, indices: Value) -> Signal:
    if isinstance(indices, np.ndarray):
        if isinstance(data, Joined) and indices.ndim == 0 and node.attributes.get("axis", 0) == data.axis:
            data, place = data.part(int(indices))
            indices = np.array(place)
        return taken(reading, node, reading.signal(data), indices)
    require(node, axis=0)
    tokens, matrix = reading.signal(indices), _matrix(data)
    if not isinstance(tokens.stage, Input):
        raise Unsayable("looks up what is computed, where an embedding takes the input")
    stage = reading.arranged(tokens, tokens.sample)
    vectors = stage.then(Embedding(*matrix.shape), {"weight": matrix})
    places = vectors.places()
    alone = tokens.places.shape[tokens.batch] == 1
    return Signal(vectors, np.expand_dims(places, tokens.batch) if alone else places, tokens.batch)


def _matrix(value: Value) -> Array:
    if not isinstance(value, np.ndarray) or value.ndim != 2:
        raise Unsayable("multiplies by something else than a constant matrix")
    return value


def _linear(reading: Reading, x: Value, weight: Array, bias: Array | None) -> Signal:
    signal = reading.signal(x)
    if signal.batch == signal.places.ndim - 1 or signal.places.shape[-1] != len(weight):
        raise Unsayable(f"multiplies {signal.places.shape[-1]} features by a matrix of shape {weight.shape}")
    stage, order = reading.in_any_order(signal)
    rows = weight if order is None else weight[order]
    arrays = {"weight": rows} if bias is None else {"weight": rows, "bias": bias}
    return signal.like(stage.then(Linear(*weight.shape, bias=bias is not None), arrays))
