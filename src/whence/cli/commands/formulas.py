"""``whence formulas``: the derivation of a network's training step."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from whence.cli.described_network import architecture_options, describe, is_described, refuse_options
from whence.cli.options.shared import IMPORT

if TYPE_CHECKING:
    from whence.trace import Trace

_MADE_UP = 4
_FORMATS = ("text", "markdown", "latex", "html")


def _run(
    network: str,
    form: str,
    numbers: bool,
    samples: str,
    batch: int | None,
    out: Path | None,
    **given: Any,
) -> None:
    from whence.files import replacing
    from whence.views import derivation

    described = is_described(network)
    trace = _described(network, given, batch) if described else _of_run(Path(network), given, batch, numbers)
    written = getattr(derivation, f"as_{form}")(derivation.derive(trace, rows=samples == "rows", numbers=numbers))
    if out is None:
        click.echo(written, nl=False)
        return
    with replacing(out) as file:
        file.write(written.encode())
    click.echo(f"The derivation is in {out}.")


def _described(network: str, given: dict[str, Any], batch: int | None) -> Trace:
    from whence.trace import trace

    return trace(*describe(network, given, batch or _MADE_UP))


def _of_run(run: Path, given: dict[str, Any], batch: int | None, numbers: bool) -> Trace:
    from whence.cli.traced_run import trace_run, trace_without_data

    refuse_options(given)
    if numbers or run.is_file():
        return trace_run(run, batch=batch)[0]
    return trace_without_data(run, batch or _MADE_UP)


command = click.Command(
    "formulas",
    callback=_run,
    params=[
        click.Argument(["network"], metavar="RUN|ARCH"),
        IMPORT,
        click.Option(
            ["--format", "form"],
            type=click.Choice(_FORMATS),
            default="text",
            show_default=True,
            help="How to write it.",
        ),
        click.Option(
            ["--numbers"],
            is_flag=True,
            help="Write every array out, with the arithmetic of a cell; of a run, this needs its data.",
        ),
        click.Option(
            ["--samples"],
            type=click.Choice(["rows", "columns"]),
            default="rows",
            show_default=True,
            help="Whether samples are rows (z = x W + b) or columns (z = W x + b).",
        ),
        click.Option(["--batch"], type=click.IntRange(min=1), help="How many samples to calculate with."),
        click.Option(["-o", "--out"], type=click.Path(path_type=Path, dir_okay=False), help="File to write to."),
        *architecture_options(step=True),
    ],
    help="""Derive a network's training step: forward, the chain rule from the loss down, and the update.

    RUN is the folder of a run or a saved trace; ARCH is the sizes of a multilayer perceptron, such as 784,96,10, which
    the options marked ARCH describe further, or the shape of an input and layers, such as
    "5x2, lstm 3, last, linear 2".""",
)
