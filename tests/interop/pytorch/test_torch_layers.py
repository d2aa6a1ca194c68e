"""Every layer as a PyTorch module: the written source with the written state dict gives what whence gives."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from exhaustive import one_of_each
from nn.examples import EXAMPLES, Example, kind_of_layer
from whence.errors import ArgumentError
from whence.interop.torch import load_torch_state_dict, torch_source, torch_state_dict
from whence.interop.torch.kinds import recurrent, sums
from whence.interop.torch.placed_layer import _KINDS
from whence.nn import (
    GRU,
    LSTM,
    RNN,
    AvgPool2d,
    BatchNorm,
    Conv1d,
    Conv2d,
    ConvTranspose2d,
    Dropout,
    Embedding,
    Flatten,
    GlobalAvgPool2d,
    Last,
    Layer,
    LayerNorm,
    Linear,
    MaxPool2d,
    ReLU,
    Reshape,
    Residual,
    Sequential,
    Softmax,
    Tanh,
    Upsample,
    layers,
)

torch = pytest.importorskip("torch", reason="PyTorch is not installed; pip install torch")

ALL = [example for examples in EXAMPLES.values() for example in examples if example.shape]
TOLERANCE = {"rtol": 1e-7, "atol": 1e-7}


@pytest.fixture(autouse=True, scope="module")
def one_thread():
    """Small tensors are done before other threads have begun."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def made(*chain: Layer, shape: tuple[int, ...] | None = None, seed: int = 0) -> Sequential:
    """A network in float64 with random parameters and buffers."""
    net = Sequential(*chain, input_shape=shape, dtype=np.float64)
    rng = np.random.default_rng(seed)
    net.load_state_dict({name: rng.uniform(0.2, 1, array.shape) for name, array in net.state_dict().items()})
    net.theta[...] = rng.normal(size=net.theta.shape)
    return net


def module_of(net: Sequential) -> Any:
    """The PyTorch module that the written source makes, with the written state dict."""
    names: dict[str, Any] = {}
    exec(compile(torch_source(net), "source", "exec"), names)
    module = names["Network"]()
    module.load_state_dict({name: torch.from_numpy(array) for name, array in torch_state_dict(net).items()})
    return module


def images_turned(array: np.ndarray) -> Any:
    """A batch in PyTorch's layout: images with channels after the batch axis."""
    return torch.from_numpy(np.moveaxis(array, -1, 1).copy() if array.ndim == 4 else array.copy())


def compare(net: Sequential, x: np.ndarray, *, training: bool = False) -> None:
    """Hold a forward and a backward pass against those of the PyTorch module."""
    module = module_of(net).train(training)
    delta = np.random.default_rng(1).normal(size=(len(x), *net.forward(x, training=False)[0].shape[1:]))
    y, tape = net.forward(x, training=training)
    gradient = net.backward(delta, tape)

    output = module(images_turned(x))
    np.testing.assert_allclose(output.detach().numpy(), images_turned(y).numpy(), **TOLERANCE)
    if net.theta.size:
        output.backward(images_turned(delta))
    after = torch_state_dict(net)
    net.theta[...] = gradient
    expected = torch_state_dict(net)
    for name, parameter in module.named_parameters():
        if "bias_hh" in name and not isinstance(net.layers[0], GRU):
            continue  # of whence's one bias, all is in bias_ih
        found = parameter.grad.numpy()
        if "bias_hh" in name:
            found, expected[name] = np.split(found, 3)[2], np.split(expected[name], 3)[2]
        np.testing.assert_allclose(found, expected[name], err_msg=name, **TOLERANCE)
    for name, buffer in module.named_buffers():
        if "running" in name:
            np.testing.assert_allclose(buffer.numpy(), after[name], err_msg=name, **TOLERANCE)


def test_every_layer_is_known():
    assert set(_KINDS) == set(layers.values())


@one_of_each("example", ALL, kind_of_layer)
def test_a_layer_gives_what_whence_gives(example: Example):
    compare(made(example.make(), shape=example.shape), example.inputs(np.random.default_rng(2), 5))


def random_images(rng: np.random.Generator) -> list[Layer]:
    """Layers over images with random settings, and those that read or make them."""
    channels, kernel, stride = int(rng.integers(1, 4)), *rng.integers(1, 4, (2, 2)).tolist()
    padding = ["valid", "same", [length // 2 for length in kernel]][rng.integers(3)]
    over = [
        lambda: Conv2d(2, channels, kernel, stride=stride, padding=padding),
        lambda: Conv2d(2, 2 * channels, kernel, padding=padding, dilation=2, groups=2, bias=False),
        lambda: ConvTranspose2d(2, channels, kernel, stride=stride, output_padding=[step - 1 for step in stride]),
        lambda: MaxPool2d(kernel, stride=stride, padding=padding),
        lambda: AvgPool2d(kernel, stride=stride, padding=padding),
        lambda: Upsample((1, 2)),
    ][rng.integers(6)]()
    size = Sequential(over, input_shape=(7, 6, 2)).output_shape
    between = [layer for layer in (BatchNorm(), Softmax(), LayerNorm(), Dropout(0.5), Tanh()) if rng.integers(2)]
    del over.views, over.buffers
    end = [
        [Flatten(), *between, Linear(int(np.prod(size)), 3)],
        [*between, Flatten(), Linear(int(np.prod(size)), 12), ReLU(), BatchNorm(), Reshape((2, 3, 2)), Conv2d(2, 1, 2)],
        [*between, GlobalAvgPool2d(), Linear(size[-1], 2)],
        [Linear(size[-1], 2), *between, Residual([Conv2d(2, 2, 3, padding="same"), ReLU()])],
        [Flatten(), *between],
    ][rng.integers(5)]
    return [over, *end]


@pytest.mark.parametrize("seed", range(24))
def test_random_networks_over_images_give_what_whence_gives(seed):
    rng = np.random.default_rng(seed)
    net = made(*random_images(rng), shape=(7, 6, 2), seed=seed)
    compare(net, rng.normal(size=(5, 7, 6, 2)), training=not any(isinstance(layer, Dropout) for layer in net.layers))


def random_sequences(rng: np.random.Generator) -> list[Layer]:
    units, bias = int(rng.integers(1, 5)), bool(rng.integers(2))
    stack = {"num_layers": int(rng.integers(1, 4)), "bidirectional": bool(rng.integers(2)), "bias": bias}
    kind = [RNN, GRU, LSTM][rng.integers(3)]
    width = units * (1 + stack["bidirectional"])
    end = [
        [Last(), Linear(width, 2)],
        [Conv1d(width, 2, 2, padding="same"), BatchNorm(), ReLU(), Flatten(), LayerNorm(), Linear(12, 3)],
        [Flatten(), BatchNorm(), Linear(6 * width, 3)],
        [LayerNorm(), Residual([Linear(width, width), Tanh()]), Linear(width, 2)],
        [Reshape((3, 2, width)), MaxPool2d(2), Flatten(), Linear(width, 2)],
    ]
    return [kind(3, units, **stack), *end[rng.integers(5)]]


@pytest.mark.parametrize("seed", range(24))
def test_random_networks_over_sequences_give_what_whence_gives(seed):
    rng = np.random.default_rng(seed)
    compare(made(*random_sequences(rng), shape=(6, 3), seed=seed), rng.normal(size=(5, 6, 3)), training=True)


def test_tokens_are_integers_and_sequences_may_have_any_length():
    net = made(Embedding(5, 3), LSTM(3, 4), Linear(4, 5))
    compare(net, np.random.default_rng(0).integers(0, 5, (2, 7)))
    assert "Takes int64 (N, T) and gives (N, T, 5)" in torch_source(net)


def test_a_layer_that_occurs_twice_is_one_module():
    shared = Linear(3, 3)
    net = made(shared, Tanh(), shared)
    compare(net, np.random.default_rng(0).normal(size=(4, 3)))
    assert list(torch_state_dict(net)) == ["0.weight", "0.bias"]


def test_features_that_a_shared_layer_reads_keep_the_order_of_whence():
    shared = Linear(12, 12)
    compare(
        made(Flatten(), shared, Tanh(), shared, shape=(3, 2, 2)), np.random.default_rng(0).normal(size=(4, 3, 2, 2))
    )


@pytest.mark.parametrize("seed", range(6))
def test_what_is_written_is_read_to_the_bit(seed):
    rng = np.random.default_rng(seed)
    chain, shape = (random_images(rng), (7, 6, 2)) if seed % 2 else (random_sequences(rng), (6, 3))
    net = made(*chain, shape=shape)
    state, tensors = net.state_dict(), torch_state_dict(net)
    assert all(tensor.flags.c_contiguous for tensor in tensors.values())
    net.load_state_dict({name: np.zeros_like(array) for name, array in state.items()})
    load_torch_state_dict(net, tensors)
    found = net.state_dict()
    assert all(np.array_equal(found[name], array) for name, array in state.items())


def test_a_network_of_plain_modules_needs_no_forward():
    net = Sequential(Conv2d(1, 4, 3), ReLU(), MaxPool2d(2), Flatten(), Linear(36, 10), input_shape=(8, 8, 1))
    assert torch_source(net, "Digits") == (
        "from torch import nn\n\n\nclass Digits(nn.Sequential):\n"
        '    """Takes float32 (N, 1, 8, 8) and gives (N, 10)."""\n\n'
        "    def __init__(self) -> None:\n        super().__init__(\n"
        "            nn.Conv2d(1, 4, 3),  # (N, 4, 6, 6)\n            nn.ReLU(),  # (N, 4, 6, 6)\n"
        "            nn.MaxPool2d(2),  # (N, 4, 3, 3)\n            nn.Flatten(),  # (N, 36)\n"
        "            nn.Linear(36, 10),  # (N, 10)\n        )\n"
    )


@pytest.mark.parametrize("slip", ["order", "gates", "biases"])
def test_a_slip_is_caught(monkeypatch, slip):
    net, x = made(Flatten(), Linear(12, 3), shape=(3, 2, 2)), np.random.default_rng(0).normal(size=(4, 3, 2, 2))
    if slip != "order":
        net, x = made(GRU(2, 3), shape=(4, 2)), np.random.default_rng(0).normal(size=(4, 4, 2))
    compare(net, x)
    if slip == "order":
        monkeypatch.setattr(sums, "reordered", lambda array, order, axis=-1: array)
    elif slip == "gates":
        right = recurrent.PlacedRecurrent.to_torch
        monkeypatch.setattr(
            recurrent.PlacedRecurrent,
            "to_torch",
            lambda self, arrays: {name: np.roll(tensor, 3, 0) for name, tensor in right(self, arrays).items()},
        )
    else:
        monkeypatch.setattr(recurrent.PlacedGRU, "two_biases", recurrent.PlacedRecurrent.two_biases)
    with pytest.raises(AssertionError, match="Not equal to tolerance"):
        compare(net, x)


def test_a_layer_of_the_users_own_is_refused_with_the_alternative(own_classes):
    @layers.register("double")
    class Double(Layer):
        def forward(self, x, context=None):
            return 2 * x, {}

    net = Sequential(Double(), input_shape=(2,))
    for write in (torch_source, torch_state_dict):
        with pytest.raises(
            ArgumentError, match=r"Double\(\) is a layer of your own, .* copy net.state_dict\(\) into it"
        ):
            write(net)


def test_a_class_needs_a_name():
    with pytest.raises(ArgumentError, match="'my net' cannot be the name of a class; give one such as Network"):
        torch_source(Sequential(Linear(2, 2)), "my net")
