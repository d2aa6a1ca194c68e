"""First values of parameters: their distributions, their spelling, and which one a layer takes by itself."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from whence.errors import ArgumentError, UnknownNameError
from whence.nn import BatchNorm, Dropout, Identity, Linear, ReLU, Sequential, Tanh, initialiser, initialisers
from whence.nn.initialisers import Constant, Normal, Orthogonal, Uniform, Zeros

FAN_IN, FAN_OUT = 300, 200
VARIANCES = {
    "glorot_uniform": 2 / (FAN_IN + FAN_OUT),
    "glorot_normal": 2 / (FAN_IN + FAN_OUT),
    "he_uniform": 2 / FAN_IN,
    "he_normal": 2 / FAN_IN,
    "lecun_uniform": 1 / FAN_IN,
    "lecun_normal": 1 / FAN_IN,
    "uniform(-0.3, 0.5)": 0.8**2 / 12,
    "normal(0.25)": 0.25**2,
}
EVERY = [*VARIANCES, "zeros", "constant(0.5)", "orthogonal(1.5)", "normal", "orthogonal"]


def draw(spelling: str, shape: tuple[int, ...] = (FAN_IN, FAN_OUT), seed: int = 0) -> np.ndarray:
    return initialiser(spelling)(np.random.default_rng(seed), shape, FAN_IN, FAN_OUT)


def test_every_initialiser_is_tested() -> None:
    assert {type(initialiser(spelling)) for spelling in EVERY} == set(initialisers.values())


@pytest.mark.parametrize(("spelling", "variance"), VARIANCES.items())
def test_mean_and_variance_are_those_of_the_distribution(spelling: str, variance: float) -> None:
    values = draw(spelling)
    mean = 0.1 if spelling.startswith("uniform(") else 0.0
    excess = 9 / 5 if "uniform" in spelling else 3.0  # the fourth moment in units of the variance squared
    assert abs(values.mean() - mean) < 5 * math.sqrt(variance / values.size)
    assert abs(values.var() - variance) < 5 * variance * math.sqrt((excess - 1) / values.size)


@pytest.mark.parametrize(
    ("spelling", "bound"),
    [
        ("glorot_uniform", math.sqrt(6 / (FAN_IN + FAN_OUT))),
        ("he_uniform", math.sqrt(6 / FAN_IN)),
        ("lecun_uniform", math.sqrt(3 / FAN_IN)),
    ],
)
def test_uniform_draws_fill_their_interval(spelling: str, bound: float) -> None:
    values = draw(spelling)
    assert np.abs(values).max() <= bound
    assert values.min() < -0.99 * bound and values.max() > 0.99 * bound


@pytest.mark.parametrize("shape", [(5, 5), (7, 3), (3, 7), (2, 3, 4), (1, 6)])
@pytest.mark.parametrize("gain", [1.0, 2.0])
def test_orthogonal_rows_or_columns(shape: tuple[int, ...], gain: float) -> None:
    matrix = draw(f"orthogonal({gain})", shape).reshape(-1, shape[-1])
    product = matrix.T @ matrix if len(matrix) >= shape[-1] else matrix @ matrix.T
    np.testing.assert_allclose(product, gain**2 * np.eye(len(product)), atol=1e-12)


def test_orthogonal_signs_are_not_all_alike() -> None:
    signs = [np.sign(draw("orthogonal", (1, 1), seed)[0, 0]) for seed in range(40)]
    assert {-1.0, 1.0} == set(signs)


def test_constants() -> None:
    assert not draw("zeros").any()
    assert (draw("constant(0.5)") == 0.5).all()


@pytest.mark.parametrize("spelling", EVERY)
def test_an_initialiser_is_spelled_as_it_is_read(spelling: str) -> None:
    made = initialiser(spelling)
    assert initialiser(str(made)) == made
    assert initialiser(made) is made


@given(st.floats(-1e3, 1e3), st.floats(1e-3, 1e3))
def test_any_numbers_survive_the_spelling(low: float, width: float) -> None:
    made = Uniform(low, low + width)
    assert initialiser(str(made)) == made


@pytest.mark.parametrize(
    ("spelling", "expected"),
    [
        ("uniform(-0.2, 0.2)", Uniform(-0.2, 0.2)),
        ("uniform -0.2 0.2", Uniform(-0.2, 0.2)),
        ("Normal(0.1)", Normal(0.1)),
        ("normal", Normal()),
        (" zeros ", Zeros()),
        ("constant 1e-3", Constant(1e-3)),
        ("orthogonal(2)", Orthogonal(2)),
        ("he-normal", initialiser("he_normal")),
        ("he", initialiser("he_normal")),
    ],
)
def test_spellings(spelling: str, expected: object) -> None:
    assert initialiser(spelling) == expected


@pytest.mark.parametrize("spelling", ["uniform(1)", "uniform(1, 0)", "normal(0)", "normal(a)", "zeros(1)", "?", ""])
def test_spellings_that_do_not_fit_are_refused(spelling: str) -> None:
    with pytest.raises(ArgumentError):
        initialiser(spelling)


@pytest.mark.parametrize(
    ("spelling", "name"),
    [("normal(inf)", "sigma"), ("constant(nan)", "value"), ("uniform(-inf, 1)", "low"), ("orthogonal(inf)", "gain")],
)
def test_numbers_that_are_not_finite_are_refused(spelling: str, name: str) -> None:
    with pytest.raises(ArgumentError, match=f"was given {name} = "):
        initialiser(spelling)


def test_a_misspelled_name_is_offered_its_neighbour() -> None:
    with pytest.raises(UnknownNameError, match="did you mean 'he_normal'"):
        initialiser("he_norml")


def standard_deviation(*layers: object) -> float:
    return float(Sequential(Linear(FAN_IN, FAN_OUT), *layers).layers[0].weight.std())  # type: ignore[arg-type, attr-defined]


def test_he_before_rectifiers_and_glorot_elsewhere() -> None:
    he, glorot = math.sqrt(2 / FAN_IN), math.sqrt(2 / (FAN_IN + FAN_OUT))
    near = pytest.approx
    assert standard_deviation(ReLU()) == near(he, rel=0.02)
    assert standard_deviation(BatchNorm(), ReLU()) == near(he, rel=0.02)
    assert standard_deviation(Dropout(), ReLU()) == near(he, rel=0.02)
    assert standard_deviation() == near(glorot, rel=0.02)
    assert standard_deviation(Tanh(), ReLU()) == near(glorot, rel=0.02)
    assert standard_deviation(Identity()) == near(glorot, rel=0.02)
    assert standard_deviation(Linear(FAN_OUT, 3), ReLU()) == near(glorot, rel=0.02)


def test_a_layer_takes_the_initialisers_that_it_is_given() -> None:
    layer = Linear(3, 2, weight_init="constant(0.5)", bias_init="constant(-1)")
    Sequential(layer, ReLU())
    assert (layer.weight == 0.5).all()
    assert (layer.bias == -1).all()
