"""``whence show``: training steps of a run as an interactive web page."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from whence.cli.options.shared import (
    BATCH,
    EXERCISE,
    IMPORT,
    NETWORK,
    SAMPLES,
    STEP,
    STEPS,
    Command,
    key_path,
    language_option,
    output,
    output_path,
    say_written,
)
from whence.cli.runs.run_files import PAGE
from whence.cli.steps.described_network import architecture_options

if TYPE_CHECKING:
    from whence.trace import Trace
    from whence.views.texts import Language


def _run(
    network: str,
    files: tuple[Path, ...],
    samples: list[int] | None,
    batch: int | None,
    step: str,
    steps: int,
    output: Path | None,
    language: Language | None,
    exercise: int | None,
    opened: bool,
    **given: Any,
) -> None:
    from whence.cli.steps.traced_network import trace_network
    from whence.views.exercise import make_exercise
    from whence.views.page import write_page
    from whence.views.which_step import step_sentence

    path = output_path(network, output, PAGE if exercise is None else f"exercise-{exercise}.html")
    traces = next(trace_network(network, given, files=files, samples=samples, batch=batch, step=step, steps=steps))
    data = traces[0].description.get("data")
    name = Path(network).resolve().name if os.path.isdir(network) else network
    title = f"{name} · {data['name']}" if data else Path(network).stem
    if exercise is None:
        write_page(path, traces, title=title, language=language)
    else:
        asked = make_exercise(traces, exercise)
        for file, solved in {path: False, key_path(path): True}.items():
            write_page(file, traces, title=title, language=language, exercise=asked, solved=solved)
    if files:
        say_written(path, f"the step's targets are what the network predicts{_classes(traces[0])}; the files hold none")
    size = f" ({path.stat().st_size / 1e6:.1f} MB)" if path.is_file() else ""
    use = "click a number in it to see where it came from"
    if exercise is not None:
        use = f"{len(asked.blanks)} cells to compute; the key is {key_path(path)}"
    say_written(path, f"{path}{size}: {use}")
    if line := step_sentence(traces[0], "en"):
        say_written(path, line)
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
        NETWORK,
        IMPORT,
        click.Argument(["files"], nargs=-1, type=click.Path(path_type=Path)),
        STEP,
        SAMPLES,
        BATCH,
        STEPS,
        EXERCISE,
        output(PAGE),
        language_option(None, "The language in which the page opens.  [default: the browser's]"),
        click.Option(["--open", "opened"], is_flag=True, help="Open the page in the browser."),
        *architecture_options(step=True, data=True),
    ],
    help="""Write training steps as a web page that shows where every number came from.

    RUN is the folder of a run, or a file of saved traces. The steps are on training samples, or on the pictures or rows
    in FILES, read as by whence predict, with what the network predicts as their targets. ARCH is the sizes of a
    multilayer perceptron, such as "784, 96 relu, 10", or the shape of an input and layers: the first step of that
    network, on made-up samples or those of --data; the options marked ARCH are for it only. A model file may stand for
    RUN: the step from its weights, with --data and the options of the optimizer as for ARCH. The page is a single file
    that works offline: click a number to see what it was computed from; change a weight, an input, a label or the
    learning rate to see the effect. The run is not changed.""",
)
