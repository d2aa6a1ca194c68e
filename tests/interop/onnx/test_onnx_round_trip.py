"""What whence writes as ONNX it reads again: every layer, with the same outputs."""

from __future__ import annotations

import numpy as np
import pytest

from exhaustive import one_of_each
from interop.onnx.written import made, random_layer, written
from nn.examples import ALL, Example, kind_of_layer
from whence.interop.onnx import read_onnx
from whence.nn import CrossEntropy, Linear, Sequential, Sigmoid, Softmax, Tanh
from whence.nn.activations.base import Elementwise
from whence.nn.normalisation.base import Normalisation

LOSS = "mean_squared_error"  # with which no last layer is left out
WITH_AXES = [example for example in ALL if example.shape]
"""Single numbers as inputs are refused in ONNX files."""


def reads_the_same(net, x, path):
    written(made(net), path)
    read = read_onnx(path, loss=LOSS).model
    assert read.net.input_shape == net.input_shape
    np.testing.assert_allclose(read.net(x), net(x), rtol=0, atol=1e-5 * max(1, np.abs(net(x)).max()))
    return read.net


@one_of_each("example", WITH_AXES, kind_of_layer)
def test_every_layer_is_read_as_it_was_written(example: Example, tmp_path):
    net = Sequential(example.make(), input_shape=example.shape)
    inputs = example.inputs(np.random.default_rng(1), 4)
    found = reads_the_same(net, inputs if example.tokens else inputs.astype(np.float32), tmp_path / "layer.onnx")
    if isinstance(net.layers[0], Elementwise | Normalisation):
        assert str(found.layers) == str(net.layers).replace("CELU()", "ELU()")  # the same function


@pytest.mark.parametrize("seed", range(24))
def test_random_settings_are_read_as_they_were_written(seed, tmp_path):
    rng = np.random.default_rng(seed)
    layer, shape = random_layer(rng)
    net = Sequential(layer, input_shape=tuple(shape))
    found = reads_the_same(net, rng.normal(size=(4, *shape)).astype(np.float32), tmp_path / "layer.onnx")
    assert {type(each) for each in found.layers} == {type(layer)}


@pytest.mark.parametrize("last", [Softmax(), Sigmoid()])
def test_a_last_layer_that_the_loss_has_is_left_to_it(last, tmp_path):
    net = Sequential(Linear(4, 3), last)
    written(made(net), tmp_path / "net.onnx")
    read = read_onnx(tmp_path / "net.onnx")
    x = np.random.default_rng(0).normal(size=(6, 4)).astype(np.float32)
    assert [repr(layer) for layer in read.model.net.layers] == ["Linear(4, 3)"]
    np.testing.assert_allclose(read.model.loss_fn.predictions(read.model.net(x)), net(x), atol=1e-6)
    assert read.notes == (f"the last {last!r} is left out, since the loss {type(read.model.loss_fn).__name__} has it",)


def test_weights_that_are_used_twice_become_two_layers_which_is_said(tmp_path):
    shared = Linear(3, 3)
    net = Sequential(shared, Tanh(), shared)
    found = reads_the_same(net, np.random.default_rng(0).normal(size=(5, 3)).astype(np.float32), tmp_path / "net.onnx")
    assert found.theta.size == 2 * net.theta.size
    notes = read_onnx(tmp_path / "net.onnx", loss=LOSS).notes
    assert notes == ("0.weight is shared by several nodes, of which each layer has a copy of its own",)


def test_the_names_of_the_classes_are_read(tmp_path):
    model = made(Sequential(Linear(4, 3)))
    written(type(model)(model.net, CrossEntropy(), model.preprocessing, ("a", "b", "c"), "made"), tmp_path / "net.onnx")
    assert read_onnx(tmp_path / "net.onnx").model.classes == ("a", "b", "c")
    assert read_onnx(tmp_path / "net.onnx", classes=["x", "y", "z"]).model.classes == ("x", "y", "z")
