"""``whence sheet``: the next training steps of a run as a spreadsheet of live formulas."""

from __future__ import annotations

from pathlib import Path

import click

from whence.cli.common import BATCH, DEFAULT_BATCH, RUN, STEPS, output, output_path

_WORKBOOK = "step.xlsx"


def _run(run: Path, batch: int | None, steps: int, output: Path | None) -> None:
    from whence.cli.traced_run import trace_run
    from whence.views.sheet import write_sheet

    path = output_path(run, output, _WORKBOOK)
    write_sheet(path, trace_run(run, batch=batch, default_batch=DEFAULT_BATCH, steps=steps))
    click.echo(f"{path}: open it in LibreOffice or Excel, change a coloured cell, and see what follows from it")


command = click.Command(
    "sheet",
    callback=_run,
    params=[RUN, BATCH, STEPS, output(_WORKBOOK)],
    help="""Write the next training steps of RUN as a spreadsheet in which every number is a live formula.

    RUN is the folder of a run, or a file of saved traces. Forward pass, loss, backward pass and update are computed by
    the spreadsheet itself: change a weight, an input, a label or the learning rate, and everything that follows from it
    changes too. The run stays as it is.""",
)
