"""Traces for the tests of the page."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from whence.arrays import Array
from whence.nn import LSTM, AvgPool2d, Conv2d, Embedding, Flatten, Last, Linear, ReLU, Sequential, Sigmoid, mlp
from whence.nn.losses import CrossEntropy, SumOfSquaredErrors
from whence.optim import SGD, Adam
from whence.trace import Trace, trace, trace_steps

X = np.array([[1, 0, 1, 0], [1, 0, 1, 1], [0, 1, 0, 1]], float)
Y = np.array([[1.0], [1.0], [0.0]])


def two_layers(
    steps: int = 1, change: Callable[[Sequential, SGD, Array, Array], None] = lambda *_: None
) -> list[Trace]:
    """Return training steps of a 4-3-1 network with two sigmoids, something changed before the first if wanted."""
    net = Sequential(
        Linear(4, 3, weight_init="uniform(0, 1)", bias_init="uniform(0, 1)"),
        Sigmoid(),
        Linear(3, 1, weight_init="uniform(0, 1)", bias_init="uniform(0, 1)"),
        Sigmoid(),
        dtype=np.float64,
        seed=4,
    )
    optimizer, x, y = SGD(0.1), X.copy(), Y.copy()
    change(net, optimizer, x, y)
    return list(trace_steps(net, SumOfSquaredErrors(), optimizer, [(x, y)] * steps))


def classifier(labels: tuple[int, ...] = (2, 0, 1, 2)) -> list[Trace]:
    """Return a training step of a small softmax classifier."""
    net = mlp((5,), [6], 3, activation="tanh", dtype=np.float64, seed=3)
    x = np.random.default_rng(1).normal(size=(len(labels), 5))
    return [trace(net, CrossEntropy(), SGD(0.1, momentum=0.9), x, np.array(labels))]


def images() -> list[Trace]:
    """Return a training step of 784-96-10 on four images of random pixels, a quarter of them not black."""
    rng = np.random.default_rng(7)
    net = mlp((28, 28, 1), [96], 10, seed=1)
    x = (rng.uniform(size=(4, 28, 28, 1)) * (rng.uniform(size=(4, 28, 28, 1)) < 0.25)).astype(np.float32)
    return [trace(net, CrossEntropy(), SGD(0.1), x, np.array([3, 1, 4, 1]))]


def over_time(change: Callable[[Sequential], None]) -> Trace:
    """Return a training step of an LSTM, something changed before it if wanted."""
    net = Sequential(LSTM(3, 4), Last(), Linear(4, 2), input_shape=(5, 3), dtype=np.float64, seed=2)
    change(net)
    x = np.random.default_rng(5).normal(size=(2, 5, 3))
    return trace(net, CrossEntropy(), SGD(0.1), x, np.array([0, 1]))


def convolved(change: Callable[[Sequential], None]) -> Trace:
    """Return a training step of a small convolutional network, something changed before it if wanted."""
    layers = (Conv2d(1, 3, 3, padding=1), ReLU(), AvgPool2d(2), Flatten(), Linear(12, 4))
    net = Sequential(*layers, input_shape=(4, 4, 1), dtype=np.float64, seed=2)
    change(net)
    x = np.random.default_rng(5).uniform(size=(2, 4, 4, 1))
    return trace(net, CrossEntropy(), SGD(0.1), x, np.array([0, 3]))


def text_of_characters(change: Callable[[Sequential], None] = lambda net: None) -> Trace:
    """Return a training step of an LSTM on four windows of 40 characters, something changed before it if wanted."""
    net = Sequential(Embedding(40, 16), LSTM(16, 128), Linear(128, 40), input_shape=(40,), dtype=np.float64, seed=2)
    change(net)
    x, y = np.random.default_rng(5).integers(0, 40, (2, 4, 40))
    return trace(net, CrossEntropy(), Adam(0.01), x, y)
