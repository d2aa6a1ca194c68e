"""The plan of a training: every choice that the settings leave open, made once from the data and the network."""

from __future__ import annotations

import inspect
import math
import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from whence.cli.network_for_data import make_network
from whence.cli.options.table import DEFAULTS, OPTIONS, Settings
from whence.cli.threads import use_threads
from whence.data import Dataset, Preprocessing, class_weights, datasets, load
from whence.data.images.augmentation import Augmentation
from whence.data.images.image_format import ImageFormat
from whence.data.images.preprocessing import ImagePreprocessing
from whence.data.load_options import Progress
from whence.data.tables.preprocessing import TablePreprocessing
from whence.data.texts.text_file import find_text
from whence.errors import ArgumentError
from whence.nn import Loss, Sequential, initialisers, losses
from whence.nn.chain import leaf_layers
from whence.nn.losses.elementwise import ElementwiseLoss
from whence.nn.mlp import read_activation
from whence.optim import Optimizer, optimizers, schedule
from whence.training import Model
from whence.training.parallel import Division
from whence.wording import counted

_DEFAULT_BATCH = 32
_DEFAULT_EPOCHS = 50
_LEAST_STEPS_ON_TABLES = 4000
_PATIENCE_ON_TABLES = 100
_RECURRENT_CLIP_NORM = 5.0


@dataclass(frozen=True)
class Plan:
    """Everything that a training needs except its folder.

    Parameters
    ----------
    settings : Settings
        The settings with every choice made: enough to repeat the run.
    dataset : Dataset
        The data.
    model : Model
        The network, newly initialised, with its loss.
    optimizer : Optimizer
        The optimizer, before the first step.
    augmentation : Augmentation or None
        The augmentation of the training images.
    """

    settings: Settings
    dataset: Dataset
    model: Model
    optimizer: Optimizer
    augmentation: Augmentation | None

    @property
    def batch_size(self) -> int | None:
        """Samples in a batch; None for all."""
        return None if self.settings.batch_size == "all" else self.settings.batch_size

    def arguments(self) -> dict[str, Any]:
        """Return the arguments of `whence.training.fit` for this process alone, without callbacks or a checkpoint."""
        settings, dataset = self.settings, self.dataset
        return {
            "net": self.model.net,
            "loss_fn": self.model.loss_fn,
            "optimizer": self.optimizer,
            "train": dataset.train,
            "validation": dataset.validation,
            "epochs": settings.max_iter,
            "max_steps": settings.max_steps,
            "batch_size": self.batch_size,
            "replacement": settings.replacement,
            "streams": dataset.preprocessing.streams,
            "augmentation": self.augmentation,
            "measure_train": settings.measure_train,
            "preprocessing": dataset.preprocessing,
            "schedule": settings.schedule,
            "patience": settings.patience,
            "seed": settings.seed,
            "parallel": None if settings.chunks is None else Division(chunks=settings.chunks),
        }

    def with_preprocessing(self, preprocessing: Preprocessing) -> Plan:
        """Return the plan with the preprocessing of a run that goes on, which another version may have chosen."""
        dataset = replace(self.dataset, preprocessing=preprocessing)
        return replace(self, dataset=dataset, model=replace(self.model, preprocessing=preprocessing))

    @property
    def run_name(self) -> str:
        """The name of the run's folder: that of the data, and of the class that is predicted against the rest."""
        source, positive = str(self.settings.data).removeprefix("text:"), self.settings.positive
        name = Path(source).name.lstrip(".").partition(".")[0] if os.path.isabs(source) else source
        return name if positive is None else f"{name}-{positive}"


def make_plan(settings: Settings, progress: Progress | None = None, *, dataset: Dataset | None = None) -> Plan:
    """Load the data, build the network and make every choice that the settings leave open.

    Parameters
    ----------
    settings : Settings
        The settings.
    progress : callable, optional
        As for `whence.data.load`.
    dataset : Dataset, optional
        The data, if they are loaded already.

    Raises
    ------
    ArgumentError
        If a setting does not suit the data, the network or another setting.
    """
    dataset = dataset or load_dataset(settings, progress)
    augmentation = None if settings.augment is None else Augmentation(settings.augment)
    _check_suits(settings, dataset, augmentation)
    settings = _chosen_for_data(settings, dataset)
    loss_fn = make_loss(settings, dataset)
    net = make_network(settings, dataset, loss_fn)
    dataset = dataset.with_targets_in(*net.output_range)
    rows = settings.batch_size if isinstance(settings.batch_size, int) else len(dataset.train)
    settings = replace(
        settings,
        clip_norm=_clip_norm(settings, net),
        threads=use_threads(settings.threads, net, (rows, *dataset.input_shape)),
    )
    model = Model(net, loss_fn, dataset.preprocessing, dataset.classes, dataset.name)
    return Plan(settings, dataset, model, make_optimizer(settings), augmentation)


def check_names(settings: Settings) -> None:
    """Check all names before any data are read.

    Raises
    ------
    UnknownNameError
        If a loss, optimizer, activation, initialiser, schedule or augmentation is unknown.
    """
    readers: list[tuple[Callable[[str], object], str | None]] = [
        (losses.read, settings.loss),
        (initialisers.read, settings.init),
        (initialisers.read, settings.bias_init),
        (read_activation, settings.activation),
        (read_activation, settings.output_activation),
        (schedule, settings.schedule),
        (Augmentation, settings.augment),
    ]
    for read, notation in readers:
        if notation is not None:
            read(notation)
    make_optimizer(settings)


def load_dataset(settings: Settings, progress: Progress | None = None, image: ImageFormat | None = None) -> Dataset:
    """Load the data of the settings, by default the digits, with pictures in the format of a network's, if given."""
    source, directory = _source(settings)
    shared = inspect.signature(load).parameters.keys() & OPTIONS.keys()
    given = {name: value for name in shared if (value := getattr(settings, name)) is not None}
    return load(source, directory=directory, progress=progress, image=image, **given)


def make_loss(settings: Settings, dataset: Dataset) -> Loss:
    """Return the loss of the settings, or else the one that suits the data.

    Raises
    ------
    ArgumentError
        If the loss does not suit the targets, or is given an activated output besides its own activation.
    """
    name = settings.loss or _suitable_loss(settings, dataset)
    loss_fn = losses.read(name)
    if loss_fn.classifies and dataset.classes is None:
        raise ArgumentError(
            f"the loss {name} is for classes, but {dataset.name} has numbers as targets; use mean_squared_error"
        )
    if dataset.preprocessing.streams and isinstance(loss_fn, ElementwiseLoss):
        raise ArgumentError(f"the loss {name} does not say how many bits a character takes; use cross_entropy for text")
    if loss_fn.classifies and settings.output_activation is not None:
        raise ArgumentError(f"the loss {name} turns logits into probabilities itself; leave out output-activation")
    return loss_fn


def make_optimizer(settings: Settings) -> Optimizer:
    """Return the optimizer.

    Raises
    ------
    ArgumentError
        If momentum is set for an optimizer without momentum, or a setting is also in the notation.
    """
    notation = settings.optimizer or DEFAULTS["classes"]["optimizer"]
    kind, _ = optimizers.parse(notation)
    keys = ("learning_rate", "momentum", "weight_decay", "clip_norm")
    options = {key: value for key in keys if (value := getattr(settings, key)) is not None}
    if "momentum" in options and "momentum" not in inspect.signature(kind).parameters:
        raise ArgumentError(f"the optimizer {notation} has no momentum; leave it out, or choose sgd")
    return optimizers.read(notation, **options)


def _check_suits(settings: Settings, dataset: Dataset, augmentation: Augmentation | None) -> None:
    samples = len(dataset.train)
    if settings.patience is not None and dataset.validation is None:
        raise ArgumentError(f"patience needs validation samples, and {dataset.name} has none; add --validation 0.1")
    if augmentation is not None:
        if not isinstance(dataset.preprocessing, ImagePreprocessing):
            raise ArgumentError(f"augment is for images, but {dataset.name} has no images; leave it out")
        augmentation.check_size(*dataset.input_shape[:2])
    if settings.replacement and dataset.preprocessing.streams:
        raise ArgumentError(f"replacement draws batches at random, but a text such as {dataset.name} is read in order")
    if isinstance(settings.batch_size, int) and settings.batch_size > samples:
        raise ArgumentError(
            f"batch-size is {settings.batch_size:,}, but training has {counted(samples, 'sample')}; "
            "give at most that, or all"
        )


def _chosen_for_data(settings: Settings, dataset: Dataset) -> Settings:
    """Return the settings with the choices that depend on the data, and with absolute paths."""
    source, directory = _source(settings)
    if source.startswith("text:"):
        data = f"text:{find_text(Path(source.removeprefix('text:'))).absolute()}"
    else:
        data = source if source in datasets or source.startswith("openml:") else os.path.abspath(source)
    defaults = DEFAULTS["numbers" if dataset.classes is None else "classes"]
    settings = _with_ending(
        replace(settings, batch_size=settings.batch_size or min(_DEFAULT_BATCH, len(dataset.train))), dataset
    )
    if isinstance(dataset.preprocessing, TablePreprocessing) and settings.optimizer is None:
        decay = settings.weight_decay
        settings = replace(settings, weight_decay=defaults["weight_decay_on_tables"] if decay is None else decay)
    return replace(
        settings,
        data=data,
        dir=os.path.abspath(directory) if directory else None,
        test=_absolute(settings.test),
        validation=_absolute(settings.validation),
        loss=_loss_notation(settings, dataset),
        class_weights=None,
        optimizer=settings.optimizer or defaults["optimizer"],
    )


def _with_ending(settings: Settings, dataset: Dataset) -> Settings:
    """Return the settings with the end of training, if it is open: small tables need many epochs to be learned."""
    if settings.max_iter is not None or settings.max_steps is not None:
        return settings
    if dataset.validation is None or not isinstance(dataset.preprocessing, TablePreprocessing):
        return replace(settings, max_iter=_DEFAULT_EPOCHS)
    samples = len(dataset.train.counted)
    steps = math.ceil(samples / settings.batch_size) if isinstance(settings.batch_size, int) else 1
    epochs = max(_DEFAULT_EPOCHS, math.ceil(_LEAST_STEPS_ON_TABLES / steps))
    return replace(settings, max_iter=epochs, patience=settings.patience or _PATIENCE_ON_TABLES)


def _absolute(part: float | str | None) -> float | str | None:
    """Return a part of the data with the absolute path of its file, if it is one."""
    return os.path.abspath(part) if isinstance(part, str) and os.path.exists(part) else part


def _loss_notation(settings: Settings, dataset: Dataset) -> str:
    """Return the notation of the loss, with the class weights."""
    notation = settings.loss or _suitable_loss(settings, dataset)
    if settings.class_weights is None:
        return notation
    if dataset.classes is None:
        raise ArgumentError(f"class-weights are for classes, but {dataset.name} has numbers as targets; leave them out")
    weights = class_weights(settings.class_weights, dataset.classes, dataset.train.targets, dataset.train.weights)
    takes = inspect.signature(losses.parse(notation)[0]).parameters
    if "positive_weight" in takes and len(weights) == 2:
        return str(losses.read(notation, positive_weight=weights[1] / weights[0]))
    if "class_weights" in takes:
        return str(losses.read(notation, class_weights=weights))
    raise ArgumentError(f"the loss {notation} has no class weights; leave them out, or choose cross_entropy")


def _suitable_loss(settings: Settings, dataset: Dataset) -> str:
    if dataset.classes is None:
        return "mean_squared_error"
    return "cross_entropy" if settings.positive is None else "binary_cross_entropy"


def _clip_norm(settings: Settings, net: Sequential) -> float | None:
    """Return the norm to clip at: by default one where gradients run back through time, in which they can explode."""
    in_notation = "clip_norm" in optimizers.parse(str(settings.optimizer))[1]
    if in_notation or not any(layer.recurrent for layer in leaf_layers(net.layers)):
        return settings.clip_norm
    return settings.clip_norm or _RECURRENT_CLIP_NORM


def _source(settings: Settings) -> tuple[str, str | None]:
    """Return the data to load, and the folder of their files if it is set."""
    return settings.data or settings.dir or "digits", settings.dir if settings.data else None
