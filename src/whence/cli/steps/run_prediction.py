"""Which training samples made a run's network predict what it does, found by training the run again."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from whence.arrays import Array
from whence.cli.progress import working
from whence.cli.runs.kept_results import kept_result
from whence.cli.steps.replayed_run import ReplayedRun
from whence.cli.steps.step_samples import StepSamples
from whence.data import Dataset, Samples
from whence.errors import ArgumentError
from whence.formula.cell import cell_name
from whence.formula.evaluate import Source
from whence.history import PredictionBiography, PredictionWatcher, numbers_of
from whence.history.asked_number import LOSS
from whence.training import Model
from whence.views.text import read_cell
from whence.wording import counted


@dataclass(frozen=True)
class TracedPrediction:
    """The biography of a prediction, with the sample that it is of.

    Parameters
    ----------
    biography : PredictionBiography
        The biography.
    dataset : Dataset
        The data of the run.
    sample : Samples
        The sample.
    name : int or str
        The number of the sample if it is one of the training, or else the name of its file.
    """

    biography: PredictionBiography
    dataset: Dataset
    sample: Samples
    name: int | str

    def as_pictures(self, samples: Samples) -> Samples:
        """Return samples of the data with rows of pixels as images."""
        if (image := self.dataset.preprocessing.describe()["image"]) is None:
            return samples
        shape = (len(samples), image["height"], image["width"], image["channels"])
        if samples.inputs.shape == shape:
            return samples
        return replace(samples, inputs=np.asarray(samples.inputs).reshape(shape))


def trace_prediction(folder: Path, cell: str | None, of: int | Path) -> TracedPrediction:
    """Return the biography of a number that the saved model of a run makes of a sample.

    Parameters
    ----------
    folder : path
        The folder of a run.
    cell : str, optional
        The number: ``z2[0,7]``, or ``z2[0,7] - z2[0,9]``; by default the output of the predicted class.
    of : int or path
        A training sample, or a file with one.

    Raises
    ------
    ArgumentError, DataError, ModelFileError, ReplayError, RunFolderError, TrainingInterrupted
        As for `ReplayedRun.of` and `ReplayedRun.replay`, or if there is no such number or no such sample.
    """
    run = ReplayedRun.of(folder)
    model, dataset = run.checkpoint.best_model(), run.plan.dataset
    if isinstance(of, int):
        source = StepSamples.of_training(dataset)
        sample = source.samples.take(np.array(source.chosen([of], None)[0]))
    else:
        sample = StepSamples.in_files([of], model).samples
        if len(sample) != 1:
            raise ArgumentError(f"{of} holds {counted(len(sample), 'sample')}; give a file with one")
    cells = _asked(model, sample, cell)

    def compute() -> PredictionBiography:
        watcher = PredictionWatcher(sample, cells)
        run.replay([watcher])
        with working("going back through the training"):
            return watcher.biography()

    digest = hashlib.sha256(b"".join(array.tobytes() for array in sample.arrays.values())).hexdigest()
    question = f"biography of {' - '.join(cell_name(*each) for each in cells)} of {digest}"
    found = kept_result(folder, question, PredictionBiography, compute)
    return TracedPrediction(found, dataset, sample, of if isinstance(of, int) else of.name)


def _asked(model: Model, sample: Samples, text: str | None) -> Sequence[Source]:
    """Return the cells of a number that was typed, or by default the output that decides the prediction."""
    numbers = numbers_of(model.net, model.loss_fn, StepSamples("", sample).batch(model, [0]))
    if text is not None:
        return [read_cell(numbers, part) for part in re.split(rf"(?:(?<=\])|(?<={LOSS}))\s*[-−]\s*", text.strip())]
    output = next(iter(numbers))
    return [(output, _decisive(numbers, output))]


def _decisive(numbers: Mapping[str, Array], output: str) -> tuple[int, ...]:
    """Return the index of the largest output, of sequences that at the last time step."""
    outputs = numbers[output]
    last = tuple(length - 1 for length in outputs.shape[1:-1])
    return (0, *last, int(outputs[(0, *last)].argmax()))
