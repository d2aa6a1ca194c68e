"""``whence sheet``: the next training steps of a run as a spreadsheet of live formulas."""

from __future__ import annotations

from pathlib import Path

import click

from whence.cli.common import RUN

_BATCH = 4
_WORKBOOK = "step.xlsx"


def _run(run: Path, batch: int | None, steps: int, output: Path | None) -> None:
    from whence.cli.traced_run import open_run, trace_run
    from whence.views.sheet import write_sheet

    if batch is None and not run.is_file():
        dataset, _ = open_run(run)
        batch = min(_BATCH, len(dataset.train))
    path = output or (run.with_suffix(".xlsx") if run.is_file() else run / _WORKBOOK)
    write_sheet(path, trace_run(run, batch=batch, steps=steps))
    click.echo(f"{path}: open it in LibreOffice or Excel, change a coloured cell, and see what follows from it")


command = click.Command(
    "sheet",
    callback=_run,
    params=[
        RUN,
        click.Option(
            ["--batch"],
            type=click.IntRange(min=1),
            help=f"Training samples in each step's batch.  [default: {_BATCH}, or all if fewer]",
        ),
        click.Option(
            ["--steps"], type=click.IntRange(min=1), default=1, show_default=True, help="Training steps in a row."
        ),
        click.Option(
            ["-o", "--output"],
            type=click.Path(path_type=Path),
            help=f"The file to write.  [default: {_WORKBOOK} in the run's folder]",
        ),
    ],
    help="""Write the next training steps of RUN as a spreadsheet in which every number is a live formula.

    RUN is the folder of a run, or a file of saved traces. Forward pass, loss, backward pass and update are computed by
    the spreadsheet itself: change a weight, an input, a label or the learning rate, and everything that follows from it
    changes too. The run stays as it is.""",
)
