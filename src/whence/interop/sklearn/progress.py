"""How scikit-learn's networks follow their training: loss curve, scores, when to stop, and the learning rate."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from whence.arrays import Array
from whence.interop.sklearn.penalty import penalised
from whence.nn.context import State
from whence.optim import SGD, Optimizer
from whence.training import BackwardPass, Callback, Training

_SMALLEST_RATE = 1e-6
_DECAY = 5.0


class Progress(Callback):
    """Writes an estimator's fitted attributes as the training goes on, and ends it by scikit-learn's rules.

    Parameters
    ----------
    estimator : estimator
        Has the parameters, and gets ``loss_curve_``, ``validation_scores_`` and what belongs to them.
    samples : int
        The number of training samples.
    score : callable or None
        Returns the score on the validation data, if there are any.

    Attributes
    ----------
    best_state : dict of str to array, or None
        The network's state at the best score.
    """

    def __init__(self, estimator: Any, samples: int, score: Callable[[], float] | None) -> None:
        self.estimator, self.samples, self.score = estimator, samples, score
        self.loss_sum = 0.0
        self.best_state: State | None = None

    def on_start(self, training: Training) -> None:
        if self.score is not None:
            self.best_state = training.net.state_dict()

    def on_gradient(self, training: Training, backward: BackwardPass) -> Array:
        batch = backward.batch
        loss, gradient = penalised(training.net, self.estimator.alpha, batch, backward.loss, backward.gradient)
        self.loss_sum += loss * len(batch)
        return gradient

    def on_epoch_end(self, training: Training) -> None:
        estimator = self.estimator
        estimator.loss_, self.loss_sum = self.loss_sum / self.samples, 0.0
        estimator.loss_curve_.append(estimator.loss_)
        estimator.t_ += self.samples
        self._say(f"Iteration {training.epoch}, loss = {estimator.loss_:.8f}")
        estimator._stale = 0 if self._improves(training) else estimator._stale + 1
        if self._rate_rule == "invscaling":
            _set_rate(training.optimizer, estimator.learning_rate_init / (estimator.t_ + 1) ** estimator.power_t)
        if estimator._stale > estimator.n_iter_no_change:
            self._slow_down_or_stop(training)

    @property
    def _rate_rule(self) -> Any:
        """The rule of the learning rate, which Adam leaves out."""
        return self.estimator.learning_rate if self.estimator.solver == "sgd" else None

    def _improves(self, training: Training) -> bool:
        """Record what this epoch reached, and return whether that is more than before by the tolerance."""
        estimator = self.estimator
        if self.score is None:
            improves = bool(estimator.loss_ <= estimator.best_loss_ - estimator.tol)
            estimator.best_loss_ = min(estimator.best_loss_, estimator.loss_)
            return improves
        score = self.score()
        estimator.validation_scores_.append(score)
        self._say(f"Validation score: {score:f}")
        improves = bool(score >= estimator.best_validation_score_ + estimator.tol)
        if score > estimator.best_validation_score_:
            estimator.best_validation_score_ = score
            self.best_state = training.net.state_dict()
        return improves

    def _slow_down_or_stop(self, training: Training) -> None:
        estimator, optimizer = self.estimator, training.optimizer
        measure = "Training loss" if self.score is None else "Validation score"
        found = (
            f"{measure} did not improve more than tol={estimator.tol:f} for {estimator.n_iter_no_change} consecutive "
            "epochs."
        )
        if self._rate_rule == "adaptive" and optimizer.learning_rate > _SMALLEST_RATE:
            _set_rate(optimizer, optimizer.learning_rate / _DECAY)
            estimator._stale = 0
            self._say(f"{found} Setting learning rate to {optimizer.learning_rate:f}")
        else:
            training.stop = True
            self._say(f"{found} Stopping.")

    def _say(self, line: str) -> None:
        if self.estimator.verbose:
            print(line)


def _set_rate(optimizer: Optimizer, rate: float) -> None:
    """Change the learning rate; scikit-learn's velocity of SGD is ηv, and that stays as it is."""
    if isinstance(optimizer, SGD):
        for velocity in optimizer.state.values():
            velocity *= optimizer.learning_rate / rate
    optimizer.learning_rate = rate
