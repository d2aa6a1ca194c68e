"""``whence history``: the whole training of a run, or of two beside each other, as a film."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from whence.cli.options.shared import (
    IMPORT,
    JSON,
    RUN,
    Command,
    count_option,
    language_option,
    misuse,
    output,
    output_path,
    refuse_typed,
    say_written,
)
from whence.cli.runs.run_files import HISTORY
from whence.cli.terminal import echo
from whence.errors import ArgumentError
from whence.files import replacing, require_ending, require_place

if TYPE_CHECKING:
    from whence.views.texts import Language


def _run(
    run: Path,
    other: Path | None,
    frames: int,
    suspects: bool,
    count: int,
    output: Path | None,
    save: Path | None,
    language: Language | None,
    as_json: bool,
) -> None:
    with misuse():
        if suspects and other is not None:
            raise ArgumentError("--suspects lists the samples of one run, but two were given; give one of them")
        if as_json and not suspects:
            raise ArgumentError("--json is for --suspects; a film is a page or a picture")
    if suspects:
        refuse_typed("frames", but="a film, not for --suspects")
        _list_suspects(run, count, output, save, language, as_json)
        return
    refuse_typed("count", but="--suspects")
    from whence.cli.steps.replayed_run import ReplayedRun
    from whence.cli.steps.run_film import film_of_run, require_comparable, titles_of
    from whence.plots import film_animation, film_sheet
    from whence.plots.film import ANIMATIONS
    from whence.views.film import write_film

    with misuse():
        if save is not None and other is not None:
            raise ArgumentError("--save draws the film of one run, but two were given; give one of them")
        if save is not None:
            require_ending(save, ".png", *ANIMATIONS)
    if save is not None:
        require_place(save)
    path = None if save is not None and output is None else output_path(run, output, HISTORY)
    folders = [run] if other is None else [run, other]
    runs = [ReplayedRun.of(folder) for folder in folders]
    require_comparable(runs)
    films = [film_of_run(each, frames) for each in runs]
    if save is not None:
        [film] = films
        draw = film_animation if save.suffix.lower() in ANIMATIONS else film_sheet
        draw(film, save)
        say_written(save, f"{save}: a film of {film.steps[-1]:,} steps")
    if path is not None:
        write_film(path, films, titles=titles_of(runs), runs=list(map(str, folders)), language=language)
        size = f" ({path.stat().st_size / 1e6:.1f} MB)" if path.is_file() else ""
        say_written(path, f"{path}{size}: move through the training; click a weight to see what made it")


def _list_suspects(
    run: Path, count: int, output: Path | None, save: Path | None, language: Language | None, as_json: bool
) -> None:
    from whence.cli.steps.run_suspects import RunSuspects
    from whence.plots import captioned_images
    from whence.views.text import suspects_csv, suspects_json, suspects_text

    with misuse():
        for path, ending in ((output, ".csv"), (save, ".png")):
            if path is not None:
                require_ending(path, ending)
                require_place(path)
    of = RunSuspects.of(run)
    images = None if save is None else of.require_images()
    samples, classes = of.dataset.train, of.dataset.classes
    records = suspects_json(of.found, samples.targets, classes, of.place, count=count)
    if as_json:
        echo(json.dumps(records, ensure_ascii=False))
    else:
        echo(suspects_text(of.found, samples.targets, classes, of.place, count=count, language=language or "en"))
    if output is not None:
        with replacing(output) as file:
            file.write(suspects_csv(records).encode())
        say_written(output, f"{output}: {len(records)} samples")
    if save is not None and images is not None:
        captions = [f"{each['sample']}: {each['target']} → {each['rather']}" for each in records]
        rows = [each["sample"] for each in records]
        heading = f"Suspect samples of {run}: number, label → what the network said"
        captioned_images(samples.inputs[rows], captions, heading, save, maximum=images.image.maximum)
        say_written(save, f"{save}: {len(records)} samples")


SUSPECTS = click.Option(
    ["--suspects"],
    is_flag=True,
    help="List the training samples that had to lower their loss themselves, against the others: their labels are "
    "probably wrong. -o suspects.csv writes a table of them too.",
)

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
            help="Draw a picture instead of the page: film.png, some frames on a sheet, or all in motion: film.gif, or "
            "film.apng, an animated PNG in all colours. With --suspects, suspects.png: the listed samples, if they are "
            "images.",
        ),
        SUSPECTS,
        count_option("--count", "Number of suspects to list.", 20),
        JSON,
        language_option(None, "The language in which the page opens.  [default: the browser's]"),
    ],
    help="""Write the whole training of a run as a film: a web page on which its steps pass. Or list suspect samples.

    RUN is the folder of a run, which is trained again, with the same bits, and not changed. With RUN2, a run on the
    same data, both are shown side by side. The page is a single file that works offline: losses, weights, decision
    boundary, activations and predictions at every step; click a weight to see which samples made it.""",
)
