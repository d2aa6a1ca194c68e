"""A run as a patient of the doctor."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from whence.cli.runs.run_folder import read_run, require_data, require_same_data
from whence.cli.threads import use_exactly
from whence.cli.training_plan import Plan, make_optimizer, make_plan
from whence.doctor import Patient
from whence.nn import Sequential
from whence.training import load_checkpoint
from whence.training.callbacks import Record


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
    best = plan.dataset.validation is not None and checkpoint.state.best_epoch
    net = (checkpoint.best_model() if best else checkpoint.model).net
    return patient_of(plan, net, checkpoint.history, finished=checkpoint.finished)


def patient_of(plan: Plan, net: Sequential, history: Sequence[Record], *, finished: bool) -> Patient:
    """Return a training as a patient.

    Parameters
    ----------
    plan : Plan
        Its plan.
    net : Sequential
        The network that it ended with.
    history : sequence of dict
        The records of its epochs.
    finished : bool
        Whether it came to its end.
    """
    use_exactly(1, net)  # short trainings on a busy machine lose more by sharing than they win
    start = {"net": Sequential.from_config(net.config()), "optimizer": make_optimizer(plan.settings)}
    return Patient(
        training=plan.arguments() | start,
        net=net,
        history=history,
        finished=finished,
        test=plan.dataset.test,
        classes=plan.dataset.classes,
        described=plan.settings.arch is not None,
    )
