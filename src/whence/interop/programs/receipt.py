"""A receipt for a program: it is run by the real interpreter or compiler, and held against what whence predicts."""

from __future__ import annotations

import csv
import io
import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import numpy as np

from whence.arrays import Array
from whence.data import Samples
from whence.data.samples import spread
from whence.errors import ArgumentError
from whence.interop.differences import largest_difference, require_agreement
from whence.interop.programs.given import inputs_for, text_of
from whence.interop.programs.languages import Language
from whence.interop.programs.program import Program
from whence.nn import Sequential
from whence.training import Model
from whence.training.outputs import outputs_for

_INPUTS = 64
_SECONDS = 600


@dataclass(frozen=True)
class Receipt:
    """What a program made of real inputs.

    Parameters
    ----------
    tool : str
        What ran it, with its version; or why it was not run.
    inputs : int
        How many inputs it was given; 0 if it was not run.
    difference : float
        The largest difference to what whence makes of them in float64.
    difference_of_run : float
        The largest difference to what whence makes of them in the network's own dtype.
    largest : float
        The largest of whence's answers in size.
    remark : str
        What else there is to know of the program, such as its memory.
    """

    tool: str
    inputs: int = 0
    difference: float = 0.0
    difference_of_run: float = 0.0
    largest: float = 0.0
    remark: str = ""


def prove(text: str, language: Language, program: Program, model: Model, samples: Samples, tolerance: float) -> Receipt:
    """Run a program on real inputs, and compare its answers with whence's.

    Parameters
    ----------
    text : str
        The program's text.
    language : Language
        Its language.
    program : Program
        What it computes.
    model : Model
        The network that it was made of.
    samples : Samples
        Real inputs, of which up to 64 are taken.
    tolerance : float
        The largest difference that is taken for rounding, as a share of the largest answer.

    Raises
    ------
    ArgumentError
        If the program fails, or an answer differs by more than rounding.
    """
    tool = shutil.which(language.tool)
    if tool is None:
        return Receipt(f"not run: no {language.tool} found")
    chosen = _chosen(program, samples)
    sequences = inputs_for(program, chosen)
    answers = _answers(run(text, language, tool, text_of(program, sequences)), program)
    exact, own = _in_float64(model), model.net
    expected, of_run = (np.concatenate([_expected(net, model, each) for each in sequences]) for net in (exact, own))
    receipt = Receipt(
        tool=version_of(language, tool),
        inputs=len(chosen),
        difference=largest_difference(answers, expected),
        difference_of_run=largest_difference(answers, of_run),
        largest=float(np.abs(expected).max()),
    )
    require_same_answers(receipt, tolerance)
    return receipt


def _chosen(program: Program, samples: Samples) -> Samples:
    """Return some samples from all over, or the first ones if the windows of a time series have to be consecutive."""
    if program.table is None or program.table.window is None:
        return spread(samples, _INPUTS)
    return samples.take(np.arange(min(len(samples), _INPUTS)))


def require_same_answers(receipt: Receipt, tolerance: float) -> None:
    """Raise `ArgumentError` if answers differ by more than a share of the largest answer."""
    require_agreement(receipt.tool, "the program's answers", receipt.difference, receipt.largest, tolerance)


def quality(text: str, language: Language, program: Program, model: Model, samples: Samples) -> str:
    """Return how good a program's answers are, and whence's, in words: in accuracy, or in error.

    Parameters
    ----------
    text, language, program, model
        As for `prove`.
    samples : Samples
        Samples with targets, which are all given to the program.
    """
    tool = shutil.which(language.tool)
    if tool is None:
        return ""
    sequences = inputs_for(program, samples)
    answers = _answers(run(text, language, tool, text_of(program, sequences)), program)
    own = np.concatenate([_expected(model.net, model, each) for each in sequences])
    targets = samples.targets
    if program.table is not None and program.table.window is not None:  # of which some may have been left out
        same = [np.array_equal(each[0], window) for each, window in zip(sequences, samples.inputs, strict=True)]
        answers, own, targets = answers[same], own[same], targets[same]
    if samples.lengths is not None and len(model.net.output_shape) > 1:
        targets = np.concatenate([row[:length] for row, length in zip(targets, samples.lengths, strict=True)])
    if model.classes is None:
        targets = targets.reshape(own.shape)
        before, after = (float(np.sqrt(np.mean((each - targets) ** 2))) for each in (own, answers))
        return f"root mean square error {after:.4g} instead of {before:.4g}"
    before, after = (100 * float(np.mean(each.argmax(axis=-1) == targets.ravel())) for each in (own, answers))
    return f"accuracy {after:.2f}% instead of {before:.2f}%, {after - before:+.2f} points"


def run(text: str, language: Language, tool: str, given: str, files: Mapping[str, str] = MappingProxyType({})) -> str:
    """Return what a program prints for what it is given on standard input, and in files, whose names it is told.

    Raises
    ------
    ArgumentError
        If it ends with another exit code than 0.
    """
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, language.file).write_text(text, encoding="utf-8")
        *before, last = language.commands(tool, language.file)
        for command in before:
            _called(command, folder, "")
        for name, content in files.items():
            Path(folder, name).write_text(content, encoding="utf-8")
        return _called([*last, *files], folder, given)


def _called(command: Sequence[str], folder: str, given: str) -> str:
    """Return what a command prints, or raise an `ArgumentError` if it fails."""
    try:
        done = subprocess.run(
            command, input=given, cwd=folder, capture_output=True, encoding="utf-8", timeout=_SECONDS, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise ArgumentError(f"{command[0]} takes more than {_SECONDS} s; no file was written") from error
    if done.returncode:
        said = " ".join(done.stderr.split())[-300:] or f"it ends with the exit code {done.returncode}"
        raise ArgumentError(f"the program fails in {command[0]}: {said}; no file was written")
    return done.stdout


def version_of(language: Language, tool: str) -> str:
    """Return the name and the version of what runs programs."""
    command = [tool, *language.version]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", timeout=_SECONDS, check=False)
    return (done.stdout or done.stderr).partition("\n")[0].strip()


def _answers(printed: str, program: Program) -> Array:
    """Return the numbers that a program printed, a row for each sample, or for each of its time steps."""
    rows = [*csv.reader(io.StringIO(printed, newline=""))]
    rows = rows[1:] if program.names else rows
    numbers = [row[1:] if program.classes else row for row in rows]
    return np.array(numbers, np.float64)


def _in_float64(model: Model) -> Sequential:
    """Return the network in float64, with the same parameters."""
    state = {path: array.astype(np.float64) for path, array in model.net.state_dict().items()}
    return Sequential.from_config({**model.net.config(), "dtype": "float64"}, state)


def _expected(net: Sequential, model: Model, raw: Array) -> Array:
    """Return what whence predicts, a row for each sample, or for each of its time steps."""
    outputs = outputs_for(net, raw, model.preprocessing)
    if model.classes is None:
        found = model.preprocessing.restored(model.loss_fn.predictions(outputs), raw)
    else:
        found = model.loss_fn.probabilities(outputs)
    return np.asarray(found).reshape(-1, found.shape[-1])
