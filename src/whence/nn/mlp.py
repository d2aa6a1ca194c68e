"""The multilayer perceptron: linear layers with activations between them."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from typing import Annotated, TypeAlias

import numpy as np

from whence.arguments import Fraction, NotNegativeInt, Range, checks_arguments
from whence.arrays import DTypeLike
from whence.errors import ArgumentError
from whence.nn.dropout import Dropout
from whence.nn.initialisers import Initialiser
from whence.nn.layer import Layer, layers
from whence.nn.linear import Linear
from whence.nn.normalisation.batch_norm import BatchNorm
from whence.nn.reshape import Flatten
from whence.nn.sequential import Sequential

_Size: TypeAlias = Annotated[int, Range(1, 10**7)]


@checks_arguments
def mlp(
    input_shape: Sequence[_Size],
    hidden: Sequence[_Size],
    outputs: _Size,
    *,
    activation: str = "relu",
    dropout: Fraction = 0.0,
    batch_norm: bool = False,
    weight_init: Initialiser | str | None = None,
    bias_init: Initialiser | str = "zeros",
    output_activation: str | None = None,
    dtype: DTypeLike = np.float32,
    seed: NotNegativeInt = 0,
) -> Sequential:
    """Return a network of linear layers, each except the last followed by an activation.

    Parameters
    ----------
    input_shape : tuple of int
        The shape of one sample; with several axes, samples are flattened first.
    hidden : sequence of int
        The number of units of each hidden layer; empty for a linear model.
    outputs : int
        The number of outputs.
    activation : str
        The activation after each hidden layer, such as ``"tanh"`` or ``"leaky_relu(0.2)"``.
    dropout : float
        The dropout probability after each hidden layer; 0 for no dropout.
    batch_norm : bool
        Whether a batch normalisation precedes each hidden activation.
    weight_init, bias_init : initialiser or str, optional
        Initialisers of all weights and biases, as for `Linear`.
    output_activation : str, optional
        The activation after the last layer, for losses that do not take logits.
    dtype, seed
        As for `Sequential`.

    Returns
    -------
    Sequential

    Raises
    ------
    ArgumentError
        If a size is out of range, or a layer that is not an activation is named as one.
    UnknownNameError
        If an activation or initialiser is unknown.

    Examples
    --------
    >>> mlp((28, 28), [96], 10)
    Sequential(Flatten(), Linear(784, 96), ReLU(), Linear(96, 10))
    """
    if not input_shape:
        raise ArgumentError("input_shape is empty; a sample needs at least one axis, such as (784,)")
    *before, last = (
        Linear(fan_in, fan_out, weight_init=weight_init, bias_init=bias_init)
        for fan_in, fan_out in itertools.pairwise([math.prod(input_shape), *hidden, outputs])
    )
    chain: list[Layer] = [Flatten()] if len(input_shape) > 1 else []
    for linear in before:
        chain.append(linear)
        if batch_norm:
            chain.append(BatchNorm())
        chain.append(read_activation(activation))
        if dropout:
            chain.append(Dropout(dropout))
    chain.append(last)
    if output_activation is not None:
        chain.append(read_activation(output_activation))
    return Sequential(*chain, input_shape=tuple(input_shape), dtype=dtype, seed=seed)


def read_activation(name: str) -> Layer:
    """Return the activation that a text such as ``"tanh"`` or ``"leaky_relu(0.2)"`` describes.

    Raises
    ------
    UnknownNameError
        If there is no layer of the name.
    ArgumentError
        If it is not an activation.
    """
    kind, settings = layers.parse(name)
    if not kind.activation:
        known = ", ".join(name for name, layer in layers.items() if layer.activation)
        raise ArgumentError(f"{name!r} is a layer, but not an activation; choose one of {known}")
    return kind(**settings)
