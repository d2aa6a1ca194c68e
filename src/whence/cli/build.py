"""From settings to what `fit` takes: data, network, loss, optimizer and schedule."""

from __future__ import annotations

import inspect
import math
import os
from pathlib import Path
from typing import TYPE_CHECKING

from whence.cli.settings import Settings
from whence.data import Dataset, datasets, load
from whence.errors import ArgumentError
from whence.nn import Loss, Sequential, initialiser, layers, losses, mlp
from whence.optim import Optimizer, Schedule, optimizers, schedule

if TYPE_CHECKING:
    from whence.data.request import Progress

_DEFAULT_BATCH = 32


def check_names(settings: Settings) -> None:
    """Refuse names that do not exist before any data are read.

    Raises
    ------
    UnknownNameError
        If there is no loss, optimizer, activation, initialiser or schedule of the name.
    """
    for registry, name in (
        (losses, settings.loss),
        (optimizers, settings.optimizer),
        (layers, settings.activation),
        (layers, settings.output_activation),
    ):
        if name is not None:
            registry[name]
    for spelling in (settings.init, settings.bias_init):
        if spelling is not None:
            initialiser(spelling)
    make_schedule(settings)
    make_optimizer(settings)


def load_dataset(settings: Settings, progress: Progress | None = None) -> Dataset:
    """Load what the settings name; a path is told by its absolute spelling from then on."""
    source = settings.data or settings.dir or "digits"
    directory = settings.dir if settings.data else None
    dataset = load(
        source,
        directory=directory,
        target=settings.target,
        missing=settings.missing,
        validation=settings.validation,
        positive=settings.positive,
        offline=settings.offline,
        seed=settings.seed,
        progress=progress,
    )
    named = source in datasets or source.startswith("openml:")
    settings.data = source if named else os.path.abspath(source)
    settings.dir = os.path.abspath(directory) if directory else None
    return dataset


def run_name(settings: Settings) -> str:
    """Return what the run's folder is called after: the data, and the class that is told from the rest."""
    name = Path(settings.data).name.partition(".")[0] if os.path.isabs(settings.data) else settings.data
    return name if settings.positive is None else f"{name}-{settings.positive}"


def make_loss(settings: Settings, dataset: Dataset) -> Loss:
    """Return the loss that was asked for, or that suits the data.

    Raises
    ------
    ArgumentError
        If the loss is for classes and the data are numbers, or the other way round, or it activates the output itself.
    """
    if settings.loss is None:
        settings.loss = (
            "mean_squared_error"
            if dataset.classes is None
            else "binary_cross_entropy"
            if settings.positive is not None
            else "cross_entropy"
        )
    loss_fn = losses[settings.loss]()
    if loss_fn.classifies and dataset.classes is None:
        raise ArgumentError(f"the loss {settings.loss} is for classes, but {dataset.name} has numbers as targets")
    if not loss_fn.classifies and dataset.classes is not None:
        raise ArgumentError(f"the loss {settings.loss} is for numbers, but {dataset.name} has classes as targets")
    if loss_fn.classifies and settings.output_activation is not None:
        raise ArgumentError(
            f"the loss {settings.loss} turns logits into probabilities itself; leave out output-activation"
        )
    return loss_fn


def make_network(settings: Settings, dataset: Dataset, loss_fn: Loss) -> Sequential:
    """Return a multilayer perceptron from the data's inputs to the outputs that the loss wants."""
    classes = None if dataset.classes is None else len(dataset.classes)
    outputs = math.prod(loss_fn.output_shape(dataset.train.targets.shape[1:], classes))
    return mlp(
        dataset.input_shape,
        settings.hidden_layer_sizes,
        outputs,
        activation=settings.activation,
        dropout=settings.dropout,
        batch_norm=settings.batch_norm,
        weight_init=settings.init,
        bias_init=settings.bias_init,
        output_activation=settings.output_activation,
        dtype=settings.dtype,
        seed=settings.seed,
    )


def make_optimizer(settings: Settings) -> Optimizer:
    """Return the optimizer.

    Raises
    ------
    ArgumentError
        If it has no momentum and one was asked for.
    """
    kind = optimizers[settings.optimizer]
    told = {
        name: getattr(settings, name)
        for name in ("learning_rate", "momentum", "weight_decay", "clip_norm")
        if getattr(settings, name) is not None
    }
    if "momentum" in told and "momentum" not in inspect.signature(kind).parameters:
        raise ArgumentError(f"the optimizer {settings.optimizer} has no momentum to set; leave it out, or choose sgd")
    return kind(**told)


def make_schedule(settings: Settings) -> Schedule | None:
    """Return the schedule, if one was asked for."""
    return None if settings.schedule is None else schedule(settings.schedule)


def make_batch_size(settings: Settings, samples: int) -> int | None:
    """Return the samples in a batch, None for all.

    Raises
    ------
    ArgumentError
        If more were asked for than there are.
    """
    if settings.batch_size is None:
        settings.batch_size = min(_DEFAULT_BATCH, samples)
    if settings.batch_size == "all":
        return None
    if settings.batch_size > samples:
        raise ArgumentError(
            f"batch-size is {settings.batch_size:,}, but there are {samples:,} training samples; give fewer, or all"
        )
    return int(settings.batch_size)
