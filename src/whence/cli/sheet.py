"""``whence sheet``: the next training steps of a run as a spreadsheet of live formulas."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from whence.cli.common import DEFAULT_BATCH, RUN, STEPS, output, output_path

if TYPE_CHECKING:
    from whence.trace import Trace

_WORKBOOK = "step.xlsx"
_MANY_CELLS = 50_000


def _run(run: Path, batch: int | None, steps: int, output: Path | None) -> None:
    from whence.cli.traced_run import trace_run
    from whence.errors import ArgumentError
    from whence.views.sheet import check_fits, count_cells, write_sheet

    too_large: list[int] = []

    def fits(traces: list[Trace]) -> bool:
        try:
            check_fits(traces)
        except ArgumentError:
            too_large.append(len(traces[0]["x"]))
            return False
        return True

    path = output_path(run, output, _WORKBOOK)
    traces = trace_run(run, batch=batch, default_batch=DEFAULT_BATCH, fits=fits, steps=steps)
    check_fits(traces)
    if (cells := count_cells(traces)) > _MANY_CELLS:
        click.echo(f"writing {cells:,} cells, which takes a while", err=True)
    write_sheet(path, traces)
    smaller = f"a batch of {len(traces[0]['x'])}, since {too_large[-1]} would be too large; " if too_large else ""
    click.echo(
        f"{path}: {smaller}open it in LibreOffice or Excel, change a coloured cell, and see what follows from it"
    )


command = click.Command(
    "sheet",
    callback=_run,
    params=[
        RUN,
        click.Option(
            ["--batch"],
            type=click.IntRange(min=1),
            help=f"Take the first so many training samples.  [default: {DEFAULT_BATCH}, or as many as fit]",
        ),
        STEPS,
        output(_WORKBOOK),
    ],
    help="""Write the next training steps of RUN as a spreadsheet in which every number is a live formula.

    RUN is the folder of a run, or a file of saved traces. Forward pass, loss, backward pass and update are computed by
    the spreadsheet itself: change a weight, an input, a label or the learning rate, and everything that follows from it
    changes too. The run stays as it is.""",
)
