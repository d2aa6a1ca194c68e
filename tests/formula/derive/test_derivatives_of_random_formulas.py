"""Derivatives of random formulas, and of every function, against differences."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import assume, given, settings

from formula.expressions_at_random import ARRAYS, formulas
from whence.arrays import Array
from whence.errors import FormulaError
from whence.formula import Formula, Max, Size, Sum, evaluate, exp, indices, log, scalar, tanh, tensors, write
from whence.formula.computation import compute
from whence.formula.derive import functions, gradients, in_terms_of
from whence.formula.derive.functions import of_one
from whence.formula.evaluate import REDUCTIONS
from whence.formula.expressions import Number
from whence.formula.functions import FUNCTIONS, OF_TWO, OPERATIONS

STEP = 1e-6


def total(formula: Formula, arrays: dict[str, Array]) -> float:
    return float((evaluate(formula, arrays) * FACTORS).sum())


FACTORS = np.array([0.75, -1.5, 0.5])


def derived(formula: Formula, arrays: dict[str, Array]) -> dict[str, Array]:
    made = [each.formula for each in gradients([formula], "z", list(arrays))]
    shapes = {f"d{name}": array.shape for name, array in arrays.items()}
    return compute(made, {**arrays, "z": evaluate(formula, arrays), "dz": FACTORS}, shapes=shapes)


@given(formulas)
@settings(max_examples=80)
def test_random_formulas(formula):
    arrays = {name: array + 0.0123 for name, array in ARRAYS.items()}  # no comparison of equal numbers
    assume(is_finite_within(formula, arrays))
    try:
        found = derived(formula, arrays)
    except FormulaError as error:  # of an index that nothing in its own sum subscripts
        assume("the extent of" not in str(error))
        raise
    for name, array in arrays.items():
        for place in np.ndindex(*array.shape):
            at = {
                distance: total(formula, {**arrays, name: moved(array, place, distance)})
                for distance in (-STEP, -STEP / 2, 0.0, STEP / 2, STEP)
            }
            slope = (at[STEP] - at[-STEP]) / (2 * STEP)
            sides = [(at[STEP] - at[0.0]) / STEP, (at[0.0] - at[-STEP]) / STEP]
            scale = max(1.0, abs(slope), 1e-4 * abs(at[0.0]))
            if not np.isfinite(slope) or abs(sides[0] - sides[1]) > 1e-3 * scale:
                continue
            value = found[f"d{name}"][place] if f"d{name}" in found else 0.0
            assert value == pytest.approx(slope, abs=2e-3 * scale), f"d{name}{list(place)} of {formula}"


def is_finite_within(formula: Formula, arrays: dict[str, Array]) -> bool:
    """Return whether every value within a formula is finite, also in terms that a condition leaves out."""
    finite = True

    def watched(function: Callable[..., Array]) -> Callable[..., Array]:
        def call(*operands: Array, **axis: int) -> Array:
            nonlocal finite
            value = function(*operands, **axis)
            finite = finite and bool(np.isfinite(value).all())
            return value

        return call

    with ExitStack() as patches:
        for table in (OPERATIONS, FUNCTIONS, REDUCTIONS):
            patches.enter_context(patch.dict(table, {name: watched(each) for name, each in table.items()}))
        evaluate(formula, arrays)
    return finite


def moved(array: Array, place: tuple[int, ...], distance: float) -> Array:
    copy = np.array(array)
    copy[place] += distance
    return copy


@pytest.mark.parametrize("function", [name for name in FUNCTIONS if name not in (*OF_TWO, "neg")])
def test_the_derivative_of_every_function(function):
    for point in (0.3, 0.9, 2.5, *(() if function in ("log", "log1p", "sqrt") else (-0.7,))):
        value = FUNCTIONS[function]
        slope = (value(np.float64(point + STEP)) - value(np.float64(point - STEP))) / (2 * STEP)
        (n,) = indices("n")
        (d,) = tensors("d")
        stated = evaluate(d[n] << of_one(function, Number(point)), {"d": np.zeros(1)})
        assert stated[0] == pytest.approx(slope, rel=1e-6, abs=1e-9)


def test_two_sums_over_one_axis_keep_their_own_indices():
    n, i, k, j = indices("n i k j")
    x, W, z = tensors("x W z")
    (found,) = gradients([z[n, j] << Sum([i, k], x[n, i] * x[n, k] * W[i, k, j])], "z", ["x"])
    rng = np.random.default_rng(0)
    arrays = {"x": rng.normal(size=(2, 3)), "W": rng.normal(size=(3, 3, 4)), "dz": rng.normal(size=(2, 4))}
    both = arrays["W"] + arrays["W"].swapaxes(0, 1)
    expected = np.einsum("nj,nk,ikj->ni", arrays["dz"], arrays["x"], both)
    np.testing.assert_allclose(evaluate(found.formula, arrays), expected, rtol=1e-12)


def test_terms_at_which_a_quotient_is_infinite_may_be_left_out():
    i, k = indices("i k")
    x, y, z = tensors("x y z")
    (found,) = gradients([z[i] << Sum(k, tanh(x[i] / k) * y[k], where=1 * k > 0)], "z", ["x"])
    arrays = {"x": np.array([0.5, -1.25]), "y": np.array([1.5, -0.75, 2.0]), "dz": np.array([1.0, -2.0])}
    by_terms = [y / k * (1 - np.tanh(arrays["x"] / k) ** 2) for k, y in ((1, -0.75), (2, 2.0))]
    np.testing.assert_allclose(evaluate(found.formula, arrays), arrays["dz"] * sum(by_terms), rtol=1e-12)


def test_a_condition_without_an_index_of_its_sum_is_kept():
    i, k = indices("i k")
    x, y, z = tensors("x y z")
    never = Number(0.0) > Number(0.5)
    formula = z[i] << Sum(k, Sum(k, Sum(k, y[k]), where=never) * y[k]) + x[i]
    (found,) = gradients([formula], "z", ["y"])
    arrays = {"x": np.ones(3), "y": np.array([1.5, -0.75]), "dz": np.ones(3), "dy": np.ones(2)}
    np.testing.assert_array_equal(evaluate(found.formula, arrays), np.zeros(2))


def test_softmax_with_cross_entropy_is_worked_out_to_p_minus_y():
    n, j, k = indices("n j k")
    m, s, p, ell, z, y = tensors("m s p ℓ z y")
    forward = [
        m[n] << Max(k, z[n, k]),
        s[n] << Sum(k, exp(z[n, k] - m[n])),
        p[n, j] << exp(z[n, j] - m[n]) / s[n],
        ell[n] << log(s[n]) + m[n] - z[n, y[n]],
        scalar("loss") << Sum(n, ell[n]) / Size(n),
    ]
    closed = in_terms_of((), gradients(forward, "loss", ["z"]), forward)
    assert write(closed["dm"]) == "dm[n] = 0"
    assert write(closed["dz"]) == "dz[n, k] = (p[n, k] − [k = y[n]]) / N"


def test_a_gradient_says_how_it_was_derived():
    n, i, j = indices("n i j")
    x, W, z = tensors("x W z")
    (found,) = gradients([z[n, j] << tanh(Sum(i, x[n, i] * W[i, j]))], "z", ["W"])
    (share,) = found.shares
    assert write(share.formula) == "z[n, l] = tanh(Σ_k x[n, k] · W[k, l])"
    assert write(share.inner) == "Σ_k x[n, k] · (1 − z[n, l]²) · [i = k] · [j = l]"
    assert write(found.formula) == "dW[i, j] = Σ_n dz[n, j] · x[n, i] · (1 − z[n, j]²)"
    assert share.rules == ("tanh",)


@pytest.mark.parametrize("function", ["tanh", "max0"])
def test_a_planted_error_in_a_rule_is_noticed(function, monkeypatch):
    monkeypatch.setitem(functions._OF_ONE, function, lambda u: 1 + u)
    with pytest.raises(AssertionError):
        test_the_derivative_of_every_function(function)
