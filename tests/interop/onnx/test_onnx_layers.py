"""Every layer as ONNX operators: onnxruntime and onnx.reference give what whence gives, and a slip is caught."""

from __future__ import annotations

import numpy as np
import pytest

from exhaustive import one_of_each
from interop.onnx.written import made, random_layer
from nn.examples import EXAMPLES, Example, kind_of_layer
from whence.data import Samples
from whence.errors import ArgumentError
from whence.interop.onnx.model import onnx_model
from whence.interop.onnx.operators import convolution, recurrent
from whence.interop.onnx.operators.registry import _TRANSLATIONS
from whence.interop.onnx.receipt import prove
from whence.nn import (
    GRU,
    LSTM,
    RNN,
    Conv1d,
    Conv2d,
    Embedding,
    Flatten,
    Last,
    Layer,
    Linear,
    MaxPool2d,
    ReLU,
    Sequential,
    layers,
)


def proved(net, inputs, *, any_length=False):
    model = onnx_model(made(net), with_preprocessing=False)
    return prove(model, Samples(inputs, np.zeros((len(inputs), 1))), any_length=any_length)


ALL = [example for examples in EXAMPLES.values() for example in examples]


def test_every_layer_has_operators():
    assert set(_TRANSLATIONS) == set(layers.values())


@one_of_each("example", ALL, kind_of_layer)
def test_a_layer_gives_what_whence_gives(example: Example):
    inputs = example.inputs(np.random.default_rng(1), 9)
    receipt = proved(Sequential(example.make(), input_shape=example.shape), inputs)
    assert len(receipt.runs) == 2 or "Relu" in receipt.remark
    for each in receipt.runs:
        assert each.difference <= 1e-6 * each.largest
        assert (each.batches, each.runs) == ((1, 7, each.inputs), 2 * (each.inputs + 3))


@pytest.mark.parametrize("seed", range(24))
def test_random_settings_give_what_whence_gives(seed):
    rng = np.random.default_rng(seed)
    layer, shape = random_layer(rng)
    for each in proved(Sequential(layer, input_shape=tuple(shape)), rng.normal(size=(8, *shape))).runs:
        assert each.difference <= 1e-5 * each.largest


def test_pixels_are_flattened_in_the_order_of_whence():
    net = Sequential(Conv2d(2, 3, 3), ReLU(), MaxPool2d(2), Flatten(), Linear(12, 4), input_shape=(6, 6, 2))
    assert len(proved(net, np.random.default_rng(0).normal(size=(8, 6, 6, 2))).runs) == 2


def test_sequences_may_have_any_length():
    net = Sequential(Embedding(5, 3), LSTM(3, 4), GRU(4, 3, bidirectional=True), Linear(6, 5))
    tokens = np.random.default_rng(0).integers(0, 5, (8, 9))
    runtime, reference = proved(net, tokens, any_length=True).runs
    assert (runtime.inputs, reference.inputs) == (16, 16)


def test_sequences_of_different_lengths_are_given_without_padding():
    net = Sequential(LSTM(2, 3), Last(), Linear(3, 1))
    rng = np.random.default_rng(0)
    samples = Samples(rng.normal(size=(8, 5, 2)), np.zeros((8, 1)), lengths=rng.integers(1, 6, 8))
    assert prove(onnx_model(made(net), with_preprocessing=False), samples).runs[0].inputs == 8


def test_a_layer_that_occurs_twice_has_its_parameters_once():
    shared = Linear(3, 3)
    net = Sequential(shared, ReLU(), shared)
    model = onnx_model(made(net), with_preprocessing=False)
    assert [constant.name for constant in model.proto.graph.initializer] == ["0.weight", "0.bias"]
    proved(net, np.random.default_rng(0).normal(size=(8, 3)))


def test_a_network_in_float64_is_exported_in_float32():
    net = Sequential(Linear(3, 4), LSTM(4, 2), input_shape=(5, 3), dtype=np.float64)
    for each in proved(net, np.random.default_rng(0).normal(size=(8, 5, 3))).runs:
        assert 0 < each.difference < 1e-5


def wrong_order(monkeypatch):
    monkeypatch.setattr(recurrent, "GATES_IN_ONNX", {RNN: [0], GRU: [0, 1, 2], LSTM: [0, 1, 2, 3]})


def reset_before(monkeypatch):
    monkeypatch.setattr(recurrent, "_attributes", lambda layer: {})


def symmetric_padding(monkeypatch):
    right = convolution._attributes
    monkeypatch.setattr(
        convolution, "_attributes", lambda windows: {**right(windows), "pads": right(windows)["pads"][::-1]}
    )


def channels_first(monkeypatch):
    right = _TRANSLATIONS[Flatten]

    def wrong(graph, layer, x):
        return right(graph, layer, graph.add("Transpose", x, perm=[0, 3, 1, 2]))

    monkeypatch.setitem(_TRANSLATIONS, Flatten, wrong)


@pytest.mark.parametrize(
    ("net", "slip"),
    [
        (lambda: Sequential(LSTM(2, 3), input_shape=(4, 2)), wrong_order),
        (lambda: Sequential(GRU(2, 3), input_shape=(4, 2)), wrong_order),
        (lambda: Sequential(GRU(2, 3), input_shape=(4, 2)), reset_before),
        (lambda: Sequential(Conv1d(2, 3, 2, padding="same"), input_shape=(4, 2)), symmetric_padding),
        (lambda: Sequential(MaxPool2d(2, padding="same"), input_shape=(3, 5, 2)), symmetric_padding),
        (lambda: Sequential(Flatten(), Linear(12, 3), input_shape=(3, 2, 2)), channels_first),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_a_slip_is_caught(monkeypatch, net, slip):
    net = net()
    inputs = np.random.default_rng(0).normal(size=(8, *net.input_shape))
    proved(net, inputs)
    slip(monkeypatch)
    with pytest.raises(ArgumentError, match=r"in onnxruntime .* differ from whence's by up to .* no file was written"):
        proved(net, inputs)


def test_a_layer_of_the_users_own_is_refused_with_the_alternative(own_classes):
    @layers.register("double")
    class Double(Layer):
        def forward(self, x, context=None):
            return 2 * x, {}

    with pytest.raises(
        ArgumentError, match=r"Double\(\) is a layer of your own, .* use it in Python with whence.load_model"
    ):
        onnx_model(made(Sequential(Double(), input_shape=(2,))), with_preprocessing=False)
