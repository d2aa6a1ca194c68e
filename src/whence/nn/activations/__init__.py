"""Activations: functions without parameters, mostly elementwise."""

from whence.nn.activations.base import Activation, Elementwise
from whence.nn.activations.gelu import GELU
from whence.nn.activations.identity import Identity
from whence.nn.activations.rectifiers import ELU, LeakyReLU, ReLU, Softplus
from whence.nn.activations.sigmoids import Sigmoid, SiLU, Tanh
from whence.nn.activations.softmax import Softmax

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
