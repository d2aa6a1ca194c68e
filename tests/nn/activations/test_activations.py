"""What is particular to activations: extremes, known values, and settings outside their range."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from whence.arrays import Array
from whence.errors import ArgumentError, ShapeError
from whence.nn import (
    CELU,
    ELU,
    GELU,
    SELU,
    Hardsigmoid,
    Hardswish,
    Hardtanh,
    Layer,
    LeakyReLU,
    Mish,
    ReLU,
    ReLU6,
    Sequential,
    Sigmoid,
    SiLU,
    Softmax,
    Softplus,
    Softsign,
    Tanh,
    layers,
)
from whence.nn.activations.erf import erf

ACTIVATIONS = [kind for kind in layers.values() if kind.activation]
EXTREMES = [-1e4, -800.0, -20.0, -1.0, 0.0, 1.0, 20.0, 800.0, 1e4]


def forward(layer: Layer, values: list[float] | Array, dtype: type = np.float64) -> Array:
    x = np.asarray(values, dtype)
    Sequential(layer, input_shape=x.shape, dtype=dtype)
    return layer.forward(x[np.newaxis])[0][0]


def backward(layer: Layer, values: list[float], dtype: type = np.float64) -> Array:
    x = np.asarray([values], dtype)
    Sequential(layer, input_shape=x.shape[1:], dtype=dtype)
    _, cache = layer.forward(x)
    delta_in = layer.backward(np.ones_like(x), cache, None)
    assert delta_in is not None
    return delta_in[0]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("kind", [*ACTIVATIONS, lambda: GELU("tanh"), lambda: Softplus(3.0)])
def test_large_inputs_give_finite_values_without_a_warning(kind: type[Layer], dtype: type) -> None:
    for values in (EXTREMES, [800.0, -800.0], [-1e4, -1e4]):
        assert np.isfinite(forward(kind(), values, dtype)).all()
        assert np.isfinite(backward(kind(), values, dtype)).all()


@pytest.mark.parametrize("kind", [kind for kind in ACTIVATIONS if kind.__name__ != "Identity"])
def test_the_output_is_an_array_of_its_own(kind: type[Layer]) -> None:
    layer, x = kind(), np.array([[-1.0, 0.0, 2.0]])
    Sequential(layer, input_shape=(3,), dtype=np.float64)
    y, _ = layer.forward(x)
    again, _ = layer.forward(-x)
    assert not np.shares_memory(x, y)
    assert not np.shares_memory(y, again)


def test_only_activations_like_relu_are_rectifiers() -> None:
    rectifiers = {kind.__name__ for kind in ACTIVATIONS if kind.rectifier}
    assert rectifiers == {
        "ReLU", "LeakyReLU", "ReLU6", "ELU", "CELU", "GELU", "SiLU", "Mish", "Hardswish", "Softplus"
    }  # fmt: skip
    assert not any(kind.rectifier for kind in layers.values() if not kind.activation)


@pytest.mark.parametrize(
    ("layer", "expected"),
    [
        (ReLU(), [0.0, 0.0, 2.0]),
        (LeakyReLU(), [-0.01, 0.0, 2.0]),
        (ELU(), [math.exp(-1) - 1, 0.0, 2.0]),
        (ELU(0.5), [0.5 * (math.exp(-1) - 1), 0.0, 2.0]),
        (CELU(2.0), [2 * (math.exp(-0.5) - 1), 0.0, 2.0]),
        (SELU(), [1.0507009873554805 * 1.6732632423543772 * (math.exp(-1) - 1), 0.0, 2 * 1.0507009873554805]),
        (ReLU6(), [0.0, 0.0, 2.0]),
        (Hardtanh(), [-1.0, 0.0, 1.0]),
        (Hardtanh(-0.5, 1.5), [-0.5, 0.0, 1.5]),
        (Hardsigmoid(), [1 / 3, 0.5, 5 / 6]),
        (Hardsigmoid(0.2), [0.3, 0.5, 0.9]),
        (Hardswish(), [-1 / 3, 0.0, 5 / 3]),
        (Mish(), [-math.tanh(math.log1p(math.exp(-1))), 0.0, 2 * math.tanh(math.log1p(math.exp(2)))]),
        (Softsign(), [-0.5, 0.0, 2 / 3]),
        (Sigmoid(), [1 / (1 + math.e), 0.5, 1 / (1 + math.exp(-2))]),
        (Tanh(), [math.tanh(-1), 0.0, math.tanh(2)]),
        (SiLU(), [-1 / (1 + math.e), 0.0, 2 / (1 + math.exp(-2))]),
        (Softplus(), [math.log1p(math.exp(-1)), math.log(2), math.log1p(math.exp(2))]),
        (Softplus(2.0), [math.log1p(math.exp(-2)) / 2, math.log(2) / 2, math.log1p(math.exp(4)) / 2]),
        (GELU(), [-0.158655253931457, 0.0, 1.954499736103642]),
        (GELU("tanh"), [-0.15880800939172324, 0.0, 1.9545976940877752]),
        (Softmax(), list(np.exp([-1, 0, 2]) / np.exp([-1, 0, 2]).sum())),
    ],
    ids=repr,
)
def test_known_values(layer: Layer, expected: list[float]) -> None:
    np.testing.assert_allclose(forward(layer, [-1.0, 0.0, 2.0]), expected, rtol=1e-13, atol=1e-15)


@pytest.mark.parametrize(
    ("layer", "expected"),
    [(ReLU(), [0, 0, 1]), (LeakyReLU(0.25), [0.25, 0.25, 1]), (ELU(0.5), [0.5 * math.exp(-1), 0.5, 1])],
    ids=repr,
)
def test_the_slope_at_a_kink_is_that_of_its_left_side(layer: Layer, expected: list[float]) -> None:
    np.testing.assert_allclose(backward(layer, [-1.0, 0.0, 2.0]), expected)


def test_the_bounds_of_straight_pieces_have_the_slope_0() -> None:
    np.testing.assert_array_equal(backward(ReLU6(), [-0.1, 0.0, 0.1, 5.9, 6.0, 6.1]), [0, 0, 1, 1, 0, 0])
    np.testing.assert_array_equal(backward(Hardsigmoid(0.5), [-1.1, -1.0, 0.9, 1.0]), [0, 0, 0.5, 0])


def test_selu_keeps_mean_0_and_variance_1(rng: np.random.Generator) -> None:
    a = forward(SELU(), rng.normal(size=200_000))
    assert abs(a.mean()) < 0.01
    assert abs(a.var() - 1) < 0.01


@given(st.lists(st.floats(-1e4, 1e4), min_size=1, max_size=6), st.floats(-1e3, 1e3))
def test_softmax_is_a_distribution_and_does_not_see_a_shift(values: list[float], shift: float) -> None:
    p = forward(Softmax(), values)
    assert p.sum() == pytest.approx(1)
    assert (p >= 0).all()
    np.testing.assert_allclose(forward(Softmax(), [value + shift for value in values]), p, atol=1e-9)


@given(st.floats(-50, 50))
def test_sigmoid_is_symmetric(value: float) -> None:
    left, right = forward(Sigmoid(), [value, -value])
    assert left + right == pytest.approx(1, abs=1e-15)


@pytest.mark.parametrize(
    "make",
    [
        lambda: LeakyReLU(-0.1),
        lambda: LeakyReLU(1.0),
        lambda: LeakyReLU(math.nan),
        lambda: ELU(0.0),
        lambda: ELU(math.inf),
        lambda: CELU(0.0),
        lambda: Hardsigmoid(0.0),
        lambda: Hardtanh(1.0, 1.0),
        lambda: Hardtanh(0.0, math.nan),
        lambda: Softplus(-1.0),
        lambda: Softplus(math.nan),
        lambda: GELU("sigmoid"),  # type: ignore[arg-type]
    ],
)
def test_settings_outside_their_range_are_refused(make: type[Layer]) -> None:
    with pytest.raises(ArgumentError, match="must be"):
        make()


def test_softmax_needs_an_axis() -> None:
    with pytest.raises(ShapeError, match=r"layer 1 \(Softmax\(\)\).*last axis"):
        Sequential(Softmax(), input_shape=())


class TestErf:
    x = np.concatenate([np.linspace(-7, 7, 20_001), np.logspace(-300, 2, 2000), -np.logspace(-300, 2, 2000)])
    true = np.array([math.erf(value) for value in x])

    def test_float64(self) -> None:
        np.testing.assert_allclose(erf(self.x), self.true, rtol=2e-15)

    def test_float32(self) -> None:
        x = self.x.astype(np.float32)
        with np.errstate(under="ignore"):
            result = erf(x)
        assert result.dtype == np.float32
        true = np.array([math.erf(value) for value in x.astype(np.float64)])
        np.testing.assert_allclose(result, true, rtol=5e-7, atol=1e-37)

    def test_limits(self) -> None:
        for dtype in (np.float32, np.float64):
            values = erf(np.array([0, np.inf, -np.inf, np.nan, 1e30, -1e30], dtype))
            np.testing.assert_array_equal(values, [0, 1, -1, np.nan, 1, -1])

    def test_it_never_leaves_the_range_and_is_odd(self) -> None:
        for dtype in (np.float32, np.float64):
            x = np.linspace(0, 8, 100_001).astype(dtype)
            assert erf(x).max() == 1
            np.testing.assert_array_equal(erf(-x), -erf(x))
