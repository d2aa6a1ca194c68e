"""Activations: functions without parameters, mostly elementwise."""

from whence.nn.activations.base import Activation, Elementwise
from whence.nn.activations.bounded import Hardsigmoid, Hardtanh, ReLU6
from whence.nn.activations.exponential import CELU, ELU, SELU
from whence.nn.activations.gated import Hardswish, Mish, SiLU
from whence.nn.activations.gelu import GELU
from whence.nn.activations.identity import Identity
from whence.nn.activations.rectifiers import LeakyReLU, ReLU, Softplus
from whence.nn.activations.sigmoids import Sigmoid, Softsign, Tanh
from whence.nn.activations.softmax import Softmax

__all__ = [
    "CELU",
    "ELU",
    "GELU",
    "SELU",
    "Activation",
    "Elementwise",
    "Hardsigmoid",
    "Hardswish",
    "Hardtanh",
    "Identity",
    "LeakyReLU",
    "Mish",
    "ReLU",
    "ReLU6",
    "SiLU",
    "Sigmoid",
    "Softmax",
    "Softplus",
    "Softsign",
    "Tanh",
]
__dir__ = __all__.copy
