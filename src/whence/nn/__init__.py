"""Networks: layers in sequence, losses and initialisers."""

from whence.nn.activations import (
    CELU,
    ELU,
    GELU,
    SELU,
    Hardsigmoid,
    Hardswish,
    Hardtanh,
    Identity,
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
from whence.nn.context import Context
from whence.nn.convolution import AvgPool2d, Conv1d, Conv2d, ConvTranspose2d, GlobalAvgPool2d, MaxPool2d, Upsample
from whence.nn.dropout import Dropout
from whence.nn.embedding import Embedding
from whence.nn.initialisers import initialiser, initialisers
from whence.nn.layer import Layer, TimeDependence, layers
from whence.nn.linear import Linear
from whence.nn.losses import (
    L1,
    BinaryCrossEntropy,
    CrossEntropy,
    Huber,
    Loss,
    MeanSquaredError,
    SumOfSquaredErrors,
    losses,
)
from whence.nn.mlp import mlp
from whence.nn.network_formulas import NetworkFormulas
from whence.nn.normalisation import BatchNorm, GroupNorm, InstanceNorm, LayerNorm
from whence.nn.recurrent import GRU, LSTM, RNN, Last
from whence.nn.reshape import Flatten, Reshape
from whence.nn.residual import Residual
from whence.nn.sequential import Sequential
from whence.nn.threads import set_threads

__all__ = [
    "CELU",
    "ELU",
    "GELU",
    "GRU",
    "L1",
    "LSTM",
    "RNN",
    "SELU",
    "AvgPool2d",
    "BatchNorm",
    "BinaryCrossEntropy",
    "Context",
    "Conv1d",
    "Conv2d",
    "ConvTranspose2d",
    "CrossEntropy",
    "Dropout",
    "Embedding",
    "Flatten",
    "GlobalAvgPool2d",
    "GroupNorm",
    "Hardsigmoid",
    "Hardswish",
    "Hardtanh",
    "Huber",
    "Identity",
    "InstanceNorm",
    "Last",
    "Layer",
    "LayerNorm",
    "LeakyReLU",
    "Linear",
    "Loss",
    "MaxPool2d",
    "MeanSquaredError",
    "Mish",
    "NetworkFormulas",
    "ReLU",
    "ReLU6",
    "Reshape",
    "Residual",
    "Sequential",
    "SiLU",
    "Sigmoid",
    "Softmax",
    "Softplus",
    "Softsign",
    "SumOfSquaredErrors",
    "Tanh",
    "TimeDependence",
    "Upsample",
    "initialiser",
    "initialisers",
    "layers",
    "losses",
    "mlp",
    "set_threads",
]
__dir__ = __all__.copy
