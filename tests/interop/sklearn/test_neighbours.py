"""Among scikit-learn's own: pipelines, searches, tables, sparse inputs, pickles, and how wrong inputs fail."""

import importlib
import pickle
import sys

import numpy as np
import pandas as pd
import polars as pl
import pytest
import scipy.sparse
from joblib import parallel_config
from sklearn.base import clone
from sklearn.compose import make_column_transformer
from sklearn.datasets import load_iris
from sklearn.exceptions import ConvergenceWarning, NotFittedError
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from whence.errors import MissingDependencyError
from whence.interop.sklearn import WhenceClassifier, WhenceRegressor

pytestmark = pytest.mark.filterwarnings(f"ignore::{ConvergenceWarning.__module__}.{ConvergenceWarning.__name__}")
X, FLOWERS = load_iris(return_X_y=True)
QUICK = {"max_iter": 10, "random_state": 0, "learning_rate_init": 0.05}


@pytest.fixture
def fitted():
    return WhenceClassifier((8,), **QUICK).fit(X, FLOWERS)


def test_a_grid_is_searched_in_a_pipeline_by_several_workers():
    pipeline = make_pipeline(StandardScaler(), WhenceClassifier((8,), **QUICK))
    grid = {"whenceclassifier__dropout": [0.0, 0.9], "whenceclassifier__solver": ["adamw", "sgd"]}
    with parallel_config("threading"):
        search = GridSearchCV(pipeline, grid, n_jobs=2, cv=2).fit(X, FLOWERS)
    assert search.best_score_ > 0.85
    assert search.best_params_["whenceclassifier__dropout"] == 0.0


@pytest.mark.parametrize("frame", [pd.DataFrame, pl.DataFrame])
def test_columns_of_a_table_keep_their_names(frame):
    table = frame({"length": X[:, 0], "width": X[:, 1], "kind": [str(kind) for kind in FLOWERS]})
    numbers = table[["length", "width"]]
    classifier = WhenceClassifier((8,), **QUICK).fit(numbers, table["kind"])
    assert classifier.feature_names_in_.tolist() == ["length", "width"]
    assert set(classifier.predict(numbers)) <= {"0", "1", "2"}
    with pytest.raises(ValueError, match="feature names should match"):
        classifier.predict(numbers[["width", "length"]])
    columns = make_column_transformer((OneHotEncoder(sparse_output=False), ["kind"]), remainder="passthrough")
    columns.set_output(transform="pandas" if frame is pd.DataFrame else "polars")
    pipeline = make_pipeline(columns, WhenceClassifier((8,), **QUICK)).fit(table, FLOWERS)
    assert pipeline[-1].feature_names_in_[-1] == "remainder__width"


def test_sparse_inputs_are_as_dense_ones():
    dense = np.where(X > 3, X, 0)
    for settings in ({}, {"early_stopping": True}, {"solver": "lbfgs"}):
        estimator = WhenceClassifier((8,), batch_size=16, **QUICK, **settings).fit(dense, FLOWERS)
        of_sparse = clone(estimator).fit(scipy.sparse.csc_array(dense), FLOWERS)
        np.testing.assert_array_equal(of_sparse.net_.theta, estimator.net_.theta)
        np.testing.assert_allclose(
            of_sparse.predict_proba(scipy.sparse.coo_array(dense)), estimator.predict_proba(dense)
        )


def test_labels_may_be_sparse(fitted):
    labels = np.stack([FLOWERS > 0, FLOWERS > 1], axis=1).astype(int)
    dense = clone(fitted).fit(X, labels)
    sparse = clone(fitted).fit(X, scipy.sparse.csr_array(labels))
    np.testing.assert_array_equal(sparse.predict(X), dense.predict(X))
    assert dense.predict_proba(X).shape == labels.shape


def test_a_pickle_goes_on_as_the_original(fitted):
    copied = pickle.loads(pickle.dumps(fitted))
    for estimator in (fitted, copied):
        estimator.partial_fit(X, FLOWERS)
    np.testing.assert_array_equal(copied.net_.theta, fitted.net_.theta)
    assert copied.loss_curve_ == fitted.loss_curve_
    copied.coefs_[0][:] = 0
    assert not np.array_equal(copied.predict_proba(X), fitted.predict_proba(X))


def test_probabilities_have_logarithms(fitted):
    np.testing.assert_allclose(fitted.predict_log_proba(X), np.log(fitted.predict_proba(X)))


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"hidden_layer_sizes": (8, 0)}, r"hidden_layer_sizes must be > 0, got \[8, 0\]"),
        ({"hidden_layer_sizes": (8, 8), "activation": ["relu"]}, "1 activations for 2 hidden layers"),
        ({"activation": "rellu"}, "relu"),
        ({"solver": "adm"}, "adam"),
        ({"loss": "log_los"}, "loss"),
        ({"learning_rate": "cosin"}, "cosine"),
        ({"solver": "rmsprop", "learning_rate": "adaptive"}, "is for solver='sgd'; for rmsprop give a schedule"),
        ({"dropout": 1.0}, r"The 'dropout' parameter of WhenceClassifier must be a float in the range \[0.0, 1.0\)"),
        ({"alpha": -1}, "The 'alpha' parameter of WhenceClassifier must be a float in the range"),
        ({"callbacks": ["stop"]}, "callback"),
        ({"arch": "linear 4, lstm 3"}, "lstm"),
        ({"arch": "embed 4 num_embeddings=9, last, linear"}, "takes indices, but estimators take numbers"),
        ({"solver": "lbfgs", "dropout": 0.5}, "neither validation data nor dropout"),
        ({"early_stopping": True, "validation_fraction": 0.001}, "test_size|too small"),
    ],
)
def test_wrong_parameters_are_refused(settings, message):
    with pytest.raises(ValueError, match=message):
        WhenceClassifier(**settings).fit(X, FLOWERS)


def test_wrong_data_are_refused_as_by_scikit_learn(fitted):
    with pytest.raises(NotFittedError, match="This WhenceClassifier instance is not fitted yet"):
        WhenceClassifier().predict(X)
    with pytest.raises(NotFittedError):
        WhenceRegressor().predict(X)
    with pytest.raises(ValueError, match="X has 3 features, but WhenceClassifier is expecting 4 features"):
        fitted.predict(X[:, :3])
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        fitted.fit(X, FLOWERS[:-1])
    with pytest.raises(ValueError, match="Input X contains NaN"):
        fitted.fit(np.full_like(X, np.nan), FLOWERS)
    with pytest.raises(ValueError, match="Expected 2D array, got 1D array"):
        fitted.predict(X[0])
    with pytest.raises(ValueError, match=r"Unknown label type: continuous"):
        fitted.fit(X, X[:, 0])
    with pytest.raises((ValueError, TypeError), match=r"could not convert string to float|bytes/strings"):
        fitted.predict([["a", 1, 2, 3]])
    with pytest.raises((ValueError, TypeError), match=r"(?i)mix|unorderable|not supported"):
        fitted.fit(X[:2], np.array(["a", 1], object))
    with pytest.raises(ValueError, match=r"only one class, 1\.0"):
        fitted.fit(X, np.ones(len(X)))
    with pytest.raises(ValueError, match="Multioutput target data"):
        fitted.fit(X, np.stack([FLOWERS, FLOWERS], axis=1))
    with pytest.raises(ValueError, match=r"weights are zero|at least one non-zero"):
        fitted.fit(X, FLOWERS, np.zeros(len(X)))
    with pytest.raises(ValueError, match="not negative"):
        fitted.fit(X, FLOWERS, -np.ones(len(X)))


def test_later_parts_must_be_of_the_same_kind(fitted):
    with pytest.raises(ValueError, match=r"classes not in `self.classes_`"):
        fitted.partial_fit(X, FLOWERS + 1)
    with pytest.raises(ValueError, match="of another kind"):
        fitted.partial_fit(X, np.eye(3, dtype=int)[FLOWERS])
    with pytest.raises(ValueError, match="does not support early_stopping"):
        clone(fitted).set_params(early_stopping=True).partial_fit(X, FLOWERS, classes=[0, 1, 2])
    with pytest.raises(ValueError, match="classes must be passed on the first call"):
        clone(fitted).partial_fit(X, FLOWERS)
    with pytest.warns(UserWarning, match="It is going to be clipped"):
        clone(fitted).set_params(batch_size=1000).fit(X, FLOWERS)


def test_an_absent_scikit_learn_is_named_with_its_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "sklearn", None)
    monkeypatch.delitem(sys.modules, "whence.interop.sklearn")
    with pytest.raises(MissingDependencyError, match=r"interop.sklearn needs scikit-learn.*whence-nn\[sklearn\]"):
        importlib.import_module("whence.interop.sklearn")
