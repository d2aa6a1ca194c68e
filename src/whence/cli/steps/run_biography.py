"""What a parameter of a run is made of, found by training the run again."""

from __future__ import annotations

from pathlib import Path

from whence.cli.progress import training_progress
from whence.cli.steps.traced_run import training_to_replay
from whence.data import Dataset
from whence.errors import RunFolderError
from whence.formula import write_number
from whence.history import Biography, biography
from whence.nn.naming import name_parameters
from whence.training import load_checkpoint
from whence.views.text import read_cell


def trace_life(run: Path, cell: str) -> tuple[Biography, Dataset]:
    """Return the biography of a parameter up to the saved model, and the data of the run.

    Parameters
    ----------
    run : path
        The folder of a run.
    cell : str
        The parameter: ``W1[406,5]``.

    Raises
    ------
    RunFolderError
        If there is no such run, or its training, made again, does not lead to the saved model.
    ArgumentError, DataError, ModelFileError
        As for `whence.cli.steps.traced_run.trace_run`, or if the cell is no parameter.
    """
    if not run.is_dir():
        raise RunFolderError(f"there is no run {run}, and only runs have a training; train one with: whence train")
    checkpoint = load_checkpoint(run)
    if not checkpoint.state.best_epoch:
        raise RunFolderError(f"{run} has not completed an epoch yet; resume it with: whence train --resume {run}")
    net = checkpoint.best_model().net
    named = name_parameters(net.layers, net.slots)
    parameters = {named[slot.path]: slot.view(net.theta) for slot in net.slots}
    name, index = read_cell(parameters, cell)
    steps = int(checkpoint.history[checkpoint.state.best_epoch - 1]["step"])
    plan, arguments = training_to_replay(run, checkpoint, steps)
    with training_progress() as progress:
        found = biography({**arguments, "callbacks": [progress]}, [(name, index)], steps=steps)
    stored = float(parameters[name][index])
    if found.last[0] != stored:
        raise RunFolderError(
            f"{run} trained again gives {found.cells[0]} = {write_number(found.last[0], 9)}, but its saved model has "
            f"{write_number(stored, 9)}; use the machine, threads and versions that it was trained with"
        )
    return found, plan.dataset
