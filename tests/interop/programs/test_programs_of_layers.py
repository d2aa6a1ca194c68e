"""Every layer as a program in every language: the real interpreter or compiler gives what whence gives."""

from __future__ import annotations

import numpy as np
import pytest

from exhaustive import one_of_each
from nn.examples import EXAMPLES, Example, kind_of_layer
from whence.data import Preprocessing
from whence.interop.programs.numpy_program import numpy_program
from whence.interop.programs.program import program_of
from whence.nn import GRU, LSTM, Embedding, Linear, MeanSquaredError, Sequential
from whence.training import Model

ALL = [example for examples in EXAMPLES.values() for example in examples]


def made(net, seed=0):
    """A model of a network with random parameters and buffers."""
    rng = np.random.default_rng(seed)
    net.theta[...] = rng.normal(size=net.theta.shape)
    for layer in net.layers:
        for buffer in layer.buffers.values():
            buffer[...] = rng.uniform(0.5, 2, buffer.shape)
    return Model(net, MeanSquaredError(), Preprocessing(), None, "made")


def predict_of(model):
    """The function ``predict`` of a network's program in NumPy."""
    scope = {}
    exec(numpy_program(program_of(model), "model.py"), scope)
    return scope["predict"]


@one_of_each("example", ALL, kind_of_layer)
def test_numpy_gives_what_a_layer_gives(example: Example):
    net = Sequential(example.make(), input_shape=example.shape, dtype=np.float64)
    x = example.inputs(np.random.default_rng(1), 4)
    answers = predict_of(made(net))(x)
    np.testing.assert_allclose(answers, net(x), rtol=0, atol=1e-12)


def test_sequences_may_have_any_length():
    net = Sequential(Embedding(5, 3), LSTM(3, 4), GRU(4, 3, bidirectional=True), Linear(6, 5), dtype=np.float64)
    predict = predict_of(made(net))
    for steps in (1, 9):
        tokens = np.random.default_rng(0).integers(0, 5, (3, steps))
        np.testing.assert_allclose(predict(tokens), net(tokens), rtol=0, atol=1e-12)
    with pytest.raises(ValueError, match="inputs must be from 0 to 4"):
        predict(np.array([[5]]))
