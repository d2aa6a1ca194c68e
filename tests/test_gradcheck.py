"""The gradient checker accepts right gradients, rejects planted errors, and leaves the network as it was."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from whence.arrays import Array, Views
from whence.errors import ArgumentError
from whence.gradcheck import GradientRow, check_gradients, check_layer, check_loss
from whence.nn import BatchNorm, CrossEntropy, Dropout, Linear, Loss, MeanSquaredError, ReLU, Sequential, Tanh, mlp
from whence.nn.context import INFERENCE, Context
from whence.nn.layer import Cache


class MissingDerivative(Tanh):
    def backward(self, delta: Array, cache: Cache, gradient: Views, *, need_input: bool = True) -> Array | None:
        return delta


class WrongSign(Tanh):
    def backward(self, delta: Array, cache: Cache, gradient: Views, *, need_input: bool = True) -> Array | None:
        dz = super().backward(delta, cache, gradient)
        assert dz is not None
        return -dz


class StaleCache(Tanh):
    """Keeps its output on itself and never renews it."""

    kept: Array

    def forward(self, x: Array, context: Context = INFERENCE) -> tuple[Array, Cache]:
        y, cache = super().forward(x)
        if not hasattr(self, "kept"):
            self.kept = np.zeros_like(y)
        return y, {**cache, "a": self.kept}


class Transposed(Linear):
    def backward(self, delta: Array, cache: Cache, gradient: Views, *, need_input: bool = True) -> Array | None:
        dx = super().backward(delta, cache, gradient, need_input=need_input)
        gradient.weight[...] = gradient.weight.T.copy()
        return dx


class TransposedInput(Linear):
    def backward(self, delta: Array, cache: Cache, gradient: Views, *, need_input: bool = True) -> Array | None:
        super().backward(delta, cache, gradient, need_input=need_input)
        return delta @ self.weight


class BiasOfOneSample(Linear):
    def backward(self, delta: Array, cache: Cache, gradient: Views, *, need_input: bool = True) -> Array | None:
        dx = super().backward(delta, cache, gradient, need_input=need_input)
        gradient.bias[...] = delta[0]
        return dx


class OffByTheBatch(Linear):
    def backward(self, delta: Array, cache: Cache, gradient: Views, *, need_input: bool = True) -> Array | None:
        dx = super().backward(delta, cache, gradient, need_input=need_input)
        gradient.weight /= len(delta)
        return dx


class OneEntry(Linear):
    def backward(self, delta: Array, cache: Cache, gradient: Views, *, need_input: bool = True) -> Array | None:
        dx = super().backward(delta, cache, gradient, need_input=need_input)
        gradient.weight[1, 2] *= 1.001
        return dx


class StatisticsHeldFixed(BatchNorm):
    """Forgets that mean and variance depend on the input."""

    def backward(self, delta: Array, cache: Cache, gradient: Views, *, need_input: bool = True) -> Array | None:
        super().backward(delta, cache, gradient)
        return delta * self.weight / np.sqrt(cache["var"] + self.eps)


class AnotherMask(Dropout):
    def backward(self, delta: Array, cache: Cache, gradient: Views, *, need_input: bool = True) -> Array | None:
        return delta * np.roll(cache["mask"], 1)


class MeanWithTheDeltaOfASum(Loss):
    def evaluate(
        self, outputs: Array, targets: Array, weights: Array | None = None
    ) -> tuple[float, Array, dict[str, Array]]:
        difference = outputs - targets
        return float(np.square(difference).sum() / len(outputs)), 2 * difference, {}


class DeltaOfAnotherLoss(Loss):
    def evaluate(
        self, outputs: Array, targets: Array, weights: Array | None = None
    ) -> tuple[float, Array, dict[str, Array]]:
        difference = outputs - targets
        return float(np.abs(difference).mean()), 2 * difference / difference.size, {}


PLANTED = [
    lambda: MissingDerivative(),
    lambda: WrongSign(),
    lambda: StaleCache(),
    lambda: Transposed(4, 4),
    lambda: TransposedInput(4, 4),
    lambda: BiasOfOneSample(4, 4),
    lambda: OffByTheBatch(4, 4),
    lambda: OneEntry(4, 4),
    lambda: StatisticsHeldFixed(),
    lambda: AnotherMask(0.4),
]
RIGHT = [lambda: Tanh(), lambda: Linear(4, 4), lambda: BatchNorm(), lambda: Dropout(0.4), lambda: ReLU()]


def batch(samples: int = 5) -> Array:
    return np.random.default_rng(3).normal(size=(samples, 4))


@pytest.mark.parametrize("make", PLANTED, ids=lambda make: repr(make()))
def test_a_planted_error_in_a_layer_is_rejected(make: type[Linear]) -> None:
    rows = check_layer(make(), batch())
    failed = [row for row in rows if not row.passed]
    assert failed, "\n".join(map(str, rows))
    assert all(row.error > 1e-4 and row.compared for row in failed)


@pytest.mark.parametrize("make", PLANTED, ids=lambda make: repr(make()))
def test_a_planted_error_deep_in_a_network_is_rejected(make: type[Linear]) -> None:
    net = Sequential(Linear(4, 4), Tanh(), make(), Linear(4, 3), dtype=np.float64, seed=2)
    rows = check_gradients(net, CrossEntropy(), batch(), np.array([0, 1, 2, 0, 1]))
    assert not all(row.passed for row in rows)


@pytest.mark.parametrize("make", RIGHT, ids=lambda make: repr(make()))
def test_right_layers_are_accepted(make: type[Linear]) -> None:
    assert all(row.passed for row in check_layer(make(), batch()))


@pytest.mark.parametrize("planted", [MeanWithTheDeltaOfASum(), DeltaOfAnotherLoss()])
def test_a_planted_error_in_a_loss_is_rejected(planted: Loss) -> None:
    row = check_loss(planted, batch(), batch()[::-1])
    assert row.compared and not row.passed and row.error > 0.1


def test_right_losses_are_accepted() -> None:
    weights = np.array([1.0, 0.5, 2.0, 0.0, 1.0])
    assert check_loss(MeanSquaredError(), batch(), batch()[::-1]).passed
    assert check_loss(CrossEntropy(), batch(), np.array([0, 1, 2, 3, 0])).passed
    assert check_loss(MeanSquaredError(), batch(), batch()[::-1], weights=weights).passed


def test_weights_of_samples_reach_the_loss() -> None:
    net = mlp((4,), [6, 5], 3, activation="tanh", dtype=np.float64)
    weights = np.array([1.0, 0.5, 2.0, 0.0, 1.0])
    rows = check_gradients(net, CrossEntropy(), batch(), np.array([0, 1, 2, 0, 1]), weights=weights)
    assert all(row.passed for row in rows)


def well_trained(middle: Tanh) -> Sequential:
    """Return a network that is sure of class 0: its loss is a small difference of outputs of about a hundred."""
    net = Sequential(Linear(4, 4), middle, Linear(4, 3), dtype=np.float64, seed=2)
    net.theta[-3:] += [108, 100, 100]
    return net


@pytest.mark.parametrize("seed", range(5))
def test_rounding_of_large_outputs_is_no_wrong_gradient(seed: int) -> None:
    rows = check_gradients(well_trained(Tanh()), CrossEntropy(), batch(), np.zeros(5, dtype=int), seed=seed)
    assert all(row.passed and not row.skipped for row in rows), "\n".join(map(str, rows))


def test_a_planted_error_under_large_outputs_is_rejected() -> None:
    rows = check_gradients(well_trained(WrongSign()), CrossEntropy(), batch(), np.zeros(5, dtype=int))
    assert [row.name for row in rows if not row.passed] == ["0.weight", "0.bias", "input"]


def test_a_row_says_what_was_compared() -> None:
    rows = check_layer(Linear(4, 3), batch(2), entries=7, directions=2)
    assert [(row.name, row.shape, row.compared) for row in rows] == [
        ("0.weight", (4, 3), 9),
        ("0.bias", (3,), 5),
        ("input", (2, 4), 9),
    ]
    assert str(rows[1]).startswith("0.bias (3,): error ") and str(rows[1]).endswith(" over 5 slopes: passed")
    shown = str(replace(rows[1], error=0.5, skipped=2))
    assert shown.endswith("error 5.0e-01 over 5 slopes, 2 skipped at kinks: WRONG")


def test_compared_undecided_and_wrong_are_three_answers() -> None:
    row = GradientRow("W", (2,), error=1e-9, compared=4, telling=1, skipped=0, tolerance=1e-6)
    assert row.verdict == "passed"
    assert replace(row, error=math.nan).verdict == "WRONG"
    assert replace(row, telling=0).verdict == "undecided: its slopes are zero within rounding"
    assert (
        replace(row, error=math.nan, compared=0, telling=0, skipped=4).verdict == "undecided: every slope is at a kink"
    )


def test_a_point_at_which_every_slope_is_at_a_kink_is_moved() -> None:
    (row,) = check_layer(ReLU(), np.zeros((3, 4)))
    assert row.passed and row.moved
    assert row.compared == 15


@pytest.mark.parametrize("seed", range(40))
def test_biases_of_zero_behind_a_sample_that_activates_nothing_are_not_called_wrong(seed: int) -> None:
    rng = np.random.default_rng(seed)
    net = mlp((20,), [3, 3, 3], 2, dtype=np.float64, seed=seed)
    rows = check_gradients(net, CrossEntropy(), rng.normal(size=(8, 20)), rng.integers(0, 2, 8))
    assert all(row.passed for row in rows), "\n".join(map(str, rows))


@pytest.mark.parametrize("seed", range(10))
def test_a_planted_error_is_rejected_after_a_move(seed: int) -> None:
    net = Sequential(Linear(3, 3), ReLU(), OffByTheBatch(3, 3), ReLU(), Linear(3, 2), dtype=np.float64, seed=seed)
    rows = check_gradients(net, CrossEntropy(), np.zeros((4, 3)), np.array([0, 1, 0, 0]))
    assert [row.name for row in rows if row.wrong] == ["2.weight"], "\n".join(map(str, rows))


def test_slopes_below_rounding_prove_nothing() -> None:
    net = mlp((5,), [4] * 16, 2, activation="sigmoid", dtype=np.float64)
    rows = check_gradients(net, CrossEntropy(), np.random.default_rng(0).normal(size=(8, 5)), np.arange(8) % 2)
    assert not any(row.wrong for row in rows)
    assert rows[0].verdict.startswith("undecided") and rows[-2].passed


def test_entries_at_kinks_are_skipped_and_the_others_compared() -> None:
    x = np.abs(batch()) + 0.1
    x[0, :2] = 0.0
    x[1, 0] = 3e-6
    (row,) = check_layer(ReLU(), x)
    assert row.passed
    assert 3 <= row.skipped <= 6
    assert row.compared >= 17


def test_an_error_next_to_a_kink_is_not_taken_for_the_kink() -> None:
    class Leaking(ReLU):
        def backward(self, delta: Array, cache: Cache, gradient: Views, *, need_input: bool = True) -> Array | None:
            return delta

    (row,) = check_layer(Leaking(), np.array([[-1e-3, 1e-3, -1e-4, 1e-4]]))
    assert not row.passed
    assert row.compared >= 4


@pytest.mark.parametrize(("above", "below", "right"), [(-1.41, -1.33, True), (-1.37, -1.37, False)])
def test_a_slope_beside_those_of_a_kink_is_skipped_and_of_a_smooth_loss_wrong(above, below, right) -> None:
    """Where several maxima are tied, the slope that is taken may lie outside the one-sided ones, here −1.48."""

    def loss(outputs: Array, targets: Array, weights: Array | None) -> tuple[float, Array]:
        last = float(outputs[0, -1])
        rest = 1e8 * float(outputs[0, 0])
        return rest + last * (above if last > 0 else below), np.array([[1e8, -1.48]])

    row = check_loss(loss, np.zeros((1, 2)), np.zeros(1), directions=0)
    assert row.passed is right
    assert row.skipped == right


def test_a_gradient_that_is_not_finite_fails() -> None:
    class NotFinite(Tanh):
        def backward(self, delta: Array, cache: Cache, gradient: Views, *, need_input: bool = True) -> Array | None:
            return np.where(delta > 0, np.nan, delta)

    (row,) = check_layer(NotFinite(), batch())
    assert not row.passed


def test_a_loss_that_changes_from_call_to_call_fails() -> None:
    noise = np.random.default_rng(0)

    def noisy(outputs: Array, targets: Array, weights: Array | None = None) -> tuple[float, Array]:
        return float(outputs.sum() + noise.normal()), np.ones_like(outputs)

    assert not check_loss(noisy, batch(), batch()).passed


def test_the_network_is_left_as_it_was() -> None:
    net = mlp((4,), [6], 3, dropout=0.5, batch_norm=True, dtype=np.float64)
    net.forward(batch())
    before, generator = net.state_dict(), net.rng.bit_generator.state
    x, y = batch(), np.array([0, 1, 2, 0, 1])
    x.flags.writeable = False
    rows = check_gradients(net, CrossEntropy(), x, y)
    assert not any(row.wrong for row in rows)
    assert net.rng.bit_generator.state == generator
    assert all(np.array_equal(before[path], array) for path, array in net.state_dict().items())


def test_the_network_is_left_as_it_was_after_an_error() -> None:
    net = mlp((4,), [6], 3, dropout=0.5, batch_norm=True, dtype=np.float64)
    before, generator = net.state_dict(), net.rng.bit_generator.state
    calls = iter(range(4))

    def failing(outputs: Array, targets: Array, weights: Array | None = None) -> tuple[float, Array]:
        next(calls)
        return CrossEntropy()(outputs, targets)

    with pytest.raises(StopIteration):
        check_gradients(net, failing, batch(), np.array([0, 1, 2, 0, 1]))
    assert net.rng.bit_generator.state == generator
    assert all(np.array_equal(before[path], array) for path, array in net.state_dict().items())


def test_gradients_in_inference() -> None:
    net = mlp((4,), [6], 3, dropout=0.5, batch_norm=True, dtype=np.float64)
    rows = check_gradients(net, CrossEntropy(), batch(1), np.array([2]), training=False)
    assert all(row.passed for row in rows)


def test_float64_is_asked_for() -> None:
    with pytest.raises(ArgumentError, match="float64"):
        check_gradients(mlp((4,), [], 3), CrossEntropy(), batch(1), np.array([2]))


@pytest.mark.parametrize("settings", [{"entries": 0, "directions": 0}, {"entries": -1}, {"step": 0.0}])
def test_settings_that_compare_nothing_are_refused(settings: dict[str, float]) -> None:
    with pytest.raises(ArgumentError):
        check_layer(Linear(4, 3), batch(), **settings)  # type: ignore[arg-type]
    with pytest.raises(ArgumentError):
        check_loss(MeanSquaredError(), batch(), batch(), **settings)  # type: ignore[arg-type]


def test_an_input_of_integers_is_not_compared_itself() -> None:
    net = Sequential(Linear(4, 3), dtype=np.float64)
    rows = check_gradients(net, CrossEntropy(), np.arange(8).reshape(2, 4), np.array([0, 1]))
    assert [row.name for row in rows] == ["0.weight", "0.bias"]
    assert all(row.passed for row in rows)
    with pytest.raises(ArgumentError, match="nothing"):
        check_gradients(
            Sequential(Tanh(), input_shape=(4,), dtype=np.float64),
            CrossEntropy(),
            np.ones((2, 4), int),
            np.array([0, 1]),
        )
