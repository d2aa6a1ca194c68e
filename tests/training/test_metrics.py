import numpy as np
import pytest
import sklearn.metrics
from hypothesis import given
from hypothesis import strategies as st

from whence.data import Preprocessing, Samples
from whence.errors import ArgumentError, DataError, ShapeError
from whence.nn import (
    RNN,
    BinaryCrossEntropy,
    CrossEntropy,
    Dropout,
    Identity,
    Last,
    Linear,
    MeanSquaredError,
    Sequential,
)
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
    report = classification_report(matrix, list("abcd"))
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


def test_a_report_of_no_samples_is_all_zero():
    report = classification_report(np.zeros((2, 2), int), ("cat", "dog"))
    assert (report.accuracy, report.weighted_average.recall, report.macro_average.support) == (0, 0, 0)


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
    targets = np.full((10, 1), 0.1)
    assert np.isnan(regression_errors(np.zeros((10, 1)), targets)["r2"])
    assert np.isnan(regression_errors(np.zeros((10, 1)), targets, np.linspace(0.1, 0.7, 10))["r2"])
    targets[0], weights = 5, np.r_[0, np.linspace(0.1, 0.7, 9)]
    assert np.isnan(regression_errors(np.zeros((10, 1)), targets, weights)["r2"])


def test_a_single_logit_speaks_for_the_second_class_where_it_is_positive():
    assert predicted_classes(np.array([[-1.0], [0.5], [0.0]])).tolist() == [0, 1, 0]
    assert predicted_classes(np.array([[1.0, 3.0], [2.0, 0.0]])).tolist() == [1, 0]
    assert predicted_classes(np.zeros((0, 3))).shape == (0,)
    assert predicted_classes(np.zeros((2, 1, 3))).shape == (2, 1)
    for shape in ((3,), (3, 0)):
        with pytest.raises(ShapeError, match="expected logits"):
            predicted_classes(np.zeros(shape))


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


weighted_labels = st.lists(
    st.tuples(st.integers(0, 2), st.integers(0, 2), st.sampled_from([0.25, 1.0, 2.5])), min_size=1, max_size=40
)


@given(weighted_labels)
def test_weighted_measures_agree_with_scikit_learn(triples):
    targets, predicted, weights = (np.array(column) for column in zip(*triples, strict=True))
    weighted = confusion_matrix(targets, predicted, 3, weights)
    expected = sklearn.metrics.confusion_matrix(targets, predicted, labels=range(3), sample_weight=weights)
    np.testing.assert_allclose(weighted, expected, rtol=1e-12)
    report = classification_report(weighted, list("abc"))
    for average in (None, "macro", "weighted"):
        *measures, support = sklearn.metrics.precision_recall_fscore_support(
            targets, predicted, labels=range(3), sample_weight=weights, average=average, zero_division=0
        )
        rows = report.classes if average is None else [getattr(report, f"{average}_average")]
        found = [[getattr(row, name) for row in rows] for name in ("precision", "recall", "f1")]
        np.testing.assert_allclose(found, np.reshape(measures, (3, -1)), rtol=1e-12)
        if average is None:
            assert [row.support for row in rows] == pytest.approx(support, rel=1e-12)
    assert report.accuracy == pytest.approx(
        sklearn.metrics.accuracy_score(targets, predicted, sample_weight=weights), rel=1e-12
    )


def test_weighted_errors_of_a_regression_agree_with_scikit_learn():
    rng = np.random.default_rng(0)
    targets, outputs, weights = rng.normal(size=(9, 2)), rng.normal(size=(9, 2)), rng.random(9)
    found = regression_errors(outputs, targets, weights)
    mse = sklearn.metrics.mean_squared_error(targets, outputs, sample_weight=weights)
    assert found["rmse"] == pytest.approx(np.sqrt(mse), rel=1e-12)
    mae = sklearn.metrics.mean_absolute_error(targets, outputs, sample_weight=weights)
    assert found["mae"] == pytest.approx(mae, rel=1e-12)
    one = regression_errors(outputs[:, :1], targets[:, :1], weights)["r2"]
    assert one == pytest.approx(sklearn.metrics.r2_score(targets[:, 0], outputs[:, 0], sample_weight=weights), rel=1e-9)


def test_evaluation_counts_samples_by_their_weights():
    rng = np.random.default_rng(0)
    net = Sequential(Linear(3, 2), dtype=np.float64)
    x, y, weights = rng.normal(size=(40, 3)), rng.integers(0, 2, 40), rng.integers(0, 3, 40)
    rows = np.repeat(np.arange(40), weights)
    weighted = evaluate(net, CrossEntropy(), Samples(x, y, weights))
    assert weighted == pytest.approx(evaluate(net, CrossEntropy(), Samples(x[rows], y[rows])), rel=1e-12)
    y = x @ rng.normal(size=(3, 2))
    weighted = evaluate(net, MeanSquaredError(), Samples(x, y, weights))
    assert weighted == pytest.approx(evaluate(net, MeanSquaredError(), Samples(x[rows], y[rows])), rel=1e-12)


def test_evaluation_counts_no_time_step_after_the_end_of_a_sequence():
    rng = np.random.default_rng(0)
    net = Sequential(RNN(3, 2), Linear(2, 2), input_shape=(6, 3), dtype=np.float64)
    x, y, lengths = rng.normal(size=(1100, 6, 3)), rng.integers(0, 2, (1100, 6)), rng.integers(1, 7, 1100)
    found = evaluate(net, CrossEntropy(), Samples(x, y, lengths=lengths))
    held = np.arange(6) < lengths[:, np.newaxis]
    outputs = net.forward(x, training=False)[0]
    assert found["loss"] == pytest.approx(CrossEntropy()(outputs[held], y[held])[0], rel=1e-12)
    assert found["accuracy"] == pytest.approx((outputs.argmax(axis=-1) == y)[held].mean(), rel=1e-12)
    numbers = evaluate(net, MeanSquaredError(), Samples(x, 1.0 * np.stack([y, 1 - y], axis=-1), lengths=lengths))
    assert numbers["rmse"] == pytest.approx(np.sqrt(numbers["loss"]), rel=1e-12)


def test_inference_ends_with_each_sequence():
    rng = np.random.default_rng(0)
    net = Sequential(RNN(3, 2), Last(), input_shape=(-1, 3), dtype=np.float64)
    x, lengths = rng.normal(size=(5, 6, 3)), np.array([1, 6, 3, 2, 5])
    found = outputs_for(net, x, None, lengths)
    for row, length in enumerate(lengths):
        np.testing.assert_allclose(found[row], net.forward(x[row : row + 1, :length], training=False)[0][0], rtol=1e-12)
    with pytest.raises(ArgumentError, match="no recurrent layer and no Last, which use them"):
        Sequential(Linear(3, 2))(x[:, 0], lengths=lengths)


@pytest.mark.parametrize(
    ("targets", "predicted", "message"),
    [([0, 3], [0, 0], "targets holds the class 3"), ([0, 1], [-1, 0], "predicted holds the class -1")],
)
def test_classes_out_of_range_are_not_counted_elsewhere(targets, predicted, message):
    with pytest.raises(DataError, match=f"{message}; expected whole numbers from 0 to 2"):
        confusion_matrix(np.array(targets), np.array(predicted), 3)
