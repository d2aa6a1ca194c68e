"""Networks: layers in sequence, losses and initialisers."""

from whence.nn.activations import ReLU
from whence.nn.initialisers import initialiser, initialisers
from whence.nn.layer import Layer, layers
from whence.nn.linear import Linear
from whence.nn.losses import CrossEntropy, Loss, losses
from whence.nn.sequential import Sequential

__all__ = [
    "CrossEntropy",
    "Layer",
    "Linear",
    "Loss",
    "ReLU",
    "Sequential",
    "initialiser",
    "initialisers",
    "layers",
    "losses",
]
