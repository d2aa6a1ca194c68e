"""The network of an estimator, with scikit-learn's first weights."""

from __future__ import annotations

import copy
import math
from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from whence.arrays import DTypeLike, Shape
from whence.errors import ArgumentError, ShapeError
from whence.nn import Dropout, Layer, Linear, Sequential
from whence.nn.architecture import Notation, network
from whence.nn.mlp import read_activation


def described_network(
    arch: Notation, input_shape: Shape, output_shape: Shape, dtype: DTypeLike, random_state: np.random.RandomState
) -> Sequential:
    """Return the network of a notation, as `whence.nn.architecture.network` makes it.

    Raises
    ------
    ArgumentError
        If it takes indices.
    ShapeError
        If its outputs do not have the shape that the targets and the loss need.
    """
    *_, outputs = output_shape
    net = network(arch, input_shape, outputs=outputs, dtype=dtype, seed=_seed(random_state))
    if net.layers[0].takes_indices:
        raise ArgumentError(
            f"arch begins with {net.layers[0]!r}, which takes indices, but estimators take numbers; encode them one-hot"
        )
    if net.output_shape != output_shape:
        raise ShapeError(
            f"the network of arch has outputs of shape {net.output_shape}, but the targets need {output_shape}; end it "
            "in a linear layer"
        )
    return net


def perceptron(
    sizes: Sequence[int],
    activation: str | Sequence[str],
    dropout: float,
    dtype: DTypeLike,
    random_state: np.random.RandomState,
) -> Sequential:
    """Return the network of scikit-learn's ``MLPClassifier``, with the weights that it begins with.

    Parameters
    ----------
    sizes : sequence of int
        The number of inputs, of the units of each hidden layer, and of outputs.
    activation : str or sequence of str
        The activation of all hidden layers, or of each.
    dropout : float
        The dropout probability after each hidden layer.
    dtype : dtype
        float32 or float64.
    random_state : numpy.random.RandomState
        The source of the weights.

    Notes
    -----
    Weights and biases are uniform in ±√(6 / (fan_in + fan_out)), or with 2 in the place of 6 around a sigmoid (Glorot
    and Bengio, 2010).
    """
    hidden = sizes[1:-1]
    if min(sizes) < 1:
        raise ArgumentError(f"hidden_layer_sizes must be > 0, got {list(hidden)}.")
    names = [activation] * len(hidden) if isinstance(activation, str) else list(activation)
    if len(names) != len(hidden):
        raise ArgumentError(
            f"there are {len(names)} activations for {len(hidden)} hidden layers; give one name, or one for each layer"
        )
    linears = [Linear(*fans) for fans in pairwise(sizes)]
    layers: list[Layer] = []
    for linear, name in zip(linears, names, strict=False):
        layers += [linear, read_activation(_ACTIVATIONS.get(name, name)), *([Dropout(dropout)] if dropout else [])]
    net = Sequential(*layers, linears[-1], dtype=dtype, seed=_seed(random_state))
    for linear, around in zip(linears, [*names, names[-1] if names else activation], strict=True):
        bound = math.sqrt((2 if around == "logistic" else 6) / sum(linear.fans()))
        linear.weight = random_state.uniform(-bound, bound, linear.weight.shape)
        linear.bias = random_state.uniform(-bound, bound, linear.bias.shape)
    return net


_ACTIVATIONS = {"logistic": "sigmoid"}


def _seed(random_state: np.random.RandomState) -> int:
    """Return a seed for what scikit-learn has not, such as dropout, without a draw from its random state."""
    return int(copy.deepcopy(random_state).randint(2**31 - 1))
