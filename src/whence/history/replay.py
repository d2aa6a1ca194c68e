"""Replay: a training made again while watchers look on, and compared with the one that it repeats."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from whence.arguments import PositiveInt, checks_arguments
from whence.arrays import Array
from whence.errors import ArgumentError, ReplayError
from whence.training import Callback, Checkpoint, Training, fit
from whence.training.callbacks import Record
from whence.wording import counted

_ROUNDINGS = 64
"""How far metrics of the same parameters may differ, in units of the precision, if another version adds otherwise."""


@checks_arguments
def replay(
    training: Mapping[str, Any], watchers: Sequence[Callback], made: Checkpoint, *, epochs: PositiveInt | None = None
) -> Training:
    """Make a training again, in place, while watchers look on, and compare it with the one that it repeats.

    Parameters
    ----------
    training : mapping of str to object
        The arguments of `whence.training.fit` by name, the same as in the training, with network and optimizer newly
        initialised; with ``resume``, it begins there.
    watchers : sequence of Callback
        Callbacks that change nothing.
    made : Checkpoint
        The last checkpoint of the training that is repeated.
    epochs : int, optional
        The number of epochs to make, counted from the beginning; by default those up to the best epoch, whose
        parameters the model file has.

    Returns
    -------
    Training
        The training, equal to the bit to the one that it repeats.

    Raises
    ------
    ArgumentError
        If the training that is repeated has not completed so many epochs, or ``training`` ends before them.
    ReplayError
        After the first epoch whose metrics differ by more than rounding; or if parameters differ where the checkpoint
        has them, after the best epoch and after the last one; or if none of these is reached and metrics differ at all.
    """
    last = made.state.best_epoch if epochs is None else epochs
    if not 1 <= last <= made.state.epoch:
        raise ArgumentError(
            f"epochs is {last}, but the training that is repeated has completed "
            f"{counted(made.state.epoch, 'epoch')}; give at most that"
        )
    comparison = Comparison(made, last)
    callbacks = [*training.get("callbacks", ()), *watchers, comparison]
    again = fit(**{**training, "callbacks": callbacks, "patience": None})
    comparison.require_same_metrics()
    if again.epoch < last:
        raise ArgumentError(
            f"training ends after {counted(again.epoch, 'epoch')}, but epochs is {last}; give the arguments of the "
            "training that is repeated"
        )
    return again


class Comparison(Callback):
    """Compares a training with the one that it repeats, and may end it after some epochs.

    Parameters
    ----------
    made : Checkpoint
        The last checkpoint of the training that is repeated.
    epochs : int, optional
        The number of epochs after which to end.
    """

    def __init__(self, made: Checkpoint, epochs: int | None = None) -> None:
        self.made, self.epochs = made, epochs
        self._difference = ""

    def on_epoch_end(self, training: Training) -> None:
        epoch = training.epoch
        record, made = training.history[-1], self.made.history[epoch - 1]
        self._difference = self._difference or _different(record, made)
        for expected in self._expected(epoch):
            found = training.net.state_dict()
            if any(found[name].tobytes() != array.tobytes() for name, array in expected.items()):
                self._differs(self._difference or f"its parameters are others after epoch {epoch}")
            self._difference = ""  # metrics of the same parameters are only computed otherwise
        if self._difference and _different(record, made, rounding=_ROUNDINGS * np.finfo(training.net.dtype).eps):
            self._differs(self._difference)
        training.stop |= epoch == self.epochs

    def require_same_metrics(self) -> None:
        """Raise `ReplayError` if metrics differ since the last epoch whose parameters are known."""
        if self._difference:
            self._differs(self._difference)

    def _expected(self, epoch: int) -> list[dict[str, Array]]:
        """Return the arrays that the checkpoint has of the network after an epoch."""
        state, made = self.made.state, []
        if epoch == state.best_epoch:
            made.append(self.made.best_model().net.state_dict())
        if epoch == state.epoch and state.position == 0:
            made.append(self.made.model.net.state_dict())
        return made

    def _differs(self, how: str) -> None:
        raise ReplayError(
            f"the training made again is another one: {how}; use the settings, the machine, the threads and the "
            "versions that it was made with"
        )


def _different(found: Record, made: Record, *, rounding: float = 0.0) -> str:
    """Return which number of an epoch's record differs, by more than a share, if one does but the time."""
    for name in (name for name in made if name in found and name != "seconds"):
        now, before = found[name], made[name]
        if not (math.isclose(now, before, rel_tol=rounding) or (math.isnan(now) and math.isnan(before))):
            return f"{name} is {now!r} after epoch {made['epoch']}, but was {before!r}"
    return ""
