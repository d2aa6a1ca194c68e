"""Networks: layers in sequence, losses and initialisers."""

from whence.nn.activations import Identity, LeakyReLU, ReLU
from whence.nn.batch_norm import BatchNorm
from whence.nn.conv_transpose import ConvTranspose2d
from whence.nn.convolution import Conv1d, Conv2d
from whence.nn.dropout import Dropout
from whence.nn.embedding import Embedding
from whence.nn.gelu import GELU
from whence.nn.gru import GRU
from whence.nn.initialisers import initialiser, initialisers
from whence.nn.last import Last
from whence.nn.layer import Layer, layers
from whence.nn.layer_norm import LayerNorm
from whence.nn.linear import Linear
from whence.nn.losses import (
    L1,
    BinaryCrossEntropy,
    CrossEntropy,
    Huber,
    Loss,
    MeanSquaredError,
    SumOfSquaredErrors,
    loss_from_config,
    losses,
)
from whence.nn.lstm import LSTM
from whence.nn.mlp import mlp
from whence.nn.pooling import AvgPool2d, GlobalAvgPool2d, MaxPool2d
from whence.nn.reshape import Flatten, Reshape
from whence.nn.residual import Residual
from whence.nn.rnn import RNN
from whence.nn.sequential import Sequential
from whence.nn.smooth import ELU, Sigmoid, SiLU, Softplus, Tanh
from whence.nn.softmax import Softmax
from whence.nn.threads import set_threads
from whence.nn.upsample import Upsample

__all__ = [
    "ELU",
    "GELU",
    "GRU",
    "L1",
    "LSTM",
    "RNN",
    "AvgPool2d",
    "BatchNorm",
    "BinaryCrossEntropy",
    "Conv1d",
    "Conv2d",
    "ConvTranspose2d",
    "CrossEntropy",
    "Dropout",
    "Embedding",
    "Flatten",
    "GlobalAvgPool2d",
    "Huber",
    "Identity",
    "Last",
    "Layer",
    "LayerNorm",
    "LeakyReLU",
    "Linear",
    "Loss",
    "MaxPool2d",
    "MeanSquaredError",
    "ReLU",
    "Reshape",
    "Residual",
    "Sequential",
    "SiLU",
    "Sigmoid",
    "Softmax",
    "Softplus",
    "SumOfSquaredErrors",
    "Tanh",
    "Upsample",
    "initialiser",
    "initialisers",
    "layers",
    "loss_from_config",
    "losses",
    "mlp",
    "set_threads",
]
