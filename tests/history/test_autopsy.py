"""The first number that is not finite, in trainings that are made to fail in a known cell."""

from __future__ import annotations

import numpy as np
import pytest

from whence import fit
from whence.data import Samples
from whence.errors import ArgumentError, NonFiniteError
from whence.formula import Formulas, Tensor, exp, indices, log, tensors, write
from whence.history import FlightRecorder, autopsy
from whence.history.autopsy import pole_of
from whence.nn import RNN, Dropout, Layer, Linear, MeanSquaredError, ReLU, Sequential
from whence.optim import SGD
from whence.trace import trace
from whence.views.text import autopsy_text

N, WIDTH, STEPS = 6, 5, 40
n, j = indices("n j")
z, a = tensors("z a")
z, a = z[n, j], a[n, j]


class Elementwise(Layer):
    """A function of the input that a user states by its formula alone."""

    input_symbol, output_symbol = "z", "a"

    def __init__(self, value):
        self.value = value

    def formulas(self, *, training=True):
        return Formulas([a << self.value])


KINDS = {
    "exp": (exp(z), 100.0, "exp({z})"),
    "division": (1 / z, 0.0, "1 / {z}"),
    "log": (log(z), 0.0, "log({z})"),
    "negative log": (log(z + 2), -3.0, "log({z} + 2)"),
    "square": (z * z + 1, 1e20, "{z} · {z}"),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", range(4))
def test_the_first_bad_cell_of_a_function_and_the_input_behind_it(kind, seed):
    rng = np.random.default_rng(seed)
    value, bad, culprit = KINDS[kind]
    net = Sequential(Linear(WIDTH, WIDTH), Elementwise(value), Linear(WIDTH, 2), seed=seed)
    net.layers[0].weight[:] = np.eye(WIDTH)
    x = rng.uniform(0.5, 2, (N, WIDTH)).astype(np.float32)
    places = sorted(rng.choice(N * WIDTH, 2, replace=False))
    x.flat[places] = bad
    first = tuple(map(int, np.unravel_index(places[0], x.shape)))
    found = autopsy(quietly_traced(net, x, rng.normal(size=(N, 2))))
    assert found.chain[0].name == cell("a1", first)
    assert write(found.culprit) == culprit.format(z=spaced("z1", first))
    assert [each.name for each in found.chain[1:]] == [cell("z1", first), *([cell("x", first)] if bad else [])]


@pytest.mark.parametrize("seed", range(5))
def test_the_first_bad_cell_of_a_recurrence_that_grows(seed):
    rng = np.random.default_rng(seed)
    net = Sequential(RNN(2, 3, nonlinearity="relu"), Linear(3, 1), input_shape=(-1, 2), seed=seed)
    layer = net.layers[0]
    layer.views["weight_hh_l0"][:] = rng.uniform(10, 30, (3, 3))
    layer.views["weight_ih_l0"][:] = 1
    x = np.zeros((4, STEPS, 2), np.float32)
    begins = rng.integers(0, 9, 4)
    x[np.arange(4), begins] = 1
    h, at = np.zeros((4, 3), np.float32), None
    with np.errstate(all="ignore"):
        for t in range(STEPS):
            h = np.maximum(x[:, t] @ layer.views["weight_ih_l0"] + h @ layer.views["weight_hh_l0"], 0)
            if at is None and np.isinf(h).any():
                at = t
    found = autopsy(quietly_traced(net, x, np.zeros((4, STEPS, 1))))
    sample, time, _ = found.chain[0].index
    assert (found.chain[0].array, time) == ("h1", at)
    assert begins[sample] == begins.min()
    times = [each.index[1] for each in found.chain if each.array == "h1"]
    assert times == [*range(time, time - len(times), -1)]


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("dropout", [0, 0.5])
def test_the_first_bad_cell_of_a_training_that_diverges(seed, dropout):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(N, WIDTH)).astype(np.float32)
    y = rng.normal(size=(N, 2)).astype(np.float32)
    rate = np.float32(10.0 ** rng.integers(4, 30))
    layers = [Linear(WIDTH, 4), ReLU(), *([Dropout(dropout)] if dropout else []), Linear(4, 2)]
    net = Sequential(*layers, seed=seed)
    parameters = [array.copy() for array in net.state_dict().values()]
    recorder = FlightRecorder()
    with pytest.raises(NonFiniteError) as raised:
        fit(net, MeanSquaredError(), SGD(float(rate)), [(x, y)], epochs=50, callbacks=[recorder])
    found = recorder.autopsy(raised.value.training)
    step, name, index = first_by_hand(parameters, x, y, rate, dropout, np.random.default_rng([seed, 1]))
    assert (found.step, found.chain[0].name) == (step, cell(name, index))
    last = found.chain[-1]
    if last.name.startswith("W"):
        assert found.began_as == parameters[0 if last.array == "W1" else 2][last.index]


def first_by_hand(parameters, x, y, rate, dropout, rng):
    """Return the step and the cell in which a network of two layers first has a number that is not finite."""
    W1, b1, W2, b2 = parameters
    with np.errstate(all="ignore"):
        for step in range(1, 50):
            z1 = x @ W1 + b1
            a1 = np.maximum(z1, 0)
            mask = (rng.random(a1.shape, np.float32) >= dropout).astype(np.float32) / np.float32(1 - dropout)
            r1 = a1 * mask
            z2 = r1 @ W2 + b2
            error = (z2 - y) ** 2
            dz2 = 2 * (z2 - y) / y.size * np.float32(1)
            dW2, db2 = r1.T @ dz2, dz2.sum(0)
            dr1 = dz2 @ W2.T
            da1 = dr1 * mask
            dz1 = da1 * (z1 > 0)
            dW1, db1 = x.T @ dz1, dz1.sum(0)
            made = {"z1": z1, "a1": a1, "r1": r1, "z2": z2, "ℓ": error, "dz2": dz2, "dW2": dW2, "db2": db2}
            made |= {"dr1": dr1, "da1": da1, "dz1": dz1, "dW1": dW1, "db1": db1}
            W1, b1, W2, b2 = W1 - rate * dW1, b1 - rate * db1, W2 - rate * dW2, b2 - rate * db2
            for name, array in (made | {"W1_new": W1, "b1_new": b1, "W2_new": W2, "b2_new": b2}).items():
                if not np.isfinite(array).all():
                    return step, name, tuple(map(int, np.argwhere(~np.isfinite(array))[0]))
    raise AssertionError("all is finite")


def test_only_a_divisor_of_zero_is_a_pole():
    z = Tensor("z")
    made = {"z": np.array([0.0, -2.0])}
    assert pole_of(1 / z[0], made) == z[0]
    assert pole_of(1 / z[1], made) is None
    assert pole_of(log(z[1]), made) == z[1]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_step_without_infinite_numbers_needs_no_autopsy(dtype):
    net = Sequential(Linear(WIDTH, 4), ReLU(), Linear(4, 2), dtype=dtype)
    assert autopsy(quietly_traced(net, np.ones((N, WIDTH)), np.ones((N, 2)))) is None


def test_a_step_that_was_not_made_is_not_told_as_made():
    recorder, samples = FlightRecorder(), Samples(np.ones((4, 1)), np.zeros((4, 1)))
    net = Sequential(Linear(1, 1), seed=0)
    with pytest.raises(NonFiniteError, match="the loss is inf after step 1") as failure:
        fit(net, MeanSquaredError(), SGD(1e25), samples, validation=samples, epochs=3, callbacks=[recorder])
    found = recorder.autopsy(failure.value.training)
    assert (found.step, found.was_made) == (2, False)
    assert autopsy_text(found).startswith("The training ended after an epoch; step 2, not made, would be on the last")


def test_a_recorder_that_saw_nothing_says_so():
    with pytest.raises(NonFiniteError) as raised:
        fit(
            Sequential(Linear(2, 1)), MeanSquaredError(), SGD(1e30), Samples(np.ones((4, 2)), np.ones((4, 1))), epochs=9
        )
    with pytest.raises(ArgumentError, match="the recorder has seen no step; give it to fit among the callbacks"):
        FlightRecorder().autopsy(raised.value.training)


def quietly_traced(net, x, y):
    with np.errstate(all="ignore"):
        return trace(net, MeanSquaredError(), SGD(0.1), x, y)


def cell(name, index):
    return f"{name}[{','.join(map(str, index))}]"


def spaced(name, index):
    return f"{name}[{', '.join(map(str, index))}]"
