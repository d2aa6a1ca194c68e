"""The order of computation by hand, and the names that arrays have."""

import numpy as np
import pytest

import traced_networks as networks
from whence.errors import FormulaError
from whence.formula import Recurrence, indices, tanh, tensors
from whence.nn import (
    LSTM,
    BatchNorm,
    CrossEntropy,
    Dropout,
    Last,
    Linear,
    MeanSquaredError,
    ReLU,
    Sequential,
    Sigmoid,
)
from whence.optim import SGD, Adam
from whence.trace import Step, trace
from whence.trace.steps import _sources_first


def steps_of(step):
    return [(each.kind, each.number, each.arrays) for each in step.steps]


def test_a_network_with_one_hidden_layer_takes_twelve_steps():
    assert steps_of(trace(*networks.r2())) == [
        ("data", None, ("x", "y")),
        ("parameters", None, ("W1", "b1", "W2", "b2")),
        ("layer", 1, ("z1",)),
        ("layer", 1, ("a1",)),
        ("output", 2, ("z2", "a2")),
        ("error", None, ("ℓ", "loss")),
        ("slopes", None, ("slope2", "slope1")),
        ("output delta", 2, ("da2", "dz2")),
        ("layer error", 1, ("da1",)),
        ("layer delta", 1, ("dz1",)),
        ("weights", None, ("dW2", "W2_new", "dW1", "W1_new")),
        ("biases", None, ("db2", "b2_new", "db1", "b1_new")),
    ]


def test_its_numbers_are_those_of_the_plain_formulas():
    net, loss_fn, optimizer, x, y = networks.r2()
    w1, b1, w2, b2 = (slot.view(net.theta).copy() for slot in net.slots)
    step = trace(net, loss_fn, optimizer, x, y)
    hidden = 1 / (1 + np.exp(-(x @ w1 + b1)))
    output = 1 / (1 + np.exp(-(hidden @ w2 + b2)))
    delta = (output - y) * output * (1 - output)
    hidden_delta = (delta @ w2.T) * hidden * (1 - hidden)
    np.testing.assert_allclose(step["loss"], 0.5 * ((output - y) ** 2).sum())
    np.testing.assert_allclose(step["W2_new"], w2 - 0.1 * hidden.T @ delta)
    np.testing.assert_allclose(step["b1_new"], b1 - 0.1 * hidden_delta.sum(0))


def test_a_deeper_classifier_goes_down_layer_by_layer():
    step = networks.traced_classifier(4, 4)
    assert [(kind, number) for kind, number, _ in steps_of(step)] == [
        ("data", None),
        ("parameters", None),
        ("layer", 1),
        ("layer", 1),
        ("layer", 2),
        ("layer", 2),
        ("output", 3),
        ("error", None),
        ("slopes", None),
        ("output delta", 3),
        ("layer error", 2),
        ("layer delta", 2),
        ("layer error", 1),
        ("layer delta", 1),
        ("weights", None),
        ("biases", None),
    ]
    assert steps_of(step)[7][2] == ("M", "S", "p", "ℓ", "loss")


def test_with_clipping_all_gradients_come_before_the_first_update():
    kinds = [kind for kind, _, _ in steps_of(networks.traced_classifier(4, optimizer=SGD(0.1, clip_norm=0.1)))]
    assert kinds[-4:] == ["gradients", "clipping", "weights", "biases"]


def test_every_array_that_a_formula_made_stands_in_one_step():
    net = Sequential(Linear(5, 6), BatchNorm(), ReLU(), Dropout(0.4), Linear(6, 3), Sigmoid(), dtype=np.float64)
    x, _ = networks.batch()
    step = trace(net, MeanSquaredError(), Adam(clip_norm=1, weight_decay=0.1), x, np.zeros((6, 3)))
    placed = [array for each in step.steps for array in each.arrays]
    assert len(placed) == len(set(placed))
    assert set(step.formulas) <= set(placed)
    assert all(array in step for array in placed)


def test_steps_read_only_what_steps_before_them_made():
    net = Sequential(Linear(5, 6), BatchNorm(), ReLU(), Dropout(0.4), Linear(6, 3), dtype=np.float64)
    step = trace(net, CrossEntropy(), Adam(clip_norm=1), *networks.batch())
    known = {name for name, origin in step.origins.items() if name not in step.formulas}
    for each in step.steps:
        for array in each.arrays:
            if array in step.formulas:
                index = (0,) * step[array].ndim
                assert {name for name, _ in step.cell(array, *index).sources} <= known, array
                known.add(array)


def test_names_are_those_of_textbooks():
    net = Sequential(Linear(5, 6), BatchNorm(), ReLU(), Dropout(0.4), Linear(6, 3), dtype=np.float64)
    step = trace(net, CrossEntropy(), SGD(0.1, momentum=0.9), *networks.batch())
    assert list(step)[:18] == [
        "x", "y", "η", "τ", "W1", "b1", "γ2", "b2", "W3", "b3",
        "z1", "mean2", "var2", "x̂2", "u2", "a2", "mask2", "r2",
    ]  # fmt: skip
    assert {"running_mean2", "running_mean2_new", "running_var2_new", "v_W1", "v_W1_new", "dγ2", "dr2"} <= set(step)
    assert [layer.output for layer in step.layers] == ["z1", "u2", "a2", "r2", "z3"]


def test_arrays_that_read_each_other_over_time_are_still_put_in_order():
    n, t, j = indices("n t j")
    h, z, x = tensors("h1 z1 x")
    formulas = {"z1": z[n, t, j] << x[n, t, j] + h[n, t - 1, j], "h1": h[n, t, j] << tanh(z[n, t, j])}
    steps = [Step("layer", 1, ("h1",)), Step("output", 1, ("z1", "h1"))]
    together = [Recurrence(("z1", "h1"), axis=1, reverse=False)]
    assert list(_sources_first(steps, formulas, together)) == [Step("layer", 1, ("z1", "h1"))]
    with pytest.raises(FormulaError, match="the formulas of h1 and z1 read each other; state a Recurrence of them"):
        list(_sources_first(steps, formulas, []))


def test_the_gates_of_an_lstm_come_before_its_states_and_on_the_way_back_the_states_come_first():
    net = Sequential(LSTM(2, 3), Last(), Linear(3, 2), input_shape=(4, 2), dtype=np.float64, seed=1)
    x = np.random.default_rng(0).normal(size=(2, 4, 2))
    steps = steps_of(trace(net, CrossEntropy(), SGD(0.1), x, np.array([0, 1])))
    assert ("layer", 1, ("i1", "f1", "g1", "o1", "c1", "tanh_c1", "h1", "s1")) in steps
    assert ("layer delta", 1, ("ds1", "dh1", "dc1", "δi1", "δf1", "δg1", "δo1", "δ1")) in steps
