"""``whence import``: a network that another program wrote, with a receipt from the program that runs it."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from whence.cli.options.shared import JSON, Command, click_option, misuse
from whence.cli.options.table import OPTIONS
from whence.cli.terminal import echo
from whence.errors import ArgumentError
from whence.files import require_ending, require_place

if TYPE_CHECKING:
    from whence.interop.onnx import ReadOnnx
    from whence.training import Model

_ENDING = ".safetensors"


def _run(
    file: Path,
    output: Path | None,
    until: str | None,
    classes: str | None,
    shift: str | None,
    scale: str | None,
    as_json: bool,
    **given: Any,
) -> None:
    from whence.interop.onnx import read_onnx
    from whence.training import save_model

    path = _output_path(file, output)
    names = None if classes is None else [name.strip() for name in classes.split(",")]
    read = read_onnx(file, loss=given.pop("loss"), classes=names, until=until)
    model = _with_preprocessing(read.model, given, names, _numbers("shift", shift), _numbers("scale", scale))
    save_model(path, model)
    if as_json:
        found = {"file": str(path), "inputs": model.net.input_shape, "outputs": model.net.output_shape}
        echo(json.dumps({**found, "loss": str(model.loss_fn), "notes": read.notes, **asdict(read.runs)}))
        return
    echo(model.net.summary())
    runs = read.runs
    proof = f"the largest difference to {runs.evaluator} is {runs.difference:.1e} on {runs.inputs} made-up inputs"
    echo(f"\n{path} gives what {file} gives: {proof}, of outputs up to {runs.largest:.3g}.")
    for line in _remarks(read, model):
        echo(f"· {line}")
    echo(f"\nNow: whence show {path}")


def _output_path(file: Path, given: Path | None) -> Path:
    if given is not None:
        require_ending(given, _ENDING)
        require_place(given)
        return given
    path = Path(file.stem + _ENDING)
    if path.exists():
        raise ArgumentError(f"there is a file {path} already; give another by -o, or this one to replace it")
    return path


def _remarks(read: ReadOnnx, model: Model) -> list[str]:
    """Return what the network differs in from the file, and how it is to be used, a line each."""
    from whence.data import Preprocessing
    from whence.nn.axes import shape_text

    prepared, shape = model.preprocessing, model.net.input_shape
    own = ", ".join("?" if length is None else str(length) for length in read.input_shape)
    inputs = f"inputs are {shape_text(shape)}, in the file ({own})"
    if prepared.picture_format is not None:
        inputs += "; give pictures, or arrays of their pixels"
    elif prepared == Preprocessing():
        inputs += (
            "; give them as the network takes them, scaled as in its training, or import it with --data or --scale"
        )
    else:
        inputs += "; give them raw, they are shifted and scaled"
    outputs = f"predicts {len(model.classes)} classes" if model.classes else "predicts numbers"
    loss = f"its loss is {model.loss_fn!r}, and it {outputs}; choose another by --loss"
    return [*read.notes, inputs, loss]


def _with_preprocessing(model: Model, given: dict[str, Any], names: list[str] | None, shift: Any, scale: Any) -> Model:
    """Return the model with the preprocessing and the classes of data, and with its own or given shift and scale."""
    from whence.data import Preprocessing
    from whence.data.stored_preprocessing import misfit

    if given["data"] is not None:
        model = _for_data(model, given, names)
    elif given["dir"] is not None:
        raise click.UsageError("dir is the folder of data; give data too, or leave it out")
    chosen = {name: value for name, value in (("shift", shift), ("scale", scale)) if value is not None}
    prepared: Preprocessing = replace(model.preprocessing, **chosen)
    if wrong := misfit(prepared, model.net.input_shape, model.net.output_shape):
        raise ArgumentError(f"{wrong}; give one number, or one for each of the last axis")
    return replace(model, preprocessing=prepared)


def _for_data(model: Model, given: dict[str, Any], names: list[str] | None) -> Model:
    from whence.cli.options.settings import settings_from
    from whence.cli.training_plan import load_dataset
    from whence.data import Preprocessing
    from whence.data.stored_preprocessing import misfit
    from whence.nn.axes import shape_text

    dataset = load_dataset(settings_from(given))
    prepared, own = dataset.preprocessing, model.preprocessing
    if dataset.input_shape != model.net.input_shape or misfit(prepared, model.net.input_shape, model.net.output_shape):
        raise ArgumentError(
            f"the network takes {shape_text(model.net.input_shape)}, but {dataset.name} has inputs "
            f"{shape_text(dataset.input_shape)}; give the data that it was trained on, or leave out --data"
        )
    if own != Preprocessing():
        prepared = replace(prepared, shift=own.shift, scale=own.scale)
    classes = model.classes
    if classes is not None and names is None and dataset.classes is not None:
        if len(dataset.classes) != len(classes):
            raise ArgumentError(
                f"the network tells {len(classes)} classes apart, but {dataset.name} has {len(dataset.classes)}; give "
                "the data that it was trained on, or leave out --data"
            )
        classes = dataset.classes
    return replace(model, preprocessing=prepared, classes=classes)


def _numbers(name: str, text: str | None) -> Any:
    """Return a number, or an array of those in a text such as ``0.5,0.25``."""
    import numpy as np

    if text is None:
        return None
    try:
        found = [float(part) for part in text.split(",")]
    except ValueError:
        found = [np.nan]
    if not np.isfinite(found).all() or (name == "scale" and min(found) <= 0):
        with misuse():
            raise ArgumentError(f"{name} is {text!r}; give a number, or one for each of the last axis: 0.5,0.25,0.5")
    return found[0] if len(found) == 1 else np.array(found)


command = Command(
    "import",
    callback=_run,
    params=[
        click.Argument(["file"], type=click.Path(path_type=Path)),
        click.Option(
            ["-o", "--output"],
            type=click.Path(path_type=Path),
            help="The model file to write.  [default: FILE's name with the ending .safetensors, in the working folder]",
        ),
        click_option(
            OPTIONS["loss"], default=None, show_default=False,
            help="The loss.  [default: cross_entropy for several outputs, binary_cross_entropy after a sigmoid, or "
            "else mean_squared_error]",
        ),
        click.Option(["--classes"], metavar="NAME,…", help="The names of the classes, in order."),
        click.Option(
            ["--until"], metavar="VALUE",
            help="The name of the value in FILE that is the network's output; what comes after it is left out.",
        ),
        click_option(
            OPTIONS["data"], default=None, show_default=False,
            help="The data that the network was made for: their preprocessing, the format of their pictures and the "
            "names of their classes become the network's.",
        ),
        click_option(OPTIONS["dir"], default=None, show_default=False),
        click.Option(["--shift"], metavar="X[,X…]", help="What is subtracted from raw inputs."),
        click.Option(
            ["--scale"], metavar="X[,X…]",
            help="What raw inputs are multiplied with then; 0.00392157 makes pixels numbers from 0 to 1.",
        ),
        JSON,
    ],
    help="""Read the network in FILE, which another program wrote, as a model file, and prove it by running it there.

    FILE is an ONNX file, model.onnx, such as PyTorch, Keras and scikit-learn write. All commands that take a model file
    work on it: show, why, sheet, check, formulas, summary, predict, evaluate. Channels become the last axis; a last
    softmax or sigmoid belongs to the loss; all nodes for which there is no layer are listed. Needs: pip install
    'whence-nn[onnx]'.""",
)  # fmt: skip
