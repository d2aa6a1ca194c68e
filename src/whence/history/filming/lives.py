"""The lives of some weights: their values in every frame, what each class has added, and the samples that did most."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from whence.arrays import Array
from whence.formula.evaluate import Source
from whence.history.biography import Biography, ParameterWatcher
from whence.history.known_samples import known_samples
from whence.training import BackwardPass, Training

_SAMPLES_EACH_WAY = 4


@dataclass(frozen=True)
class Lives:
    """What C weights are made of in F frames: ``first + added.sum(-1)``, with weight decay and rounding, is ``values``.

    Parameters
    ----------
    cells : tuple of str
        The names of the weights: ``W1[406, 5]``.
    values : float64 array, shape (F, C)
        Their values.
    first : float64 array, shape (C,)
        Their values before the first step.
    groups : tuple of str
        The G classes of the samples; a single empty name where samples have no class.
    added : float64 array, shape (F, C, G)
        What the samples of each class have added until a frame; see `whence.history.Biography`.
    raised, lowered : int64 array, shape (C, 4)
        The training samples that added most, and those that took most, in all steps.
    raised_by, lowered_by : float64 array, shape (C, 4)
        What each of them added: 0 where fewer added or took anything.
    numbers : int64 array, shape (M,)
        All of these samples that added or took anything, ascending.
    inputs, targets : array, shape (M, ...)
        Their raw inputs and their targets.
    """

    cells: tuple[str, ...]
    values: Array
    first: Array
    groups: tuple[str, ...]
    added: Array
    raised: Array
    raised_by: Array
    lowered: Array
    lowered_by: Array
    numbers: Array
    inputs: Array
    targets: Array


class LivesRecorder:
    """Watches weights, and takes frames of them."""

    def __init__(self, training: Training, cells: Sequence[Source], classes: tuple[str, ...] | None) -> None:
        self._train = known_samples(training)
        self._watcher = ParameterWatcher(cells)
        self._watcher.on_start(training)
        targets = self._train.targets
        self._groups = classes if classes is not None and targets.ndim == 1 else ("",)
        group = targets if len(self._groups) > 1 else np.zeros(len(targets), np.int64)
        self._in_group = np.equal(group[:, np.newaxis], np.arange(len(self._groups))).astype(np.float64)  # (N, G)
        self._values: list[Array] = []
        self._added: list[Array] = []

    def before_step(self, training: Training, backward: BackwardPass) -> None:
        """Keep what the samples of a batch add to the gradient."""
        self._watcher.on_gradient(training, backward)

    def after_step(self, training: Training) -> None:
        """Keep what the optimizer makes of it."""
        self._watcher.on_batch_end(training)

    def take(self, training: Training) -> None:
        """Take a frame."""
        self._watcher.look(training)
        self._so_far = self._watcher.biography()
        self._values.append(self._so_far.last)
        self._added.append(self._so_far.samples.T @ self._in_group)

    def lives(self) -> Lives:
        """Return all frames."""
        whole = self._so_far
        order = np.argsort(whole.samples.T, axis=1, kind="stable")  # (C, N)
        lowered, raised = order[:, :_SAMPLES_EACH_WAY], order[:, : -_SAMPLES_EACH_WAY - 1 : -1]
        raised_by = np.maximum(_shares(whole, raised), 0)
        lowered_by = np.minimum(_shares(whole, lowered), 0)
        numbers = np.union1d(raised[raised_by > 0], lowered[lowered_by < 0])
        return Lives(
            whole.cells,
            np.array(self._values),
            whole.first,
            self._groups,
            np.array(self._added),
            raised,
            raised_by,
            lowered,
            lowered_by,
            numbers,
            self._train.inputs[numbers],
            self._train.targets[numbers],
        )


def _shares(biography: Biography, samples: Array) -> Array:
    """Return the shares of samples (C, S) of each cell."""
    return np.take_along_axis(biography.samples.T, samples, axis=1)
