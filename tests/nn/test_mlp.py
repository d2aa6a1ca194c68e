"""Multilayer perceptrons from their sizes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from whence.errors import ArgumentError, UnknownNameError
from whence.nn import Flatten, Linear, layers, mlp


def kinds(net: object) -> list[str]:
    return [type(layer).__name__ for layer in net.layers]  # type: ignore[attr-defined]


def test_an_image_is_flattened_first() -> None:
    assert kinds(mlp((28, 28), [96], 10)) == ["Flatten", "Linear", "ReLU", "Linear"]
    assert kinds(mlp((784,), [96], 10)) == ["Linear", "ReLU", "Linear"]


def test_every_hidden_layer_is_linear_norm_activation_dropout() -> None:
    net = mlp((4,), [5, 6], 2, activation="tanh", dropout=0.1, batch_norm=True, output_activation="sigmoid")
    hidden = ["Linear", "BatchNorm", "Tanh", "Dropout"]
    assert kinds(net) == [*hidden, *hidden, "Linear", "Sigmoid"]


def test_without_hidden_layers_it_is_a_linear_model() -> None:
    assert kinds(mlp((4,), [], 2)) == ["Linear"]


@given(
    st.lists(st.integers(1, 4), min_size=1, max_size=3),
    st.lists(st.integers(1, 6), max_size=3),
    st.integers(1, 4),
    st.sampled_from([name for name, layer in layers.items() if layer.activation]),
)
def test_any_sizes_fit(input_shape: list[int], hidden: list[int], outputs: int, activation: str) -> None:
    net = mlp(tuple(input_shape), hidden, outputs, activation=activation)
    x = np.ones((2, *input_shape), np.float32)
    y, tape = net.forward(x)
    assert y.shape == (2, outputs)
    assert y.dtype == np.float32
    assert net.backward(np.ones_like(y), tape).shape == net.theta.shape


def test_initialisers_dtype_and_seed_are_passed_on() -> None:
    net = mlp((4,), [5], 2, weight_init="constant(0.5)", bias_init="constant(2)", dtype=np.float64, seed=3)
    first = net.layers[0]
    assert isinstance(first, Linear)
    assert (first.weight == 0.5).all() and (first.bias == 2).all()
    assert net.dtype == np.float64
    assert net.seed == 3


@pytest.mark.parametrize(
    ("input_shape", "hidden", "outputs", "message"),
    [
        ((), [3], 2, "input_shape is empty"),
        ((0,), [3], 2, r"input_shape = \(0,\)"),
        ((4, -1), [3], 2, r"input_shape = \(4, -1\)"),
        ((4,), [3, 0], 2, r"hidden = \[3, 0\]"),
        ((4,), [-3], 2, r"hidden = \[-3\]"),
        ((4,), [3], 0, "outputs = 0"),
        ((4,), [10**8], 2, r"hidden = \[100000000\]; .* at most 10,000,000"),
        ((4,), [2.5], 2, r"hidden = \[2.5\]; it must be a list in which each is a whole number"),
        ((4,), [True], 2, "whole number"),
        ((10**5,), [10**5], 2, "10,000,300,002 parameters"),
        ((2**14,), [2**14], 2, "268,484,610 parameters; at most 268,435,456 are possible"),
    ],
)
def test_sizes_that_no_network_has_are_refused(
    input_shape: tuple[int, ...], hidden: list[int], outputs: int, message: str
) -> None:
    with pytest.raises(ArgumentError, match=message):
        mlp(input_shape, hidden, outputs)


def test_names_that_are_no_activations_are_refused() -> None:
    with pytest.raises(UnknownNameError, match="did you mean 'sigmoid'"):
        mlp((4,), [3], 2, activation="sigmoyd")
    with pytest.raises(ArgumentError, match=r"not an activation; choose one of .*relu"):
        mlp((4,), [3], 2, activation="linear")
    with pytest.raises(ArgumentError, match=r"dropout = 1.0"):
        mlp((4,), [3], 2, dropout=1.0)


def test_numpy_integers_are_sizes() -> None:
    assert isinstance(mlp((np.int64(2), 3), [np.int64(4)], np.int32(2)).layers[0], Flatten)
