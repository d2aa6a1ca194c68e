"""Training steps from the weights of a model file, such as that of a network which was made elsewhere."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
import numpy as np

from whence.array_file import kind_of_file
from whence.arrays import Shape
from whence.cli.options.settings import settings_from
from whence.cli.options.shared import HANDFUL
from whence.cli.options.table import OPTIONS, Settings
from whence.cli.steps.step_samples import StepSamples
from whence.cli.steps.unmade_steps import Start, steps_ever_fewer
from whence.cli.training_plan import load_dataset, make_optimizer
from whence.data import Samples
from whence.errors import ArgumentError
from whence.trace import Trace
from whence.training import Model, load_model
from whence.training.model_file import KIND

_OPTIONS = ("optimizer", "learning_rate", "momentum", "weight_decay", "clip_norm", "data", "dir", "seed")
_STEP = {"kind": "model", "number": 1}


def is_model_file(network: str) -> bool:
    """Return whether a text is the path of a model file."""
    return os.path.isfile(network) and kind_of_file(network) == KIND


def trace_model(
    path: str,
    given: Mapping[str, Any],
    *,
    samples: Sequence[int] | None,
    batch: int | None,
    steps: int,
    files: Sequence[Path] = (),
) -> Iterator[list[Trace]]:
    """Yield the traces of steps from the weights of a model file; then, by default, also of ever fewer samples.

    Parameters
    ----------
    path : str
        The file.
    given : mapping
        Options by key; None for one that was not given. Those of the optimizer and the seed hold for the steps; with
        ``"data"``, they are on training samples of that data set instead of made-up ones.
    samples, batch, steps
        The samples of each step, and the number of steps.
    files : sequence of Path
        Files with inputs, as for a prediction, to take for the samples, with what the network predicts as targets.

    Raises
    ------
    ModelFileError
        If the file is damaged.
    ArgumentError, DataError
        If the network does not fit the data.
    click.UsageError
        If an option describes a network.
    """
    start, source = step_of_model(path, given, samples, batch or HANDFUL, files=files)
    return steps_ever_fewer(start, source, samples, batch, steps)


def step_of_model(
    path: str, given: Mapping[str, Any], samples: Sequence[int] | None, count: int, *, files: Sequence[Path] = ()
) -> tuple[Start, StepSamples]:
    """Return what a step from a model file starts from, and its samples, ``count`` of them if they are made up."""
    names = [OPTIONS[key].name for key, value in given.items() if value is not None and key not in _OPTIONS]
    if names:
        raise click.UsageError(f"a model file has its own network and loss; leave out {', '.join(names)}")
    settings, model = settings_from(given), load_model(path)
    start = Start(model, make_optimizer(settings), _STEP)
    if files:
        if settings.data is not None:
            raise ArgumentError("files and data were both given; give one of them")
        return start, StepSamples.in_files(files, model)
    if settings.data is not None:
        return start, _of_data(settings, model)
    if samples is not None:
        raise click.UsageError("made-up samples have no numbers; leave out samples, or give --data")
    return start, StepSamples.made_up(model, count, settings.seed)


def _of_data(settings: Settings, model: Model) -> StepSamples:
    """Return the training samples of a data set, as a network takes them."""
    dataset = load_dataset(settings, None, model.preprocessing.picture_format)
    train = dataset.in_classes_of(model.classes)["train"]
    train = replace(train, inputs=_fitting(train, model, f"{dataset.name}"))
    return StepSamples(dataset.name, train, dataset.origins)


def _fitting(samples: Samples, model: Model, name: str) -> Any:
    shape: Shape = model.net.input_shape
    inputs = samples.inputs
    if len(shape) == 1 and math.prod(inputs.shape[1:]) == shape[0]:
        return inputs if inputs.ndim == 2 else np.asarray(inputs).reshape(len(inputs), -1)
    return model.preprocessing.as_inputs(inputs, shape, name)
