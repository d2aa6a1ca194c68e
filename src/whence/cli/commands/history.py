"""``whence history``: the whole training of a run, or of two beside each other, as a film."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from whence.cli.options.shared import (
    IMPORT,
    RUN,
    Command,
    language_option,
    misuse,
    output,
    output_path,
    say_written,
)
from whence.cli.runs.run_files import HISTORY
from whence.errors import ArgumentError
from whence.files import require_ending, require_place

if TYPE_CHECKING:
    from whence.views.texts import Language


def _run(
    run: Path, other: Path | None, frames: int, output: Path | None, save: Path | None, language: Language | None
) -> None:
    from whence.cli.steps.replayed_run import ReplayedRun
    from whence.cli.steps.run_film import film_of_run, require_comparable, titles_of
    from whence.plots import film_animation, film_sheet
    from whence.views.film import write_film

    with misuse():
        if save is not None and other is not None:
            raise ArgumentError("--save draws the film of one run, but two were given; give one of them")
        if save is not None:
            require_ending(save, ".png", ".gif")
    if save is not None:
        require_place(save)
    path = None if save is not None and output is None else output_path(run, output, HISTORY)
    folders = [run] if other is None else [run, other]
    runs = [ReplayedRun.of(folder) for folder in folders]
    require_comparable(runs)
    films = [film_of_run(each, frames) for each in runs]
    if save is not None:
        [film] = films
        draw = film_animation if save.suffix.lower() == ".gif" else film_sheet
        draw(film, save)
        say_written(save, f"{save}: {len(film.steps)} frames of {film.steps[-1]:,} steps")
    if path is not None:
        write_film(path, films, titles=titles_of(runs), runs=list(map(str, folders)), language=language)
        size = f" ({path.stat().st_size / 1e6:.1f} MB)" if path.is_file() else ""
        say_written(path, f"{path}{size}: move through the training; click a weight to see what made it")


command = Command(
    "history",
    callback=_run,
    params=[
        RUN,
        IMPORT,
        click.Argument(["other"], metavar="[RUN2]", required=False, type=click.Path(path_type=Path)),
        click.Option(
            ["--frames"],
            type=click.IntRange(2, 1000),
            metavar="N",
            default=50,
            show_default=True,
            help="Number of frames, spread over the training.",
        ),
        output(HISTORY),
        click.Option(
            ["--save"],
            type=click.Path(path_type=Path),
            metavar="FILE",
            help="Draw a picture instead of the page: film.png, some frames on a sheet, or film.gif, all in motion.",
        ),
        language_option(None, "The language in which the page opens.  [default: the browser's]"),
    ],
    help="""Write the whole training of a run as a film: a web page on which its steps pass.

    RUN is the folder of a run, which is trained again, with the same bits, and not changed. With RUN2, a run on the
    same data, both are shown side by side. The page is a single file that works offline: losses, weights, decision
    boundary, activations and predictions at every step; click a weight to see which samples made it.""",
)
