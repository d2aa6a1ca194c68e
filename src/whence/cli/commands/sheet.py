"""``whence sheet``: the next training steps of a run as a spreadsheet of live formulas."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from whence.cli.options.shared import DEFAULT_BATCH, IMPORT, RUN, STEPS, output, output_path

if TYPE_CHECKING:
    from whence.trace import Trace
    from whence.views.sheet import Layout

_WORKBOOK = "step.xlsx"
_MANY_CELLS = 50_000


def _run(run: Path, batch: int | None, steps: int, window: int | None, output: Path | None) -> None:
    from whence.views.sheet import DEFAULT_WINDOW, write_layout

    path = output_path(run, output, _WORKBOOK)
    layout, how = (None, "") if window else _whole(run, batch, steps)
    if layout is None:
        layout, how = _in_windows(run, batch, steps, window or DEFAULT_WINDOW)
    if layout.cells > _MANY_CELLS:
        click.echo(f"writing {layout.cells:,} cells, which takes a while", err=True)
    write_layout(path, layout)
    click.echo(f"{path}: {how}open it in LibreOffice or Excel, change a coloured cell, and see what follows from it")


def _whole(run: Path, batch: int | None, steps: int) -> tuple[Layout | None, str]:
    """Return whole arrays of a batch, by default the largest that fits, and what to say of them; None if none fits."""
    from whence.cli.traced_run import trace_run
    from whence.errors import TooLargeError
    from whence.views.sheet import plan_sheet

    layouts: dict[int, Layout] = {}
    refused: dict[int, str] = {}

    def fits(traces: list[Trace]) -> bool:
        samples = len(traces[0]["x"])
        try:
            layouts[samples] = plan_sheet(traces)
        except TooLargeError as error:
            refused[samples] = str(error)
        return samples in layouts

    traces = trace_run(run, batch=batch, default_batch=DEFAULT_BATCH, fits=fits, steps=steps)
    samples = len(traces[0]["x"])
    if samples not in layouts and not fits(traces):
        click.echo(f"whole arrays do not fit: {refused[samples]}", err=True)
        return None, ""
    return layouts[samples], f"a batch of {samples}, since {min(refused)} would be too large; " if refused else ""


def _in_windows(run: Path, batch: int | None, steps: int, window: int) -> tuple[Layout, str]:
    """Return windows of large arrays, and what to say of them."""
    from whence.cli.traced_run import trace_run
    from whence.views.sheet import plan_sheet

    traces = trace_run(run, batch=batch, default_batch=DEFAULT_BATCH, steps=steps)
    layout = plan_sheet(traces, window)
    in_part = any(item.is_in_part for page in layout.pages for item in page.items)
    return layout, f"large arrays in windows of {window} places an axis; " if in_part else ""


command = click.Command(
    "sheet",
    callback=_run,
    params=[
        RUN,
        IMPORT,
        click.Option(
            ["--batch"],
            type=click.IntRange(min=1),
            help=f"Take the first so many training samples.  [default: {DEFAULT_BATCH}, or as many as fit]",
        ),
        STEPS,
        click.Option(
            ["--window"],
            type=click.IntRange(min=1),
            metavar="PLACES",
            help="Show of large arrays so many places of each axis, with what they are computed from.  "
            "[default: whole arrays; 8 if not even one sample fits so]",
        ),
        output(_WORKBOOK),
    ],
    help="""Write the next training steps of RUN as a spreadsheet in which every number is a live formula.

    RUN is the folder of a run, or a file of saved traces. Forward pass, loss, backward pass and update are computed by
    the spreadsheet itself: change a weight, an input, a label or the learning rate, and everything that follows from it
    changes too. Of a network that is too large for that, windows of its arrays are live. The run stays as it is.""",
)
