"""``whence why``: where one number of a training step came from."""

from __future__ import annotations

import json

import click

from whence.cli.options.shared import BATCH, IMPORT, JSON, SAMPLES, STEP, Command, count_option
from whence.cli.terminal import echo, paint


def _run(
    run: str, cell: str | None, samples: list[int] | None, batch: int | None, step: str, as_json: bool, **shown: int
) -> None:
    from whence.cli.steps.traced_run import trace_run
    from whence.trace.which_step import which_step
    from whence.views.text import list_arrays, read_cell, why_json, why_text

    trace = trace_run(run, samples=samples, batch=batch, step=step)[0]
    if cell is None:
        echo(list_arrays(trace))
        return
    name, index = read_cell(trace, cell)
    if as_json:
        echo(json.dumps(why_json(trace, name, index, **shown), ensure_ascii=False))
        return
    echo(why_text(trace, name, index, **shown, paint=paint))
    if name in trace.formulas and (line := which_step(trace)):
        echo(f"\nThis is {line}.")


command = Command(
    "why",
    callback=_run,
    params=[
        click.Argument(["run"]),
        IMPORT,
        click.Argument(["cell"], required=False),
        STEP,
        SAMPLES,
        BATCH,
        count_option("--depth", "Number of steps back from the cell.", 1, most=20),
        count_option("--terms", "Number of terms of a sum to show.", 8),
        count_option("--digits", "Significant digits of numbers.", 4, most=17),
        JSON,
    ],
    help="""Show where one number came from: CELL, such as 'dW1[3,5]' or loss, of a training step of RUN.

    RUN is the folder of a run, or a saved trace. Ask for its sources in turn to get back to pixels and labels. Without
    CELL, all arrays are listed. Greek letters may be spelled out: eta, gamma2.""",
)
