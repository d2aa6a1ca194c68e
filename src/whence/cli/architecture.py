"""Networks that are only described: ARCH such as 784,96,10 with its options, and made-up samples to go through it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from whence.cli.options import OPTIONS
from whence.cli.settings import settings_from
from whence.errors import ArgumentError

if TYPE_CHECKING:
    from whence.arrays import Array
    from whence.nn import Loss, Sequential
    from whence.optim import Optimizer

_NETWORK = ("activation", "output_activation", "init", "bias_init", "dropout", "batch_norm")
_STEP = ("optimizer", "learning_rate", "momentum", "weight_decay", "clip_norm")


@dataclass(frozen=True)
class Described:
    """A described network in float64, with a batch of made-up samples.

    Parameters
    ----------
    net : Sequential
        The network, newly initialised.
    loss_fn : Loss
        Its loss.
    optimizer : Optimizer
        Its optimizer, before the first step.
    x, y : array
        Inputs, and targets such as the loss takes.
    """

    net: Sequential
    loss_fn: Loss
    optimizer: Optimizer
    x: Array
    y: Array


def is_described(network: str) -> bool:
    """Return whether a text is an architecture rather than a path.

    Raises
    ------
    ArgumentError
        If it is neither.
    """
    if Path(network).exists() or not re.fullmatch(r"[\d,. -]+", network):
        return False
    if not re.fullmatch(r"\d+([,-]\d+)+", network):
        raise ArgumentError(f"{network!r} is no network; give at least two sizes with commas, such as 784,96,10")
    return True


def describe(network: str, given: Mapping[str, Any], batch: int) -> Described:
    """Return the network that an architecture and its options describe.

    Parameters
    ----------
    network : str
        Sizes of a multilayer perceptron: ``"784,96,10"``.
    given : mapping
        Options by key, as `architecture_options` has them; None where one was not given.
    batch : int
        How many samples to make up.
    """
    import numpy as np

    from whence.cli import build
    from whence.nn import losses, mlp

    settings = settings_from(given)
    build.check_names(settings)
    inputs, *hidden, outputs = map(int, re.split("[,-]", network))
    loss_fn = losses[settings.loss or ("cross_entropy" if outputs > 1 else "mean_squared_error")]()
    if loss_fn.classifies and settings.output_activation is not None:
        raise ArgumentError(
            f"the loss {type(loss_fn).__name__} activates the output itself; leave out output-activation"
        )
    net = mlp(
        (inputs,),
        hidden,
        outputs,
        dtype=np.float64,
        seed=settings.seed,
        weight_init=settings.init,
        **{key: getattr(settings, key) for key in _NETWORK if key != "init"},
    )
    rng = np.random.default_rng(settings.seed)
    x = rng.normal(size=(batch, inputs))
    y = _one_hot(rng, batch, outputs) if loss_fn.classifies else rng.normal(size=(batch, outputs))
    return Described(net, loss_fn, build.make_optimizer(settings), x, y)


def architecture_options(*, step: bool) -> list[click.Option]:
    """Return the options that describe a network and its loss, and with ``step`` those of its optimizer too."""
    return [_option(key) for key in (*_NETWORK, "loss", *(_STEP if step else ()), "seed")]


def refuse_options(given: Mapping[str, Any]) -> None:
    """Refuse options that describe a network where there is a run, which has its own."""
    told = [OPTIONS[key].name for key, value in given.items() if value is not None]
    if told:
        raise click.UsageError(
            f"a run has its own settings; leave out {', '.join(told)}, or give sizes such as 784,96,10"
        )


def _one_hot(rng: Any, count: int, classes: int) -> Array:
    import numpy as np

    if classes == 1:
        return np.asarray(rng.integers(0, 2, (count, 1)).astype(np.float64))
    return np.asarray(np.eye(classes)[rng.integers(0, classes, count)])


def _option(key: str) -> click.Option:
    option = OPTIONS[key]
    help_text = f"ARCH: {option.help}."
    if option.default is False:
        return click.Option([f"--{option.name}", key], is_flag=True, flag_value=True, default=None, help=help_text)
    return click.Option([f"--{option.name}", key], callback=_reader(key), help=help_text, metavar=option.kind.metavar)


def _reader(key: str) -> Callable[[click.Context, click.Parameter, str | None], Any]:
    def read(ctx: click.Context, parameter: click.Parameter, text: str | None) -> Any:
        try:
            return None if text is None else OPTIONS[key].kind.parse(OPTIONS[key].name, text)
        except ArgumentError as error:
            raise click.UsageError(str(error), ctx) from error

    return read
