"""A run made again, with the same bits: the one place where that is prepared, shown and compared."""

from __future__ import annotations

import contextlib
import copy
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import msgspec

from whence.cli.progress import training_progress
from whence.cli.runs.resumption import changed_steps
from whence.cli.runs.run_folder import made_with, read_run, recorded_threads, require_data, require_same_data
from whence.cli.threads import cores, use_exactly
from whence.cli.training_plan import Plan, make_plan
from whence.data import Batch
from whence.errors import ArgumentError, ModelFileError, ReplayError, RunFolderError
from whence.history import replay, replay_steps
from whence.history.replay import Comparison
from whence.trace import Trace
from whence.training import Callback, Checkpoint, Training, load_checkpoint
from whence.training.checkpoint import kept_checkpoints
from whence.wording import counted


@dataclass(frozen=True)
class ReplayedRun:
    """A run that can be made again, any number of times, without changing its folder.

    Parameters
    ----------
    folder : path
        The folder of the run.
    plan : Plan
        Its settings, data and newly initialised network.
    checkpoint : Checkpoint
        Its last checkpoint.
    """

    folder: Path
    plan: Plan
    checkpoint: Checkpoint

    @staticmethod
    def of(folder: Path) -> ReplayedRun:
        """Read a run.

        Raises
        ------
        RunFolderError
            If there is no such run.
        ModelFileError
            If its checkpoint is missing or damaged.
        DataError
            If the data are not those that the run was trained on.
        """
        settings, sha256 = read_run(folder)
        checkpoint = load_checkpoint(folder)
        require_data(folder, settings)
        plan = make_plan(settings).with_preprocessing(checkpoint.model.preprocessing)
        require_same_data(folder, plan.dataset, sha256)
        return ReplayedRun(folder, plan, checkpoint)

    def arguments(self, last: int, *, first: int = 1) -> dict[str, Any]:
        """Return the arguments of `whence.training.fit` that make steps again, on a network of their own.

        Parameters
        ----------
        last : int
            The last of the steps.
        first : int
            The first step that matters: the training goes on from the latest checkpoint before it that was kept.

        Raises
        ------
        ArgumentError
            If the run was resumed in between with settings that change the steps.
        """
        kept = self._kept_before(first)
        start = 0 if kept is None else kept.state.step
        settings, steps_per_epoch = self.plan.settings, self.checkpoint.state.steps_per_epoch
        if changed := changed_steps(self.folder, settings, steps_per_epoch, start, last):
            raise ArgumentError(
                f"{self.folder} was resumed with other settings, so {changed} cannot be replayed; train anew for them, "
                "or look at a step by --step best or next"
            )
        arguments = self.plan.arguments()
        net = copy.deepcopy(self.plan.model.net)
        use_exactly(min(recorded_threads(self.folder, start), cores()), net)
        return {**arguments, "net": net, "optimizer": copy.deepcopy(self.plan.optimizer), "resume": kept}

    def _kept_before(self, first: int) -> Checkpoint | None:
        """Return the latest checkpoint before a step that was kept in this training; one that is damaged is none."""
        history = self.checkpoint.history
        for epoch, path in reversed(kept_checkpoints(self.folder).items()):
            if epoch <= len(history) and history[epoch - 1]["step"] < first:
                with contextlib.suppress(ModelFileError):
                    kept = load_checkpoint(path)
                    if kept.history == history[:epoch]:
                        return replace(kept, state=msgspec.structs.replace(kept.state, stop=False))
        return None

    def replay(self, watchers: Sequence[Callback], *, epochs: int | None = None) -> Training:
        """Train the run again while watchers look on, with a bar on standard error, and compare it with what it was.

        Parameters
        ----------
        watchers : sequence of Callback
            Callbacks that change nothing.
        epochs : int, optional
            The last epoch to make, by default the best one, whose parameters the saved model has.

        Raises
        ------
        RunFolderError
            If the run has not completed so many epochs, or one at all.
        ReplayError
            If the training differs from that of the run.
        ArgumentError
            As for `arguments`.
        TrainingInterrupted
            After Ctrl-C.
        """
        made = self.checkpoint
        if not made.state.epoch:
            raise RunFolderError(
                f"{self.folder} has not completed an epoch yet; go on with: whence train --resume {self.folder}"
            )
        last = made.state.best_epoch if epochs is None else epochs
        if not 1 <= last <= made.state.epoch:
            raise ArgumentError(
                f"epochs is {last}, but {self.folder} has completed {counted(made.state.epoch, 'epoch')}; "
                "give at most that"
            )
        arguments = self.arguments(int(made.history[last - 1]["step"]))
        with self._explained(), training_progress() as progress:
            return replay(arguments, [*watchers, progress], made, epochs=last)

    def steps(
        self, first: int, count: int, instead: Sequence[Batch] | None = None
    ) -> tuple[list[Trace], list[list[int]]]:
        """Return what `whence.history.replay_steps` does of consecutive steps that the run has made.

        Raises
        ------
        ArgumentError, ReplayError, TrainingInterrupted
            As for `replay`.
        """
        comparison = Comparison(self.checkpoint)
        arguments = self.arguments(first + count - 1, first=first)
        with self._explained(), training_progress() as progress:
            found = replay_steps(
                {**arguments, "callbacks": [comparison, progress]},
                first,
                count=count,
                instead=instead,
                classes=self.plan.model.classes,
            )
            comparison.require_same_metrics()
        return found

    @contextlib.contextmanager
    def _explained(self) -> Iterator[None]:
        """Say of a replay that differs which run it is of, and what that was made with."""
        try:
            yield
        except ReplayError as error:
            raise ReplayError(f"{self.folder}: {error}: {made_with(self.folder)}") from error
