"""From settings to what `fit` takes: data, network, loss, optimizer and schedule."""

from __future__ import annotations

import inspect
import math
import os
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from whence.cli.options.settings import Settings
from whence.cli.options.table import DEFAULTS
from whence.data import Dataset, datasets, load
from whence.data.augment import Augmentation
from whence.data.text import find_text
from whence.errors import ArgumentError, ShapeError, WhenceError
from whence.nn import Loss, Sequential, initialiser, layers, losses, mlp
from whence.nn.architecture import network
from whence.nn.layer import ANY, undivided
from whence.nn.recurrent.base import Recurrent
from whence.nn.summary import shape_text
from whence.optim import Optimizer, Schedule, optimizers, schedule
from whence.wording import counted

if TYPE_CHECKING:
    from whence.arrays import Shape
    from whence.data.request import Progress

_DEFAULT_BATCH = 32
_RECURRENT_CLIP_NORM = 5.0


def check_names(settings: Settings) -> None:
    """Refuse names that do not exist before any data are read.

    Raises
    ------
    UnknownNameError
        If there is no loss, optimizer, activation, initialiser, schedule or augmentation of the name.
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
    make_augmentation(settings)


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
        window=settings.window,
        offline=settings.offline,
        seed=settings.seed,
        progress=progress,
    )
    if source.startswith("text:"):
        settings.data = f"text:{find_text(Path(source.removeprefix('text:'))).absolute()}"
    else:
        named = source in datasets or source.startswith("openml:")
        settings.data = source if named else os.path.abspath(source)
    settings.dir = os.path.abspath(directory) if directory else None
    return dataset


def run_name(settings: Settings) -> str:
    """Return what the run's folder is called after: the data, and the class that is told from the rest."""
    source = settings.data.removeprefix("text:")
    name = Path(source).name.lstrip(".").partition(".")[0] if os.path.isabs(source) else source
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
    """Return the network of an architecture, or a multilayer perceptron, with the outputs that the loss wants.

    Gradients that run back through many time steps can explode; with recurrent layers, they are clipped unless the
    settings say how.

    Raises
    ------
    ArgumentError
        If images are to be read as sequences that are none, or a text by something that sees the next characters.
    ShapeError
        If the architecture's outputs are not those that the loss wants.
    """
    classes = None if dataset.classes is None else len(dataset.classes)
    outputs = loss_fn.output_shape(dataset.train.targets.shape[1:], classes)
    if settings.arch is not None:
        return _network_of(settings, dataset, outputs)
    if settings.as_sequence:
        raise ArgumentError(
            'as-sequence is for networks that read sequences; describe one, such as --arch "lstm 64, last, linear"'
        )
    return mlp(
        dataset.input_shape,
        settings.hidden_layer_sizes,
        math.prod(outputs),
        activation=settings.activation,
        dropout=settings.dropout,
        batch_norm=settings.batch_norm,
        weight_init=settings.init,
        bias_init=settings.bias_init,
        output_activation=settings.output_activation,
        dtype=settings.dtype,
        seed=settings.seed,
    )


def _network_of(settings: Settings, dataset: Dataset, outputs: tuple[int, ...]) -> Sequential:
    notation = [settings.arch] if isinstance(settings.arch, str) else settings.arch
    shape, text = dataset.input_shape, dataset.preprocessing.text
    if settings.as_sequence:
        if len(shape) != 3:
            raise ArgumentError(f"as-sequence reads images row by row, but {dataset.name} has none; leave it out")
        notation = [_rows(shape), *notation]
    make = partial(
        network,
        outputs=outputs[-1],
        symbols=None if text is None else len(text),
        dtype=settings.dtype,
        seed=settings.seed,
    )
    try:
        net = make(notation, shape if text is None else (ANY,))
    except ShapeError as error:
        if len(shape) == 3 and _fits(make, [_rows(shape), *notation], shape):
            raise ShapeError(f"{error}; to read every image as a sequence of its rows, add --as-sequence") from error
        raise
    wanted = outputs if text is None else (ANY, *outputs[1:])
    if net.output_shape != wanted:
        raise ShapeError(
            f"the network's outputs have the shape {shape_text(net.output_shape)}, but {dataset.name} needs "
            f"{shape_text(wanted)}; let the architecture end in {_ending(net.output_shape, wanted)}"
        )
    recurrent = [layer for layer in undivided(net.layers) if isinstance(layer, Recurrent)]
    if text is not None and any(layer.bidirectional for layer in recurrent):
        raise ArgumentError(
            "what this network says of a character depends on the ones after it, which it is to tell; leave out "
            "bidirectional"
        )
    if settings.clip_norm is None and recurrent:
        settings.clip_norm = _RECURRENT_CLIP_NORM
    return net


def _rows(shape: Shape) -> str:
    """Return the layer that makes a sequence of an image's rows."""
    return f"reshape {shape[0]}x{shape[1] * shape[2]}"


def _fits(make: Callable[..., Sequential], notation: list[str], shape: Shape) -> bool:
    """Return whether an architecture takes inputs of a shape."""
    try:
        make(notation, shape)
    except WhenceError:
        return False
    return True


def _ending(found: tuple[int, ...], wanted: tuple[int, ...]) -> str:
    """Return what would make outputs of the shape that is wanted."""
    if len(found) == len(wanted):
        return f"linear {wanted[-1]}"
    if len(wanted) > 1:
        return "layers that keep the axis of time, and linear"
    return "last, linear" if len(found) == 2 else "flatten, linear"


def make_augmentation(settings: Settings) -> Augmentation | None:
    """Return what changes training images, if that was asked for."""
    return None if settings.augment is None else Augmentation(settings.augment)


def make_optimizer(settings: Settings) -> Optimizer:
    """Return the optimizer.

    Raises
    ------
    ArgumentError
        If it has no momentum and one was asked for.
    """
    name = settings.optimizer or DEFAULTS["classes"]["optimizer"]
    kind = optimizers[name]
    told = {
        key: getattr(settings, key)
        for key in ("learning_rate", "momentum", "weight_decay", "clip_norm")
        if getattr(settings, key) is not None
    }
    if "momentum" in told and "momentum" not in inspect.signature(kind).parameters:
        raise ArgumentError(f"the optimizer {name} has no momentum to set; leave it out, or choose sgd")
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
            f"batch-size is {settings.batch_size:,}, but training has {counted(samples, 'sample')}; give fewer, or all"
        )
    return int(settings.batch_size)
