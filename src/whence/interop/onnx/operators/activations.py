"""The ONNX operators of activations."""

from __future__ import annotations

import math

from whence.interop.onnx.graph import Graph
from whence.interop.onnx.operators.registry import translates
from whence.nn import (
    CELU,
    ELU,
    GELU,
    SELU,
    Hardsigmoid,
    Hardswish,
    Hardtanh,
    Identity,
    Layer,
    LeakyReLU,
    Mish,
    ReLU,
    ReLU6,
    Sigmoid,
    SiLU,
    Softmax,
    Softplus,
    Softsign,
    Tanh,
)
from whence.nn.activations.exponential import SELU_ALPHA, SELU_SCALE

_PLAIN: dict[type[Layer], str] = {
    Hardswish: "HardSwish",
    ReLU: "Relu",
    Sigmoid: "Sigmoid",
    Softsign: "Softsign",
    Tanh: "Tanh",
}
"""The operators of those that have no settings."""


@translates(*_PLAIN)
def _plain(graph: Graph, layer: Layer, z: str) -> str:
    return graph.add(_PLAIN[type(layer)], z)


@translates(Identity)
def _identity(graph: Graph, layer: Identity, z: str) -> str:
    return z


@translates(LeakyReLU)
def _leaky_relu(graph: Graph, layer: LeakyReLU, z: str) -> str:
    return graph.add("LeakyRelu", z, alpha=layer.negative_slope)


@translates(ELU)
def _elu(graph: Graph, layer: ELU, z: str) -> str:
    return graph.add("Elu", z, alpha=layer.alpha)


@translates(CELU)
def _celu(graph: Graph, layer: CELU, z: str) -> str:
    return graph.add("Celu", z, alpha=layer.alpha)


@translates(SELU)
def _selu(graph: Graph, layer: SELU, z: str) -> str:
    return graph.add("Selu", z, alpha=SELU_ALPHA, gamma=SELU_SCALE)


@translates(Hardtanh, ReLU6)
def _hardtanh(graph: Graph, layer: Hardtanh, z: str) -> str:
    return graph.add("Clip", z, float(layer.min_val), float(layer.max_val))


@translates(Hardsigmoid)
def _hardsigmoid(graph: Graph, layer: Hardsigmoid, z: str) -> str:
    return graph.add("HardSigmoid", z, alpha=layer.alpha, beta=0.5)


@translates(SiLU)
def _silu(graph: Graph, layer: SiLU, z: str) -> str:
    return graph.add("Mul", z, graph.add("Sigmoid", z))


@translates(Softmax)
def _softmax(graph: Graph, layer: Softmax, z: str) -> str:
    return graph.add("Softmax", z, axis=-1)


@translates(Softplus)
def _softplus(graph: Graph, layer: Softplus, z: str) -> str:
    """Return max(0, z) + log(1 + e^(−β|z|)) / β; the operator Softplus has no β, and may overflow."""
    return _bent(graph, z, float(layer.beta))


@translates(Mish)
def _mish(graph: Graph, layer: Mish, z: str) -> str:
    """Return z · tanh(log(1 + e^z)); the operator Mish came with opset 18."""
    return graph.add("Mul", z, graph.add("Tanh", _bent(graph, z, 1.0)))


@translates(GELU)
def _gelu(graph: Graph, layer: GELU, z: str) -> str:
    """Return z · ½ (1 + f(z)), with f an erf or a tanh; the operator Gelu came with opset 20."""
    if layer.approximate == "tanh":
        cube = graph.add("Mul", graph.add("Mul", z, z), z)
        bent = graph.add("Add", z, graph.add("Mul", cube, 0.044715))
        f = graph.add("Tanh", graph.add("Mul", bent, math.sqrt(2 / math.pi)))
    else:
        f = graph.add("Erf", graph.add("Mul", z, math.sqrt(0.5)))
    return graph.add("Mul", z, graph.add("Mul", graph.add("Add", f, 1.0), 0.5))


def _bent(graph: Graph, z: str, beta: float) -> str:
    """Return max(0, z) + log(1 + e^(−β|z|)) / β."""
    power = graph.add("Exp", graph.add("Mul", graph.add("Abs", z), -beta))
    return graph.add(
        "Add", graph.add("Relu", z), graph.add("Div", graph.add("Log", graph.add("Add", power, 1.0)), beta)
    )
