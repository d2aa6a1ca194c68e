"""One trial: a training in a run's folder, which reports to the study after each epoch."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from whence.cli.options.settings import to_toml
from whence.cli.options.table import DataSettings, Settings
from whence.cli.runs import run_folder
from whence.cli.sweep.claims import Claim
from whence.cli.sweep.heartbeats import beating
from whence.cli.sweep.plan import SweepPlan
from whence.cli.sweep.study import require_same_data
from whence.cli.training_plan import Plan, load_dataset, make_plan
from whence.cli.training_session import train_in
from whence.data import Dataset
from whence.errors import ArgumentError, DataError, NonFiniteError, ShapeError
from whence.training import Callback, Training, load_checkpoint

if TYPE_CHECKING:
    from optuna import Study, Trial

SETTINGS, PRUNED, DIVERGED, EPOCHS = "settings", "pruned", "diverged", "epochs"
"""What a trial is marked with: its settings, with every choice made, how it ended, and how long it was."""


@dataclass
class LoadedData:
    """The data that were loaded last, which trials have in common unless ranges are of their settings."""

    _settings: dict[str, Any] = field(default_factory=dict)
    _dataset: Dataset | None = None

    def of(self, settings: Settings) -> Dataset:
        """Return the data of settings.

        Raises
        ------
        DataError
            If they have no validation samples, by which trials are compared.
        """
        asked = {key: getattr(settings, key) for key in DataSettings.__dataclass_fields__}
        if self._dataset is None or asked != self._settings:
            self._dataset, self._settings = load_dataset(settings), asked
        if self._dataset.validation is None:
            raise DataError(
                f"a sweep compares trials by validation samples, and {self._dataset.name} has none; set validation = "
                "0.1"
            )
        return self._dataset


class _Reporting(Callback):
    """Reports the measure of each epoch, and ends a trial that the pruner finds hopeless."""

    def __init__(self, trial: Trial, sweep: SweepPlan) -> None:
        self.trial, self.sweep = trial, sweep
        frozen = trial.storage.get_trial(trial._trial_id)
        self.reported = frozen.intermediate_values.keys()  # before the trial was taken up again
        self.pruned_after = frozen.user_attrs.get(PRUNED)

    def on_epoch_end(self, training: Training) -> None:
        epoch = training.epoch
        if epoch not in self.reported:
            self.trial.report(_measure(training, epoch, self.sweep), epoch)
            if self.pruned_after is None and self.trial.should_prune():
                self.trial.set_user_attr(PRUNED, epoch)
                self.pruned_after = epoch
        training.stop |= self.pruned_after is not None and epoch >= self.pruned_after


def make_trial(study: Study, sweep: SweepPlan, claim: Claim, data: LoadedData) -> None:
    """Make a trial from its last checkpoint on, if there is one, and tell the study how it ended.

    Raises
    ------
    ArgumentError, ShapeError, DataError
        If the settings that it chose do not suit each other or the data; the trial has failed.
    StorageError
        If the data are not those of the other trials.
    KeyboardInterrupt
        If it was interrupted; the trial waits to be taken up again.
    """
    from optuna.exceptions import UpdateFinishedTrialError
    from optuna.trial import TrialState

    trial = claim.trial
    with contextlib.suppress(UpdateFinishedTrialError), beating(study, trial._trial_id):  # taken up elsewhere meanwhile
        settings = sweep.settings_of(trial)
        try:
            plan = make_plan(settings, dataset=data.of(settings))
        except (ArgumentError, ShapeError, DataError) as error:
            study.tell(trial, state=TrialState.FAIL)
            chosen = ", ".join(f"{name} {value}" for name, value in trial.params.items())
            raise type(error)(f"trial {trial.number} ({chosen}): {error}") from error
        require_same_data(study, sweep, plan.dataset.sha256)
        trial.set_user_attr(SETTINGS, to_toml(plan.settings))
        try:
            training = _trained(claim.folder, plan, _Reporting(trial, sweep))
        except NonFiniteError as error:
            trial.set_user_attr(DIVERGED, str(error))
            study.tell(trial, state=TrialState.PRUNED, skip_if_finished=True)
            return
        trial.set_user_attr(EPOCHS, training.epoch)
        if PRUNED in trial.user_attrs:
            study.tell(trial, state=TrialState.PRUNED, skip_if_finished=True)
        else:
            study.tell(trial, _measure(training, training.best_epoch, sweep), skip_if_finished=True)


def _trained(folder: Path, plan: Plan, reporting: Callback) -> Training:
    if run_folder.is_untrained(folder):
        run_folder.write_config(folder, plan.settings, dataset=plan.dataset.name, sha256=plan.dataset.sha256)
        return train_in(folder, plan, others=[reporting])
    checkpoint = load_checkpoint(folder)
    plan = plan.with_preprocessing(checkpoint.model.preprocessing)
    return train_in(folder, plan, checkpoint, others=[reporting])


def _measure(training: Training, epoch: int, sweep: SweepPlan) -> float:
    """Return the measure of an epoch on the validation samples; of losses, the one by which the best epoch is chosen.

    Raises
    ------
    ArgumentError
        If the validation samples have no such measure.
    """
    if sweep.options.measure == "loss":
        return training.recent_loss(epoch)
    record = training.history[epoch - 1]
    if (value := record.get(f"validation_{sweep.options.measure}")) is None:
        known = ", ".join(key.removeprefix("validation_") for key in record if key.startswith("validation_"))
        raise ArgumentError(f"the validation samples have no {sweep.options.measure}; choose as measure one of {known}")
    return float(value)
