"""The suspect samples of a run, found by training it again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from whence.cli.runs.kept_results import kept_result
from whence.cli.steps.replayed_run import ReplayedRun
from whence.data import Dataset
from whence.data.images.preprocessing import ImagePreprocessing
from whence.data.table_cell import TableCell
from whence.errors import ArgumentError
from whence.history import Suspects, SuspectWatcher


@dataclass(frozen=True)
class RunSuspects:
    """The suspect samples of a run with its data.

    Parameters
    ----------
    found : Suspects
        What was found, ``said`` in the unit of the targets.
    dataset : Dataset
        The data of the run.
    """

    found: Suspects
    dataset: Dataset

    @staticmethod
    def of(folder: Path) -> RunSuspects:
        """Find the suspects of the training up to the saved model.

        Raises
        ------
        ArgumentError, DataError, ModelFileError, ReplayError, RunFolderError, TrainingInterrupted
            As for `ReplayedRun.of` and `ReplayedRun.replay`, or if the run is on a text.
        """
        run = ReplayedRun.of(folder)
        dataset = run.plan.dataset
        if dataset.preprocessing.streams:
            raise ArgumentError(f"{folder} was trained on a text, of which no part has a label of its own")

        def compute() -> Suspects:
            watcher = SuspectWatcher()
            run.replay([watcher])
            return watcher.suspects()

        found = kept_result(folder, "suspects", Suspects, compute)
        if dataset.classes is None:
            found = replace(found, said=dataset.preprocessing.restored(found.said, dataset.train.inputs))
        return RunSuspects(found, dataset)

    @property
    def place(self) -> Callable[[int], str] | None:
        """Says of a sample which file or row it is from, if that is known."""
        if (origins := self.dataset.origins) is None:
            return None

        def place(row: int) -> str:
            origin = origins(row)[0]
            return origin.row_name if isinstance(origin, TableCell) else origin

        return place

    def require_images(self) -> ImagePreprocessing:
        """Return the preprocessing of images, or raise `ArgumentError` if the samples are none."""
        if not isinstance(self.dataset.preprocessing, ImagePreprocessing):
            raise ArgumentError("--save draws images, but these samples are none; leave it out, or write -o FILE.csv")
        return self.dataset.preprocessing
