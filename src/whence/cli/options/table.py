"""The table of the options of ``whence train``, from which command line and TOML keys are made."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any, Literal

from whence.cli.options.values import (
    BATCH_SIZE,
    FLAG,
    NOTATION,
    PART,
    SIZES,
    Kind,
    choice,
    names,
    number,
    text,
    whole_number,
)


@dataclass(frozen=True)
class Option:
    """One option.

    Parameters
    ----------
    key : str
        Its name as an attribute of the settings.
    kind : Kind
        What values it takes.
    help : str
        What it does, in one line.
    default : object
        Its default; None leaves the choice to the data or to another option.
    short : str
        Its one-letter option, such as ``"-d"``.
    off : str
        For flags, the option that turns it off, such as ``"--shuffle"``; ``--no-NAME`` if empty.
    """

    key: str
    kind: Kind
    help: str
    default: Any = None
    short: str = ""
    off: str = ""

    @property
    def name(self) -> str:
        """Its name, words separated by dashes; a TOML file may use underscores."""
        return self.key.replace("_", "-")


DEFAULTS: dict[str, dict[str, Any]] = {
    "text": {
        "arch": "embed 64, lstm 128, linear",
        "optimizer": "adam",
        "learning_rate": 0.002,
        "window": 64,
        "measure_train": False,
    },
    # the gradient of the squared error is unbounded, so plain gradient descent can diverge
    "numbers": {"optimizer": "adam", "weight_decay_on_tables": 0.03},
    "classes": {"optimizer": "sgd", "weight_decay_on_tables": 0.003},
}
"""Defaults for text, and for other data by their targets; rates and weight decay are for the optimizer beside them."""
_TEXT = DEFAULTS["text"]


def _option(kind: Kind, help: str, default: Any = None, *, short: str = "", off: str = "") -> Any:
    """Return the field of an option."""
    return field(default=default, metadata={"kind": kind, "help": help, "short": short, "off": off})


@dataclass(frozen=True, kw_only=True)
class DataSettings:
    """The data to train on."""

    data: str | None = _option(
        text("DATA"),
        "a name from `whence data list`, the path of a file or folder, or `text` and the path of a text file",
    )
    dir: str | None = _option(text("DIR"), "folder that holds the files of the data set", short="-d")
    header: bool | None = _option(FLAG, "the first line of a table names its columns, or not (default: told from it)")
    missing_markers: tuple[str, ...] | None = _option(
        names("TEXT"), "text that marks a missing cell, besides NA, ? and the like; may be repeated"
    )
    target: tuple[str, ...] | None = _option(
        names("COLUMN"), "column of a table to predict, or several of numbers (default: the last)"
    )
    task: str | None = _option(
        choice("classification", "regression"), "take the target for classes or for numbers (default: what suits it)"
    )
    drop: tuple[str, ...] | None = _option(names("COLUMN"), "column of a table to leave out; may be repeated")
    only: tuple[str, ...] | None = _option(names("COLUMN"), "the only column to learn from; may be repeated")
    categorical: tuple[str, ...] | None = _option(names("COLUMN"), "column to take for categories; may be repeated")
    numeric: tuple[str, ...] | None = _option(names("COLUMN"), "column to take for numbers; may be repeated")
    date: tuple[str, ...] | None = _option(
        names("COLUMN"), "column to take for dates, or COLUMN=%d/%m/%Y; may be repeated"
    )
    missing: str = _option(
        choice("mean", "median", "most-frequent", "indicator", "drop", "error"),
        "what fills missing cells of a table; or drop their rows, or stop",
        "mean",
    )
    positive: str | None = _option(text("LABEL"), "the class to predict against all others (one-vs-rest)")
    test: float | str | None = _option(
        PART, "fraction of the samples to hold out for testing, or the file that holds the test samples; 0 for none"
    )
    validation: float | str | None = _option(PART, "the same for validation, of the samples that are not for testing")
    group: str | None = _option(text("COLUMN"), "column of a table; rows of one group stay in one part of the data")
    window: int | None = _option(
        whole_number(1, 1_000_000),
        f"length of sequences: characters of a text (default: {_TEXT['window']}) or rows of a time series",
    )
    horizon: int = _option(whole_number(1, 10_000), "rows of a time series to predict after each window", 1)
    difference: int | None = _option(
        whole_number(0, 1_000_000),
        "predict the change of a time series from N rows before; 0 for its values (default: what varies less)",
    )
    size: str | None = _option(
        text("SIZE"), 'size of the pictures in a folder: 28, 64x48 (width first) or "64x48 crop" (default: their own)'
    )
    skip_unreadable: bool = _option(FLAG, "leave out files in a folder that are no readable pictures", False)
    as_sequence: bool = _option(FLAG, "read images row by row, as sequences", False)
    augment: str | None = _option(text("STEPS"), 'augment training images: "shift 2, rotate 10, scale 0.1, elastic"')
    offline: bool = _option(FLAG, "never download; stop instead", False)


@dataclass(frozen=True, kw_only=True)
class NetworkSettings:
    """The network; with an architecture, only the precision is set besides."""

    arch: str | tuple[str, ...] | None = _option(
        NOTATION,
        'the whole network: "conv 16 5, relu, pool 2, flatten, linear" (docs/architecture.md; '
        f'default for text: "{_TEXT["arch"]}")',
    )
    hidden_layer_sizes: tuple[int, ...] = _option(SIZES, 'units of the hidden layers, or "none"', (128,), short="-s")
    activation: str = _option(text("NAME"), "activation of the hidden layers", "relu")
    output_activation: str | None = _option(text("NAME"), "activation of the last layer (default: none)")
    init: str | None = _option(text("INIT"), 'initial weights: he_normal, "uniform(-0.2, 0.2)" …')
    bias_init: str = _option(text("INIT"), "initial biases", "zeros")
    dropout: float = _option(number(0, 1, below=True), "fraction of hidden outputs to drop in training", 0.0)
    batch_norm: bool = _option(FLAG, "batch normalisation of each hidden layer", False)
    dtype: Literal["float32", "float64"] = _option(
        choice("float32", "float64"), "precision of all arithmetic", "float32"
    )


@dataclass(frozen=True, kw_only=True)
class TrainingSettings:
    """How the network is trained."""

    loss: str | None = _option(text("NAME"), 'the loss to minimise: l1, "huber(delta=2)" … (default: suits the data)')
    class_weights: str | None = _option(
        text("WEIGHTS"), 'weights of the classes: balanced, "cat=2, dog=0.5", or a file of names and weights'
    )
    optimizer: str | None = _option(
        text("NAME"), 'sgd, "adam(beta1=0.7)", adamw, rmsprop, adagrad (default: sgd; adam for numbers and text)'
    )
    learning_rate: float | None = _option(
        number(0, 1000, above=True),
        f"learning rate (default: the optimizer's; {_TEXT['learning_rate']} for text and {_TEXT['optimizer']})",
        short="-l",
    )
    momentum: float | None = _option(number(0, 1, below=True), "fraction of the last step that is added to the next")
    weight_decay: float | None = _option(
        number(0, 1000),
        "strength of the pull of the weights to zero (default: 0; for tables 0.003 with sgd, 0.03 with adam)",
    )
    clip_norm: float | None = _option(
        number(0, 1e6, above=True), "largest norm of the gradient (default: 5 for recurrent networks)"
    )
    schedule: str | None = _option(text("NAME"), 'learning-rate schedule: cosine, "step(10, 0.5)" …')
    max_iter: int | None = _option(
        whole_number(1, 10_000_000),
        "number of epochs (default: 50, for tables at least 4,000 steps; unless max-steps is given)",
        short="-m",
    )
    max_steps: int | None = _option(whole_number(1, 1_000_000_000), "largest number of training steps")
    batch_size: int | Literal["all"] | None = _option(
        BATCH_SIZE, "samples per batch (default: 32, or all if fewer)", short="-b"
    )
    replacement: bool = _option(
        FLAG, "draw batches with replacement, or use each sample once per epoch", False, off="--shuffle"
    )
    measure_train: bool = _option(
        FLAG, "evaluate on the training samples after each epoch (default: not for text)", True
    )
    patience: int | None = _option(
        whole_number(1, 10_000_000),
        "stop after N epochs without a better one on the validation samples (default: 100 for tables without max-iter)",
    )
    watch: bool = _option(FLAG, "end a training that is hopeless, and say why", False)
    seed: int = _option(whole_number(0, 2**32 - 1), "seed of all random generators", 1)
    threads: int | None = _option(
        whole_number(1, 1024), "most processor cores to use (default: all); small networks use 1"
    )
    chunks: int | None = _option(
        whole_number(1, 65_536),
        "compute a batch in N chunks, whose gradients are added in a fixed order: the same bits for any number of MPI "
        "processes up to N (default: 4 in several processes)",
    )
    fast_reduce: bool = _option(
        FLAG, "let MPI add the gradients of the processes in any order: faster, with other last bits", False
    )
    keep_every: int | None = _option(
        whole_number(1, 10_000_000), "keep a checkpoint every N epochs, so that later steps are replayed from there"
    )


@dataclass(frozen=True, kw_only=True)
class RunSettings:
    """The folder and the output of a run, which are not needed to repeat it."""

    out: str | None = _option(text("FOLDER"), "the run's folder (default: a new one in runs/)")
    force: bool = _option(FLAG, "replace a run that is already in that folder", False)
    log: tuple[str, ...] | None = _option(
        names("LOG"),
        "log the measures of every epoch to a file .csv or .jsonl, or for TensorBoard to a folder; may be repeated",
    )
    profile: bool = _option(FLAG, "measure where the time goes: data, each layer, loss, update, measuring", False)
    pictures: bool = _option(FLAG, "draw the learning curve, the confusion matrix and the first weights", True)
    save_learning_curve: bool = _option(FLAG, "also save learning_curve.png in the working folder", False, short="-c")
    json: bool = _option(FLAG, "print one JSON object at the end", False)
    quiet: bool = _option(FLAG, "print nothing but errors", False, short="-q")


@dataclass(frozen=True, kw_only=True)
class Settings(RunSettings, TrainingSettings, NetworkSettings, DataSettings):
    """The settings of a training; None leaves the choice to the data or to another setting."""


@dataclass(frozen=True, kw_only=True)
class SweepSettings:
    """How trials choose from the ranges of settings; the table ``[sweep]`` of their file."""

    trials: int = _option(whole_number(1, 1_000_000), "number of trials of the whole study", 20, short="-n")
    sampler: str = _option(text("NAME"), 'what chooses from the ranges: tpe, random, cmaes, qmc, "tpe(…)" …', "tpe")
    pruner: str = _option(text("NAME"), "what ends hopeless trials early: median, halving, hyperband, none …", "median")
    storage: str | None = _option(
        text("URL"),
        "Optuna storage, such as postgresql://HOST/NAME or sqlite:///FILE (default: a journal file in the folder)",
    )
    study: str | None = _option(text("NAME"), "name of the study in the storage (default: that of the file)")
    measure: str = _option(text("NAME"), "measure of the validation samples to improve: loss, accuracy, rmse …", "loss")
    seed: int = _option(whole_number(0, 2**32 - 1), "seed of the sampler", 1)


_PARTS = {"Data": DataSettings, "Network": NetworkSettings, "Training": TrainingSettings, "Run": RunSettings}


def _options(part: type) -> list[Option]:
    """Return the options that the fields of a dataclass declare."""
    return [Option(one.name, default=one.default, **one.metadata) for one in fields(part)]


SECTIONS = {name: _options(part) for name, part in _PARTS.items()}
OPTIONS = {option.key: option for options in SECTIONS.values() for option in options}
SWEEP_OPTIONS = {option.key: option for option in _options(SweepSettings)}

DESCRIBED_BY_ARCH = tuple(option.key for option in SECTIONS["Network"] if option.key not in ("arch", "dtype"))
"""The options that an architecture replaces."""
