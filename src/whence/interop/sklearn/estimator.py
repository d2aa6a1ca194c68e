"""What classifier and regressor share: scikit-learn's checks around `whence.training.fit`."""

from __future__ import annotations

import copy
import warnings
from abc import abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import KW_ONLY, dataclass
from numbers import Real
from signal import SIGINT
from typing import Any, ClassVar

import numpy as np
from scipy.sparse import issparse
from sklearn.base import BaseEstimator, is_classifier
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier
from sklearn.utils import check_random_state, gen_batches
from sklearn.utils._param_validation import Interval
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import _check_sample_weight, check_is_fitted, column_or_1d, validate_data

from whence.arrays import Array, Shape
from whence.errors import TrainingInterrupted
from whence.interop.sklearn.batches import ShuffledBatches, dense
from whence.interop.sklearn.lbfgs import minimise
from whence.interop.sklearn.losses import out_activation
from whence.interop.sklearn.network import described_network, perceptron
from whence.interop.sklearn.progress import Progress
from whence.nn import Dropout, Linear, Loss
from whence.nn.architecture import Notation
from whence.nn.sequential import MOST_AT_ONCE
from whence.optim import SGD, Adam, Optimizer, Schedule, optimizers
from whence.optim.schedules import schedule
from whence.training import Callback, fit

_RATE_RULES = ("constant", "invscaling", "adaptive")


@dataclass(eq=False, repr=False)
class WhenceEstimator(BaseEstimator):  # type: ignore[misc]
    """A network with the parameters of scikit-learn's ``MLPClassifier``, which mean here what they mean there.

    With the same ``random_state`` it begins with the same weights, takes the same batches and reaches the same loss
    curve. These parameters are new or take more:

    Parameters
    ----------
    loss : str or Loss
        ``log_loss``, for regressors ``squared_error`` or ``poisson``, or a loss of whence, such as
        ``"cross_entropy(label_smoothing=0.1)"`` or ``"huber(0.5)"``.
    activation : str or sequence of str
        One for all hidden layers or one for each: ``identity``, ``logistic``, ``tanh``, ``relu``, or another of whence,
        such as ``"leaky_relu(0.1)"``.
    solver : str or Optimizer
        ``adam``, ``sgd``, ``lbfgs``, or an optimizer of whence, such as ``"adamw(weight_decay=0.05)"``, whose learning
        rate is ``learning_rate_init`` unless it has its own.
    learning_rate : str or Schedule
        ``constant``; for ``sgd`` also ``invscaling`` or ``adaptive``; or a schedule of whence, such as
        ``"warmup(100) * cosine"``, for training as long as ``max_iter``.
    dropout : float
        The dropout probability after each hidden layer.
    arch : str, optional
        The layers, in the place of ``hidden_layer_sizes``, ``activation`` and ``dropout``, in the notation of
        `whence.nn.architecture.network`: ``"reshape 8x8x1, conv 16 3, relu, pool 2, flatten, linear"``. Inputs may then
        have more than two axes.
    callbacks : sequence of Callback
        Callbacks of whence.

    Attributes
    ----------
    net_ : Sequential
        The network.
    loss_fn_ : Loss
        What it minimises, apart from the penalty ``alpha``.
    optimizer_ : Optimizer
        What it is trained by.
    coefs_, intercepts_ : list of arrays
        Weights and biases of its linear layers; views into the network.
    """

    loss: str | Loss
    hidden_layer_sizes: int | Sequence[int] = (100,)
    activation: str | Sequence[str] = "relu"
    _: KW_ONLY
    solver: str | Optimizer = "adam"
    alpha: float = 0.0001
    batch_size: int | str = "auto"
    learning_rate: str | Schedule = "constant"
    learning_rate_init: float = 0.001
    power_t: float = 0.5
    max_iter: int = 200
    shuffle: bool = True
    random_state: Any = None
    tol: float = 1e-4
    verbose: bool = False
    warm_start: bool = False
    momentum: float = 0.9
    nesterovs_momentum: bool = True
    early_stopping: bool = False
    validation_fraction: float = 0.1
    beta_1: float = 0.9
    beta_2: float = 0.999
    epsilon: float = 1e-8
    n_iter_no_change: float = 10
    max_fun: int = 15000
    dropout: float = 0.0
    arch: Notation | None = None
    callbacks: Sequence[Callback] = ()

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        **MLPClassifier._parameter_constraints,
        "loss": [str, Loss],
        "activation": [str, "array-like"],
        "solver": [str, Optimizer],
        "learning_rate": [str, Schedule],
        "dropout": [Interval(Real, 0, 1, closed="left")],
        "arch": [str, list, tuple, None],
        "callbacks": [list, tuple],
    }
    _metric: ClassVar[Any]

    @abstractmethod
    def _targets(self, y: Any, *, keep: bool) -> Array:
        """Return the targets of the network for checked ``y``; with ``keep``, those of the training before."""

    @abstractmethod
    def _loss_for(self, targets: Array) -> tuple[Loss, Shape]:
        """Return the loss, and the shape of one output."""

    @abstractmethod
    def _decisions(self, outputs: Array) -> Array:
        """Return predictions for outputs, comparable with the targets."""

    def fit(
        self,
        X: Any,
        y: Any,
        sample_weight: Any = None,
        *,
        X_val: Any = None,
        y_val: Any = None,
        sample_weight_val: Any = None,
    ) -> Any:
        """Train the network.

        Parameters
        ----------
        X : array or sparse matrix, shape (n_samples, n_features)
            The inputs. The network has their dtype if it is float32, else float64.
        y : array, shape (n_samples,) or (n_samples, n_outputs)
            The targets.
        sample_weight : array, shape (n_samples,), optional
            Weights of the samples.
        X_val, y_val, sample_weight_val
            Validation data of one's own. They serve as those that ``early_stopping`` would set aside.

        Returns
        -------
        self
        """
        if (X_val is None) != (y_val is None):
            raise ValueError("X_val and y_val belong together; give both or neither")
        held_out = None if X_val is None else (X_val, y_val, sample_weight_val)
        return self._train(X, y, sample_weight, held_out, incremental=False)

    @available_if(lambda estimator: estimator.solver != "lbfgs")  # type: ignore[untyped-decorator]
    def partial_fit(self, X: Any, y: Any, sample_weight: Any = None) -> Any:
        """Go through the given data once, from where the training stands.

        Parameters
        ----------
        X, y, sample_weight
            As for `fit`.

        Returns
        -------
        self
        """
        if self.early_stopping:
            raise ValueError("partial_fit does not support early_stopping=True")
        if self.learning_rate not in _RATE_RULES:
            raise ValueError("partial_fit does not support a schedule, which needs to know where the training ends")
        return self._train(X, y, sample_weight, None, incremental=True)

    def predict(self, X: Any) -> Array:
        """Return the predictions for inputs ``X``, shape (n_samples,) or (n_samples, n_outputs)."""
        return self._decisions(self._checked_outputs(X))

    @property
    def coefs_(self) -> list[Array]:
        return [layer.weight for layer in self.net_ if isinstance(layer, Linear)]

    @property
    def intercepts_(self) -> list[Array]:
        return [layer.bias for layer in self.net_ if isinstance(layer, Linear) and layer.has_bias]

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags

    def _train(self, X: Any, y: Any, sample_weight: Any, held_out: Any, *, incremental: bool) -> Any:
        self._validate_params()
        go_on = (incremental or self.warm_start) and hasattr(self, "net_")
        X, y = self._checked(X, y, reset=not go_on)
        targets = self._targets(y, keep=go_on or incremental)
        weights = self._weights(X, y, sample_weight)
        random_state = check_random_state(self.random_state)
        if not go_on:
            self._begin(X, targets, random_state)
        if self.solver == "lbfgs":
            self._minimise(ShuffledBatches(X, targets, weights, len(targets), None), held_out)
            return self
        score = None
        if held_out is not None:
            X_val, y_val = self._checked(*held_out[:2], reset=False)
            score = self._scored(X_val, self._targets(y_val, keep=True), _checked_weights(X_val, held_out[2]))
        elif self.early_stopping:
            (X, targets, weights), part = self._split(X, targets, weights, random_state)
            score = self._scored(*part)
        self.best_loss_ = None if score else min(self.loss_curve_, default=np.inf)
        if not incremental or not hasattr(self, "optimizer_"):
            self.optimizer_ = self._new_optimizer()
        size = self._batch_size(len(targets) if weights is None else int(np.count_nonzero(weights)))
        batches = ShuffledBatches(X, targets, weights, size, random_state if self.shuffle else None)
        self._run(batches, score, incremental=incremental)
        return self

    def _checked(self, X: Any, y: Any, *, reset: bool) -> tuple[Any, Any]:
        X, y = validate_data(
            self,
            X,
            y,
            accept_sparse="csr",
            dtype=(np.float64, np.float32),
            allow_nd=self.arch is not None,
            multi_output=True,
            y_numeric=not is_classifier(self),
            reset=reset,
        )
        return X, column_or_1d(y, warn=True) if y.ndim == 2 and y.shape[1] == 1 and not issparse(y) else y

    def _weights(self, X: Any, y: Any, sample_weight: Any) -> Array | None:
        return _checked_weights(X, sample_weight)

    def _begin(self, X: Any, targets: Array, random_state: np.random.RandomState) -> None:
        """Make the network, and forget what was trained before."""
        self.loss_fn_, shape = self._loss_for(targets)
        self.n_outputs_ = shape[-1]
        if self.arch is None:
            sizes = [X.shape[1], *np.atleast_1d(self.hidden_layer_sizes).tolist(), self.n_outputs_]
            self.net_ = perceptron(sizes, self.activation, self.dropout, X.dtype, random_state)
        else:
            self.net_ = described_network(self.arch, X.shape[1:], shape, X.dtype, random_state)
        self.n_layers_ = len(self.coefs_) + 1
        self.out_activation_ = out_activation(self.loss_fn_)
        self.t_ = self._stale = 0
        self.loss_curve_: list[float] = []
        self.validation_scores_: list[float] | None = None
        self.best_validation_score_: float | None = None

    def _scored(self, X: Any, targets: Array, weights: Array | None) -> Callable[[], float]:
        """Expect scores on validation data from now on, and return what gives them."""
        if self.validation_scores_ is None:
            self.validation_scores_, self.best_validation_score_ = [], -np.inf
        return lambda: float(self._metric(targets, self._decisions(self._outputs(X)), sample_weight=weights))

    def _split(self, X: Any, targets: Array, weights: Array | None, random_state: np.random.RandomState) -> Any:
        """Return training and validation data, split as scikit-learn does."""
        parts = train_test_split(
            X,
            targets,
            *([] if weights is None else [weights]),
            random_state=random_state,
            test_size=self.validation_fraction,
            stratify=targets if is_classifier(self) and self.n_outputs_ == 1 else None,
        )
        train, held_out = parts[::2], parts[1::2]
        if len(held_out[1]) < 2:
            raise ValueError(
                "The validation set is too small. Increase 'validation_fraction' or the size of your dataset."
            )
        return (train, held_out) if weights is not None else ([*train, None], [*held_out, None])

    def _new_optimizer(self) -> Optimizer:
        rate = self.learning_rate_init
        if self.solver == "sgd":
            return SGD(rate, momentum=self.momentum, nesterov=self.nesterovs_momentum and self.momentum > 0)
        if self.solver == "adam":
            return Adam(rate, beta1=self.beta_1, beta2=self.beta_2, eps=self.epsilon, eps_uncorrected=True)
        if self.learning_rate in _RATE_RULES[1:]:
            raise ValueError(
                f"learning_rate={self.learning_rate!r} is for solver='sgd'; for {self.solver} give a schedule"
            )
        if isinstance(self.solver, Optimizer):
            return copy.deepcopy(self.solver)
        kind, settings = optimizers.parse(self.solver)
        return kind(**{"learning_rate": rate, **settings})

    def _batch_size(self, samples: int) -> int:
        if self.batch_size == "auto":
            return min(200, samples)
        size = int(self.batch_size)
        if size > samples:
            warnings.warn("Got `batch_size` larger than sample size. It is going to be clipped", stacklevel=4)
        return min(size, samples)

    def _run(self, batches: ShuffledBatches, score: Callable[[], float] | None, *, incremental: bool) -> None:
        epochs = 1 if incremental else self.max_iter
        progress = Progress(self, len(batches.order), score)
        rates = None if self.learning_rate in _RATE_RULES else copy.deepcopy(schedule(self.learning_rate))
        try:
            training = fit(
                self.net_,
                self.loss_fn_,
                self.optimizer_,
                batches,
                epochs=epochs,
                schedule=rates,
                callbacks=[progress, *self.callbacks],
            )
        except TrainingInterrupted as interruption:
            if interruption.signal is not SIGINT:
                raise
            warnings.warn("Training interrupted by user.", stacklevel=4)
            training = interruption.training
        self.n_iter_ = training.epoch
        if progress.best_state is not None:
            self.net_.load_state_dict(progress.best_state)
        ends_by_plan = incremental or (rates is not None and rates.spans_training)
        if self.n_iter_ == epochs and not (training.stop or ends_by_plan):
            self._warn_not_converged(epochs)

    def _minimise(self, samples: ShuffledBatches, held_out: Any) -> None:
        if held_out is not None or any(isinstance(layer, Dropout) for layer in self.net_):
            raise ValueError("solver='lbfgs' takes neither validation data nor dropout; choose another solver")
        limits = {"maxiter": self.max_iter, "maxfun": self.max_fun, "gtol": self.tol}
        found = minimise(self.net_, self.loss_fn_, next(iter(samples)), self.alpha, **limits)
        if not np.isfinite(self.net_.theta).all():
            raise ValueError("L-BFGS made the network's parameters not finite; scale the inputs")
        self.n_iter_, self.loss_ = min(found.nit, self.max_iter), float(found.fun)
        if not found.success:
            self._warn_not_converged(self.n_iter_)

    def _warn_not_converged(self, iterations: int) -> None:
        warnings.warn(
            f"Maximum iterations ({iterations}) reached and the optimization hasn't converged yet.",
            ConvergenceWarning,
            stacklevel=5,
        )

    def _checked_outputs(self, X: Any) -> Array:
        check_is_fitted(self)
        return self._outputs(validate_data(self, X, accept_sparse="csr", allow_nd=self.arch is not None, reset=False))

    def _outputs(self, X: Any) -> Array:
        return np.concatenate([self.net_(dense(X[rows])) for rows in gen_batches(X.shape[0], MOST_AT_ONCE)])


def _checked_weights(X: Any, weights: Any) -> Array | None:
    if weights is None:
        return None
    checked: Array = _check_sample_weight(weights, X)
    if not checked.any():
        raise ValueError("All sample weights are zero; at least one must be positive.")
    return checked
