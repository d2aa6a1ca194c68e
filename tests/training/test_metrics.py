import numpy as np
import pytest
import sklearn.metrics
from hypothesis import given
from hypothesis import strategies as st

from whence.data import Preprocessing, Samples
from whence.errors import ShapeError
from whence.nn import RNN, BinaryCrossEntropy, CrossEntropy, Dropout, Identity, Linear, MeanSquaredError, Sequential
from whence.training import (
    classification_report,
    confusion_matrix,
    evaluate,
    outputs_for,
    predicted_classes,
    regression_errors,
)

labels = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=60)


def test_rows_of_a_confusion_matrix_are_true_classes():
    matrix = confusion_matrix(np.array([0, 0, 1, 2]), np.array([0, 1, 1, 1]), 3)
    assert matrix.tolist() == [[1, 1, 0], [0, 1, 0], [0, 1, 0]]


@given(labels)
def test_report_agrees_with_scikit_learn(pairs):
    targets, predicted = (np.array(column) for column in zip(*pairs, strict=True))
    matrix = confusion_matrix(targets, predicted, 4)
    assert np.array_equal(matrix, sklearn.metrics.confusion_matrix(targets, predicted, labels=range(4)))
    report = classification_report(matrix, "abcd")
    expected = sklearn.metrics.precision_recall_fscore_support(targets, predicted, labels=range(4), zero_division=0)
    ours = [(c.precision, c.recall, c.f1, c.support) for c in report.classes]
    assert np.allclose(ours, np.transpose(expected))
    assert report.accuracy == pytest.approx(sklearn.metrics.accuracy_score(targets, predicted))
    averages = sklearn.metrics.precision_recall_fscore_support(
        targets, predicted, labels=range(4), zero_division=0, average="weighted"
    )
    weighted = report.weighted_average
    assert (weighted.precision, weighted.recall, weighted.f1) == pytest.approx(averages[:3])


def test_report_of_the_published_confusion_matrix():
    report = classification_report(np.array([[8958, 26], [62, 954]]), ("not 0", "0"))
    zero = report.classes[1]
    assert report.accuracy == pytest.approx(0.9912)
    assert (zero.precision, zero.recall) == pytest.approx((954 / 980, 954 / 1016))
    assert zero.support == 1016


def test_report_as_text_is_a_table():
    report = classification_report(np.array([[3, 1], [0, 4]]), ("cat", "dog"))
    assert report.text().splitlines() == [
        "                  precision  recall      F1  support",
        "cat                  1.0000  0.7500  0.8571        4",
        "dog                  0.8000  1.0000  0.8889        4",
        "",
        "macro average        0.9000  0.8750  0.8730        8",
        "weighted average     0.9000  0.8750  0.8730        8",
        "accuracy             0.8750",
    ]


def test_regression_errors_agree_with_scikit_learn():
    rng = np.random.default_rng(0)
    outputs, targets = rng.normal(size=(2, 30, 3))
    errors = regression_errors(outputs, targets)
    assert errors["mae"] == pytest.approx(sklearn.metrics.mean_absolute_error(targets, outputs))
    assert errors["rmse"] == pytest.approx(np.sqrt(sklearn.metrics.mean_squared_error(targets, outputs)))
    weighted = sklearn.metrics.r2_score(targets, outputs, multioutput="variance_weighted")
    assert errors["r2"] == pytest.approx(weighted)


def test_regression_errors_never_broadcast():
    with pytest.raises(ShapeError, match=r"\(5, 1\).*\(5,\)"):
        regression_errors(np.zeros((5, 1)), np.zeros(5))


def test_r2_is_not_a_number_where_targets_do_not_vary():
    assert np.isnan(regression_errors(np.zeros((3, 1)), np.ones((3, 1)))["r2"])


def test_a_single_logit_speaks_for_the_second_class_where_it_is_positive():
    assert predicted_classes(np.array([[-1.0], [0.5], [0.0]])).tolist() == [0, 1, 0]
    assert predicted_classes(np.array([[1.0, 3.0], [2.0, 0.0]])).tolist() == [1, 0]


def test_outputs_come_in_chunks_without_dropout_and_with_preprocessing():
    net = Sequential(Linear(4, 3), Dropout(0.5), dtype=np.float64)
    inputs = np.random.default_rng(0).integers(0, 255, (2500, 4)).astype(np.uint8)
    outputs = outputs_for(net, inputs, Preprocessing(shift=2.0, scale=0.1))
    assert np.allclose(outputs, (inputs - 2.0) * 0.1 @ net.layers[0].weight + net.layers[0].bias)


def test_evaluate_measures_loss_and_accuracy_on_all_samples():
    net = Sequential(Linear(2, 2), dtype=np.float64)
    net.layers[0].weight = np.eye(2)
    samples = Samples(np.array([[1.0, 0.0], [0.0, 1.0], [0.0, 1.0]]), np.array([0, 1, 0]))
    measured = evaluate(net, CrossEntropy(), samples)
    good, bad = np.log(1 + np.exp(-1.0)), np.log(1 + np.exp(1.0))
    assert measured["loss"] == pytest.approx((2 * good + bad) / 3)
    assert measured["accuracy"] == pytest.approx(2 / 3)


def outputs_as_inputs(width):
    """Return a network whose outputs are its inputs."""
    return Sequential(Identity(), input_shape=(width,), dtype=np.float64)


LOGITS = np.array([[2.0, 1.0], [-1.0, 3.0], [1.0, 0.0]])


@pytest.mark.parametrize(
    ("loss_fn", "outputs", "targets", "accuracy"),
    [
        (CrossEntropy(), LOGITS, np.array([0, 1, 1]), 2 / 3),
        (CrossEntropy(), LOGITS, np.array([[1.0, 0.0], [0.3, 0.7], [0.1, 0.9]]), 2 / 3),
        (CrossEntropy(), LOGITS[:2], np.eye(2), 1),
        (BinaryCrossEntropy(), LOGITS[:, :1], np.array([1, 1, 1]), 2 / 3),
        (BinaryCrossEntropy(), LOGITS[:, :1], np.array([[1.0], [1.0], [1.0]]), 2 / 3),
        (BinaryCrossEntropy(), LOGITS, np.array([[1.0, 1.0], [0.0, 1.0], [1.0, 1.0]]), 5 / 6),
    ],
)
def test_accuracy_is_that_of_targets_of_every_form(loss_fn, outputs, targets, accuracy):
    found = evaluate(outputs_as_inputs(outputs.shape[1]), loss_fn, Samples(outputs, targets))
    assert found["accuracy"] == pytest.approx(accuracy)


def test_flat_targets_of_a_regression_are_measured_like_a_column():
    flat = evaluate(outputs_as_inputs(1), MeanSquaredError(), Samples(LOGITS[:, :1], np.array([1.0, 0.0, 3.0])))
    column = evaluate(outputs_as_inputs(1), MeanSquaredError(), Samples(LOGITS[:, :1], np.array([[1.0], [0.0], [3.0]])))
    assert flat == column


def test_outputs_of_sequences_of_any_length_have_the_length_of_the_inputs():
    net = Sequential(RNN(3, 4), Linear(4, 2))
    assert outputs_for(net, np.zeros((5, 7, 3)), None).shape == (5, 7, 2)
