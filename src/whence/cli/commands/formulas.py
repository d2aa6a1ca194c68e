"""``whence formulas``: the derivation of a network's training step."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from whence.cli.options.shared import (
    BATCH,
    BEST,
    EXERCISE,
    HANDFUL,
    IMPORT,
    LANGUAGE,
    NETWORK,
    SAMPLES,
    STEP,
    Command,
    key_path,
    say_written,
)
from whence.cli.steps.described_network import architecture_options, refuse_options
from whence.cli.terminal import echo
from whence.files import replacing, require_ending

if TYPE_CHECKING:
    from whence.views.texts import Language

_FORMATS = {".txt": "text", ".md": "markdown", ".tex": "latex", ".html": "html"}
"""The format by the ending of the file."""


def _run(
    network: str,
    form: str | None,
    numbers: bool,
    layout: str,
    samples: list[int] | None,
    batch: int | None,
    step: str,
    language: Language,
    exercise: int | None,
    out: Path | None,
    **given: Any,
) -> None:
    from whence.cli.steps.traced_network import trace_network
    from whence.cli.steps.traced_run import trace_without_data
    from whence.views import derivation
    from whence.views.exercise import make_exercise

    if out is not None:
        require_ending(out, *(ending for ending, its_form in _FORMATS.items() if form in (None, its_form)))
    form = form or _FORMATS.get(out.suffix.lower() if out else "", "text")
    if numbers or exercise is not None or step != BEST or not os.path.isdir(network):
        [made] = next(trace_network(network, given, samples=samples, batch=batch, step=step))
    else:
        refuse_options(given)
        made = trace_without_data(Path(network), len(samples or ()) or batch or HANDFUL)
    if exercise is not None:
        if out is None:
            raise click.UsageError("an exercise has a key beside it; give the file to write with -o")
        asked = make_exercise([made], exercise)
        for file, solved in {out: False, key_path(out): True}.items():
            derived = derivation.derive_exercise(asked, rows=layout == "rows", language=language, solved=solved)
            _write(file, getattr(derivation, f"as_{form}")(derived))
        say_written(out, f"{out}: {len(asked.blanks)} cells to compute; the key is {key_path(out)}")
        return
    derived = derivation.derive(made, rows=layout == "rows", numbers=numbers, language=language)
    written = getattr(derivation, f"as_{form}")(derived)
    if out is None:
        echo(written, nl=False)
        return
    _write(out, written)
    say_written(out, f"The derivation is in {out}.")


def _write(path: Path, text: str) -> None:
    with replacing(path) as file:
        file.write(text.encode())


command = Command(
    "formulas",
    callback=_run,
    params=[
        NETWORK,
        IMPORT,
        click.Option(
            ["--format", "form"],
            type=click.Choice([*_FORMATS.values()]),
            metavar="FORMAT",
            help="text, markdown, latex or html.  [default: by the ending of the file, or else text]",
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
        EXERCISE,
        LANGUAGE,
        click.Option(["-o", "--out"], type=click.Path(path_type=Path, dir_okay=False), help="The file to write."),
        *architecture_options(step=True, data=True),
    ],
    help="""Derive a network's training step: forward pass, backward pass by the chain rule, and update.

    RUN is the folder of a run, a model file or a saved trace; ARCH is the sizes of a multilayer perceptron, such as
    784,96,10, or the shape of an input and layers, such as "5x2, lstm 3, last, linear 2". The options marked ARCH are
    for ARCH only, but for those of the optimizer, the data and the seed, which a model file takes too; the samples of
    both are made up, as many as --batch says, or those of --data.""",
)
