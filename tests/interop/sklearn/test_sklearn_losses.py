"""The losses of scikit-learn: formulas and NumPy agree, and the delta is the slope of the loss."""

import numpy as np
import pytest

from whence.gradcheck import check_loss
from whence.interop.sklearn import WhenceRegressor
from whence.interop.sklearn.losses import HalfPoissonDeviance, HalfSquaredError, SummedCrossEntropy
from whence.nn import Loss
from whence.trace import trace


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("loss_fn", [HalfSquaredError(), HalfPoissonDeviance(), SummedCrossEntropy()], ids=repr)
def test_formulas_and_numpy_agree(loss_fn, weighted, rng):
    outputs, targets = rng.normal(size=(4, 3)), rng.integers(0, 2, (4, 3)).astype(float)
    weights = rng.uniform(0.5, 2, 4) if weighted else None
    loss, delta, _ = loss_fn.evaluate(outputs, targets, weights)
    by_formulas, slope, _ = Loss.evaluate(loss_fn, outputs, targets, weights)
    assert loss == pytest.approx(by_formulas, rel=1e-12)
    np.testing.assert_allclose(delta, slope, rtol=1e-12)
    check_loss(loss_fn, outputs, targets, weights=weights)


def test_a_step_of_an_estimator_is_traced_to_its_sources():
    X, y = np.arange(12.0).reshape(4, 3) / 12, np.array([0.0, 1.0, 2.0, 4.0])
    with pytest.warns(UserWarning, match="hasn't converged"):
        regressor = WhenceRegressor("poisson", (2,), max_iter=2, random_state=0).fit(X, y)
    step = trace(regressor.net_, regressor.loss_fn_, regressor.optimizer_, X, y[:, np.newaxis])
    np.testing.assert_allclose(step.arrays["dz2"], np.exp(step.arrays["z2"]) / 4 - y[:, np.newaxis] / 4)
