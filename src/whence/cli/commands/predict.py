"""``whence predict``: the class, or the numbers, that a trained network predicts for new inputs."""

from __future__ import annotations

import csv
import io
import json
import re
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from whence.cli.options.shared import IMPORT, JSON, RUN, Command
from whence.cli.terminal import echo
from whence.errors import DataError, DataWarning
from whence.text_table import text_table
from whence.wording import counted

if TYPE_CHECKING:
    from whence.arrays import Array
    from whence.training import Model

_EMPTY = "—"
"""What stands in the place of a prediction that cannot be made."""
_FORMULA = re.compile(r"(?![+-]?[\d.]+(e[+-]?\d+)?\Z)[=+@\t\r-]")
"""How texts begin that spreadsheets read as formulas; numbers are none."""
_UNSURE = 0.5
"""A picture whose most probable class is less probable shows perhaps none of the classes."""
_LOOK = "--save-input FILE.png shows what was made of the picture"


def _run(
    run: Path, files: tuple[Path, ...], strict: bool, save_input: Path | None, as_json: bool, as_csv: bool
) -> None:
    if as_json and as_csv:
        raise click.UsageError("--json and --csv were both given; choose one")
    from whence.cli.threads import use_threads_to_measure
    from whence.data.images.picture_file import is_picture
    from whence.training import load_model

    model = load_model(run)
    predictions: list[dict[str, Any]] = []
    titles: list[str] = []
    problems: list[str] = []
    images: list[Array] = []
    for path in files:
        inputs, unusable = _read(model, path, strict)
        images += [inputs] if save_input is not None else []
        problems += unusable.values()
        use_threads_to_measure(model.net, inputs)
        predict = model.predict if model.classes is None else model.probabilities
        with warnings.catch_warnings(action="ignore", category=DataWarning):  # which were given as the file was read
            outputs = predict(inputs, model.preprocessing.read_lengths(path))
        rows = model.preprocessing.prediction_rows(path, len(outputs))
        for i, ((row, title), output) in enumerate(zip(rows, outputs, strict=True)):
            predicted = _prediction(model, output)
            predicted = _emptied(predicted) if i in unusable else predicted
            predictions.append({"file": str(path), "row": row, **predicted})
            titles.append(title)
        if is_picture(path) and predictions[-1].get("probability", 1) < _UNSURE:
            echo(f"{path}: no class has a high probability; {_LOOK}", err=True)
    if save_input is not None:
        model.preprocessing.save_picture(save_input, images)
    if as_json:
        echo(json.dumps({"run": str(run), "predictions": predictions}))
    elif as_csv:
        echo(_as_csv(predictions), nl=False)
    else:
        echo(_as_table(predictions, titles))
    if problems:
        failed = "this row could not be predicted, and has an empty place"
        if len(problems) > 1:
            more = counted(len(problems) - 1, "more row")
            failed = f"this row and {more} could not be predicted, and have empty places"
        raise DataError(f"{problems[0]}; {failed}")


def _read(model: Model, path: Path, strict: bool) -> tuple[Array, dict[int, str]]:
    """Return the inputs in a file, and for each that cannot be used, why."""
    with warnings.catch_warnings():
        if strict:
            warnings.simplefilter("error", DataWarning)
        try:
            inputs, problems = model.preprocessing.read_each(path, model.net.input_shape)
        except DataWarning as warning:
            raise DataError(f"{warning}, which --strict refuses") from warning
    for problem in problems.values() if strict else ():
        raise DataError(problem)
    return inputs, problems


def _emptied(prediction: Any) -> Any:
    """Return a prediction with None for every value, the place of one that cannot be made."""
    if isinstance(prediction, dict):
        return {key: _emptied(value) for key, value in prediction.items()}
    return [None] * len(prediction) if isinstance(prediction, list) else None


def _prediction(model: Model, output: Array) -> dict[str, Any]:
    if model.classes is None:
        numbers, names = output.tolist(), model.preprocessing.target_names
        if len(names) == len(numbers) > 1:
            return {"prediction": dict(zip(names, numbers, strict=True))}
        return {"prediction": numbers[0] if len(numbers) == 1 else numbers}
    best = int(output.argmax())
    return {
        "class": model.classes[best],
        "probability": float(output[best]),
        "probabilities": dict(zip(model.classes, output.tolist(), strict=True)),
    }


def _as_csv(predictions: list[dict[str, Any]]) -> str:
    text = io.StringIO()
    flat = [_flat(prediction) for prediction in predictions]
    writer = csv.DictWriter(text, list(flat[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows({name: _cell(value) for name, value in row.items()} for row in flat)
    return text.getvalue()


def _cell(value: Any) -> Any:
    """Return a value of which no spreadsheet makes a formula: a text that begins like one after an apostrophe."""
    return f"'{value}" if isinstance(value, str) and _FORMULA.match(value) else value


def _flat(prediction: dict[str, Any]) -> dict[str, Any]:
    """Return a prediction with one entry for each probability, or for each number of a regression."""
    flat = {key: value for key, value in prediction.items() if not isinstance(value, dict | list)}
    flat |= {f"probability of {label}": value for label, value in prediction.get("probabilities", {}).items()}
    match prediction.get("prediction"):
        case list(numbers):
            flat |= {f"prediction {i}": number for i, number in enumerate(numbers, start=1)}
        case dict(by_name):
            flat |= {f"prediction of {name}": number for name, number in by_name.items()}
    return flat


def _as_table(predictions: list[dict[str, Any]], titles: list[str]) -> str:
    if "class" in predictions[0]:
        classes = [
            (title, p["class"] or _EMPTY, _EMPTY if p["probability"] is None else f"{p['probability']:.2%}")
            for title, p in zip(titles, predictions, strict=True)
        ]
        return text_table(["", "class", "probability"], classes, left=2)
    flat = [_flat(prediction) for prediction in predictions]
    _, _, *names = flat[0]  # after the file and the row
    rows = [
        (title, *(_EMPTY if one[name] is None else f"{one[name]:.6g}" for name in names))
        for title, one in zip(titles, flat, strict=True)
    ]
    return text_table(["", *names], rows)


command = Command(
    "predict",
    callback=_run,
    params=[
        RUN,
        IMPORT,
        click.Argument(["files"], nargs=-1, required=True, type=click.Path(path_type=Path)),
        click.Option(
            ["--csv", "as_csv"],
            is_flag=True,
            help="Print comma-separated values, with the probability of every class; "
            "names that a spreadsheet would read as formulas have an apostrophe before them.",
        ),
        click.Option(
            ["--strict"],
            is_flag=True,
            help="Refuse files with missing cells, numbers far off or categories never seen.",
        ),
        click.Option(
            ["--save-input"],
            type=click.Path(path_type=Path),
            metavar="FILE",
            help="Write what was made of the pictures, the inputs of the network, as a PNG picture.",
        ),
        JSON,
    ],
    help="""Predict a class or numbers for every row or picture in FILES with the network of RUN.

    A row of a table that cannot be predicted has an empty place, and the exit code is 1. Missing cells are filled as
    in training, and a category that was never seen counts as none of the known; a warning counts such rows.

    A file is a table (CSV and its kin, Excel, Parquet, JSON; - is standard input), an array (.npy, .npz), a picture
    (.png, .jpg …), or a .csv with the pixels of a picture on each line. For a network of handwriting, such as MNIST's,
    a picture may be a photograph: its ink is found in uneven light, within frames and at any size, and is scaled and
    centred like the images that the network was trained on. What makes the result doubtful is said on standard error.

    For a time series, each row is predicted from the --window rows before it: the first prediction is for row
    --window + 1, and the last for the row after the end of the table. With --horizon, each prediction is of so many
    rows. Rows are ordered by their dates, as in training.""",
)
