"""Losses: each returns the loss of a batch and its gradient from one function."""

from whence.nn.losses.base import Loss, losses
from whence.nn.losses.binary_cross_entropy import BinaryCrossEntropy
from whence.nn.losses.cross_entropy import CrossEntropy
from whence.nn.losses.regression import L1, Huber, MeanSquaredError, SumOfSquaredErrors

__all__ = [
    "L1",
    "BinaryCrossEntropy",
    "CrossEntropy",
    "Huber",
    "Loss",
    "MeanSquaredError",
    "SumOfSquaredErrors",
    "losses",
]
__dir__ = __all__.copy
