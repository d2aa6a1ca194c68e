"""``whence sheet``: the next training steps of a run as a spreadsheet of live formulas."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from whence.cli.options.shared import DEFAULT_BATCH, IMPORT, RUN, STEPS, count_option, output, output_path

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
    click.echo(
        f"{path}: {how}open it in LibreOffice or Excel and change a coloured cell; all that depends on it is recomputed"
    )


def _whole(run: Path, batch: int | None, steps: int) -> tuple[Layout | None, str]:
    """Return the layout of whole arrays for the largest batch that fits, with a remark; None if none fits."""
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
    """Return the layout with windows of large arrays, and a remark."""
    from whence.cli.traced_run import trace_run
    from whence.views.sheet import plan_sheet

    traces = trace_run(run, batch=batch, default_batch=DEFAULT_BATCH, steps=steps)
    layout = plan_sheet(traces, window)
    in_part = any(item.is_in_part for page in layout.pages for item in page.items)
    return layout, f"windows of {window} places along each axis of large arrays; " if in_part else ""


command = click.Command(
    "sheet",
    callback=_run,
    params=[
        RUN,
        IMPORT,
        count_option(
            "--batch",
            f"Take the first N training samples.  [default: {DEFAULT_BATCH}, or fewer if these do not fit]",
        ),
        STEPS,
        count_option(
            "--window",
            "Show only N places along each axis of large arrays, and what they are computed from.  "
            "[default: whole arrays, or 8 if one sample does not fit]",
        ),
        output(_WORKBOOK),
    ],
    help="""Write the next training steps of RUN as a spreadsheet in which every number is a live formula.

    RUN is the folder of a run, or a file of saved traces. The spreadsheet computes forward pass, loss, backward pass
    and update: change a weight, an input, a label or the learning rate, and everything that depends on it is
    recomputed. Of the arrays of a large network it shows windows. The run is not changed.""",
)
