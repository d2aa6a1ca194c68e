"""A training made again up to some of its steps, which are recorded with the same bits."""

from __future__ import annotations

import copy
import inspect
from collections.abc import Mapping, Sequence
from typing import Any

from whence.arguments import PositiveInt, checks_arguments
from whence.data import Batch
from whence.errors import ArgumentError
from whence.history.known_samples import known_rows
from whence.nn import Sequential
from whence.trace import Trace, trace, trace_steps
from whence.training import BackwardPass, Callback, Training, fit
from whence.wording import counted


@checks_arguments
def replay_steps(
    training: Mapping[str, Any],
    first: PositiveInt,
    *,
    count: PositiveInt = 1,
    instead: Sequence[Batch] | None = None,
    classes: tuple[str, ...] | None = None,
) -> tuple[list[Trace], list[list[int]]]:
    """Train a network, in place, up to one of the steps of its training, and record this and the following steps.

    Parameters
    ----------
    training : mapping of str to object
        The arguments of `whence.training.fit` by name, the same as in the training, with network and optimizer newly
        initialised and ``train`` samples.
    first : int
        The first step to record, counted from 1 at the beginning of the training.
    count : int
        Number of consecutive steps to record.
    instead : sequence of Batch, optional
        Batches for the recorded steps, instead of those that the training made them on.
    classes : tuple of str, optional
        The names of the classes, for views.

    Returns
    -------
    traces : list of Trace
        Every array of each step, with the bits that it had in the training if the batches are those of the training.
    samples : list of list of int
        The training samples of each step, counted from 0.

    Raises
    ------
    ArgumentError
        If the training has fewer steps, ``training`` is not what `whence.training.fit` takes, or ``instead`` does not
        hold a batch with known samples for each step.
    """
    try:
        inspect.signature(fit).bind(**training)
    except TypeError as error:
        raise ArgumentError(
            f"training does not hold the arguments of fit: {error}; give those of the training"
        ) from error
    if instead is not None and (len(instead) != count or any(batch.rows is None for batch in instead)):
        raise ArgumentError(
            f"instead has {counted(len(instead), 'batch')}; give {count} with the rows of their samples"
        )
    recorder = _Recorder(first, count, instead, classes)
    try:
        made = fit(**{**training, "callbacks": [*training.get("callbacks", ()), recorder]})
    except _Recorded:
        return recorder.traces, recorder.samples
    last = first if count == 1 else f"{first} to {first + count - 1}"
    raise ArgumentError(f"step is {last}, but the training has {counted(made.step, 'step')}; give at most that")


class _Recorded(Exception):
    """Ends the training after the last step to record."""


class _Recorder(Callback):
    """Records steps, each on a copy of the network as it was before the step's forward pass."""

    def __init__(
        self, first: int, count: int, instead: Sequence[Batch] | None, classes: tuple[str, ...] | None
    ) -> None:
        self.first, self.count, self.instead, self.classes = first, count, instead, classes
        self.net: Sequential | None = None
        self.traces: list[Trace] = []
        self.samples: list[list[int]] = []

    def on_start(self, training: Training) -> None:
        self.on_batch_end(training)

    def on_batch_end(self, training: Training) -> None:
        if training.step + 1 >= self.first:
            self.net = copy.deepcopy(training.net)

    def on_gradient(self, training: Training, backward: BackwardPass) -> None:
        if self.net is None:
            return
        loss_fn, optimizer = training.loss_fn, training.optimizer
        if self.instead is not None:
            self.traces = [*trace_steps(self.net, loss_fn, optimizer, self.instead, classes=self.classes)]
            self.samples = [known_rows(batch).tolist() for batch in self.instead]
            raise _Recorded
        batch = backward.batch
        made = trace(
            self.net,
            loss_fn,
            optimizer,
            batch.x,
            batch.y,
            weights=batch.weights,
            lengths=batch.lengths,
            state=training.state,
            classes=self.classes,
        )
        self.traces.append(made)
        self.samples.append(known_rows(batch).tolist())
        if len(self.traces) == self.count:
            raise _Recorded
