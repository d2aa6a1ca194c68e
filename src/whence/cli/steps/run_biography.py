"""What a parameter of a run is made of, found by training the run again."""

from __future__ import annotations

from pathlib import Path

from whence.cli.runs.kept_results import kept_result
from whence.cli.steps.replayed_run import ReplayedRun
from whence.data import Dataset
from whence.errors import ArgumentError, UnknownNameError
from whence.formula.cell import cell_name
from whence.history import Biography, ParameterWatcher
from whence.nn.naming import name_parameters
from whence.views.text import read_cell


def trace_life(folder: Path, cell: str) -> tuple[Biography, Dataset]:
    """Return the biography of a parameter up to the saved model, and the data of the run.

    Parameters
    ----------
    folder : path
        The folder of a run.
    cell : str
        The parameter: ``W1[406,5]``.

    Raises
    ------
    ArgumentError, DataError, ModelFileError, ReplayError, RunFolderError, TrainingInterrupted
        As for `ReplayedRun.of` and `ReplayedRun.replay`, or if the cell is no parameter.
    """
    run = ReplayedRun.of(folder)
    net = run.checkpoint.model.net
    named = name_parameters(net.layers, net.slots)
    try:
        asked = read_cell({named[slot.path]: slot.view(net.theta) for slot in net.slots}, cell)
    except UnknownNameError as error:
        raise ArgumentError(
            f"{cell} is no parameter of the network, which has {', '.join(named.values())}; of a number that it makes "
            "of a sample, say of which: --samples 17, or --predict FILE"
        ) from error

    def compute() -> Biography:
        watcher = ParameterWatcher([asked])
        run.replay([watcher])
        return watcher.biography()

    return kept_result(folder, f"biography of {cell_name(*asked)}", Biography, compute), run.plan.dataset
