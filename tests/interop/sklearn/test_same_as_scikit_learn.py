"""With the same random state, an estimator does what scikit-learn's own does: weights, batches, losses, stops."""

import numpy as np
import pytest
from sklearn.datasets import load_diabetes, load_digits
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier, MLPRegressor

from whence.interop.sklearn import WhenceClassifier, WhenceRegressor

pytestmark = pytest.mark.filterwarnings(f"ignore::{ConvergenceWarning.__module__}.{ConvergenceWarning.__name__}")
X, DIGITS = (array[:150] for array in load_digits(return_X_y=True))
X = X / 16
TARGETS = {
    "ten classes": DIGITS,
    "two classes": np.where(DIGITS > 4, 7, 3),
    "labels": np.stack([DIGITS > 4, DIGITS % 2 == 0, DIGITS % 3 == 0], axis=1).astype(int),
}
SETTINGS = {
    "adam": {},
    "sgd": {"solver": "sgd", "momentum": 0, "learning_rate_init": 0.1},
    "momentum": {"solver": "sgd", "nesterovs_momentum": False, "learning_rate_init": 0.1, "activation": "tanh"},
    "nesterov": {"solver": "sgd", "learning_rate_init": 0.1, "activation": "logistic", "batch_size": 64},
    "adaptive": {
        "solver": "sgd", "learning_rate": "adaptive", "learning_rate_init": 0.3, "tol": 0.05, "n_iter_no_change": 2,
    },
    "invscaling": {"solver": "sgd", "learning_rate": "invscaling", "learning_rate_init": 0.9, "power_t": 0.2},
    "in order": {"shuffle": False, "alpha": 0.1, "batch_size": 40},
    "scores": {"early_stopping": True, "n_iter_no_change": 3, "learning_rate_init": 0.02, "batch_size": 32},
    "tolerance": {"tol": 0.1, "n_iter_no_change": 2},
}  # fmt: skip


def pair(mine, theirs, *data, more=lambda estimator: estimator, **settings):
    """Return both estimators after the same training."""
    both = [kind(random_state=3, **{"max_iter": 15, **settings}) for kind in (mine, theirs)]
    return [more(estimator.fit(*data)) for estimator in both]


def assert_same(mine, theirs):
    np.testing.assert_allclose(mine.loss_curve_, theirs.loss_curve_, rtol=0, atol=1e-8)
    for name in ("coefs_", "intercepts_"):
        for own, other in zip(getattr(mine, name), getattr(theirs, name), strict=True):
            np.testing.assert_allclose(own, other, rtol=0, atol=1e-8)
    for name in ("n_iter_", "t_", "n_layers_", "n_outputs_", "out_activation_", "n_features_in_"):
        assert getattr(mine, name) == getattr(theirs, name)
    for name in ("loss_", "best_loss_", "validation_scores_", "best_validation_score_"):
        assert getattr(mine, name) == pytest.approx(getattr(theirs, name), abs=1e-8)


@pytest.mark.parametrize("y", TARGETS.values(), ids=TARGETS)
@pytest.mark.parametrize("settings", SETTINGS.values(), ids=SETTINGS)
def test_classifiers_are_the_same(settings, y):
    mine, theirs = pair(WhenceClassifier, MLPClassifier, X, y, hidden_layer_sizes=(12, 8), **settings)
    assert_same(mine, theirs)
    np.testing.assert_array_equal(mine.classes_, theirs.classes_)
    np.testing.assert_array_equal(mine.predict(X), theirs.predict(X))
    np.testing.assert_allclose(mine.predict_proba(X), theirs.predict_proba(X), atol=1e-8)


def test_weighted_samples_and_repeated_calls_are_the_same(rng):
    weights = rng.uniform(0.1, 3, len(X))
    assert_same(*pair(WhenceClassifier, MLPClassifier, X, DIGITS, weights, batch_size=50))
    twice = {"warm_start": True, "early_stopping": True, "max_iter": 4}
    assert_same(*pair(WhenceClassifier, MLPClassifier, X, DIGITS, more=lambda e: e.fit(X, DIGITS), **twice))


@pytest.mark.parametrize("y", TARGETS.values(), ids=TARGETS)
def test_parts_of_the_data_one_after_the_other_are_the_same(y):
    both = [kind((8,), random_state=1) for kind in (WhenceClassifier, MLPClassifier)]
    classes = np.unique(y) if y.ndim == 1 else np.arange(y.shape[1])
    for part in (slice(100), slice(100, 150), slice(50)):
        for estimator in both:
            estimator.partial_fit(X[part], y[part], classes=classes)
    assert_same(*both)


@pytest.mark.parametrize("loss", ["squared_error", "poisson"])
def test_regressors_are_the_same(loss):
    X, y = (array[:100] for array in load_diabetes(return_X_y=True))
    settings = {"loss": loss, "hidden_layer_sizes": (8,), "learning_rate_init": 0.05}
    mine, theirs = pair(WhenceRegressor, MLPRegressor, X, y / 100, **settings)
    assert_same(mine, theirs)
    np.testing.assert_allclose(mine.predict(X), theirs.predict(X), atol=1e-8)


def test_several_outputs_have_the_same_weights_and_the_sum_of_the_losses():
    X, y = (array[:100] for array in load_diabetes(return_X_y=True))
    y = np.stack([y, y[::-1]], axis=1) / 100
    mine, theirs = pair(WhenceRegressor, MLPRegressor, X, y, hidden_layer_sizes=(8,), tol=0, alpha=0)
    np.testing.assert_allclose(mine.coefs_[0], theirs.coefs_[0], atol=1e-8)
    np.testing.assert_allclose(mine.loss_curve_, 2 * np.array(theirs.loss_curve_), atol=1e-8)
    np.testing.assert_allclose(mine.predict(X), theirs.predict(X), atol=1e-8)


def test_lbfgs_reaches_the_same_loss():
    mine, theirs = pair(WhenceClassifier, MLPClassifier, X, DIGITS, solver="lbfgs", hidden_layer_sizes=(8,))
    assert mine.loss_ == pytest.approx(theirs.loss_, abs=1e-8)
    assert mine.n_iter_ == theirs.n_iter_
    assert not hasattr(mine, "partial_fit")


def test_what_it_prints_is_the_same(capsys):
    settings = {"verbose": True, "solver": "sgd", "learning_rate": "adaptive", "tol": 0.5, "n_iter_no_change": 1}
    lines = []
    for early_stopping in (True, False):
        for kind in (WhenceClassifier, MLPClassifier):
            kind((8,), random_state=0, max_iter=6, early_stopping=early_stopping, **settings).fit(X, DIGITS)
            lines.append(capsys.readouterr().out)
    assert lines[0] == lines[1]
    assert lines[2] == lines[3]
    assert "Setting learning rate to" in lines[2]


def test_float32_stays_float32():
    mine, theirs = pair(WhenceClassifier, MLPClassifier, X.astype(np.float32), DIGITS, max_iter=3)
    assert {array.dtype for array in (*mine.coefs_, mine.predict_proba(X))} == {np.dtype(np.float32)}
    np.testing.assert_allclose(mine.loss_curve_, theirs.loss_curve_, rtol=1e-5)


def test_the_parameters_of_scikit_learn_have_its_defaults():
    for mine, theirs in ((WhenceClassifier(), MLPClassifier()), (WhenceRegressor(), MLPRegressor())):
        assert theirs.get_params().items() <= mine.get_params().items()
