"""Layers within layers: one θ, paths such as ``1.0.weight``, and the same contracts as everywhere."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest

from traced_networks import disagreement
from whence.errors import ArgumentError, ShapeError
from whence.formula import write
from whence.gradcheck import check_gradients
from whence.nn import (
    GRU,
    LSTM,
    RNN,
    BatchNorm,
    Conv2d,
    CrossEntropy,
    Dropout,
    Embedding,
    GlobalAvgPool2d,
    Last,
    Layer,
    Linear,
    ReLU,
    Residual,
    Sequential,
    Tanh,
)
from whence.nn.naming import name_parameters
from whence.optim import SGD
from whence.trace import trace


def block() -> Residual:
    return Residual([Conv2d(2, 3, 3, padding="same"), BatchNorm(), ReLU(), Conv2d(3, 2, 2, padding="same", bias=False)])


def network(dtype: type = np.float64) -> Sequential:
    layers = Conv2d(1, 2, 3), block(), ReLU(), GlobalAvgPool2d(), Linear(2, 3)
    return Sequential(*layers, input_shape=(6, 5, 1), dtype=dtype, seed=3)


def test_parameters_within_are_views_into_the_networks_theta() -> None:
    net = network()
    within = net.layers[1].layers
    paths = [path for path in net.state_dict() if path.startswith("1.")]
    assert paths[:5] == ["1.0.weight", "1.0.bias", "1.1.weight", "1.1.bias", "1.3.weight"]
    assert paths[5:] == ["1.1.running_mean", "1.1.running_var"]
    within[0].bias = 7
    assert net.state_dict()["1.0.bias"].tolist() == [7, 7, 7]
    assert np.shares_memory(within[3].weight, net.theta)
    decaying = {slot.path for slot in net.slots if slot.decays}
    assert decaying == {"0.weight", "1.0.weight", "1.3.weight", "4.weight"}


def test_the_sum_by_hand() -> None:
    net = Sequential(Residual([Linear(2, 2)]), dtype=np.float64)
    net.layers[0].layers[0].weight = [[1, 2], [3, 4]]
    y, tape = net.forward(np.array([[1, 1]]))
    assert y.tolist() == [[5, 7]]
    deltas: dict[int, np.ndarray] = {}
    gradient = net.backward(np.array([[1.0, 0.0]]), tape, need_input=True, watch=deltas.__setitem__)
    assert gradient.tolist() == [1, 0, 1, 0, 1, 0]
    assert deltas[0].tolist() == [[2, 3]]


def test_gradients_and_state_through_a_network() -> None:
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(4, 6, 5, 1)), rng.integers(0, 3, 4)
    net = network()
    assert not any(row.wrong for row in check_gradients(net, CrossEntropy(), x, y))
    net.forward(x)
    assert net.state_dict()["1.1.running_mean"].any()
    other = network()
    other.load_state_dict(net.state_dict())
    np.testing.assert_array_equal(other(x), net(x))


def test_copies_have_views_of_their_own() -> None:
    net = network()
    for copied in (copy.deepcopy(net), pickle.loads(pickle.dumps(net)), Sequential.from_config(net.config())):
        copied.theta += 1
        np.testing.assert_array_equal(copied.layers[1].layers[0].weight, net.layers[1].layers[0].weight + 1)
        copied.layers[1].layers[1].buffers["running_mean"] += 1
        assert copied.state_dict()["1.1.running_mean"].tolist() == [1, 1, 1]
        assert not net.state_dict()["1.1.running_mean"].any()


def test_the_last_layer_within_is_initialised_for_what_follows_the_sum() -> None:
    def spread(*after: ReLU) -> float:
        net = Sequential(Residual([Linear(300, 300)]), *after, seed=1)
        return float(net.layers[0].layers[0].weight.std())

    assert spread(ReLU()) == pytest.approx((2 / 300) ** 0.5, rel=0.02)
    assert spread() == pytest.approx((2 / 600) ** 0.5, rel=0.02)


def test_the_layer_before_a_block_sees_the_activation_that_opens_it() -> None:
    net = Sequential(Linear(300, 300), Residual([ReLU(), Linear(300, 300)]))
    assert float(net.layers[0].weight.std()) == pytest.approx((2 / 300) ** 0.5, rel=0.02)


def test_the_summary_shows_the_layers_within() -> None:
    lines = network().summary().splitlines()
    assert [line.split()[:2] for line in lines[3:11]] == [
        ["1", "Conv2d(1,"],
        ["2", "Residual"],
        ["2.1", "Conv2d(2,"],
        ["2.2", "BatchNorm()"],
        ["2.3", "ReLU()"],
        ["2.4", "Conv2d(3,"],
        ["3", "ReLU()"],
        ["4", "GlobalAvgPool2d()"],
    ]
    assert lines[4].split()[-1] == "87"


def test_a_remark_knows_the_layers_that_the_input_went_through() -> None:
    told: dict[str, list[str]] = {}

    class Listening(Tanh):
        def remarks(self, before: Sequence[Layer] = ()) -> list[str]:
            told[repr(self.output_shape)] = [type(layer).__name__ for layer in before]
            return []

    within = Residual([Linear(3, 4), Listening(), Linear(4, 3)])
    Sequential(Linear(2, 3), within, Listening()).summary()
    assert told == {"(4,)": ["Linear", "Linear"], "(3,)": ["Linear", "Linear", "Listening", "Linear"]}


def test_names_and_formulas_in_a_trace() -> None:
    net = Sequential(Linear(2, 3), Tanh(), Residual([Linear(3, 4), Tanh(), Linear(4, 3)]), ReLU(), Linear(3, 2))
    names = name_parameters(net.layers, net.slots)
    assert list(names.values()) == [
        "W1",
        "b1",
        "W2.0",
        "b2.0",
        "W2.2",
        "b2.2",
        "W3",
        "b3",
    ]
    step = trace(net, CrossEntropy(), SGD(0.1), np.ones((4, 2)), np.array([0, 1, 1, 0]))
    assert write(step.formulas["z2.0"]) == "z2.0[n, j] = Σ_i a1[n, i] · W2.0[i, j] + b2.0[j]"
    assert write(step.formulas["s2"]) == "s2[n, j] = a1[n, j] + z2.2[n, j]"
    assert write(step.formulas["da1"]) == "da1[n, j] = ds2[n, j] + dx2.0[n, j]"
    assert write(step.formulas["dz2.2"]) == "dz2.2[n, j] = ds2[n, j]"
    for name in step.formulas:
        assert disagreement(step, name) < 1e-5, name
    placed = [array for each in step.steps for array in each.arrays]
    assert sorted(placed) == sorted(set(placed))
    assert {"W2.0", "dW2.0", "W2.0_new", "slope2.1", "z2.0", "dz2.2"} <= set(placed)


@pytest.mark.parametrize("layers", [[], [shared := Tanh(), shared]])
def test_blocks_that_cannot_be_are_refused(layers: list[Tanh]) -> None:
    with pytest.raises(ArgumentError, match=r"Residual was given (no layers|the same layer twice)"):
        Residual(layers)


@pytest.mark.parametrize("layers", [Linear(2, 2), [Linear(2, 2), "relu"], None], ids=str)
def test_what_is_no_list_of_layers_is_refused(layers: Any) -> None:
    with pytest.raises(ArgumentError, match=r"Residual was given layers = .*; it must be a list in which each is"):
        Residual(layers)


def test_a_block_adds_nothing_to_indices() -> None:
    with pytest.raises(ArgumentError, match="takes indices, to which nothing can be added; put it before the block"):
        Residual([Embedding(5, 3), Last()])


@pytest.mark.parametrize(
    "chain",
    [
        lambda shared: [Residual([shared]), Residual([shared])],
        lambda shared: [shared, Residual([shared])],
        lambda shared: [Residual([Tanh(), shared]), shared],
        lambda shared: [Residual([shared, Residual([shared])])],
        lambda shared: [Residual([Residual([shared])]), Tanh(), Residual([shared])],
    ],
)
def test_a_layer_within_a_block_stands_nowhere_else(chain: Callable[[Linear], list[Layer]]) -> None:
    with pytest.raises(ArgumentError, match=r"Linear\(2, 2\) is used within a block and elsewhere too; .* new one"):
        Sequential(*chain(Linear(2, 2)), input_shape=(2,))


def test_a_whole_block_may_stand_twice() -> None:
    shared = Residual([Linear(3, 4), Tanh(), Linear(4, 3)])
    net = Sequential(Linear(2, 3), shared, ReLU(), shared, dtype=np.float64)
    assert net.theta.size == 9 + 31
    rng = np.random.default_rng(0)
    assert all(row.passed for row in check_gradients(net, CrossEntropy(), rng.normal(size=(5, 2)), np.arange(5) % 3))
    last_words = [line.split()[-3:] for line in net.summary().splitlines()]
    assert last_words[9:13] == [["shared", "with", place] for place in ("2", "2.1", "2.2", "2.3")]


@pytest.mark.parametrize("kind", [RNN, GRU, LSTM])
def test_gradients_of_recurrent_layers_within_a_block(kind: type[Layer]) -> None:
    rng = np.random.default_rng(1)
    net = Sequential(
        Linear(2, 3),
        Residual([kind(3, 3, 2), Tanh(), Residual([kind(3, 3)])]),
        Last(),
        input_shape=(5, 2),
        dtype=np.float64,
    )
    rows = check_gradients(net, CrossEntropy(), rng.normal(size=(4, 5, 2)), rng.integers(0, 3, 4))
    assert len(rows) == len(net.slots) + 1
    assert all(row.passed for row in rows), "\n".join(map(str, rows))


def test_layers_within_a_block_use_lengths() -> None:
    rng = np.random.default_rng(2)
    net = Sequential(Residual([GRU(3, 3), Residual([LSTM(3, 3)])]), Last(), dtype=np.float64)
    x, lengths = rng.normal(size=(3, 6, 3)), np.array([2, 6, 1])
    y, tape = net.forward(x, lengths=lengths)
    gradient = net.backward(np.ones_like(y), tape)
    total = np.zeros_like(gradient)
    for sample, length in enumerate(lengths):
        alone, own_tape = net.forward(x[sample : sample + 1, :length])
        np.testing.assert_allclose(y[sample : sample + 1], alone, rtol=1e-12)
        total += net.backward(np.ones_like(alone), own_tape)
    np.testing.assert_allclose(gradient, total, rtol=1e-11, atol=1e-12)


def test_layers_that_change_the_shape_are_refused() -> None:
    with pytest.raises(
        ShapeError, match=r"turn \(N, 5, 5, 2\) into \(N, 3, 3, 2\), which cannot be added; let them keep"
    ):
        Sequential(Residual([Conv2d(2, 2, 3)]), input_shape=(5, 5, 2))
    with pytest.raises(ShapeError, match=r"layer 2 within \(Linear\(4, 2\)\) does not fit: it takes in_features = 4"):
        Sequential(Residual([Linear(2, 3), Linear(4, 2)]))


def test_a_layer_of_another_network_is_refused() -> None:
    taken = Linear(2, 2)
    Sequential(taken)
    with pytest.raises(ArgumentError, match=r"layer 1 within \(Linear.* already belongs to a network"):
        Sequential(Residual([taken]))


def test_a_block_without_parameters_before_it_needs_no_input_delta() -> None:
    net = Sequential(Residual([Dropout(0.5), Linear(2, 2)]), input_shape=(2,), dtype=np.float64)
    y, tape = net.forward(np.ones((3, 2)))
    assert np.isfinite(net.backward(np.ones_like(y), tape)).all()
