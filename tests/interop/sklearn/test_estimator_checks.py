"""All of scikit-learn's checks of an estimator, in both precisions."""

import functools

import numpy as np
import pytest
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils import estimator_checks
from sklearn.utils._testing import assert_allclose
from sklearn.utils.estimator_checks import parametrize_with_checks

from whence.interop.sklearn import WhenceClassifier, WhenceRegressor

pytestmark = pytest.mark.filterwarnings(
    f"ignore::{ConvergenceWarning.__module__}.{ConvergenceWarning.__name__}",
    "ignore::sklearn.exceptions.SkipTestWarning",
    "ignore:A column-vector y:sklearn.exceptions.DataConversionWarning",
)
FAST = {"learning_rate_init": 0.05, "max_iter": 15, "random_state": 0}


class InFloat32:
    """Trains in float32 on what the checks give as float64; predictions are float64, as these demand."""

    def _checked(self, X, y, *, reset):
        X, y = super()._checked(X, y, reset=reset)
        return X.astype(np.float32), y

    def _outputs(self, X):
        assert self.net_.dtype == np.float32
        return super()._outputs(X).astype(np.float64)


class Classifier32(InFloat32, WhenceClassifier):
    pass


class Regressor32(InFloat32, WhenceRegressor):
    pass


ESTIMATORS = (WhenceClassifier((8,), **FAST), WhenceRegressor(hidden_layer_sizes=(8,), **FAST))
ESTIMATORS_32 = (Classifier32((8,), **FAST), Regressor32(hidden_layer_sizes=(8,), **FAST))


@parametrize_with_checks(ESTIMATORS)
def test_float64(estimator, check):
    check(estimator)


@parametrize_with_checks(ESTIMATORS_32)
@pytest.mark.exhaustive
def test_float32(estimator, check, monkeypatch):
    if "sample_weight_equivalence" in check.func.__name__:  # demands 1e-7, less than the rounding of float32
        loose = functools.partial(assert_allclose, rtol=5e-6)
        monkeypatch.setattr(estimator_checks, "assert_allclose_dense_sparse", loose)
    check(estimator)
