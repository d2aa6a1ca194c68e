"""``whence formulas``: the derivation of a network's training step."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from whence.cli.options.shared import BATCH, BEST, IMPORT, SAMPLES, STEP, Command, say_written
from whence.cli.steps.described_network import (
    architecture_options,
    describe,
    is_described,
    refuse_options,
    refuse_samples,
)
from whence.cli.terminal import echo
from whence.files import replacing

if TYPE_CHECKING:
    from whence.trace import Trace

_BATCH = 4
_FORMATS = ("text", "markdown", "latex", "html")


def _run(
    network: str,
    form: str,
    numbers: bool,
    layout: str,
    samples: list[int] | None,
    batch: int | None,
    step: str,
    out: Path | None,
    **given: Any,
) -> None:
    from whence.trace import trace
    from whence.views import derivation

    if is_described(network):
        refuse_samples(samples)
        made = trace(*describe(network, given, batch or _BATCH))
    else:
        refuse_options(given)
        made = _of_run(Path(network), samples, batch, step, numbers)
    written = getattr(derivation, f"as_{form}")(derivation.derive(made, rows=layout == "rows", numbers=numbers))
    if out is None:
        echo(written, nl=False)
        return
    with replacing(out) as file:
        file.write(written.encode())
    say_written(out, f"The derivation is in {out}.")


def _of_run(run: Path, samples: list[int] | None, batch: int | None, step: str, numbers: bool) -> Trace:
    from whence.cli.steps.traced_run import trace_run, trace_without_data

    if numbers or step != BEST or run.is_file():
        return trace_run(run, samples=samples, batch=batch, step=step)[0]
    return trace_without_data(run, len(samples or ()) or batch or _BATCH)


command = Command(
    "formulas",
    callback=_run,
    params=[
        click.Argument(["network"], metavar="RUN|ARCH"),
        IMPORT,
        click.Option(
            ["--format", "form"],
            type=click.Choice(_FORMATS),
            metavar="FORMAT",
            default="text",
            help=f"{', '.join(_FORMATS[:-1])} or {_FORMATS[-1]}.  [default: text]",
        ),
        click.Option(
            ["--numbers"],
            is_flag=True,
            help="Write out every array, and one cell in numbers; for a run, needs its data.",
        ),
        click.Option(
            ["--layout"],
            type=click.Choice(["rows", "columns"]),
            metavar="rows|columns",
            default="rows",
            show_default=True,
            help="Samples as rows (z = x W + b) or as columns (z = W x + b).",
        ),
        STEP,
        SAMPLES,
        BATCH,
        click.Option(["-o", "--out"], type=click.Path(path_type=Path, dir_okay=False), help="The file to write."),
        *architecture_options(step=True),
    ],
    help="""Derive a network's training step: forward pass, backward pass by the chain rule, and update.

    RUN is the folder of a run or a saved trace; ARCH is the sizes of a multilayer perceptron, such as 784,96,10, or the
    shape of an input and layers, such as "5x2, lstm 3, last, linear 2". The options marked ARCH are for ARCH only; its
    samples are random, as many as --batch says.""",
)
