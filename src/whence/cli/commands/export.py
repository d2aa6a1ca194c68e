"""``whence export``: a trained network for other programs, with a receipt from the program that runs it."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click
import numpy as np

from whence.cli.options.shared import IMPORT, JSON, OFFLINE, RUN, Command, Misuse, count_option, output_path
from whence.cli.runs.run_files import ONNX, PROGRAMS, TORCH, TRAININGS, variant_of
from whence.cli.terminal import echo
from whence.text_table import text_table

if TYPE_CHECKING:
    from collections.abc import Mapping

    from whence.data import Samples
    from whence.interop.onnx import Receipt
    from whence.interop.programs import Receipt as ProgramReceipt
    from whence.training import Model


_MOST_NUMBERS = 20_000
"""How many numbers of training samples a program holds at most."""


def _run(
    run: Path,
    to: str,
    with_preprocessing: bool,
    dtype: str | None,
    quantise: str | None,
    training: int | None,
    output: Path | None,
    offline: bool,
    as_json: bool,
) -> None:
    from whence.training import load_model

    if with_preprocessing and to == "torch":
        raise Misuse("--with-preprocessing is for --to onnx; the module takes what whence's preprocessing gives")
    if with_preprocessing and to != "onnx":
        raise Misuse(f"--with-preprocessing is for --to onnx; a program in {to} always has the preprocessing in it")
    for name, given in {"dtype": dtype, "quantise": quantise}.items():
        if given is not None and to != "c":
            raise Misuse(f"--{name} is for --to c; leave it out")
    if training is not None and to not in TRAININGS:
        raise Misuse(f"--training is for --to {' and --to '.join(TRAININGS)}; leave it out")
    model = load_model(run)
    path = output_path(run, output, _usual_name(to, model, with_preprocessing, dtype, quantise, training))
    splits = _splits(run, model, offline)
    if training is not None:
        _export_training(run, to, path, splits["train"], training, as_json)
        return
    samples = next(splits[name] for name in ("test", "validation", "train") if name in splits)
    if to in PROGRAMS:
        measured_on = splits["train"] if quantise else None
        _export_program(run, to, path, model, samples, dtype, measured_on, as_json)
    elif to == "torch":
        _export_torch(run, path, model, samples, as_json)
    else:
        _export_onnx(run, path, model, samples, with_preprocessing, as_json)


def _usual_name(
    to: str, model: Model, with_preprocessing: bool, dtype: str | None, quantise: str | None, training: int | None
) -> str:
    """Return the name of the file, which tells what it differs in from the plain export."""
    name = TRAININGS[to] if training else {**PROGRAMS, "torch": TORCH}.get(to, ONNX)
    variants = [
        "with_preprocessing" if with_preprocessing else None,
        dtype if dtype != model.net.dtype.name else None,
        quantise,
    ]
    for variant in filter(None, variants):
        name = variant_of(name, variant)
    return name


def _splits(run: Path, model: Model, offline: bool) -> Mapping[str, Samples]:
    """Return the samples of the run's data by the names of their parts."""
    from whence.cli.runs.run_data import data_of_run

    return data_of_run(run, offline=offline).in_classes_of(model.classes)


def _export_program(
    run: Path,
    to: str,
    path: Path,
    model: Model,
    samples: Samples,
    dtype: str | None,
    measured_on: Samples | None,
    as_json: bool,
) -> None:
    from whence.interop.programs import write_program

    receipt = write_program(path, model, samples, to, dtype=dtype, quantise=measured_on)
    said = f"{path} gives what whence gives, on {receipt.inputs} inputs of {model.data}:"
    _tell(run, path, receipt, said, model.net.dtype.name, as_json)


def _export_training(run: Path, to: str, path: Path, train: Samples, rounds: int, as_json: bool) -> None:
    """Write the training of the run's network from its first parameters, on as many samples as a program holds."""
    from whence.errors import ArgumentError
    from whence.interop.programs import write_training
    from whence.nn import Sequential
    from whence.optim import optimizers
    from whence.training import load_checkpoint

    for what, given in {"weights of samples": train.weights, "lengths of sequences": train.lengths}.items():
        if given is not None:
            raise ArgumentError(f"training loops know no {what}, which {run} was trained with; leave out --training")
    checkpoint = load_checkpoint(run)
    model = checkpoint.best_model()
    net = Sequential.from_config({**model.net.config(), "dtype": "float64"})
    optimizer = optimizers.from_json(checkpoint.optimizer().to_json())
    some = train.take(np.arange(min(len(train), max(1, _MOST_NUMBERS // train.inputs[0].size))))
    x = model.preprocessing(some.inputs, net.input_dtype)
    y = model.preprocessing.targets(some.targets, some.inputs, net.dtype)
    receipt = write_training(path, net, model.loss_fn, optimizer, x, y, to, rounds=rounds, data=model.data)
    said = f"{path} trains as whence does, {rounds:,} rounds on {len(x):,} of {len(train):,} samples of {model.data}:"
    _tell(run, path, receipt, said, "float64", as_json)


def _tell(run: Path, path: Path, receipt: ProgramReceipt, said: str, dtype: str, as_json: bool) -> None:
    """Print the receipt of a program."""
    if as_json:
        echo(json.dumps({"run": str(run), "file": str(path), **asdict(receipt)}))
        return
    if not receipt.inputs:
        echo(f"{path} is written, but {receipt.tool}")
    else:
        header, numbers = (
            ["", "largest difference", "largest answer"],
            [f"{receipt.difference:.1e}", f"{receipt.largest:.3g}"],
        )
        if dtype != "float64":
            header.insert(2, f"to {dtype} in whence")
            numbers.insert(1, f"{receipt.difference_of_run:.1e}")
        echo(f"{said}\n\n{text_table(header, [(receipt.tool, *numbers)])}")
    if receipt.remark:
        echo(f"\n{receipt.remark}")


def _export_torch(run: Path, path: Path, model: Model, samples: Samples, as_json: bool) -> None:
    from whence.interop.torch import write_torch
    from whence.interop.torch.writing import state_file

    receipt = write_torch(path, model, samples)
    state = state_file(path)
    if as_json:
        echo(json.dumps({"run": str(run), "file": str(path), "state": str(state), **asdict(receipt)}))
    elif not receipt.inputs:
        echo(f"{path} is written, and its state dict in {state}, but {receipt.tool}")
    else:
        given = f"gives what the network gives, on {receipt.inputs} prepared inputs of {model.data}"
        echo(f"{path} with the state dict in {state} {given}:\n")
        numbers = f"{receipt.difference:.1e}", f"{receipt.largest:.3g}"
        echo(text_table(["", "largest difference", "largest output"], [(receipt.tool, *numbers)]))


def _export_onnx(
    run: Path, path: Path, model: Model, samples: Samples, with_preprocessing: bool, as_json: bool
) -> None:
    from whence.interop.onnx import write_onnx

    receipt = write_onnx(path, model, samples, with_preprocessing=with_preprocessing)
    if as_json:
        echo(json.dumps({"run": str(run), "file": str(path), **asdict(receipt)}))
        return
    echo(f"{path} ({path.stat().st_size / 1e6:.2f} MB) gives what whence gives, on inputs of {model.data}:\n")
    echo(_table(receipt))
    if receipt.remark:
        echo(f"\n{receipt.remark}")


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
        click.Option(
            ["--to"],
            type=click.Choice(["onnx", "torch", *PROGRAMS]),
            metavar="|".join(["onnx", "torch", *PROGRAMS]),
            required=True,
            help="The format, or the language of a program.",
        ),
        click.Option(
            ["--with-preprocessing"],
            is_flag=True,
            help="Put the preprocessing into the file too: it takes columns of tables or pixels of pictures, and gives "
            "probabilities or numbers in their own unit.",
        ),
        click.Option(
            ["--dtype"],
            type=click.Choice(["float32", "float64"]),
            metavar="float32|float64",
            help="The numbers of a program in C.  [default: those of the network]",
        ),
        click.Option(
            ["--quantise"],
            type=click.Choice(["int8"]),
            metavar="int8",
            help="Let a program in C compute weighted sums with weights and activations of one byte.",
        ),
        count_option(
            "--training",
            "Write the training instead, in numpy or r: N rounds from the first parameters, with all samples at once, "
            "step by step.",
        ),
        click.Option(
            ["-o", "--output"],
            type=click.Path(path_type=Path),
            help="The file to write.  [default: such as model.c or model_int8.c, in the run's folder]",
        ),
        OFFLINE,
        JSON,
    ],
    help="""Write the network of RUN as a file for other programs, and prove it by running it there.

    ONNX is read by many programs in many languages. The file is run in onnxruntime and in onnx.reference, on inputs of
    the run's data, one at a time and in batches; it is written only if they give what whence gives. Needs:
    pip install 'whence-nn[onnx]'.

    torch is the source of a PyTorch module, and its state dict in a safetensors file beside it.

    numpy, r, c and javascript are programs of their own, which need nothing but NumPy, R, a compiler or node: they read
    samples and print answers. They are written from the formulas of the network, which are in them, preprocessing and
    names of classes included, and run on inputs of the run's data first.""",
)
