"""The data of a run, which are those that it was trained on."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from whence.cli.runs.run_folder import read_run, require_data, require_same_data
from whence.cli.training_plan import load_dataset
from whence.data import Dataset


def data_of_run(run: str | Path, *, offline: bool = False) -> Dataset:
    """Return the data of a run, which are those that it was trained on.

    Parameters
    ----------
    run : path
        The folder of a run.
    offline : bool
        Whether data that would have to be downloaded are an error.

    Raises
    ------
    RunFolderError, DataError
        If there is no such run, its files are damaged, or the data are not those that it was trained on.
    """
    run = Path(run)
    settings, sha256 = read_run(run)
    require_data(run, settings)
    dataset = load_dataset(replace(settings, offline=offline or settings.offline))
    require_same_data(run, dataset, sha256)
    return dataset
