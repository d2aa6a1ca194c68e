"""Untrained networks from ARCH, such as 784,96,10 or "28x28x1, conv 8 5, flatten, linear 10", with random samples."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

from whence.cli.options.settings import settings_from
from whence.cli.options.shared import click_option
from whence.cli.options.table import OPTIONS, Settings
from whence.errors import ArgumentError

if TYPE_CHECKING:
    from whence.arrays import Array
    from whence.nn import Loss, Sequential
    from whence.optim import Optimizer

_SIZES = re.compile(r"\d+([,-]\d+)+")
_NETWORK = ("activation", "output_activation", "init", "bias_init", "dropout", "batch_norm")
_STEP = ("optimizer", "learning_rate", "momentum", "weight_decay", "clip_norm")


def is_described(network: str) -> bool:
    """Return whether a text is an architecture rather than a path.

    Raises
    ------
    ArgumentError
        If it is neither.
    """
    if os.path.exists(network):  # unlike Path.exists, also for texts that are too long for a path
        return False
    if re.fullmatch(r"[\d,. -]+", network):
        if not _SIZES.fullmatch(network):
            raise ArgumentError(
                f"{network!r} is not a network; give at least two sizes separated by commas, such as 784,96,10"
            )
        return True
    return "," in network


def described_network(network: str, settings: Settings) -> Sequential:
    """Return the network that an architecture describes: sizes, or the shape of an input and layers.

    Raises
    ------
    ArgumentError
        If the shape is missing, or the notation is wrong.
    """
    from whence.cli.network_for_data import multilayer_perceptron
    from whence.nn.architecture import MOST_LAYERS, read_shape
    from whence.nn.architecture import network as network_of
    from whence.text_notation import whole

    if _SIZES.fullmatch(network):
        inputs, *hidden, outputs = map(whole, re.split("[,-]", network))
        if len(hidden) >= MOST_LAYERS:
            raise ArgumentError(f"there are {len(hidden) + 1:,} layers; give at most {MOST_LAYERS:,}")
        return multilayer_perceptron(settings, (inputs,), hidden, outputs)
    first, _, layers = network.partition(",")
    shape = read_shape(first.strip())
    if shape is None:
        raise ArgumentError(f"{first.strip()!r} is not a shape; begin with that of an input: 28x28x1, {network}")
    return network_of(layers, shape, dtype=settings.dtype, seed=settings.seed)


def describe(network: str, given: Mapping[str, Any], batch: int) -> tuple[Sequential, Loss, Optimizer, Array, Array]:
    """Return what an architecture and its options describe, with random samples.

    Parameters
    ----------
    network : str
        Sizes of a multilayer perceptron, ``"784,96,10"``, or the shape of an input and layers in the notation of
        `whence.nn.architecture`: ``"28x28x1, conv 8 5, flatten, linear 10"``.
    given : mapping
        Options by key, as in `architecture_options`; None for one that was not given.
    batch : int
        Number of random samples.

    Returns
    -------
    net, loss_fn, optimizer, x, y
        A newly initialised network in float64, its loss and optimizer, and inputs and targets of the samples.
    """
    import numpy as np

    from whence.cli.training_plan import check_names, make_optimizer
    from whence.nn import Embedding, losses

    options = {**given, "dtype": "float64"}
    settings = settings_from(options if _SIZES.fullmatch(network) else {**options, "arch": network})
    check_names(settings)
    net = described_network(network, settings)
    shape, outputs = net.input_shape, net.output_shape
    loss_fn = losses.read(settings.loss or ("cross_entropy" if outputs[-1] > 1 else "mean_squared_error"))
    if loss_fn.classifies and settings.output_activation is not None:
        raise ArgumentError(
            f"the loss {type(loss_fn).__name__} activates the output itself; leave out output-activation"
        )
    rng, first = np.random.default_rng(settings.seed), net.layers[0]
    symbols = first.num_embeddings if isinstance(first, Embedding) else None
    x: Array = rng.normal(size=(batch, *shape)) if symbols is None else rng.integers(0, symbols, (batch, *shape))
    y = _one_hot(rng, (batch, *outputs)) if loss_fn.classifies else rng.normal(size=(batch, *outputs))
    return net, loss_fn, make_optimizer(settings), x, y


def architecture_options(*, step: bool) -> list[click.Option]:
    """Return the options that describe a network and its loss, and with ``step`` those of its optimizer too."""
    keys = (*_NETWORK, "loss", *(_STEP if step else ()), "seed")
    return [
        click_option(OPTIONS[key], default=None, show_default=False, help=f"ARCH: {OPTIONS[key].help}.") for key in keys
    ]


def refuse_options(given: Mapping[str, Any]) -> None:
    """Raise `click.UsageError` if options of ARCH were given with a run."""
    names = [OPTIONS[key].name for key, value in given.items() if value is not None]
    if names:
        raise click.UsageError(
            f"a run has its own settings; leave out {', '.join(names)}, or give sizes such as 784,96,10"
        )


def refuse_samples(samples: list[int] | None) -> None:
    """Raise `click.UsageError` if training samples were chosen for ARCH, which has none."""
    if samples is not None:
        raise click.UsageError("an architecture has random samples; leave out samples, or give a run")


def _one_hot(rng: Any, shape: tuple[int, ...]) -> Array:
    import numpy as np

    if shape[-1] == 1:
        return np.asarray(rng.integers(0, 2, shape).astype(np.float64))
    return np.asarray(np.eye(shape[-1])[rng.integers(0, shape[-1], shape[:-1])])
