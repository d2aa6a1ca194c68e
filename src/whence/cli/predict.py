"""``whence predict``: the class, or the numbers, that a trained network gives for new inputs."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from whence.cli.common import JSON, RUN

if TYPE_CHECKING:
    from whence.arrays import Array
    from whence.training import Model


def _run(run: Path, files: tuple[Path, ...], as_json: bool, as_csv: bool) -> None:
    if as_json and as_csv:
        raise click.UsageError("--json and --csv contradict each other; choose one")
    from whence.cli.inputs import read_inputs
    from whence.cli.trained import model_of

    model = model_of(run)
    predictions: list[dict[str, Any]] = []
    for path in files:
        outputs = model.predict(read_inputs(path, model))
        rows = [None] if len(outputs) == 1 else range(1, len(outputs) + 1)
        for row, output in zip(rows, outputs, strict=True):
            predictions.append({"file": str(path), "row": row, **_prediction(model, output)})
    if as_json:
        click.echo(json.dumps({"run": str(run), "predictions": predictions}))
    elif as_csv:
        click.echo(_as_csv(predictions), nl=False)
    else:
        click.echo(_as_table(predictions))


def _prediction(model: Model, output: Array) -> dict[str, Any]:
    if model.classes is None:
        numbers = output.tolist()
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
    writer.writerows(flat)
    return text.getvalue()


def _flat(prediction: dict[str, Any]) -> dict[str, Any]:
    """Return a prediction with one entry for each probability, or for each number of a regression."""
    flat = {key: value for key, value in prediction.items() if not isinstance(value, dict | list)}
    flat |= {f"probability of {label}": value for label, value in prediction.get("probabilities", {}).items()}
    if isinstance(prediction.get("prediction"), list):
        flat |= {f"prediction {i}": value for i, value in enumerate(prediction["prediction"], start=1)}
    return flat


def _as_table(predictions: list[dict[str, Any]]) -> str:
    from whence.cli.tables import columns

    def source(prediction: dict[str, Any]) -> str:
        row = prediction["row"]
        return prediction["file"] if row is None else f"{prediction['file']}, row {row}"

    if "class" in predictions[0]:
        rows = [(source(p), p["class"], f"{p['probability']:.2%}") for p in predictions]
        return columns(["", "class", "probability"], rows, left=2)
    numbers = [p["prediction"] if isinstance(p["prediction"], list) else [p["prediction"]] for p in predictions]
    count = len(numbers[0])
    header = ["", *(["prediction"] if count == 1 else [f"prediction {i + 1}" for i in range(count)])]
    return columns(
        header, [(source(p), *(f"{v:.6g}" for v in part)) for p, part in zip(predictions, numbers, strict=True)]
    )


command = click.Command(
    "predict",
    callback=_run,
    params=[
        RUN,
        click.Argument(["files"], nargs=-1, required=True, type=click.Path(path_type=Path)),
        click.Option(["--csv", "as_csv"], is_flag=True, help="Print a table with commas, with every probability."),
        JSON,
    ],
    help="""Tell what the network of RUN predicts for every row or picture in FILES.

    A file is a table (.csv, .tsv, .parquet), an array (.npy, .npz), or a picture (.png, .jpg), which is inverted,
    fitted and centred like the images that the network was trained on.""",
)
