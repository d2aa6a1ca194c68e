"""Which training samples made a network say what it says of one sample: the change of a number over the training."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from whence.arguments import checks_arguments
from whence.arrays import Array
from whence.data import Samples
from whence.drawings import drawings
from whence.errors import ArgumentError
from whence.formula.evaluate import Source
from whence.history.asked_number import AskedNumber
from whence.history.biography import mixes
from whence.history.gradient_terms import GradientTerms, TermsOfSteps
from whence.history.known_samples import known_samples
from whence.history.snapshot import Snapshot
from whence.history.update_adjoint import UpdateAdjoint
from whence.history.update_recurrence import require_no_memory, require_rounding
from whence.training import BackwardPass, Callback, Training, fit

_STEPS_A_SNAPSHOT = 4
"""About how much more memory a step takes that is kept than a snapshot of the training."""


@dataclass(frozen=True)
class PredictionBiography:
    """What a number that a network makes of one sample is made of.

    ``values[0] + samples.sum() + decay + statistics + unexplained`` is ``values[-1]``.

    Parameters
    ----------
    number : str
        The number: ``z2[0,7]``.
    values : float64 array, shape (S + 1,)
        The number at the start and after each of S steps.
    samples : float64 array, shape (N,)
        How much each training sample changed it, in all the steps that it was in.
    epochs : float64 array, shape (E,)
        How much the samples of each epoch changed it.
    decay : float
        How much weight decay of the first values changed it.
    statistics : float
        How much the running statistics changed it that batch norm predicts with.
    unexplained : float
        The rest: the number is not linear in the parameters, so that the mean of its gradient before and after a step
        is not all of its change; and rounding.
    clipped : int
        The number of steps whose gradient was clipped; the samples' shares are those of the clipped gradients.
    given_scales : bool
        Whether the optimizer divides by what it keeps of earlier gradients; shares are given these scales as they were.
    mixing : bool
        Whether a layer mixes the samples of a batch, as batch norm does; a share is then that of the sample whose row
        carried it.
    """

    number: str
    values: Array
    samples: Array
    epochs: Array
    decay: float
    statistics: float
    unexplained: float
    clipped: int
    given_scales: bool
    mixing: bool

    def _repr_html_(self) -> str:
        return drawings["prediction"](self)


@checks_arguments
def prediction_biography(training: Mapping[str, Any], sample: Samples, cells: Sequence[Source]) -> PredictionBiography:
    """Train a network, in place, and return which training samples changed a number that it makes of one sample.

    Parameters
    ----------
    training : mapping of str to object
        The arguments of `whence.training.fit`, as for `whence.history.replay_steps`.
    sample : Samples
        The sample, before preprocessing; it need not be one of the training.
    cells : sequence of (str, tuple of int)
        A cell of the network's outputs, ``("z2", (0, 7))``, or of what the loss makes of them, ``("p", (0, 7))`` or
        ``("loss", ())``; or two such cells, for the first minus the second.

    Returns
    -------
    PredictionBiography
        Its last value is that after the last step, not that of the best epoch.

    Raises
    ------
    ArgumentError
        If a cell is no such cell, there is not one sample, the samples of batches are not known, the optimizer holds
        gradients of earlier steps, or updates are not linear in the gradients of the samples.

    Notes
    -----
    In step t the number f changes by about ``⟨½(∇f(θ_(t−1)) + ∇f(θ_t)), θ_t − θ_(t−1)⟩``, the trapezoidal rule. Every
    update is linear in all gradients so far, given the scales of the optimizer, and every gradient is a sum over
    samples: so is the change. What a sample adds in a step is its term of the gradient times a direction that depends
    on later steps. Going forward, the training is kept every few steps; then these stretches are made again, from the
    last to the first, and gone through backward.
    """
    watcher = PredictionWatcher(sample, cells)
    fit(**{**training, "callbacks": [*training.get("callbacks", ()), watcher]})
    return watcher.biography()


class PredictionWatcher(Callback):
    """Keeps a training every few steps, for the `biography` of a prediction.

    Parameters
    ----------
    sample, cells
        As for `prediction_biography`.
    """

    @checks_arguments
    def __init__(self, sample: Samples, cells: Sequence[Source]) -> None:
        self.sample, self.cells = sample, cells
        self.snapshots: list[Snapshot] = []

    def on_start(self, training: Training) -> None:
        self.count = len(known_samples(training))
        require_no_memory(training.optimizer)
        self.training = training
        self.asked = AskedNumber(training, self.sample, self.cells)
        self.stride = max(1, round(math.sqrt(training.total_steps / _STEPS_A_SNAPSHOT)))
        self.snapshots.append(Snapshot(training))

    def on_batch_end(self, training: Training) -> None:
        if training.step % self.stride == 0:
            self.snapshots.append(Snapshot(training))

    def on_end(self, training: Training) -> None:
        if self.snapshots[-1].step < training.step:
            self.snapshots.append(Snapshot(training))

    def biography(self) -> PredictionBiography:
        """Go through the training backward, in stretches that are made again, and return what was found."""
        start, last = self.snapshots[0], self.snapshots[-1]
        adjoint = UpdateAdjoint(self.training.net, self.training.optimizer)
        values = np.zeros(last.step - start.step + 1)
        samples = np.zeros(self.count)
        epochs = np.zeros(math.ceil(last.step / self.training.steps_per_epoch))
        clipped, explained, entire, statistics, terms = 0, 0.0, 0.0, 0.0, TermsOfSteps()
        for begin, end in zip(self.snapshots[-2::-1], self.snapshots[:0:-1], strict=True):
            stretch = _Stretch(self.training, begin, end, self.asked, terms, adjoint.scales)
            for step in reversed(stretch.steps):
                added = step.terms.along(adjoint.back(step.asked, step.numbers, step.scales))
                np.add.at(samples, step.rows, added)
                epochs[step.epoch] += added.sum()
                entire += np.abs(added).sum()
                explained += step.explained
                clipped += step.numbers.get("clip", 1) < 1
            statistics += stretch.statistics
            values[begin.step - start.step : end.step - start.step + 1] = stretch.values
        decay = adjoint.of_start(start.net.theta)
        require_rounding(explained - samples.sum() - decay, entire + abs(decay))
        unexplained = values[-1] - values[0] - samples.sum() - decay - statistics
        return PredictionBiography(
            self.asked.name,
            values,
            samples,
            epochs,
            decay,
            statistics,
            float(unexplained),
            clipped,
            adjoint.given_scales,
            any(map(mixes, self.training.net.layers)),
        )


@dataclass
class _Step:
    """What is needed of a step to go back over it."""

    epoch: int
    rows: Array
    terms: GradientTerms
    scales: dict[str, Array]
    numbers: dict[str, float]
    asked: Array
    explained: float


class _Stretch(Callback):
    """The steps between two snapshots of a training, made again and kept.

    Attributes
    ----------
    steps : list of _Step
        The steps.
    values : list of float
        The asked number at the start and after each step.
    statistics : float
        How much of its changes is from running statistics, which a step's forward pass moves before the update.
    """

    watches = True

    def __init__(
        self,
        training: Training,
        begin: Snapshot,
        end: Snapshot,
        asked: AskedNumber,
        terms: TermsOfSteps,
        scales: set[str],
    ) -> None:
        self.asked, self.terms, self.scales, self.last = asked, terms, scales, end.step
        self.steps: list[_Step] = []
        value, self._gradient = asked(begin.net)
        self.values, self.statistics = [value], 0.0
        again = begin.restored(training)
        again.callbacks = [self]
        with contextlib.suppress(_Made):
            again.run()
        if not np.array_equal(again.net.theta, end.net.theta):
            raise ArgumentError(
                f"steps {begin.step + 1} to {end.step} made again differ, because a callback changes gradients or "
                "parameters, or chance has no seed; such a training has no biographies"
            )

    def on_gradient(self, training: Training, backward: BackwardPass) -> None:
        optimizer = training.optimizer
        optimizer.prepare(training.net.theta)
        if any(layer.buffers for layer in training.net.layers):
            value, self._gradient = self.asked(training.net)
            self.statistics += value - self.values[-1]
        self._terms, self._rows = self.terms.of(training, backward), np.asarray(backward.batch.rows)
        self._theta = training.net.theta.copy()
        self._scales = {name: optimizer.state[name].copy() for name in self.scales & optimizer.state.keys()}

    def on_batch_end(self, training: Training) -> None:
        net, optimizer = training.net, training.optimizer
        after = {f"{name}_new": state for name, state in optimizer.state.items()}
        scales = self._scales | {name: after[name].copy() for name in self.scales & after.keys()}
        numbers = {name: float(number) for name, number in optimizer.numbers().items()}
        before = self._gradient
        value, self._gradient = self.asked(net)
        self.values.append(value)
        asked = (before + self._gradient) / 2
        explained = float(asked @ (net.theta - self._theta))
        self.steps.append(_Step(training.epoch, self._rows, self._terms, scales, numbers, asked, explained))
        if training.step == self.last:
            raise _Made


class _Made(Exception):
    """Ends the training after the last step of a stretch."""
