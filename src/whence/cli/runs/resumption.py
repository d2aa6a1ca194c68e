"""Going on with a run, also beyond its end: which limits may be raised, and what is then said of its bits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec

from whence.cli.options.table import OPTIONS, Settings
from whence.cli.runs.run_folder import changes_of
from whence.cli.threads import bits_depend_on_threads
from whence.errors import ArgumentError
from whence.nn import Sequential
from whence.optim import schedule
from whence.training import Checkpoint
from whence.training.fitting import planned_steps
from whence.wording import counted

LIMITS = ("max_iter", "max_steps", "patience")
"""The settings of a run that may be raised when it is resumed."""


def with_raised_limits(
    folder: Path, checkpoint: Checkpoint, settings: Settings, given: Mapping[str, Any]
) -> Checkpoint:
    """Return the checkpoint from which a run goes on up to its limits, which the command line may have raised.

    Parameters
    ----------
    folder : Path
        The run's folder.
    checkpoint : Checkpoint
        Its last checkpoint.
    settings : Settings
        The settings of the run, with the new limits.
    given : mapping
        Options of the command line by key.

    Raises
    ------
    ArgumentError
        If the run would not go on, since it is past a limit or was stopped by its patience.
    """
    raised = [key for key in LIMITS if key in given]
    if not raised:
        return checkpoint
    state = checkpoint.state
    for key, done, unit in (("max_iter", state.epoch, "epoch"), ("max_steps", state.step, "step")):
        limit = getattr(settings, key)
        if limit is not None and limit <= done:
            name = OPTIONS[key].name
            raise ArgumentError(
                f"{name} is {limit}, but {folder} has had {counted(done, unit)}; "
                f"--{name} is the number of all {unit}s, so give more than {done}"
            )
    waited = state.epoch - state.best_epoch
    if state.stop and not settings.watch and (settings.patience is None or settings.patience <= waited):
        raise ArgumentError(
            f"{folder} was stopped by its patience after {counted(waited, 'epoch')} without improvement, so more would "
            f"not have been trained; add --patience with more than {waited}"
        )
    return replace(checkpoint, state=msgspec.structs.replace(state, stop=False))


def status(folder: Path, checkpoint: Checkpoint, settings: Settings) -> str:
    """Return whether a run continues or is already finished, and after which epoch."""
    state = checkpoint.state
    finished = checkpoint.finished and (state.stop or total_steps(checkpoint, settings) <= state.step)
    verb = "is already finished," if finished else "continues"
    return f"{folder} {verb} after {counted(state.epoch, 'epoch')}, {counted(state.step, 'step')}"


def remarks_on_bits(checkpoint: Checkpoint, settings: Settings, net: Sequential, threads_before: int) -> list[str]:
    """Return why the bits may differ from those of one training with these settings from the start."""
    state, remarks = checkpoint.state, []
    if settings.threads != threads_before:
        told = "the same bits for any number of threads"
        if bits_depend_on_threads(net):
            told = "large matrix products then add in another order, so the last bits can differ"
        remarks.append(f"threads: {settings.threads}, up to here {threads_before}; {told}")
    if total_steps(checkpoint, settings) == state.total_steps:
        return remarks
    if settings.schedule is not None and schedule(settings.schedule).spans_training:
        remarks.append(
            f"the schedule {settings.schedule} is as long as the training: from here on the learning rate is that of "
            f"{total_steps(checkpoint, settings):,} steps, up to here it was that of {state.total_steps:,}, so the "
            "numbers differ from those of one training"
        )
    if state.position == 0 and state.step % state.steps_per_epoch:
        remarks.append(
            f"max-steps cut epoch {state.epoch} short, and a new one begins here, so the numbers differ from those "
            "of one training"
        )
    return remarks


def changed_settings(checkpoint: Checkpoint, before: Settings, now: Settings, threads_before: int) -> dict[str, Any]:
    """Return the limits and threads with which a run goes on that are others than before, and from which step."""
    others = {OPTIONS[key].name: getattr(now, key) for key in LIMITS if getattr(now, key) != getattr(before, key)}
    if now.threads != threads_before:
        others["threads"] = now.threads
    return {"step": checkpoint.state.step, **others} if others else {}


def total_steps(checkpoint: Checkpoint, settings: Settings) -> int:
    """Return the number of steps after which a run ends."""
    return planned_steps(settings.max_iter, settings.max_steps, checkpoint.state.steps_per_epoch)


def changed_steps(run: Path, settings: Settings, steps_per_epoch: int, start: int, last: int) -> str:
    """Return which steps another training with the run's settings would make otherwise, of those from a start on.

    Parameters
    ----------
    run : Path
        The run's folder.
    settings : Settings
        The settings with which it went on last.
    steps_per_epoch : int
        The number of steps in an epoch.
    start, last : int
        The number of steps before the first one in question, and the number of the last one.
    """
    changes = [change for change in changes_of(run) if change["step"] > start]
    longer = any(change.keys() & {"max-iter", "max-steps"} for change in changes)
    if longer and settings.schedule is not None and schedule(settings.schedule).spans_training:
        return f"the steps under the schedule {settings.schedule}"
    others = [change["step"] for change in changes if "threads" in change or change["step"] % steps_per_epoch]
    return f"the steps after {others[0]}" if others and others[0] < last else ""
