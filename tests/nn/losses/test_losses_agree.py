import itertools

import numpy as np
import pytest
from loss_cases import CASES, MEANS, kind, weights

from exhaustive import one_of_each
from whence.formula import evaluate
from whence.nn.losses import losses

every_size = one_of_each(
    ("case", "samples"),
    itertools.product(CASES, (3, 1, 7)),
    lambda case, samples: (str(case) if samples == 3 else kind(case), samples),
)
every_kind = one_of_each("case", CASES, kind)
every_case = pytest.mark.parametrize("case", CASES, ids=str)
every_mean = pytest.mark.parametrize("case", MEANS, ids=str)
in_time = pytest.mark.parametrize("case", [case for case in CASES if len(case.outputs) > 1], ids=str)
with_and_without = pytest.mark.parametrize("weighted", [False, True], ids=["plain", "weighted"])


def test_every_loss_of_the_registry_has_cases():
    assert {case.loss for case in CASES} == set(losses)


def disagreements(case, samples, weight, dtype, tolerance, damage=lambda delta: delta):
    """Return the names of the arrays that formulas and NumPy make differently."""
    loss, outputs, targets = case.make(samples, dtype)
    value, delta, between = loss.evaluate(outputs, targets, weight)
    assert isinstance(value, float)
    assert delta.dtype == dtype
    arrays = loss.arrays(outputs, targets, weight, (value, damage(delta), between))
    formulas = list(loss.formulas(arrays["y"], weight))
    made = {formula.target.array for formula in formulas}
    given = {loss.input_symbol, "y", "ω", "ρ"}
    assert made | given >= set(arrays) >= made, "an array without a formula, or a formula without its array"
    return [
        formula.target.array
        for formula in formulas
        if not agree(evaluate(formula, arrays), arrays[formula.target.array], tolerance)
    ]


def agree(expected, found, tolerance):
    return expected.shape == found.shape and np.allclose(found, expected, rtol=tolerance, atol=tolerance)


@every_size
@with_and_without
def test_formulas_are_what_numpy_does(case, samples, weighted):
    weight = weights(samples) if weighted else None
    assert not disagreements(case, samples, weight, np.float64, 1e-12)
    assert not disagreements(case, samples, weight, np.float32, 1e-5)


@in_time
def test_formulas_with_a_weight_for_each_time_step_are_what_numpy_does(case):
    weight = np.random.default_rng(5).random((3, case.outputs[0]))
    weight[1] = 0
    assert not disagreements(case, 3, weight, np.float64, 1e-12)


@every_kind
def test_a_damaged_delta_is_noticed_by_the_comparison_with_formulas(case):
    for damage in (np.negative, lambda delta: 3 * delta, lambda delta: delta + 1e-9):
        found = disagreements(case, 3, None, np.float64, 1e-12, damage)
        assert [name[:1] for name in found] == ["d"]


def slope_error(case, samples, weighted, damage=lambda delta: delta):
    """Return how far the delta is from central differences of the loss, as a part of its largest entry."""
    loss, outputs, targets = case.make(samples)
    weight = weights(samples) if weighted else None
    delta = damage(loss(outputs, targets, weight)[1])
    numeric = np.empty_like(delta)
    step = 1e-6
    for place in np.ndindex(*outputs.shape):
        ends = []
        for sign in (1, -1):
            moved = outputs.copy()
            moved[place] += sign * step
            ends.append(loss(moved, targets, weight)[0])
        numeric[place] = (ends[0] - ends[1]) / (2 * step)
    return np.abs(delta - numeric).max() / np.abs(numeric).max()


@every_size
@with_and_without
def test_the_delta_is_the_slope_of_the_loss(case, samples, weighted):
    assert slope_error(case, samples, weighted) < 1e-6


@every_kind
@with_and_without
def test_the_check_of_slopes_rejects_planted_errors(case, weighted):
    assert slope_error(case, 3, weighted, np.negative) > 1
    assert slope_error(case, 3, weighted, lambda delta: 3 * delta) > 1
    assert slope_error(case, 3, weighted, lambda delta: delta / 3) > 0.5
    assert slope_error(case, 3, weighted, lambda delta: delta * 1.00001) > 1e-6


@every_mean
@with_and_without
def test_a_batch_twice_has_the_same_mean_and_half_the_delta(case, weighted):
    loss, outputs, targets = case.make(3)
    weight = weights(3) if weighted else None
    value, delta = loss(outputs, targets, weight)
    twice = None if weight is None else np.tile(weight, 2)
    value2, delta2 = loss(np.concatenate([outputs] * 2), np.concatenate([targets] * 2), twice)
    assert value2 == pytest.approx(value, rel=1e-12)
    np.testing.assert_allclose(delta2, np.concatenate([delta / 2] * 2), rtol=1e-12, atol=1e-15)


@every_case
def test_a_sample_of_weight_two_counts_as_two_samples(case):
    loss, outputs, targets = case.make(3)
    value, delta = loss(outputs, targets, np.array([2.0, 1.0, 0.0]))
    rows = [0, 0, 1]
    value2, delta2 = loss(outputs[rows], targets[rows])
    assert value2 == pytest.approx(value, rel=1e-12)
    np.testing.assert_allclose(delta[0], delta2[0] + delta2[1], rtol=1e-12, atol=1e-15)
    np.testing.assert_allclose(delta[1], delta2[2], rtol=1e-12, atol=1e-15)
    assert not delta[2].any()


@in_time
@with_and_without
def test_what_lies_after_the_end_of_a_sequence_counts_nothing(case, weighted):
    loss, outputs, targets = case.make(3)
    steps = outputs.shape[1]
    lengths, weight = np.array([1, steps, steps - 1]), np.array([0.5, 1.0, 2.0]) if weighted else None
    value, delta = loss(outputs, targets, weight, lengths)
    held = np.arange(steps) < lengths[:, np.newaxis]
    each = None if weight is None else np.repeat(weight, lengths)
    expected, expected_delta = loss(outputs[held], targets[held], each)
    assert value == pytest.approx(expected, rel=1e-12)
    np.testing.assert_allclose(delta[held], expected_delta, rtol=1e-12, atol=1e-16)
    assert not delta[~held].any()


@every_case
def test_equal_weights_change_nothing(case):
    loss, outputs, targets = case.make(3)
    value, delta = loss(outputs, targets)
    weighted, weighted_delta = loss(outputs, targets, np.ones(3))
    assert weighted == pytest.approx(value, rel=1e-14)
    np.testing.assert_allclose(weighted_delta, delta, rtol=1e-14, atol=1e-16)


@every_case
def test_a_result_is_not_overwritten_by_the_next_call(case):
    loss, outputs, targets = case.make(3)
    _, delta, between = loss.evaluate(outputs, targets)
    before = delta.copy(), {name: array.copy() for name, array in between.items()}
    loss(-outputs, targets)
    np.testing.assert_array_equal(delta, before[0])
    for name, array in between.items():
        np.testing.assert_array_equal(array, before[1][name])


@every_case
def test_outputs_of_the_shape_that_the_loss_asks_for_fit(case):
    loss, outputs, targets = case.make(3)
    classes = outputs.shape[-1] if case.kind.endswith("labels") else None
    expected = outputs.shape[1:] or (1,)
    assert loss.output_shape(targets.shape[1:], classes) == expected
