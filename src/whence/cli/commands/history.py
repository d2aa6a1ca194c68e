"""``whence history``: the whole training of a run, or of two beside each other, as a film."""

from __future__ import annotations

from pathlib import Path

import click

from whence.cli.options.shared import IMPORT, Command, misuse, say_written
from whence.files import require_ending, require_place


def _run(run: Path, frames: int, save: Path) -> None:
    from whence.cli.steps.run_film import film_of_run
    from whence.plots import film_animation, film_sheet

    with misuse():
        require_ending(save, ".png", ".gif")
    require_place(save)
    film = film_of_run(run, frames)
    draw = film_animation if save.suffix.lower() == ".gif" else film_sheet
    draw(film, save)
    say_written(save, f"{save}: {len(film.steps)} frames of {film.steps[-1]:,} steps")


command = Command(
    "history",
    callback=_run,
    params=[
        click.Argument(["run"], type=click.Path(path_type=Path)),
        IMPORT,
        click.Option(
            ["--frames"],
            type=click.IntRange(2, 1000),
            metavar="N",
            default=50,
            show_default=True,
            help="Number of frames, spread over the training.",
        ),
        click.Option(
            ["--save"],
            type=click.Path(path_type=Path),
            metavar="FILE",
            required=True,
            help="The picture to write: film.png, some frames on a sheet, or film.gif, all of them in motion.",
        ),
    ],
    help="""Draw the whole training of a run as a film.

    RUN is the folder of a run, which is trained again, with the same bits, and not changed.""",
)
