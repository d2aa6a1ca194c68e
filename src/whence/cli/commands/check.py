"""``whence check``: check the gradients of a network against finite differences."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from whence.cli.options.shared import BATCH, IMPORT, JSON, NETWORK, SAMPLES, Command
from whence.cli.steps.described_network import architecture_options, first_step, is_described, refuse_options
from whence.cli.terminal import echo
from whence.errors import ArgumentError
from whence.text_table import text_table
from whence.wording import counted

if TYPE_CHECKING:
    from whence.cli.steps.step_samples import StepSamples
    from whence.cli.steps.unmade_steps import Start
    from whence.gradcheck import GradientRow
    from whence.nn import Sequential

_BATCH = 8
_SAVED = {"kind": "best", "number": 1}


def _run(network: str, samples: list[int] | None, batch: int | None, as_json: bool, **given: Any) -> None:
    from whence.gradcheck import check_gradients
    from whence.nn.naming import name_parameters

    start, source = _step(network, given, samples, batch)
    net, loss_fn = _in_float64(start.model.net), start.model.loss_fn
    made_up = source.seed is not None
    (chosen,) = [[*range(len(source.samples))]] if made_up else source.chosen(samples, batch)
    made = source.batch(replace(start.model, net=net), chosen)
    x, y, where = made.x, made.y, "" if made_up else _where(chosen, source, start)
    names = {**name_parameters(net.layers, net.slots), "input": "x"}
    checked = check_gradients(net, loss_fn, x, y, seed=given["seed"] or 0)
    rows: list[GradientRow] = [replace(row, name=f"d{names[row.name]}") for row in checked]
    wrong = any(row.wrong for row in rows)
    if as_json:
        content = {"passed": not wrong, "loss": type(loss_fn).__name__, "rows": [_json(row) for row in rows]}
        echo(json.dumps(content))
    else:
        echo(_table(rows))
        echo(
            f"\n{type(loss_fn).__name__} of {counted(len(x), 'sample')} in float64{where}, backpropagation against "
            f"central differences: {_conclusion(rows)}"
        )
    if wrong:
        click.get_current_context().exit(1)


def _conclusion(rows: list[GradientRow]) -> str:
    """Return the verdict on all gradients, and below it why some are undecided or were moved."""
    undecided = [row for row in rows if not row.wrong and not row.passed]
    if any(row.wrong for row in rows):
        said = "A GRADIENT IS WRONG"
    elif undecided:
        said = f"{counted(len(rows) - len(undecided), 'gradient')} agree, {len(undecided)} undecided"
    else:
        said = "all gradients agree"
    reasons: dict[str, list[str]] = {}
    for row in undecided:
        reasons.setdefault(row.verdict, []).append(row.name)
    notes = [f"{reason}: {', '.join(names)}" for reason, names in reasons.items()]
    if any(row.moved for row in rows):
        notes.append("* after random moves of parameters and inputs, away from kinks and zeros")
    return "\n".join([said, *notes])


def _step(
    network: str, given: dict[str, Any], samples: list[int] | None, batch: int | None
) -> tuple[Start, StepSamples]:
    """Return the network whose gradients are checked, and the samples on which: those of a run, of data, or made up."""
    if is_described(network):
        return first_step(network, given, samples, batch or _BATCH)
    from whence.cli.steps.step_samples import StepSamples
    from whence.cli.steps.traced_model import is_model_file, step_of_model
    from whence.cli.steps.traced_run import open_run
    from whence.cli.steps.unmade_steps import Start

    if is_model_file(network):
        return step_of_model(network, given, samples, batch or _BATCH)
    if os.path.isfile(network):
        raise ArgumentError(f"{network} is a saved trace, which has no network to check; give its ARCH instead")
    refuse_options({key: value for key, value in given.items() if key != "seed"})
    dataset, checkpoint = open_run(network)
    return Start(checkpoint.best_model(), checkpoint.optimizer(), _SAVED), StepSamples.of_training(dataset)


def _in_float64(net: Sequential) -> Sequential:
    from whence.nn import Sequential

    made = Sequential.from_config({**net.config(), "dtype": "float64"})
    made.load_state_dict(net.state_dict())
    return made


def _where(rows: list[int], source: StepSamples, start: Start) -> str:
    """Return on which samples, and of which network."""
    from whence.views.texts import Texts
    from whence.views.which_step import samples_text

    weights = "an untrained network" if start.called["kind"] == "first" else "the weights of the saved model"
    return f" ({samples_text(rows, Texts('common', 'en'))} of {source.name}, {weights})"


def _table(rows: list[GradientRow]) -> str:
    return text_table(
        ["gradient", "shape", "largest relative error", "compared", "at kinks", ""],
        [
            [
                row.name,
                " × ".join(map(str, row.shape)),
                f"{row.error:.1e}",
                f"{row.compared:,}",
                f"{row.skipped:,}" if row.skipped else "",
                row.verdict.partition(":")[0] + " *" * row.moved,
            ]
            for row in rows
        ],
        left=2,
    )


def _json(row: GradientRow) -> dict[str, Any]:
    return {
        "gradient": row.name,
        "shape": row.shape,
        "error": row.error if row.error == row.error else None,
        "compared": row.compared,
        "skipped": row.skipped,
        "moved": row.moved,
        "passed": row.passed,
        "verdict": row.verdict,
    }


command = Command(
    "check",
    callback=_run,
    params=[
        NETWORK,
        IMPORT,
        SAMPLES,
        BATCH,
        *architecture_options(step=False, data=True),
        JSON,
    ],
    help="""Check the gradients of a network, from backpropagation, against finite differences in float64.

    RUN is the folder of a run, checked on training samples, or a model file; ARCH is the sizes of a multilayer
    perceptron, such as 784,96,10, or the shape of an input and layers, such as "8x8x1, conv 4 3, flatten, linear 10".
    Both of these are checked on random samples, eight or as many as --batch says, or on training samples of --data. A
    gradient is undecided where all its slopes are at kinks or zero within
    rounding. The exit code is 1 if a gradient is wrong.""",
)
