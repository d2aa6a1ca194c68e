"""``whence show``: training steps of a run as an interactive web page."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from whence.cli.options.shared import (
    BATCH,
    IMPORT,
    RUN,
    SAMPLES,
    STEP,
    STEPS,
    Command,
    output,
    output_path,
    say_written,
)
from whence.cli.runs.run_files import PAGE

if TYPE_CHECKING:
    from whence.trace import Trace


def _run(
    run: Path,
    files: tuple[Path, ...],
    samples: list[int] | None,
    batch: int | None,
    step: str,
    steps: int,
    output: Path | None,
    opened: bool,
) -> None:
    from whence.cli.steps.traced_run import trace_run
    from whence.trace.which_step import which_step
    from whence.views.page import write_page

    path = output_path(run, output, PAGE)
    traces = trace_run(run, files=files, samples=samples, batch=batch, step=step, steps=steps)
    line = which_step(traces[0])
    data = traces[0].description.get("data")
    write_page(path, traces, title=f"{run.resolve().name} · {data['name']}" if data else run.stem)
    if files:
        say_written(path, f"the step's targets are what the network predicts{_classes(traces[0])}; the files hold none")
    size = f" ({path.stat().st_size / 1e6:.1f} MB)" if path.is_file() else ""
    say_written(path, f"{path}{size}: click a number in it to see where it came from")
    if line:
        say_written(path, f"This is {line}.")
    if opened:
        click.launch(str(path))


def _classes(trace: Trace) -> str:
    """Return the classes in a trace's targets: ``: 7, 3``; nothing if they are numbers."""
    classes = trace.description.get("classes")
    return f": {', '.join(classes[target] for target in trace['y'].ravel())}" if classes else ""


command = Command(
    "show",
    callback=_run,
    params=[
        RUN,
        IMPORT,
        click.Argument(["files"], nargs=-1, type=click.Path(path_type=Path)),
        STEP,
        SAMPLES,
        BATCH,
        STEPS,
        output(PAGE),
        click.Option(["--open", "opened"], is_flag=True, help="Open the page in the browser."),
    ],
    help="""Write training steps of RUN as a web page that shows where every number came from.

    RUN is the folder of a run, or a file of saved traces. The steps are on training samples, or on the pictures or rows
    in FILES, read as by whence predict, with what the network predicts as their targets. The page is a single file that
    works offline: click a number to see what it was computed from; change a weight, an input, a label or the learning
    rate to see the effect. The run is not changed.""",
)
