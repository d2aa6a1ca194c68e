"""Why the training of a run failed: its last steps made again, with the first cell that is not finite."""

from __future__ import annotations

from pathlib import Path

from whence.cli.options.table import Settings
from whence.cli.runs.run_folder import is_untrained
from whence.cli.training_plan import make_plan
from whence.errors import NonFiniteError
from whence.history import Autopsy, FlightRecorder
from whence.training import Training, fit, load_checkpoint

_MOST_SECONDS = 10


def run_autopsy(folder: Path, settings: Settings, failed: Training) -> Autopsy | None:
    """Return how the first number of a failed training that is not finite came about.

    The training is made again from its last checkpoint, or from its beginning, to the step in which it failed.

    Parameters
    ----------
    folder : path
        The folder of the run.
    settings : Settings
        Its settings.
    failed : Training
        The training.

    Returns
    -------
    Autopsy or None
        None if it would take more than 10 s, or if all arrays of the last steps are finite.
    """
    checkpoint = None if is_untrained(folder) else load_checkpoint(folder)
    steps = failed.step - (0 if checkpoint is None else checkpoint.state.step)
    if steps * failed.seconds > _MOST_SECONDS * max(1, failed.step):
        return None
    plan = make_plan(settings)
    if checkpoint is not None:
        plan = plan.with_preprocessing(checkpoint.model.preprocessing)
    recorder = FlightRecorder()
    try:
        fit(**plan.arguments(), callbacks=[recorder], resume=checkpoint)
    except NonFiniteError as error:
        return recorder.autopsy(error.training)
    return None
