"""The mistakes that networks written by hand make most often; each would be seen here."""

from __future__ import annotations

import copy
import itertools
import pickle

import numpy as np
import pytest

from whence.arrays import Array
from whence.gradcheck import check_gradients
from whence.nn import CrossEntropy, Dropout, Linear, MeanSquaredError, ReLU, Sequential, Sigmoid, Tanh, mlp

DEPTHS = [[6], [6, 5], [6, 5, 7]]


def readonly(array: Array) -> Array:
    array.flags.writeable = False
    return array


@pytest.mark.parametrize("activation", ["relu", "tanh", "sigmoid", "gelu"])
@pytest.mark.parametrize("hidden", DEPTHS, ids=str)
@pytest.mark.parametrize("batch", [1, 7])
def test_no_derivative_is_dropped_at_any_depth(hidden: list[int], activation: str, batch: int) -> None:
    rng = np.random.default_rng(batch)
    net = mlp((4,), hidden, 3, activation=activation, bias_init="normal(0.1)", dtype=np.float64)
    rows = check_gradients(net, CrossEntropy(), rng.normal(size=(batch, 4)), rng.integers(0, 3, batch))
    assert len(rows) == 2 * len(hidden) + 3
    assert all(row.passed for row in rows), "\n".join(map(str, rows))


@pytest.mark.parametrize("outputs", [1, 3])
def test_a_mean_over_the_batch_has_the_gradient_of_a_mean(outputs: int) -> None:
    rng = np.random.default_rng(2)
    net = mlp((4,), [6, 5], outputs, dropout=0.2, batch_norm=True, dtype=np.float64)
    x, y = rng.normal(size=(7, 4)), rng.normal(size=(7, outputs))
    assert not any(row.wrong for row in check_gradients(net, MeanSquaredError(), x, y))


def test_z_and_a_are_two_arrays() -> None:
    net = Sequential(Linear(3, 4), ReLU(), Linear(4, 4), Tanh(), Dropout(), dtype=np.float64)
    outputs: list[Array] = []
    net.forward(np.random.default_rng(0).normal(size=(5, 3)), watch=lambda _, y: outputs.append(y))
    for first, second in itertools.pairwise(outputs):
        assert not np.shares_memory(first, second)
    assert (outputs[0] < 0).any()


def test_the_callers_arrays_stay_as_they_are() -> None:
    rng = np.random.default_rng(0)
    x, y = readonly(rng.normal(size=(5, 4)).astype(np.float32)), readonly(rng.integers(0, 2, 5))
    net = mlp((4,), [6], 2, dropout=0.5, batch_norm=True)
    logits, tape = net.forward(x)
    _, delta = CrossEntropy()(readonly(logits), y)
    net.backward(readonly(delta), tape)
    net(x)


def test_what_is_returned_is_not_overwritten_by_the_next_call() -> None:
    rng = np.random.default_rng(0)
    net = mlp((4,), [6], 2, batch_norm=True)
    x, other = rng.normal(size=(2, 5, 4)).astype(np.float32)
    logits, tape = net.forward(x)
    gradient = net.backward(np.ones_like(logits), tape)
    prediction = net(x)
    kept = [logits.copy(), gradient.copy(), *(array.copy() for cache in tape for array in cache.values())]
    kept_prediction = prediction.copy()
    _, other_tape = net.forward(other)
    net.backward(2 * np.ones_like(logits), other_tape)
    net(other)
    now = [logits, gradient, *(array for cache in tape for array in cache.values())]
    assert all(np.array_equal(before, after) for before, after in zip(kept, now, strict=True))
    np.testing.assert_array_equal(prediction, kept_prediction)


def test_a_ragged_last_batch_needs_nothing_from_the_ones_before() -> None:
    net = mlp((4,), [6, 5], 2, dtype=np.float64)
    rng = np.random.default_rng(0)
    large, small = rng.normal(size=(8, 4)), rng.normal(size=(3, 4))

    def gradient(x: Array) -> Array:
        logits, tape = net.forward(x)
        return net.backward(CrossEntropy()(logits, np.zeros(len(x), int))[1], tape)

    alone = gradient(small)
    gradient(large)
    np.testing.assert_array_equal(gradient(small), alone)


def test_a_tape_can_be_used_twice() -> None:
    net = mlp((4,), [6, 5], 2, dropout=0.5, batch_norm=True, dtype=np.float64)
    logits, tape = net.forward(np.random.default_rng(0).normal(size=(8, 4)))
    np.testing.assert_array_equal(net.backward(logits, tape), net.backward(logits, tape))


@pytest.mark.parametrize(
    "clone", [copy.deepcopy, lambda net: pickle.loads(pickle.dumps(net))], ids=["deepcopy", "pickle"]
)
def test_a_copied_network_keeps_its_views_in_its_own_theta(clone: object) -> None:
    net = mlp((4,), [6], 2, batch_norm=True)
    copied: Sequential = clone(net)  # type: ignore[operator]
    np.testing.assert_array_equal(copied.theta, net.theta)
    for layer in copied.layers:
        for view in layer.views.values():
            assert np.shares_memory(view, copied.theta)
    copied.theta += 1
    assert not np.array_equal(copied.theta, net.theta)
    np.testing.assert_array_equal(copied.layers[0].weight, net.layers[0].weight + 1)
    x = np.ones((3, 4), np.float32)
    copied.forward(x)
    assert not any(
        np.shares_memory(a, b)
        for a, b in zip(copied.layers[1].buffers.values(), net.layers[1].buffers.values(), strict=True)
    )


def test_assigning_a_parameter_writes_into_theta() -> None:
    net = Sequential(Linear(2, 3), Sigmoid())
    layer = net.layers[0]
    layer.weight = np.arange(6.0).reshape(2, 3)
    layer.bias = 7
    assert net.theta.tolist() == [0, 1, 2, 3, 4, 5, 7, 7, 7]
    assert net.theta.dtype == np.float32
    assert np.shares_memory(layer.weight, net.theta)
    with pytest.raises(ValueError, match="broadcast"):
        layer.weight = np.ones((3, 2))


def test_a_step_along_the_gradient_lowers_the_loss() -> None:
    rng = np.random.default_rng(0)
    net = mlp((4,), [8, 8], 3, activation="tanh", dtype=np.float64)
    x, y = rng.normal(size=(30, 4)), rng.integers(0, 3, 30)
    losses = []
    for _ in range(20):
        logits, tape = net.forward(x)
        loss, delta = CrossEntropy()(logits, y)
        losses.append(loss)
        net.theta -= 0.1 * net.backward(delta, tape)
    assert all(after < before for before, after in itertools.pairwise(losses))
