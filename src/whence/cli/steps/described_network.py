"""Untrained networks from ARCH, such as 784,96,10 or "28x28x1, conv 8 5, flatten, linear 10", and their samples."""

from __future__ import annotations

import math
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from whence.cli.options.settings import settings_from
from whence.cli.options.shared import HANDFUL, click_option
from whence.cli.options.table import OPTIONS, Settings
from whence.errors import ArgumentError, ShapeError
from whence.wording import counted

if TYPE_CHECKING:
    from whence.cli.steps.step_samples import StepSamples
    from whence.cli.steps.unmade_steps import Start
    from whence.nn import Loss, Sequential
    from whence.optim import Optimizer
    from whence.trace import Trace

_SIZES = re.compile(r"\d+(\s*[,-]\s*\d+)+")
_NETWORK = ("activation", "output_activation", "init", "bias_init", "dropout", "batch_norm")
_STEP = ("optimizer", "learning_rate", "momentum", "weight_decay", "clip_norm")
_DATA = ("data", "dir")
_FIRST_STEP = {"kind": "first", "number": 1}


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


def _sizes(network: str) -> list[int]:
    from whence.text_notation import whole

    return [whole(size.strip()) for size in re.split("[,-]", network)]


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

    if _SIZES.fullmatch(network):
        inputs, *hidden, outputs = _sizes(network)
        if len(hidden) >= MOST_LAYERS:
            raise ArgumentError(f"there are {len(hidden) + 1:,} layers; give at most {MOST_LAYERS:,}")
        return multilayer_perceptron(settings, (inputs,), hidden, outputs)
    first, _, layers = network.partition(",")
    shape = read_shape(first.strip())
    if shape is None:
        raise ArgumentError(f"{first.strip()!r} is not a shape; begin with that of an input: 28x28x1, {network}")
    return network_of(layers, shape, dtype=settings.dtype, seed=settings.seed)


def trace_described(
    network: str,
    given: Mapping[str, Any],
    *,
    samples: Sequence[int] | None = None,
    batch: int | None = None,
    steps: int = 1,
) -> Iterator[list[Trace]]:
    """Yield the traces of the first steps of an untrained network; then, by default, also of ever fewer samples.

    Parameters
    ----------
    network : str
        Its architecture, as for `made_up`.
    given : mapping
        Options by key, as in `architecture_options`; None for one that was not given. With ``"data"``, the steps are on
        training samples of that data set instead of made-up ones.
    samples, batch, steps
        The samples of each step, and the number of steps.

    Raises
    ------
    ArgumentError, ShapeError
        If the notation is wrong, or the network does not fit the data.
    """
    from whence.cli.steps.unmade_steps import steps_ever_fewer

    start, source = first_step(network, given, samples, batch or HANDFUL)
    return steps_ever_fewer(start, source, samples, batch, steps)


def first_step(
    network: str, given: Mapping[str, Any], samples: Sequence[int] | None, count: int
) -> tuple[Start, StepSamples]:
    """Return what the first step of an untrained network starts from, and its samples: of data, or `made_up`."""
    if given.get("data") is not None:
        return _on_data(network, given)
    refuse_samples(samples)
    return made_up(network, given, count)


def made_up(network: str, given: Mapping[str, Any], count: int) -> tuple[Start, StepSamples]:
    """Return an untrained network in float64 and samples for it, both from the seed.

    Parameters
    ----------
    network : str
        Sizes of a multilayer perceptron, ``"784,96,10"``, also with activations, ``"784, 96 relu, 10"``, or the shape
        of an input and layers in the notation of `whence.nn.architecture`: ``"28x28x1, conv 8 5, flatten, linear 10"``.
    given : mapping
        Options by key, as in `architecture_options`; None for one that was not given.
    count : int
        Number of samples, whose numbers have two decimals.

    Returns
    -------
    start, source
        The network, its loss and its optimizer, and the samples.
    """
    from whence.cli.steps.step_samples import StepSamples
    from whence.cli.steps.unmade_steps import Start
    from whence.cli.training_plan import make_optimizer
    from whence.data import Preprocessing
    from whence.training import Model

    settings, net, loss_fn = _described(network, given)
    model = Model(net, loss_fn, Preprocessing(), None, f"seed {settings.seed}")
    source = StepSamples.made_up(model, count, settings.seed)
    return Start(model, make_optimizer(settings), _FIRST_STEP), source


def described_step(network: str, given: Mapping[str, Any]) -> tuple[Sequential, Loss, Optimizer]:
    """Return an untrained network in float64, its loss and its optimizer, as for `made_up`."""
    from whence.cli.training_plan import make_optimizer

    settings, net, loss_fn = _described(network, given)
    return net, loss_fn, make_optimizer(settings)


def _described(network: str, given: Mapping[str, Any]) -> tuple[Settings, Sequential, Loss]:
    settings = _settings(network, given, dtype="float64")
    net = described_network(network, settings)
    return settings, net, _suitable_loss(net, settings)


def _suitable_loss(net: Sequential, settings: Settings) -> Loss:
    """Return the loss of the settings, or else cross-entropy for several outputs and squared error for one.

    Raises
    ------
    ArgumentError
        If the network activates the output for a loss that does so itself.
    """
    from whence.nn import BinaryCrossEntropy, Sigmoid, Softmax, losses

    loss_fn = losses.read(settings.loss or ("cross_entropy" if net.output_shape[-1] > 1 else "mean_squared_error"))
    name, last = type(loss_fn).__name__, net.layers[-1]
    if loss_fn.classifies and settings.output_activation is not None:
        raise ArgumentError(f"the loss {name} activates the output itself; leave out output-activation")
    twice = isinstance(last, Sigmoid if isinstance(loss_fn, BinaryCrossEntropy) else Softmax)
    if loss_fn.classifies and twice:
        raise ArgumentError(f"the loss {name} activates the output itself; leave out the last layer, {last}")
    return loss_fn


def _settings(network: str, given: Mapping[str, Any], **fixed: Any) -> Settings:
    """Return the settings of an untrained network; all names in them are checked."""
    from whence.cli.training_plan import check_names

    options = {**given, **fixed}
    settings = settings_from(options if _SIZES.fullmatch(network) else {**options, "arch": network})
    check_names(settings)
    return settings


def _on_data(network: str, given: Mapping[str, Any]) -> tuple[Start, StepSamples]:
    """Return an untrained network as ``whence train`` would begin with it, and the training samples of its data."""
    from whence.cli.steps.step_samples import StepSamples
    from whence.cli.steps.unmade_steps import Start
    from whence.cli.training_plan import load_dataset, make_plan
    from whence.nn.axes import shape_text

    settings = _settings(network, given)
    inputs = load_dataset(settings).input_shape
    described = described_network(network, settings)
    flattens = described.input_shape == (math.prod(inputs),) != inputs
    if described.input_shape != inputs and not flattens:
        raise ShapeError(
            f"the network takes inputs {shape_text(described.input_shape)}, but those of {given['data']} are "
            f"{shape_text(inputs)}; begin with {'x'.join(map(str, inputs))}"
        )
    if _SIZES.fullmatch(network):
        _, *hidden, outputs = _sizes(network)
        plan = make_plan(replace(settings, hidden_layer_sizes=tuple(hidden)))
        if plan.model.net.output_shape != (outputs,):
            wanted = math.prod(plan.model.net.output_shape)
            raise ShapeError(f"the network has {counted(outputs, 'output')}, but {given['data']} needs {wanted}")
    else:
        layers = network.partition(",")[2]
        plan = make_plan(replace(settings, arch=f"flatten, {layers}" if flattens else layers))
    return Start(plan.model, plan.optimizer, _FIRST_STEP), StepSamples.of_training(plan.dataset)


def architecture_options(*, step: bool, data: bool = False) -> list[click.Option]:
    """Return the options that describe a network and its loss, and on request those of its optimizer and of data."""
    keys = (*_NETWORK, "loss", *(_STEP if step else ()), *(_DATA if data else ()), "seed")
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


def refuse_samples(samples: Sequence[int] | None) -> None:
    """Raise `click.UsageError` if training samples were chosen for ARCH, which has none."""
    if samples is not None:
        raise click.UsageError("an architecture has made-up samples; leave out samples, or give a run")
