"""The regressor."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.base import RegressorMixin
from sklearn.metrics import r2_score

from whence.arrays import Array, Shape
from whence.interop.sklearn.estimator import WhenceEstimator
from whence.interop.sklearn.losses import HalfPoissonDeviance, HalfSquaredError
from whence.nn import Loss, losses

_LOSSES = {"squared_error": HalfSquaredError, "poisson": HalfPoissonDeviance}


@dataclass(eq=False, repr=False)
class WhenceRegressor(RegressorMixin, WhenceEstimator):  # type: ignore[misc]
    """A network for numbers in the place of scikit-learn's ``MLPRegressor``.

    Parameters
    ----------
    loss, hidden_layer_sizes, activation, solver, dropout, arch, …
        As for `WhenceEstimator`.

    Notes
    -----
    ``y`` may have several columns. ``MLPRegressor`` then minimises the sum of their losses, but reports the mean; here
    the loss curve is that of the sum.

    Examples
    --------
    >>> from sklearn.datasets import load_diabetes
    >>> X, y = load_diabetes(return_X_y=True)
    >>> regressor = WhenceRegressor("huber(30)", (16,), learning_rate_init=0.05, max_iter=500, random_state=0)
    >>> round(regressor.fit(X, y).score(X, y), 2)
    0.53
    """

    loss: str | Loss = "squared_error"

    _metric = staticmethod(r2_score)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags

    def _targets(self, y: Any, *, keep: bool) -> Array:
        """Return the numbers, (N, K)."""
        return np.asarray(y).reshape(len(y), -1)

    def _loss_for(self, targets: Array) -> tuple[Loss, Shape]:
        own = _LOSSES.get(self.loss) if isinstance(self.loss, str) else None
        loss_fn = losses.read(self.loss) if own is None else own()
        if loss_fn.classifies:
            raise ValueError(f"the loss {self.loss!r} is for classes; use WhenceClassifier")
        return loss_fn, targets.shape[1:]

    def _decisions(self, outputs: Array) -> Array:
        predictions = self.loss_fn_.predictions(outputs)
        return predictions[:, 0] if self.n_outputs_ == 1 else predictions
