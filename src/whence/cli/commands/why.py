"""``whence why``: where one number of a training step came from."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from whence.cli.options.shared import (
    BATCH,
    BEST,
    IMPORT,
    JSON,
    LANGUAGE,
    NETWORK,
    SAMPLES,
    STEP,
    Command,
    count_option,
    misuse,
    refuse_typed,
    say_written,
)
from whence.cli.steps.described_network import architecture_options
from whence.cli.terminal import echo, paint
from whence.errors import ArgumentError
from whence.files import require_ending, require_place

if TYPE_CHECKING:
    from whence.views.texts import Language


def _run(
    network: str,
    cell: str | None,
    samples: list[int] | None,
    batch: int | None,
    step: str,
    depth: int,
    terms: int,
    digits: int,
    language: Language,
    training: bool,
    predict: Path | None,
    save: Path | None,
    as_json: bool,
    **given: Any,
) -> None:
    if training:
        refuse_typed("depth", but="one step, not for --training")
        with misuse():
            others = batch is not None or step != BEST or any(value is not None for value in given.values())
            of = _asked_sample(samples, predict, cell, others=others)
            if save is not None and of is None:
                raise ArgumentError("--save is for a prediction; give its sample by --samples 17 or --predict FILE")
            if save is not None:
                require_ending(save, ".png")
        if of is None:
            _explain_parameter(Path(network), cell, as_json, terms, {"digits": digits, "language": language})
        else:
            _explain_prediction(Path(network), cell, of, save, as_json, terms, {"digits": digits, "language": language})
        return
    if predict is not None or save is not None:
        raise click.UsageError("--predict and --save are for --training; give it too, or leave them out")
    from whence.cli.steps.traced_network import trace_network
    from whence.views.text import list_arrays, read_cell, why_json, why_text
    from whence.views.which_step import step_sentence

    shown: dict[str, Any] = {"depth": depth, "terms": terms, "digits": digits, "language": language}
    [trace] = next(trace_network(network, given, samples=samples, batch=batch, step=step))
    if cell is None:
        echo(list_arrays(trace, language))
        return
    name, index = read_cell(trace, cell)
    if as_json:
        echo(json.dumps(why_json(trace, name, index, **shown), ensure_ascii=False))
        return
    echo(why_text(trace, name, index, **shown, paint=paint))
    if name in trace.formulas and (line := step_sentence(trace, language)):
        echo(f"\n{line}")


def _asked_sample(samples: list[int] | None, file: Path | None, cell: str | None, *, others: bool) -> int | Path | None:
    """Return the sample whose prediction is asked about; None if a parameter is."""
    given = [*(samples or ()), *([] if file is None else [file])]
    if others or len(given) > 1 or (cell is None and not given):
        raise ArgumentError(
            "--training is about all steps and one parameter, such as W1[3,5], or the prediction of one sample, a "
            "training sample by --samples 17 or a file by --predict FILE; give one of these and nothing else"
        )
    return given[0] if given else None


def _explain_parameter(run: Path, cell: str | None, as_json: bool, terms: int, shown: dict[str, Any]) -> None:
    from whence.cli.steps.run_biography import trace_life
    from whence.views.text import biography_json, biography_text

    assert cell is not None
    life, dataset = trace_life(run, cell)
    if as_json:
        echo(json.dumps(biography_json(life, dataset, terms=terms), ensure_ascii=False))
        return
    echo(biography_text(life, dataset, terms=terms, **shown, paint=paint))


def _explain_prediction(
    run: Path,
    cell: str | None,
    of: int | Path,
    save: Path | None,
    as_json: bool,
    terms: int,
    shown: dict[str, Any],
) -> None:
    from whence.cli.steps.run_prediction import trace_prediction
    from whence.plots import prediction_picture
    from whence.views.text import prediction_json, prediction_text

    if save is not None:
        require_place(save)
    traced = trace_prediction(run, cell, of)
    if as_json:
        echo(json.dumps(prediction_json(traced.biography, traced.dataset, terms=terms), ensure_ascii=False))
    else:
        echo(prediction_text(traced.biography, traced.dataset, traced.name, terms=terms, **shown, paint=paint))
    if save is not None:
        samples, asked = map(traced.as_pictures, (traced.dataset.train, traced.sample))
        prediction_picture(traced.biography, samples, save, classes=traced.dataset.classes, asked=asked, count=terms)
        say_written(save, str(save))


TRAINING = click.Option(
    ["--training"],
    is_flag=True,
    help="Which training samples made a parameter of the saved model, such as W1[3,5], or a number that it makes of "
    "one sample, such as the logit 'z2[0,7]', a margin 'z2[0,7]-z2[0,9]', p[0,7] or loss; by default the output of "
    "the predicted class. The run is trained again, with the same bits.",
)
PREDICT = click.Option(
    ["--predict"],
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="With --training, the sample to ask about: a picture, or a table or array of one row.",
)
SAVE = click.Option(
    ["--save"],
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="With --training and a sample, a PNG file to write: the number over the training, and the samples that moved "
    "it most, as pictures if they are some.",
)

command = Command(
    "why",
    callback=_run,
    params=[
        NETWORK,
        IMPORT,
        click.Argument(["cell"], required=False),
        STEP,
        SAMPLES,
        BATCH,
        count_option("--depth", "Number of steps back from the cell.", 1, most=20),
        count_option("--terms", "Number of terms of a sum to show.", 8),
        count_option("--digits", "Significant digits of numbers.", 4, most=17),
        TRAINING,
        PREDICT,
        SAVE,
        LANGUAGE,
        JSON,
        *architecture_options(step=True, data=True),
    ],
    help="""Show where one number came from: CELL, such as 'dW1[3,5]' or loss, of a training step.

    RUN is the folder of a run, a model file, or a saved trace; ARCH is the sizes of a multilayer perceptron, such as
    "784, 96 relu, 10", or the shape of an input and layers. The options marked ARCH are for ARCH only, but for those of
    the optimizer, the data and the seed, which a model file takes too. Ask for the cell's sources in turn to get back
    to pixels and labels. Without CELL, all arrays are listed. Greek letters may be spelled out: eta, gamma2.""",
)
