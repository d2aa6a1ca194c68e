"""``whence export``: a trained network for other programs, with a receipt from the program that runs it."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from whence.cli.options.shared import IMPORT, JSON, OFFLINE, RUN, Command, output, output_path
from whence.cli.runs.run_files import ONNX
from whence.cli.terminal import echo
from whence.text_table import text_table

if TYPE_CHECKING:
    from whence.data import Samples
    from whence.interop.onnx import Receipt
    from whence.training import Model


def _run(run: Path, to: str, with_preprocessing: bool, output: Path | None, offline: bool, as_json: bool) -> None:
    from whence.interop.onnx import write_onnx
    from whence.training import load_model

    model = load_model(run)
    path = output_path(run, output, ONNX)
    samples = _samples(run, model, offline)
    receipt = write_onnx(path, model, samples, with_preprocessing=with_preprocessing)
    if as_json:
        echo(json.dumps({"run": str(run), "file": str(path), **asdict(receipt)}))
        return
    echo(f"{path} ({path.stat().st_size / 1e6:.2f} MB) gives what whence gives, on inputs of {model.data}:\n")
    echo(_table(receipt))
    if receipt.remark:
        echo(f"\n{receipt.remark}")


def _samples(run: Path, model: Model, offline: bool) -> Samples:
    """Return samples of the run's data, those that it was not trained on if there are any."""
    from whence.cli.runs.run_data import data_of_run

    splits = data_of_run(run, offline=offline).in_classes_of(model.classes)
    return next(splits[name] for name in ("test", "validation", "train") if name in splits)


def _table(receipt: Receipt) -> str:
    header = ["", "inputs", "in batches of", "runs", "largest difference", "largest output"]
    rows = [
        (
            each.evaluator,
            f"{each.inputs:,}",
            ", ".join(map(str, each.batches)),
            f"{each.runs:,}",
            f"{each.difference:.1e}",
            f"{each.largest:.3g}",
        )
        for each in receipt.runs
    ]
    return text_table(header, rows)


command = Command(
    "export",
    callback=_run,
    params=[
        RUN,
        IMPORT,
        click.Option(["--to"], type=click.Choice(["onnx"]), metavar="onnx", required=True, help="The format."),
        click.Option(
            ["--with-preprocessing"],
            is_flag=True,
            help="Put the preprocessing into the file too: it takes columns of tables or pixels of pictures, and gives "
            "probabilities or numbers in their own unit.",
        ),
        output(ONNX),
        OFFLINE,
        JSON,
    ],
    help="""Write the network of RUN as a file for other programs, and prove it by running it there.

    ONNX is read by many programs in many languages. The file is run in onnxruntime and in onnx.reference, on inputs of
    the run's data, one at a time and in batches; it is written only if they give what whence gives. Needs:
    pip install 'whence-nn[onnx]'.""",
)
