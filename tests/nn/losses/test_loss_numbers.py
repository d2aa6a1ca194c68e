"""Losses against numbers by hand and against plain loops that share no code with them."""

import math

import numpy as np
import pytest

from whence.formula import write
from whence.nn.losses import L1, BinaryCrossEntropy, CrossEntropy, Huber, MeanSquaredError, SumOfSquaredErrors

LOGITS = [[2.0, -1.0, 0.5], [0.0, 0.0, 3.0], [-2.0, 1.5, 1.0], [0.3, 0.2, 0.1]]
LABELS = [0, 1, 2, 1]


def log_softmax(row):
    powers = [math.exp(z) for z in row]
    return [math.log(power / sum(powers)) for power in powers]


def test_uniform_logits_cost_the_logarithm_of_the_number_of_classes():
    assert CrossEntropy()(np.zeros((5, 10)), np.arange(5))[0] == pytest.approx(math.log(10), rel=1e-15)
    assert CrossEntropy()(np.full((2, 3, 4), 7.0), np.ones((2, 3), int))[0] == pytest.approx(math.log(4), rel=1e-15)
    assert BinaryCrossEntropy()(np.zeros((4, 1)), np.array([0, 1, 1, 0]))[0] == pytest.approx(math.log(2), rel=1e-15)


def test_cross_entropy_of_a_small_table():
    loss, delta = CrossEntropy()(np.array(LOGITS), np.array(LABELS))
    expected = sum(-log_softmax(row)[label] for row, label in zip(LOGITS, LABELS, strict=True)) / 4
    assert loss == pytest.approx(expected, rel=1e-14)
    for row, label, found in zip(LOGITS, LABELS, delta, strict=True):
        p = [math.exp(value) for value in log_softmax(row)]
        assert found.tolist() == pytest.approx([(p[j] - (j == label)) / 4 for j in range(3)], rel=1e-13)


@pytest.mark.parametrize("smoothing", [0.0, 0.2])
@pytest.mark.parametrize("class_weights", [None, [1.0, 3.0, 0.5]])
@pytest.mark.parametrize("sample_weight", [None, [1.0, 0.0, 2.0, 0.25]])
def test_cross_entropy_with_options(smoothing, class_weights, sample_weight):
    c, w = class_weights or [1.0] * 3, sample_weight or [1.0] * 4
    numerator = denominator = 0.0
    for row, label, weight in zip(LOGITS, LABELS, w, strict=True):
        lp = log_softmax(row)
        smooth = sum(c[j] * -lp[j] for j in range(3)) / 3
        numerator += weight * ((1 - smoothing) * c[label] * -lp[label] + smoothing * smooth)
        denominator += weight * c[label]
    loss_fn = CrossEntropy(class_weights, smoothing)
    weights = None if sample_weight is None else np.array(sample_weight)
    for targets in (np.array(LABELS), np.eye(3)[LABELS], np.eye(3, dtype=bool)[LABELS]):
        loss, _ = loss_fn(np.array(LOGITS), targets, weights)
        assert loss == pytest.approx(numerator / denominator, rel=1e-14)


def test_one_hot_targets_give_what_labels_give_in_every_entry():
    for loss_fn in (CrossEntropy(), CrossEntropy([1, 2, 3], 0.1)):
        by_label = loss_fn(np.array(LOGITS), np.array(LABELS))
        by_row = loss_fn(np.array(LOGITS), np.eye(3)[LABELS])
        assert by_row[0] == pytest.approx(by_label[0], rel=1e-15)
        np.testing.assert_allclose(by_row[1], by_label[1], rtol=1e-14, atol=1e-17)


def test_positions_of_a_sequence_count_like_samples():
    logits, labels = np.array(LOGITS).reshape(2, 2, 3), np.array(LABELS).reshape(2, 2)
    loss, delta = CrossEntropy()(logits, labels)
    flat, flat_delta = CrossEntropy()(np.array(LOGITS), np.array(LABELS))
    assert loss == flat
    np.testing.assert_array_equal(delta.reshape(4, 3), flat_delta)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_logits_of_ten_thousand_neither_overflow_nor_meet_the_logarithm_of_zero(dtype):
    logits = np.array([[1e4, -1e4], [-1e4, 1e4]], dtype)
    for targets in (np.array([0, 0]), np.array([[1, 0], [1, 0]], dtype)):
        loss, delta = CrossEntropy()(logits, targets)
        assert loss == 1e4
        assert delta.tolist() == [[0, 0], [-0.5, 0.5]]
    loss, delta = BinaryCrossEntropy()(np.array([[1e4], [-1e4]], dtype), np.array([0, 0]))
    assert loss == 5e3
    assert delta.tolist() == [[0.5], [0]]
    assert BinaryCrossEntropy(3.0)(np.array([[-1e4]], dtype), np.array([1]))[0] == 3e4


@pytest.mark.parametrize("positive_weight", [None, 4.0])
def test_binary_cross_entropy_of_a_small_table(positive_weight):
    beta = positive_weight or 1.0
    logits, targets = [1.5, -0.5, 0.25], [1.0, 0.0, 0.7]
    loss, delta = BinaryCrossEntropy(positive_weight)(np.array(logits), np.array(targets))
    total = 0.0
    for z, y, found in zip(logits, targets, delta, strict=True):
        p = 1 / (1 + math.exp(-z))
        total -= beta * y * math.log(p) + (1 - y) * math.log(1 - p)
        assert found == pytest.approx((-beta * y * (1 - p) + (1 - y) * p) / 3, rel=1e-13)
    assert loss == pytest.approx(total / 3, rel=1e-14)


OUTPUTS, TARGETS = np.array([[1.0, 4.0], [2.0, 0.5]]), np.array([[1.0, 1.0], [4.0, 0.0]])  # errors 0, 3, −2, ½


def test_squared_errors():
    loss, delta = MeanSquaredError()(OUTPUTS, TARGETS)
    assert loss == (0 + 9 + 4 + 0.25) / 4
    assert delta.tolist() == [[0, 1.5], [-1, 0.25]]
    loss, delta = SumOfSquaredErrors()(OUTPUTS, TARGETS)
    assert loss == (0 + 9 + 4 + 0.25) / 2
    assert delta.tolist() == [[0, 3], [-2, 0.5]]
    loss, delta = SumOfSquaredErrors()(OUTPUTS, TARGETS, np.array([2.0, 4.0]))
    assert loss == (2 * 9 + 4 * 4.25) / 2
    assert delta.tolist() == [[0, 6], [-8, 2]]


def test_absolute_errors():
    loss, delta = L1()(OUTPUTS, TARGETS)
    assert loss == 5.5 / 4
    assert delta.tolist() == [[0, 0.25], [-0.25, 0.25]]


def test_huber_is_a_parabola_up_to_delta_and_straight_beyond():
    loss, delta = Huber()(OUTPUTS, TARGETS)
    assert loss == (0 + 2.5 + 1.5 + 0.125) / 4
    assert delta.tolist() == [[0, 0.25], [-0.25, 0.125]]
    assert Huber(2.0)(np.array([5.0]), np.array([0.0]))[0] == 2 * (5 - 1)


def test_the_mean_with_weights_is_a_weighted_mean():
    loss, delta = MeanSquaredError()(OUTPUTS, TARGETS, np.array([3.0, 1.0]))
    assert loss == (3 * 9 + 4.25) / (2 * 4)
    assert delta.tolist() == [[0, 2.25], [-0.5, 0.125]]


@pytest.mark.parametrize("loss_fn", [MeanSquaredError(), SumOfSquaredErrors(), L1(), Huber(), BinaryCrossEntropy()])
def test_flat_targets_against_a_column_never_make_a_square(loss_fn):
    column, targets = np.array([[0.5], [2.0], [-1.0]]), np.array([1.0, 0.0, 1.0])
    loss, delta = loss_fn(column, targets)
    assert delta.shape == (3, 1)
    for outputs, y in (
        (column, targets[:, np.newaxis]),
        (column[:, 0], targets),
        (column[:, 0], targets[:, np.newaxis]),
    ):
        same, same_delta = loss_fn(outputs, y)
        assert same == loss
        assert same_delta.shape == outputs.shape
        assert same_delta.ravel().tolist() == delta.ravel().tolist()


def test_predictions_are_the_probabilities_of_the_classes():
    for row, found in zip(LOGITS, CrossEntropy().predictions(np.array(LOGITS)), strict=True):
        assert found.tolist() == pytest.approx([math.exp(value) for value in log_softmax(row)], rel=1e-14)
    p = 1 / (1 + math.exp(-1.5))
    assert BinaryCrossEntropy().predictions(np.array([[1.5]]))[0].tolist() == pytest.approx([1 - p, p], rel=1e-14)
    assert BinaryCrossEntropy().predictions(np.array([[1.5, 0.0]]))[0].tolist() == pytest.approx([p, 0.5], rel=1e-14)
    assert MeanSquaredError().predictions(OUTPUTS) is OUTPUTS


def test_outputs_become_probabilities_in_the_same_order():
    outputs = np.array([[0.25, 0.75], [0.9, 0.9], [-1.0, 3.0], [-2.0, -2.0]])
    found = MeanSquaredError().probabilities(outputs)
    assert found.tolist() == [[0.25, 0.75], [0.5, 0.5], [0.0, 1.0], [0.5, 0.5]]
    p, q = 1 / (1 + math.exp(-1.5)), 1 / (1 + math.exp(2))
    found = BinaryCrossEntropy().probabilities(np.array([[1.5, -2.0]]))
    assert found[0].tolist() == pytest.approx([p / (p + q), q / (p + q)], rel=1e-14)


def test_labels_are_one_hot_for_the_squared_error():
    loss, delta = MeanSquaredError()(np.array([[0.5, 0.0], [1.0, 1.0]]), np.array([1, 0]))
    assert loss == (0.25 + 1 + 0 + 1) / 4
    assert delta.tolist() == [[0.25, -0.5], [0, 0.5]]
    weighted, _ = MeanSquaredError(class_weights=[3.0, 1.0])(np.array([[0.5, 0.0], [1.0, 1.0]]), np.array([1, 0]))
    assert weighted == (1.25 * 1 + 1 * 3) / (4 * 2)


def test_the_textbook_formulas_of_cross_entropy():
    assert [write(formula) for formula in CrossEntropy().formulas(np.array(LABELS))] == [
        "M[n] = max_k z[n, k]",
        "S[n] = Σ_k exp(z[n, k] − M[n])",
        "p[n, j] = exp(z[n, j] − M[n]) / S[n]",
        "ℓ[n] = log(S[n]) + M[n] − z[n, y[n]]",
        "loss = (Σ_n ℓ[n]) / N",
        "dz[n, j] = (p[n, j] − [j = y[n]]) / N",
    ]


def test_the_textbook_formulas_of_a_sum_of_squares():
    assert [write(formula) for formula in SumOfSquaredErrors().formulas(TARGETS)] == [
        "ℓ[n, j] = ½ · (ŷ[n, j] − y[n, j])²",
        "loss = Σ_n Σ_j ℓ[n, j]",
        "dŷ[n, j] = ŷ[n, j] − y[n, j]",
    ]
