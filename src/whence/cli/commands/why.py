"""``whence why``: where one number of a training step came from."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from whence.cli.options.shared import (
    BATCH,
    BEST,
    IMPORT,
    JSON,
    LANGUAGE,
    NETWORK,
    SAMPLES,
    STEP,
    Command,
    count_option,
    misuse,
)
from whence.cli.steps.described_network import architecture_options
from whence.cli.terminal import echo, paint
from whence.errors import ArgumentError

if TYPE_CHECKING:
    from whence.views.texts import Language


def _run(
    network: str,
    cell: str | None,
    samples: list[int] | None,
    batch: int | None,
    step: str,
    depth: int,
    terms: int,
    digits: int,
    language: Language,
    training: bool,
    as_json: bool,
    **given: Any,
) -> None:
    if training:
        chosen = samples is not None or batch is not None or step != BEST
        _explain_training(network, cell, chosen, as_json, terms, {"digits": digits, "language": language})
        return
    from whence.cli.steps.traced_network import trace_network
    from whence.views.text import list_arrays, read_cell, why_json, why_text
    from whence.views.which_step import step_sentence

    shown: dict[str, Any] = {"depth": depth, "terms": terms, "digits": digits, "language": language}
    [trace] = next(trace_network(network, given, samples=samples, batch=batch, step=step))
    if cell is None:
        echo(list_arrays(trace, language))
        return
    name, index = read_cell(trace, cell)
    if as_json:
        echo(json.dumps(why_json(trace, name, index, **shown), ensure_ascii=False))
        return
    echo(why_text(trace, name, index, **shown, paint=paint))
    if name in trace.formulas and (line := step_sentence(trace, language)):
        echo(f"\n{line}")


def _explain_training(
    run: str, cell: str | None, chosen: bool, as_json: bool, terms: int, shown: dict[str, Any]
) -> None:
    from whence.cli.steps.run_biography import trace_life
    from whence.views.text import biography_json, biography_text

    with misuse():
        if cell is None or chosen:
            raise ArgumentError(
                "--training is about a parameter, such as W1[3,5], and all steps that made it; give its name alone"
            )
    life, dataset = trace_life(Path(run), cell)
    targets, classes = dataset.train.targets, dataset.classes
    if as_json:
        echo(json.dumps(biography_json(life, targets, classes, terms=terms), ensure_ascii=False))
        return
    echo(biography_text(life, targets, classes, terms=terms, **shown, paint=paint))


TRAINING = click.Option(
    ["--training"],
    is_flag=True,
    help="What a parameter of the saved model, such as W1[3,5], is made of: its first value, and what every training "
    "sample added to it. The run is trained again, with the same bits.",
)

command = Command(
    "why",
    callback=_run,
    params=[
        NETWORK,
        IMPORT,
        click.Argument(["cell"], required=False),
        STEP,
        SAMPLES,
        BATCH,
        count_option("--depth", "Number of steps back from the cell.", 1, most=20),
        count_option("--terms", "Number of terms of a sum to show.", 8),
        count_option("--digits", "Significant digits of numbers.", 4, most=17),
        TRAINING,
        LANGUAGE,
        JSON,
        *architecture_options(step=True, data=True),
    ],
    help="""Show where one number came from: CELL, such as 'dW1[3,5]' or loss, of a training step.

    RUN is the folder of a run, or a saved trace; ARCH is the sizes of a multilayer perceptron, such as
    "784, 96 relu, 10", or the shape of an input and layers. The options marked ARCH are for ARCH only. Ask for the
    cell's sources in turn to get back to pixels and labels. Without CELL, all arrays are listed. Greek letters may be
    spelled out: eta, gamma2.""",
)
