"""``whence check``: check the gradients of a network against finite differences."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from whence.cli.options.shared import BATCH, IMPORT, JSON, NETWORK, SAMPLES, Command
from whence.cli.steps.described_network import (
    architecture_options,
    is_described,
    made_up,
    refuse_options,
    refuse_samples,
)
from whence.cli.terminal import echo
from whence.errors import ArgumentError
from whence.text_table import text_table
from whence.wording import counted

if TYPE_CHECKING:
    from whence.arrays import Array
    from whence.gradcheck import GradientRow
    from whence.nn import Loss, Sequential

_BATCH = 8


def _run(network: str, samples: list[int] | None, batch: int | None, as_json: bool, **given: Any) -> None:
    from whence.gradcheck import check_gradients
    from whence.nn.naming import name_parameters

    if is_described(network):
        refuse_samples(samples)
        where = ""
        start, source = made_up(network, given, batch or _BATCH)
        net, loss_fn, x, y = start.model.net, start.model.loss_fn, source.samples.inputs, source.samples.targets
    else:
        if os.path.isfile(network):
            raise ArgumentError(f"{network} is a saved trace, which has no network to check; give its ARCH instead")
        refuse_options({key: value for key, value in given.items() if key != "seed"})
        net, loss_fn, x, y, where = _of_run(network, samples, batch)
    names = {**name_parameters(net.layers, net.slots), "input": "x"}
    checked = check_gradients(net, loss_fn, x, y, seed=given["seed"] or 0)
    rows = [replace(row, name=f"d{names[row.name]}") for row in checked]
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


def _of_run(run: str, samples: list[int] | None, batch: int | None) -> tuple[Sequential, Loss, Array, Array, str]:
    """Return a run's saved network in float64, its loss, a batch of its training samples, and which they are."""
    from whence.cli.steps.step_samples import StepSamples
    from whence.cli.steps.traced_run import open_run
    from whence.nn import Sequential
    from whence.views.texts import Texts
    from whence.views.which_step import samples_text

    dataset, checkpoint = open_run(run)
    saved = checkpoint.best_model()
    net = Sequential.from_config({**saved.net.config(), "dtype": "float64"})
    net.load_state_dict(saved.net.state_dict())
    source, model = StepSamples.of_training(dataset), replace(saved, net=net)
    (rows,) = source.chosen(samples, batch)
    made = source.batch(model, rows)
    where = f" ({samples_text(rows, Texts('common', 'en'))} of {dataset.name}, the weights of the saved model)"
    return net, model.loss_fn, made.x, made.y, where


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
        *architecture_options(step=False),
        JSON,
    ],
    help="""Check the gradients of a network, from backpropagation, against finite differences in float64.

    RUN is the folder of a run, checked on training samples; ARCH is the sizes of a multilayer perceptron, such as
    784,96,10, or the shape of an input and layers, such as "8x8x1, conv 4 3, flatten, linear 10", checked on random
    samples, eight or as many as --batch says. A gradient is undecided where all its slopes are at kinks or zero within
    rounding. The exit code is 1 if a gradient is wrong.""",
)
