"""``whence sheet``: training steps of a run as a spreadsheet of live formulas."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from whence.cli.options.shared import (
    BATCH,
    EXERCISE,
    IMPORT,
    LANGUAGE,
    NETWORK,
    SAMPLES,
    STEP,
    STEPS,
    Command,
    count_option,
    key_path,
    output,
    output_path,
    say_written,
)
from whence.cli.runs.run_files import WORKBOOK
from whence.cli.steps.described_network import architecture_options
from whence.cli.terminal import echo
from whence.errors import TooLargeError

if TYPE_CHECKING:
    from whence.trace import Trace
    from whence.views.sheet import Layout
    from whence.views.texts import Language

_MANY_CELLS = 50_000


def _run(
    network: str,
    window: int | None,
    output: Path | None,
    samples: list[int] | None,
    batch: int | None,
    step: str,
    steps: int,
    language: Language,
    exercise: int | None,
    **given: Any,
) -> None:
    from whence.cli.steps.traced_network import trace_network
    from whence.views.sheet import DEFAULT_WINDOW, write_layout
    from whence.views.which_step import step_sentence

    path = output_path(network, output, WORKBOOK if exercise is None else f"exercise-{exercise}.xlsx")

    def traced() -> Iterator[list[Trace]]:
        return trace_network(network, given, samples=samples, batch=batch, step=step, steps=steps)

    if exercise is not None:
        if window is not None:
            raise click.UsageError("window and exercise were both given; an exercise needs whole arrays")
        _write_exercise(path, next(traced()), exercise, language)
        return
    layout, how = (None, "") if window else _whole(traced(), language)
    if layout is None:
        layout, how = _in_windows(next(traced()), window or DEFAULT_WINDOW, language)
    if layout.cells > _MANY_CELLS:
        echo(f"writing {layout.cells:,} cells, which takes a while", err=True)
    write_layout(path, layout)
    use = "open it in LibreOffice or Excel and change a coloured cell; all that depends on it is recomputed"
    say_written(path, f"{path}: {how}{use}")
    if line := step_sentence(layout.pages[0].trace, "en"):
        say_written(path, line)


def _write_exercise(path: Path, traces: list[Trace], seed: int, language: Language) -> None:
    """Write a sheet with blank cells, and beside it one with their numbers."""
    from whence.views.exercise import make_exercise
    from whence.views.sheet import plan_sheet, write_layout

    exercise = make_exercise(traces, seed)
    write_layout(path, plan_sheet([exercise.blanked], language=language), exercise=exercise)
    write_layout(key_path(path), plan_sheet(traces, language=language), exercise=exercise, solved=True)
    say_written(path, f"{path}: {len(exercise.blanks)} cells to compute; the key is {key_path(path)}")


def _whole(ever_fewer: Iterator[list[Trace]], language: Language) -> tuple[Layout | None, str]:
    """Return the layout of whole arrays for the largest batch that fits, with a remark; None if none fits."""
    from whence.views.sheet import plan_sheet

    refused = ""
    for traces in ever_fewer:
        samples = len(traces[0]["x"])
        try:
            layout = plan_sheet(traces, language=language)
        except TooLargeError as error:
            refused = str(error)
        else:
            return layout, f"a batch of {samples}, since {samples + 1} would be too large; " if refused else ""
    echo(f"whole arrays do not fit: {refused}", err=True)
    return None, ""


def _in_windows(traces: list[Trace], window: int, language: Language) -> tuple[Layout, str]:
    """Return the layout with windows of large arrays, and a remark."""
    from whence.views.sheet import plan_sheet

    layout = plan_sheet(traces, window, language=language)
    in_part = any(item.is_in_part for page in layout.pages for item in page.items)
    return layout, f"windows of {window} places along each axis of large arrays; " if in_part else ""


command = Command(
    "sheet",
    callback=_run,
    params=[
        NETWORK,
        IMPORT,
        STEP,
        SAMPLES,
        BATCH,
        STEPS,
        EXERCISE,
        count_option(
            "--window",
            "Show only N places along each axis of large arrays, and what they are computed from.  "
            "[default: whole arrays, or 8 if one sample does not fit]",
        ),
        LANGUAGE,
        output(WORKBOOK),
        *architecture_options(step=True, data=True),
    ],
    help="""Write training steps as a spreadsheet in which every number is a live formula.

    RUN is the folder of a run, a model file, or a file of saved traces; ARCH is the sizes of a multilayer perceptron,
    such as "784, 96 relu, 10", or the shape of an input and layers. The options marked ARCH are for ARCH only, but for
    those of the optimizer, the data and the seed, which a model file takes too. The spreadsheet computes forward pass,
    loss, backward pass and update: change a weight, an input, a label or the learning rate, and everything that depends
    on it is recomputed. Where the default samples do not fit, it takes fewer, and of the arrays of a large network it
    shows windows. The run is not changed.""",
)
