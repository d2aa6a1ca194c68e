"""The one table of what ``whence train`` can be told; options of the command line and TOML keys are made from it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from whence.cli.options.values import BATCH_SIZE, FLAG, NOTATION, SIZES, Kind, choice, number, text, whole_number


@dataclass(frozen=True)
class Option:
    """One thing that can be told.

    Parameters
    ----------
    name : str
        Its name, words separated by dashes; a TOML file may use underscores.
    kind : Kind
        What values it takes.
    help : str
        What it does, in one line.
    default : object
        Its value when nothing is said; None leaves the choice to the data or to another option.
    short : str
        Its one-letter option, such as ``"-d"``.
    off : str
        For flags, the option that turns it off, such as ``"--shuffle"``; ``--no-NAME`` if empty.
    """

    name: str
    kind: Kind
    help: str
    default: Any = None
    short: str = ""
    off: str = ""

    @property
    def key(self) -> str:
        """Its name as an attribute of the settings."""
        return self.name.replace("-", "_")


DEFAULTS: dict[str, dict[str, Any]] = {
    "text": {
        "arch": "embed 64, lstm 128, linear",
        "optimizer": "adam",
        "learning_rate": 0.002,
        "window": 64,
        "measure_train": False,
    },
    # the squared error of numbers has no largest slope, so that fixed steps along it can grow without end
    "numbers": {"optimizer": "adam"},
    "classes": {"optimizer": "sgd"},
}
"""What is taken for a text, and for other samples by their targets, where nothing is said.

The learning rate goes with the optimizer beside it.
"""
_TEXT = DEFAULTS["text"]

DATA = Option(
    "data",
    text("DATA"),
    "a name from `whence data list`, the path of a file or folder, or `text` and the path of a text",
)

DATA_OPTIONS = (
    Option("dir", text("DIR"), "folder that holds the files of the data set", short="-d"),
    Option("target", text("COLUMN"), "column of a table to predict (default: the last)"),
    Option("missing", choice("error", "mean", "drop"), "missing cells of a table: stop, fill or drop", "error"),
    Option("positive", text("LABEL"), "tell this one class from the rest"),
    Option("validation", number(0, 1, below=True), "share of training samples to hold out; 0: none"),
    Option(
        "window",
        whole_number(1, 1_000_000),
        f"characters of a text (default: {_TEXT['window']}), or rows of a time series",
    ),
    Option("as-sequence", FLAG, "read images row by row, as sequences", False),
    Option("augment", text("STEPS"), 'change training images: "shift 2, rotate 10, scale 0.1, elastic"'),
    Option("offline", FLAG, "stop rather than download", False),
)
NETWORK_OPTIONS = (
    Option(
        "arch",
        NOTATION,
        'the whole network: "conv 16 5, relu, pool 2, flatten, linear" (docs/architecture.md; '
        f'default for text: "{_TEXT["arch"]}")',
    ),
    Option("hidden-layer-sizes", SIZES, 'units of the hidden layers, or "none"', [128], "-s"),
    Option("activation", text("NAME"), "what follows a hidden layer", "relu"),
    Option("output-activation", text("NAME"), "what follows the last layer (default: nothing)"),
    Option("init", text("INIT"), 'first weights: he_normal, "uniform(-0.2, 0.2)" …'),
    Option("bias-init", text("INIT"), "first biases", "zeros"),
    Option("dropout", number(0, 1, below=True), "share of hidden outputs to drop in training", 0.0),
    Option("batch-norm", FLAG, "normalise each hidden layer by its batch", False),
    Option("dtype", choice("float32", "float64"), "precision of all arithmetic", "float32"),
)
TRAINING_OPTIONS = (
    Option("loss", text("NAME"), "what is to become small (default: suits the data)"),
    Option("optimizer", text("NAME"), "sgd, adam, adamw, rmsprop, adagrad (default: sgd; adam for numbers and text)"),
    Option(
        "learning-rate",
        number(0, 1000, above=True),
        f"how far a step goes (default: the optimizer's; {_TEXT['learning_rate']} for text and {_TEXT['optimizer']})",
        short="-l",
    ),
    Option("momentum", number(0, 1, below=True), "share of the last step that goes on"),
    Option("weight-decay", number(0, 1000), "pull of the weights to zero", 0.0),
    Option("clip-norm", number(0, 1e6, above=True), "scale longer gradients down to it (default: 5 if recurrent)"),
    Option("schedule", text("NAME"), 'of the learning rate: cosine, "step(10, 0.5)" …'),
    Option("max-iter", whole_number(1, 10_000_000), "epochs (default: 50, or as max-steps says)", short="-m"),
    Option("max-steps", whole_number(1, 1_000_000_000), "batches to take at most"),
    Option("batch-size", BATCH_SIZE, "samples in a batch (default: 32, or all if fewer)", None, "-b"),
    Option("replacement", FLAG, "draw every batch anew, or take all in turn", False, off="--shuffle"),
    Option("measure-train", FLAG, "measure all training samples after each epoch (default: not for text)"),
    Option("patience", whole_number(1, 10_000_000), "epochs without improvement before stopping"),
    Option("seed", whole_number(0, 2**32 - 1), "decides all that is random", 1),
    Option("threads", whole_number(1, 1024), "processor cores to use (default: all, or 1 for small networks)"),
)
RUN_OPTIONS = (
    Option("out", text("FOLDER"), "the run's folder (default: a new one in runs/)"),
    Option("force", FLAG, "replace a run that is there already", False),
    Option("save-learning-curve", FLAG, "learning_curve.png in the working folder too", False, "-c"),
    Option("json", FLAG, "print one JSON object, at the end", False),
    Option("quiet", FLAG, "print nothing but errors", False, "-q"),
)

SECTIONS = {
    "Data": DATA_OPTIONS,
    "Network": NETWORK_OPTIONS,
    "Training": TRAINING_OPTIONS,
    "Run": RUN_OPTIONS,
}
OPTIONS = {option.key: option for option in (DATA, *DATA_OPTIONS, *NETWORK_OPTIONS, *TRAINING_OPTIONS, *RUN_OPTIONS)}

DESCRIBED_BY_ARCH = tuple(option.key for option in NETWORK_OPTIONS if option.name not in ("arch", "dtype"))
"""What an architecture says itself."""
