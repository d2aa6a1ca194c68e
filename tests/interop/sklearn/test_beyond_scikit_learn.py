"""What scikit-learn's networks have not: layers, losses, optimizers, schedules, weights, validation data, callbacks."""

import signal
import warnings

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.datasets import load_diabetes, load_digits
from sklearn.exceptions import ConvergenceWarning

from whence.interop.sklearn import WhenceClassifier, WhenceRegressor
from whence.nn import Dropout, Huber, LeakyReLU, Tanh
from whence.optim import AdamW
from whence.training import Callback

pytestmark = pytest.mark.filterwarnings(f"ignore::{ConvergenceWarning.__module__}.{ConvergenceWarning.__name__}")
X, DIGITS = (array[:200] for array in load_digits(return_X_y=True))
X = X / 16
QUICK = {"max_iter": 8, "random_state": 0, "learning_rate_init": 0.02, "batch_size": 25}


def test_each_hidden_layer_has_its_activation_and_dropout():
    classifier = WhenceClassifier((8, 6), ["leaky_relu(0.1)", "tanh"], dropout=0.25, **QUICK).fit(X, DIGITS)
    kinds = [type(layer) for layer in classifier.net_]
    assert (kinds[1:3], kinds[4:6]) == ([LeakyReLU, Dropout], [Tanh, Dropout])
    assert classifier.predict(X).tolist() == classifier.predict(X).tolist()
    again = clone(classifier).fit(X, DIGITS)
    np.testing.assert_array_equal(again.net_.theta, classifier.net_.theta)
    without = clone(classifier).set_params(dropout=0.0).fit(X, DIGITS)
    assert without.loss_curve_[0] != classifier.loss_curve_[0]


@pytest.mark.parametrize(
    "arch", ["reshape 8x8x1, conv 4 3, relu, pool 2, flatten, linear", "reshape 8x8, lstm 8, last, linear"]
)
def test_convolutions_and_lstm_read_rows(arch):
    classifier = WhenceClassifier(arch=arch, **{**QUICK, "max_iter": 15}).fit(X, DIGITS)
    assert classifier.score(X, DIGITS) > 0.9
    assert classifier.n_outputs_ == 10


def test_a_network_of_layers_takes_pictures_as_they_are():
    pictures = X.reshape(-1, 8, 8, 1)
    flat = WhenceClassifier(arch="reshape 8x8x1, conv 4 3, relu, flatten, linear", **QUICK).fit(X, DIGITS)
    classifier = WhenceClassifier(arch="conv 4 3, relu, flatten, linear", **QUICK).fit(pictures, DIGITS)
    np.testing.assert_array_equal(classifier.predict_proba(pictures), flat.predict_proba(X))
    with pytest.raises(ValueError, match=r"the input has the shape \(2, 8, 8, 3\)"):
        classifier.predict(np.zeros((2, 8, 8, 3)))
    with pytest.raises(ValueError, match=r"outputs of shape \(8, 8, 4\), but the targets need \(10,\)"):
        WhenceClassifier(arch="conv 4 3 padding=same").fit(pictures, DIGITS)


@pytest.mark.parametrize("loss", ["cross_entropy(label_smoothing=0.1)", "bce", "mse"])
def test_a_classifier_minimises_any_loss(loss):
    for y in (DIGITS, DIGITS > 4):
        classifier = WhenceClassifier((16,), "tanh", loss=loss, **{**QUICK, "max_iter": 12}).fit(X, y)
        assert classifier.score(X, y) > 0.8
        np.testing.assert_allclose(classifier.predict_proba(X).sum(axis=1), 1)


def test_a_regressor_minimises_any_loss():
    data, y = load_diabetes(return_X_y=True)
    for loss in ("l1", Huber(0.5)):
        regressor = WhenceRegressor(loss, (8,), **{**QUICK, "max_iter": 40}).fit(data, y / 100)
        assert regressor.score(data, y / 100) > 0.4
    with pytest.raises(ValueError, match=r"the loss 'bce' is for classes; use WhenceClassifier"):
        WhenceRegressor("bce").fit(data, y)


def test_any_optimizer_trains_and_stays_as_it_was_given():
    given = AdamW(0.02, weight_decay=0.1)
    by_object = WhenceClassifier((8,), solver=given, **QUICK).fit(X, DIGITS)
    by_text = WhenceClassifier((8,), solver="adamw(weight_decay=0.1)", **QUICK).fit(X, DIGITS)
    np.testing.assert_array_equal(by_object.net_.theta, by_text.net_.theta)
    assert (given.steps, by_text.optimizer_.steps) == (0, 64)
    assert WhenceClassifier((8,), solver="rmsprop(0.5)", **QUICK)._new_optimizer().learning_rate == 0.5


def test_a_schedule_leads_the_learning_rate():
    class Rates(Callback):
        seen: list[float] = []  # noqa: RUF012 - a clone and its original share it

        def on_epoch_end(self, training):
            self.seen.append(training.optimizer.learning_rate)

    with warnings.catch_warnings(action="error"):  # the training is as long as the schedule, so none is due
        scheduled = WhenceClassifier((8,), learning_rate="cosine", callbacks=[Rates()], **QUICK).fit(X, DIGITS)
    assert 0.02 > Rates.seen[0] > Rates.seen[4] > Rates.seen[-1]
    with pytest.raises(ValueError, match="partial_fit does not support a schedule"):
        scheduled.partial_fit(X, DIGITS)


def test_callbacks_stop_the_training_and_find_the_loss_curve():
    class Stop(Callback):
        def on_epoch_end(self, training):
            training.stop = training.epoch == 3

    assert WhenceClassifier((8,), callbacks=[Stop()], **QUICK).fit(X, DIGITS).n_iter_ == 3


@pytest.mark.parametrize("weighting", [{0: 5.0, 1: 1.0}, "balanced"])
def test_weights_of_classes_are_weights_of_their_samples(weighting):
    y = (DIGITS == 7).astype(int)
    of_class = {0: 5.0, 1: 1.0} if weighting != "balanced" else dict(enumerate(len(y) / (2 * np.bincount(y))))
    weights = np.where(y == 1, of_class[1], of_class[0])
    by_class = WhenceClassifier((8,), class_weight=weighting, **QUICK).fit(X, y)
    by_sample = WhenceClassifier((8,), **QUICK).fit(X, y, weights)
    np.testing.assert_allclose(by_class.net_.theta, by_sample.net_.theta, atol=1e-12)
    with pytest.raises(ValueError, match="'balanced' is not supported for partial_fit"):
        WhenceClassifier(class_weight="balanced").partial_fit(X, y, classes=[0, 1])


def test_validation_data_of_ones_own_decide_when_to_stop():
    held_out = slice(150, 200)
    own = {"X_val": X[held_out], "y_val": DIGITS[held_out]}
    settings = {**QUICK, "max_iter": 60, "n_iter_no_change": 3}
    classifier = WhenceClassifier((16,), **settings).fit(X[:150], DIGITS[:150], **own)
    assert len(classifier.validation_scores_) == classifier.n_iter_ < 60
    assert classifier.best_validation_score_ == max(classifier.validation_scores_)
    assert classifier.score(X[held_out], DIGITS[held_out]) == classifier.best_validation_score_
    with pytest.raises(ValueError, match="X_val and y_val belong together"):
        classifier.fit(X, DIGITS, X_val=X)
    classifier.partial_fit(X, DIGITS)
    assert classifier.best_loss_ == min(classifier.loss_curve_)
    weights = np.eye(50)[7]
    alone = WhenceClassifier((16,), **settings).fit(X[:150], DIGITS[:150], **own, sample_weight_val=weights)
    assert set(alone.validation_scores_) <= {0.0, 1.0}


def test_numbers_in_several_columns_are_learnt_in_parts():
    data, y = load_diabetes(return_X_y=True)
    both = np.stack([y, -y], axis=1) / 100
    regressor = WhenceRegressor(hidden_layer_sizes=(8,), learning_rate_init=0.05, random_state=0)
    for part in np.array_split(np.arange(len(y)), 4) * 5:
        regressor.partial_fit(data[part], both[part])
    assert regressor.predict(data).shape == both.shape
    assert regressor.score(data, both) > 0.3
    assert len(regressor.loss_curve_) == 20


def test_ctrl_c_ends_the_training_and_keeps_what_it_has():
    class Interrupt(Callback):
        def on_epoch_end(self, training):
            if training.epoch == 2:
                signal.raise_signal(signal.SIGINT)

    with pytest.warns(UserWarning, match="Training interrupted by user"):
        classifier = WhenceClassifier((8,), callbacks=[Interrupt()], **QUICK).fit(X, DIGITS)
    assert classifier.n_iter_ == len(classifier.loss_curve_) == 2
    assert classifier.predict(X).shape == DIGITS.shape
