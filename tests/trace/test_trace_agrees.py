"""Every array of every trace is what its formula says, and tracing changes nothing."""

import copy

import numpy as np
import pytest

import traced_networks as networks
from exhaustive import exhaustive, one_of_each
from nn.examples import ALL, kind_of_layer
from nn.losses import loss_cases
from optim import optimizer_cases
from whence.data import Batch
from whence.formula import evaluate_cell, write
from whence.gradcheck import check_layer
from whence.nn import (
    GRU,
    LSTM,
    RNN,
    BatchNorm,
    CrossEntropy,
    Dropout,
    Flatten,
    Last,
    Linear,
    ReLU,
    Reshape,
    Residual,
    Sequential,
    SumOfSquaredErrors,
    Tanh,
)
from whence.nn.context import INFERENCE
from whence.nn.naming import name_parameters
from whence.optim import SGD, Adam
from whence.trace import trace, trace_steps
from whence.training import fit
from whence.views.derivation import as_text, derive

TOLERANCE = {np.float64: 1e-12, np.float32: 1e-5}
both_precisions = pytest.mark.parametrize("dtype", [np.float64, pytest.param(np.float32, marks=exhaustive)])
every_layer = one_of_each("example", [example for example in ALL if example.shape], kind_of_layer)
every_loss = one_of_each("case", [case for case in loss_cases.CASES if case.outputs], loss_cases.kind)
every_optimizer = one_of_each(("name", "config"), optimizer_cases.CASES, optimizer_cases.kind)


@both_precisions
@every_layer
def test_every_layer(example, dtype):
    step, layer = networks.traced_example(example, dtype)
    assert networks.worst(step)[1] <= TOLERANCE[dtype], networks.worst(step)
    position = 0 if example.tokens is not None else 1
    traced = [name for name in step.formulas if step.origins[name].layer == position]
    unneeded = 0 if position else sum(f"d{layer.input_symbol}" == f.target.array for f in layer.formulas())
    assert len(traced) == len(list(layer.formulas())) - unneeded


@both_precisions
@every_loss
def test_every_loss(case, dtype):
    loss_fn, outputs, targets = case.make(5, dtype)
    size = int(np.prod(case.outputs))
    net = Sequential(Linear(4, size), Reshape(case.outputs), dtype=dtype)
    step = trace(net, loss_fn, SGD(0.1), np.random.default_rng(1).normal(size=(5, 4)), targets)
    assert networks.worst(step)[1] <= TOLERANCE[dtype], networks.worst(step)
    assert outputs.shape == step[step.layers[-1].output].shape


@both_precisions
@every_loss
def test_every_loss_with_weights(case, dtype):
    loss_fn, _, targets = case.make(5, dtype)
    net = Sequential(Linear(4, int(np.prod(case.outputs))), Reshape(case.outputs), dtype=dtype)
    weights = np.array([0.5, 2, 0, 1, 0.25], dtype)
    step = trace(net, loss_fn, SGD(0.1), np.random.default_rng(1).normal(size=(5, 4)), targets, weights=weights)
    assert networks.worst(step)[1] <= TOLERANCE[dtype], networks.worst(step)
    assert np.array_equal(step["ω"], weights)
    assert step.origins["ω"].phase == "data"


RECURRENT = {
    "lstm": lambda: [LSTM(3, 4)],
    "gru both ways": lambda: [GRU(3, 4, bidirectional=True), Linear(8, 2)],
    "within a block": lambda: [Residual([RNN(3, 3, dropout=0.5, num_layers=2)])],
    "last": lambda: [RNN(3, 4), Last()],
}


@pytest.mark.parametrize("layers", RECURRENT.values(), ids=RECURRENT)
@pytest.mark.parametrize("weighted", [False, True])
def test_sequences_with_lengths(layers, weighted):
    rng = np.random.default_rng(0)
    net = Sequential(Linear(3, 3), *layers(), input_shape=(6, 3), dtype=np.float64, seed=1)
    last = net.output_shape[0] != 6
    batch = Batch(
        rng.normal(size=(5, 6, 3)),
        rng.integers(0, 2, 5 if last else (5, 6)),
        np.array([0.5, 2, 0.1, 1, 0.25]) if weighted else None,
        np.array([6, 1, 3, 6, 2]),
    )
    twin, optimizer = copy.deepcopy(net), SGD(0.1)
    step = trace(net, CrossEntropy(), optimizer, batch.x, batch.y, weights=batch.weights, lengths=batch.lengths)
    assert networks.worst(step)[1] <= 1e-12, networks.worst(step)
    fit(twin, CrossEntropy(), optimizer, [batch], epochs=1)
    for slot in twin.slots:
        name = name_parameters(net.layers, net.slots)[slot.path]
        assert np.array_equal(step[f"{name}_new"], slot.view(twin.theta))


@both_precisions
@every_optimizer
def test_every_optimizer_for_three_steps(name, config, dtype):
    net, optimizer = networks.classifier(4, dtype=dtype), optimizer_cases.make(name, config)
    batches = (networks.batch(seed=seed) for seed in range(3))
    for number, step in enumerate(trace_steps(net, CrossEntropy(), optimizer, batches)):
        assert networks.worst(step, "update")[1] <= TOLERANCE[dtype], networks.worst(step, "update")
        assert step["τ"] == number + 1


@every_optimizer
def test_traced_steps_lead_to_the_same_bits_as_ordinary_ones(name, config):
    net = Sequential(Linear(5, 6), BatchNorm(), ReLU(), Dropout(0.4), Linear(6, 3), dtype=np.float32)
    optimizer = optimizer_cases.make(name, config)
    batches = [networks.batch(seed=seed) for seed in range(3)]
    for step, batch in zip(trace_steps(net, CrossEntropy(), optimizer, batches), batches, strict=True):
        networks.untraced_step(net, CrossEntropy(), optimizer, *batch)
        parameters = name_parameters(net.layers, net.slots).values()
        np.testing.assert_array_equal(net.theta, networks.flat(step, [f"{name}_new" for name in parameters]))
        for state, array in optimizer.state.items():
            recorded = networks.flat(step, [f"{state}_{name}_new" for name in parameters])
            np.testing.assert_array_equal(array, recorded)
        for buffer, array in net.layers[1].buffers.items():
            np.testing.assert_array_equal(array, step[f"{buffer}2_new"])
        assert optimizer.steps == step["τ"]
        assert optimizer.clip_norm is None or (optimizer.norm, optimizer.clip) == (step["norm"], step["clip"])


@every_optimizer
def test_tracing_leaves_everything_as_it_was(name, config):
    net = Sequential(Linear(5, 4), BatchNorm(), Dropout(0.4), Linear(4, 3), dtype=np.float32)
    assert_tracing_leaves_as_they_were(net, optimizer_cases.make(name, config))


def test_tracing_leaves_what_is_within_a_block_as_it_was():
    inner = [BatchNorm(), Dropout(0.4), Linear(6, 6)]
    net = Sequential(Linear(5, 6), Residual(inner), ReLU(), Linear(6, 3), dtype=np.float32)
    assert_tracing_leaves_as_they_were(net, Adam())


def assert_tracing_leaves_as_they_were(net, optimizer):
    networks.untraced_step(net, CrossEntropy(), optimizer, *networks.batch())
    other_net, other_optimizer = copy.deepcopy((net, optimizer))
    first, _ = trace_steps(net, CrossEntropy(), optimizer, [networks.batch(seed=seed) for seed in range(2)])
    for array, kept in zip(net.state_dict().values(), other_net.state_dict().values(), strict=True):
        np.testing.assert_array_equal(array, kept)
    assert net.rng.bit_generator.state == other_net.rng.bit_generator.state
    state, kept = optimizer.state_dict(), other_optimizer.state_dict()
    assert state.keys() == kept.keys()
    assert all(np.array_equal(state[name], kept[name]) for name in state)
    assert (optimizer.norm, optimizer.clip) == (other_optimizer.norm, other_optimizer.clip)
    again = trace(net, CrossEntropy(), optimizer, *networks.batch(seed=0))
    assert all(np.array_equal(again[name], first[name]) for name in first)


def test_steps_begin_where_the_network_stood_when_they_were_asked_for():
    net, loss_fn, optimizer, x, y = networks.r2()
    before = net.layers[0].weight.copy()
    steps = trace_steps(net, loss_fn, optimizer, [(x, y)])
    networks.untraced_step(net, loss_fn, optimizer, x, y)
    np.testing.assert_array_equal(next(steps)["W1"], before)


class _MyLinear(Linear):
    pass


def test_origins_say_where_each_array_was_computed():
    inner = Residual([Tanh(), Linear(6, 6)])
    net = Sequential(_MyLinear(5, 6), Residual([BatchNorm(), inner, ReLU()]), Linear(6, 3), dtype=np.float64)
    step = trace(net, CrossEntropy(), Adam(), *networks.batch())
    functions = {name: origin.function for name, origin in step.origins.items()}
    own = f"{__name__}._MyLinear"
    assert (functions["z1"], functions["dW1"]) == (f"{own}.forward", f"{own}.backward")
    assert functions["u2.0"] == "whence.nn.BatchNorm.forward"
    assert functions["running_mean2.0_new"] == "whence.nn.BatchNorm.observe"
    assert functions["z2.1.1"] == "whence.nn.Linear.forward"
    assert functions["s2.1"] == functions["s2"] == "whence.nn.Residual.forward"
    assert functions["ds2.1"] == "whence.nn.ReLU.backward"
    assert functions["da2.2"] == functions["dz1"] == "whence.nn.Residual.backward"
    assert functions["dW2.1.1"] == "whence.nn.Linear.backward"
    assert functions["loss"] == "whence.nn.CrossEntropy.evaluate"
    assert functions["W3_new"] == "whence.optim.Adam.step"
    assert functions["x"] == functions["W1"] == functions["running_mean2.0"] == ""


def test_a_trace_borrows_nothing():
    net, loss_fn, optimizer, x, y = networks.r2()
    x.flags.writeable = y.flags.writeable = False
    step = trace(net, loss_fn, optimizer, x, y)
    before = {name: array.copy() for name, array in step.items()}
    networks.untraced_step(net, loss_fn, optimizer, x, y)
    assert all(np.array_equal(step[name], before[name]) for name in before)
    assert not any(np.shares_memory(array, net.theta) for array in step.values())


def test_a_layer_that_stands_twice_sums_its_gradients():
    shared = Linear(4, 4)
    net = Sequential(Linear(5, 4), shared, Tanh(), shared, Tanh(), Linear(4, 3), dtype=np.float64)
    step = trace(net, CrossEntropy(), Adam(), *networks.batch())
    assert networks.worst(step)[1] <= 1e-12
    assert list(step.formulas).index("dW2") > list(step.formulas).index("dz2")
    sources = {name for name, _ in step.cell("dW2", 0, 0).sources}
    assert {"z1", "dz2", "a2", "dz2′"} == sources


@pytest.mark.parametrize("first", [Flatten, ReLU, Dropout])
def test_a_layer_before_the_first_parameters_has_no_derivative(first):
    net = Sequential(first(), Linear(5, 3), input_shape=(5,), dtype=np.float64)
    step = trace(net, CrossEntropy(), SGD(0.1), *networks.batch())
    assert networks.worst(step)[1] <= 1e-12
    assert not [name for name, origin in step.origins.items() if origin.layer == 0 and origin.phase == "backward"]


def test_targets_without_an_axis_get_one():
    net = Sequential(Linear(5, 1), dtype=np.float64)
    step = trace(net, SumOfSquaredErrors(), SGD(0.1), networks.batch()[0], np.arange(6.0))
    assert step["y"].shape == (6, 1)
    assert networks.worst(step)[1] <= 1e-12


def test_where_terms_cancel_rounding_is_no_error():
    net = Sequential(Linear(5, 4), BatchNorm(), Linear(4, 3), dtype=np.float32)
    step = trace(net, CrossEntropy(), SGD(0.1), *networks.batch())
    assert np.abs(step["db1"]).max() < 1e-6
    assert networks.disagreement(step, "db1") <= 1e-5


class _WrongReLU(ReLU):
    def backward(self, delta, cache, gradient, *, need_input=True):
        return delta


class _TransposedLinear(Linear):
    def backward(self, delta, cache, gradient, *, need_input=True):
        upstream = super().backward(delta, cache, gradient, need_input=need_input)
        gradient.weight[...] = gradient.weight.T.copy()
        return upstream


class _ScaledLinear(Linear):
    def forward(self, x, context=INFERENCE):
        z, cache = super().forward(x, context)
        return z * 1.0001, cache


@pytest.mark.parametrize(("wrong", "array"), [(_WrongReLU, "dz1"), (_TransposedLinear, "dW2"), (_ScaledLinear, "z2")])
@both_precisions
def test_code_that_does_not_do_what_its_formula_says_is_found(wrong, array, dtype):
    middle = [wrong()] if wrong is _WrongReLU else [ReLU(), wrong(4, 4)]
    net = Sequential(Linear(5, 4), *middle, Linear(4, 3), dtype=dtype)
    step = trace(net, CrossEntropy(), SGD(0.1), *networks.batch())
    assert networks.disagreement(step, array) > 1e-5
    assert [name for name in step.formulas if networks.disagreement(step, name) > 2 * TOLERANCE[dtype]] == [array]


def test_a_parameter_may_be_longer_than_what_is_read_of_it():
    step = networks.traced_positions()
    assert networks.worst(step)[1] <= TOLERANCE[np.float64], networks.worst(step)
    assert not step["dP2"][4:].any() and step["dP2"][:4].all()
    assert write(step.formulas["s2"]) == "s2[n, t, j] = z1[n, t, j] + P2[t, j]"
    assert evaluate_cell(step.formulas["s2"], (0, 3, 1), step).sources == (("z1", (0, 3, 1)), ("P2", (3, 1)))
    check_layer(networks.Positions(6), np.random.default_rng(0).normal(size=(2, 4, 3)))
    assert "P2[t, j]" in as_text(derive(step))
