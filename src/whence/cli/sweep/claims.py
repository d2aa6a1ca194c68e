"""Which trial a worker makes next: one that lost its worker, or a new one.

Whoever makes a trial keeps its folder locked, and the system lifts that lock when a process ends, however it ends. So a
running trial whose folder is free has lost its worker, and goes on from its last checkpoint where the folder can be
seen. Other machines of a database see no folder, but no heartbeat either: they make the trial anew, as another one with
the same settings.
"""

from __future__ import annotations

import contextlib
import platform
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from whence.cli.runs.run_folder import claimed
from whence.cli.sweep.heartbeats import SECONDS_UNTIL_LOST, beat, silent_trials
from whence.cli.sweep.plan import SweepPlan
from whence.cli.sweep.storage import is_file
from whence.errors import RunFolderError
from whence.files import make_folder

if TYPE_CHECKING:
    from optuna import Study, Trial
    from optuna.trial import FrozenTrial

_PLACE = "whence: place"


@dataclass(frozen=True)
class Claim:
    """A trial that no other process makes.

    Parameters
    ----------
    trial : optuna.Trial
        The trial.
    folder : Path
        Its folder, locked.
    """

    trial: Trial
    folder: Path


@contextlib.contextmanager
def next_claim(study: Study, sweep: SweepPlan) -> Iterator[Claim | None]:
    """Claim the next trial within the block; None if there is none to make at the moment."""
    with contextlib.ExitStack() as held:
        yield _lost_trial(study, sweep, held) or _new_trial(study, sweep, held)


def is_complete(study: Study, sweep: SweepPlan) -> bool:
    """Return whether all trials of the sweep have come to an end."""
    from optuna.trial import TrialState

    states = [trial.state for trial in _live(study)]
    return len(states) >= sweep.options.trials and not {TrialState.RUNNING, TrialState.WAITING} & {*states}


def folder_of(trial: FrozenTrial, sweep: SweepPlan) -> Path:
    """Return the folder of a trial, which may be on another machine."""
    place: dict[str, Any] = trial.user_attrs.get(_PLACE) or _place(sweep)
    is_here = place == _place(sweep)
    return (sweep.folder if is_here else Path(place["folder"])) / f"trial-{trial.number}"


def _lost_trial(study: Study, sweep: SweepPlan, held: contextlib.ExitStack) -> Claim | None:
    from optuna.trial import TrialState

    for trial in study.get_trials(deepcopy=False, states=(TrialState.RUNNING,)):
        if _can_be_seen(trial, sweep) and (claim := _claim(study, sweep, trial._trial_id, held)):
            return claim
    for trial in _fallen_silent(study, sweep):
        number = _create(study, sweep, params=trial.params, distributions=trial.distributions)
        if claim := _claim(study, sweep, number, held):
            return claim
    return None


def _new_trial(study: Study, sweep: SweepPlan, held: contextlib.ExitStack) -> Claim | None:
    from optuna.trial import TrialState

    live = _live(study)
    if any(trial.state is TrialState.WAITING for trial in live):  # which somebody enqueued by Optuna
        trial = study.ask()
        trial.set_user_attr(_PLACE, _place(sweep))
        return _claim(study, sweep, trial._trial_id, held)
    if len(live) >= sweep.options.trials:
        return None
    trial_id = _create(study, sweep)
    number = study._storage.get_trial(trial_id).number
    if sum(trial.number < number for trial in _live(study)) >= sweep.options.trials:  # another worker was faster
        study.tell(number, state=TrialState.FAIL)
        return None
    return _claim(study, sweep, trial_id, held)


def _claim(study: Study, sweep: SweepPlan, trial_id: int, held: contextlib.ExitStack) -> Claim | None:
    """Return a claim on a running trial, kept until the block ends; None if another process has it, or it has ended."""
    import optuna

    trial = study._storage.get_trial(trial_id)
    folder = folder_of(trial, sweep)
    make_folder(folder)
    with contextlib.ExitStack() as attempt:
        try:
            attempt.enter_context(claimed(folder))
        except RunFolderError:
            return None
        if study._storage.get_trial(trial_id).state.is_finished():  # since it was looked at
            return None
        beat(study, trial_id)
        held.enter_context(attempt.pop_all())
    study.sampler = sweep.sampler_of(trial.number)  # whoever makes it and however often it is taken up
    return Claim(optuna.Trial(study, trial_id), folder)


def _can_be_seen(trial: FrozenTrial, sweep: SweepPlan) -> bool:
    """Return whether the lock of a trial's folder tells here whether anybody makes it."""
    place = trial.user_attrs.get(_PLACE)
    if place is None:  # somebody has just taken it from the queue, or was killed as he did
        assert trial.datetime_start is not None
        return datetime.now() - trial.datetime_start > timedelta(seconds=SECONDS_UNTIL_LOST)
    return bool(place["machine"] == platform.node() or is_file(sweep.storage))


def _fallen_silent(study: Study, sweep: SweepPlan) -> list[FrozenTrial]:
    """Return trials of other machines that have fallen silent, as failed ones, each to one process only."""
    from optuna.exceptions import UpdateFinishedTrialError
    from optuna.trial import TrialState

    lost = []
    for trial_id in silent_trials(study):
        trial = study._storage.get_trial(trial_id)
        with contextlib.suppress(UpdateFinishedTrialError):  # another process was faster
            if not _can_be_seen(trial, sweep) and study._storage.set_trial_state_values(trial_id, TrialState.FAIL):
                lost.append(trial)
    return lost


def _create(study: Study, sweep: SweepPlan, **chosen: Any) -> int:
    """Make a running trial that says from its first moment on where it is made, and return its ID."""
    from optuna.trial import TrialState, create_trial

    template = create_trial(state=TrialState.RUNNING, user_attrs={_PLACE: _place(sweep)}, **chosen)
    trial_id = study._storage.create_new_trial(study._study_id, template_trial=template)
    beat(study, trial_id)
    return trial_id


def _place(sweep: SweepPlan) -> dict[str, str]:
    return {"machine": platform.node(), "folder": str(sweep.folder.absolute())}


def _live(study: Study) -> list[FrozenTrial]:
    """Return the trials that have an end or may come to one."""
    from optuna.trial import TrialState

    return [trial for trial in study.get_trials(deepcopy=False) if trial.state is not TrialState.FAIL]
