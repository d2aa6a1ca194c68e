"""Elementwise operators, whose functions are put together until it is known which activation they are."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from whence.arrays import Array
from whence.interop.onnx.reading.context import Reading
from whence.interop.onnx.reading.file import Node
from whence.interop.onnx.reading.operators.registry import reads
from whence.interop.onnx.reading.values import Expression, Joined, Signal, Unsayable, Value
from whence.nn import ELU, GELU
from whence.nn.activations.erf import erf
from whence.nn.activations.sigmoids import sigmoid


def _softplus(z: Array) -> Array:
    return np.asarray(np.logaddexp(0, z))


def _elu(z: Array, alpha: float) -> Array:
    return ELU(alpha).forward(z)[0] if alpha > 0 else np.where(z < 0, alpha * np.expm1(np.minimum(z, 0)), z)


_FUNCTIONS: dict[str, tuple[Callable[..., Any], dict[str, Any]]] = {
    "Relu": (lambda z: np.maximum(z, 0), {}),
    "Sigmoid": (sigmoid, {}),
    "Tanh": (np.tanh, {}),
    "Erf": (erf, {}),
    "Exp": (np.exp, {}),
    "Log": (np.log, {}),
    "Sqrt": (np.sqrt, {}),
    "Abs": (np.abs, {}),
    "Neg": (np.negative, {}),
    "Reciprocal": (lambda z: 1 / z, {}),
    "Softplus": (_softplus, {}),
    "Softsign": (lambda z: z / (1 + np.abs(z)), {}),
    "Mish": (lambda z: z * np.tanh(_softplus(z)), {}),
    "HardSwish": (lambda z: z * np.clip(z / 6 + 0.5, 0, 1), {}),
    "LeakyRelu": (lambda z, alpha: np.where(z < 0, alpha * z, z), {"alpha": 0.01}),
    "ThresholdedRelu": (lambda z, alpha: np.where(z > alpha, z, 0), {"alpha": 1.0}),
    "Elu": (_elu, {"alpha": 1.0}),
    "Celu": (lambda z, alpha: np.where(z < 0, alpha * np.expm1(np.minimum(z, 0) / alpha), z), {"alpha": 1.0}),
    "Selu": (
        lambda z, alpha, gamma: gamma * _elu(z, alpha),
        {"alpha": 1.6732632423543772, "gamma": 1.0507009873554805},
    ),
    "HardSigmoid": (lambda z, alpha, beta: np.clip(alpha * z + beta, 0, 1), {"alpha": 0.2, "beta": 0.5}),
    "Gelu": (lambda z, approximate: GELU(approximate).forward(z)[0], {"approximate": "none"}),
    "Swish": (lambda z, alpha: z * sigmoid(alpha * z), {"alpha": 1.0}),
    "Add": (np.add, {}),
    "Sub": (np.subtract, {}),
    "Mul": (np.multiply, {}),
    "Div": (np.divide, {}),
    "Pow": (np.power, {}),
    "Max": (np.maximum, {}),
    "Min": (np.minimum, {}),
    "Greater": (np.greater, {}),
    "GreaterOrEqual": (np.greater_equal, {}),
    "Less": (np.less, {}),
    "LessOrEqual": (np.less_equal, {}),
    "Where": (np.where, {}),
    "PRelu": (lambda z, alpha: np.where(z < 0, alpha * z, z), {}),
}
"""The function of each operator and its settings, with those that hold where a node has none."""


@reads(*(operator for operator in _FUNCTIONS if operator != "Add"))
def _function(reading: Reading, node: Node, *operands: Value) -> Signal | Expression:
    if node.operator in ("Sub", "Mul", "Div") and (vector := _vector(operands)) is not None:
        return _by_channel(reading, node, operands, vector)
    function, settings = _FUNCTIONS[node.operator]
    chosen = {name: node.attributes.get(name, default) for name, default in settings.items()}
    return reading.function(str(node), lambda *numbers: function(*numbers, **chosen), *map(_operand, operands))


@reads("Add")
def _add(reading: Reading, node: Node, a: Value, b: Value) -> Signal | Expression:
    if (vector := _vector((a, b))) is not None:
        return _by_channel(reading, node, (a, b), vector)
    one, other = _operand(a), _operand(b)
    if isinstance(one, float) or isinstance(other, float):
        return reading.function(str(node), np.add, one, other)
    return reading.added(str(node), one, other)


@reads("Clip")
def _clip(reading: Reading, node: Node, z: Value, low: Value = None, high: Value = None) -> Expression:
    bounds = [
        node.attributes.get(name, otherwise) if bound is None else bound
        for name, bound, otherwise in (("min", low, -math.inf), ("max", high, math.inf))
    ]
    return reading.function(
        str(node), lambda numbers, *ends: np.clip(numbers, *ends), _operand(z), *map(_operand, bounds)
    )


@reads("ai.onnx.ml.Scaler")
def _scaler(reading: Reading, node: Node, x: Value) -> Signal:
    """Return (x − offset) · scale, with a number for each feature."""
    scale, offset = (
        np.asarray(node.attributes.get(name, otherwise)) for name, otherwise in (("scale", 1), ("offset", 0))
    )
    return reading.scaled(reading.signal(x), scale, -offset * scale)


@reads("Sum")
def _sum(reading: Reading, node: Node, *operands: Value) -> Signal | Expression:
    found = _operand(operands[0])
    for each in operands[1:]:
        other = _operand(each)
        if isinstance(found, float) or isinstance(other, float):
            raise Unsayable("adds a constant")
        found = reading.added(str(node), found, other)
    if isinstance(found, float):
        raise Unsayable("adds constants")
    return found


def _operand(value: Value | float) -> Signal | Expression | float:
    match value:
        case Signal() | Expression() | float():
            return value
        case np.ndarray() if value.size == 1:
            return float(value.reshape(()))
        case Joined():
            raise value.refusal()
    raise Unsayable("has a constant with several numbers, where an activation has one")


def _vector(operands: tuple[Value, ...]) -> Array | None:
    """Return the operand that is a constant of several numbers, if one is."""
    return next((each for each in operands if isinstance(each, np.ndarray) and each.size > 1), None)


def _by_channel(reading: Reading, node: Node, operands: tuple[Value, ...], vector: Array) -> Signal | Expression:
    """Return what an operator with a constant of a number for each channel does, by the weights of the layer before."""
    if (within := _within_a_norm(reading, node, operands, vector)) is not None:
        return within
    signal = next((reading.signal(each) for each in operands if each is not vector), None)
    if (
        signal is None
        or vector.ndim > signal.places.ndim
        or np.broadcast_shapes(vector.shape, signal.places.shape) != signal.places.shape
    ):
        raise Unsayable("has a constant that does not fit")
    first = operands[0] is vector
    match node.operator:
        case "Add":
            return reading.scaled(signal, 1.0, vector)
        case "Sub":
            return reading.scaled(signal, -1.0, vector) if first else reading.scaled(signal, 1.0, -vector)
        case "Mul":
            return reading.scaled(signal, vector, 0.0)
        case "Div" if not first and vector.all():
            return reading.scaled(signal, 1 / vector.astype(np.float64), 0.0)
    raise Unsayable("divides by what is computed, or by 0")


def _within_a_norm(reading: Reading, node: Node, operands: tuple[Value, ...], vector: Array) -> Expression | None:
    """Return what an operator makes of means and a number for each channel, if they are no norm yet; otherwise None."""
    means = next((each for each in operands if isinstance(each, Expression) and each.across is not None), None)
    if means is None or means.across is None:
        return None
    try:
        reading.signal(means)
    except Unsayable:
        shape = means.leaf.places.shape
        along = [length if axis == means.across else 1 for axis, length in enumerate(shape)]
        if [1] * (len(shape) - vector.ndim) + list(vector.shape) != along:
            raise
        function, numbers = _FUNCTIONS[node.operator][0], vector.reshape(-1).astype(np.float64)
        first = operands[0] is vector
        return reading.function(str(node), lambda z: function(numbers, z) if first else function(z, numbers), means)
    return None
