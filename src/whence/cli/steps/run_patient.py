"""A run as a patient of the doctor."""

from __future__ import annotations

from pathlib import Path

from whence.cli.runs.run_folder import read_run, require_data, require_same_data
from whence.cli.training_plan import Plan, make_plan
from whence.doctor import Patient
from whence.training import Checkpoint, load_checkpoint


def patient_of_run(folder: Path) -> Patient:
    """Return a run, finished or stopped by numbers that are not finite, as a patient.

    Raises
    ------
    RunFolderError, ModelFileError, DataError
        If there is no such run, its files are damaged, or its data are not those that it was trained on.
    """
    settings, sha256 = read_run(folder)
    require_data(folder, settings)
    checkpoint = load_checkpoint(folder)
    plan = make_plan(settings).with_preprocessing(checkpoint.model.preprocessing)
    require_same_data(folder, plan.dataset, sha256)
    return patient_of(plan, checkpoint)


def patient_of(plan: Plan, checkpoint: Checkpoint) -> Patient:
    """Return a training, by its plan and its last checkpoint, as a patient."""
    best = plan.dataset.validation is not None and checkpoint.state.best_epoch
    return Patient(
        training=plan.arguments(),
        net=(checkpoint.best_model() if best else checkpoint.model).net,
        history=checkpoint.history,
        finished=checkpoint.finished,
        test=plan.dataset.test,
        classes=plan.dataset.classes,
        described=plan.settings.arch is not None,
    )
