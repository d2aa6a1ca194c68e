"""Activations: functions without parameters, mostly elementwise."""

from whence.nn.activations.base import Activation, Elementwise
from whence.nn.activations.elu import ELU
from whence.nn.activations.gelu import GELU
from whence.nn.activations.identity import Identity
from whence.nn.activations.relu import LeakyReLU, ReLU
from whence.nn.activations.sigmoid import Sigmoid
from whence.nn.activations.silu import SiLU
from whence.nn.activations.softmax import Softmax
from whence.nn.activations.softplus import Softplus
from whence.nn.activations.tanh import Tanh

__all__ = [
    "ELU",
    "GELU",
    "Activation",
    "Elementwise",
    "Identity",
    "LeakyReLU",
    "ReLU",
    "SiLU",
    "Sigmoid",
    "Softmax",
    "Softplus",
    "Tanh",
]
__dir__ = __all__.copy
