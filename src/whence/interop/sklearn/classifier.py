"""The classifier."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np
from scipy.sparse import issparse
from sklearn.base import ClassifierMixin
from sklearn.metrics import accuracy_score
from sklearn.utils._param_validation import StrOptions
from sklearn.utils.class_weight import compute_sample_weight
from sklearn.utils.metaestimators import available_if
from sklearn.utils.multiclass import (
    _check_partial_fit_first_call,
    check_classification_targets,
    type_of_target,
    unique_labels,
)

from whence.arrays import Array, Shape
from whence.interop.sklearn.estimator import WhenceEstimator
from whence.interop.sklearn.losses import SummedCrossEntropy
from whence.nn import BinaryCrossEntropy, CrossEntropy, Loss, losses


@dataclass(eq=False, repr=False)
class WhenceClassifier(ClassifierMixin, WhenceEstimator):  # type: ignore[misc]
    """A network for classes in the place of scikit-learn's ``MLPClassifier``.

    Parameters
    ----------
    hidden_layer_sizes, activation, solver, loss, dropout, arch, …
        As for `WhenceEstimator`.
    class_weight : dict, list of dict or "balanced", optional
        Weights of classes, as scikit-learn's other classifiers take them.

    Attributes
    ----------
    classes_ : array
        The classes, or the numbers of the labels.

    Notes
    -----
    ``y`` may have two or more classes, or several labels of each sample as 0 and 1, shape (n_samples, n_labels).

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> X, y = load_iris(return_X_y=True)
    >>> classifier = WhenceClassifier((16,), solver="adamw", learning_rate_init=0.02, random_state=0)
    >>> round(classifier.fit(X, y).score(X, y), 2)
    0.98
    """

    loss: str | Loss = field(default="log_loss", kw_only=True)
    class_weight: str | Mapping[Any, float] | list[Mapping[Any, float]] | None = None

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        **WhenceEstimator._parameter_constraints,
        "class_weight": [StrOptions({"balanced"}), dict, list, None],
    }
    _metric = staticmethod(accuracy_score)

    @available_if(lambda estimator: estimator.solver != "lbfgs")  # type: ignore[untyped-decorator]
    def partial_fit(self, X: Any, y: Any, sample_weight: Any = None, classes: Any = None) -> Any:
        """Go through the given data once, from where the training stands.

        Parameters
        ----------
        X, y, sample_weight
            As for `fit`.
        classes : array, shape (n_classes,), optional
            All classes; needed at the first call.

        Returns
        -------
        self
        """
        if self.class_weight == "balanced":
            raise ValueError(
                "class_weight 'balanced' is not supported for partial_fit, which does not know all samples; give the "
                "weights of classes"
            )
        _check_partial_fit_first_call(self, classes)
        return super().partial_fit(X, y, sample_weight)

    def predict_proba(self, X: Any) -> Array:
        """Return the probability of each class, shape (n_samples, n_classes), or of each label."""
        return self._probabilities(self._checked_outputs(X))

    def predict_log_proba(self, X: Any) -> Array:
        """Return the logarithms of `predict_proba`."""
        with np.errstate(divide="ignore"):
            return np.asarray(np.log(self.predict_proba(X)))

    def predict(self, X: Any) -> Array:
        decisions = super().predict(X)
        return decisions if self._multilabel else np.asarray(self.classes_[decisions])

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_label = True
        return tags

    def _targets(self, y: Any, *, keep: bool) -> Array:
        """Return indices of classes, (N,), or the labels of each sample as 0 and 1, (N, L)."""
        check_classification_targets(y)
        kind = type_of_target(y, input_name="y")
        if kind == "multiclass-multioutput":
            raise ValueError("Multioutput target data is not supported; give one class, or labels as 0 and 1")
        multilabel = kind == "multilabel-indicator"
        classes = unique_labels(y)
        if not keep:
            self.classes_ = classes
            if len(classes) < 2:
                raise ValueError(f"a classifier needs at least two classes, but y has only one class, {classes[0]!s}")
        elif len(np.setdiff1d(classes, self.classes_)):
            raise ValueError(
                f"`y` has classes not in `self.classes_`. `self.classes_` has {self.classes_}. 'y' has {classes}."
            )
        if keep and multilabel != getattr(self, "_multilabel", multilabel):
            raise ValueError("`y` is of another kind than in the previous call: one class, or several labels")
        self._multilabel = multilabel
        if multilabel:
            return np.asarray(y.toarray() if issparse(y) else y)
        return np.asarray(np.searchsorted(self.classes_, y))

    def _weights(self, X: Any, y: Any, sample_weight: Any) -> Array | None:
        weights = super()._weights(X, y, sample_weight)
        if self.class_weight is None:
            return weights
        of_classes: Array = compute_sample_weight(self.class_weight, y)
        return of_classes if weights is None else weights * of_classes

    def _loss_for(self, targets: Array) -> tuple[Loss, Shape]:
        classes = None if self._multilabel else len(self.classes_)
        if self.loss != "log_loss":
            loss_fn = losses.read(self.loss)
        elif self._multilabel:
            loss_fn = SummedCrossEntropy()
        else:
            loss_fn = BinaryCrossEntropy() if classes == 2 else CrossEntropy()
        return loss_fn, loss_fn.output_shape(targets.shape[1:], classes)

    def _probabilities(self, outputs: Array) -> Array:
        if self._multilabel:
            return self.loss_fn_.predictions(outputs)
        return self.loss_fn_.probabilities(outputs)

    def _decisions(self, outputs: Array) -> Array:
        probabilities = self._probabilities(outputs)
        if self._multilabel:
            return (probabilities > 0.5).astype(np.int64)
        return np.asarray(probabilities.argmax(axis=1))
