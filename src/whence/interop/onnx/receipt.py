"""A receipt for an ONNX model: it is run on real inputs, and held against what whence makes of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from whence.arrays import Array
from whence.data import Samples
from whence.data.samples import spread
from whence.interop.differences import largest_difference, require_agreement
from whence.interop.onnx.model import OnnxModel
from whence.optional import require

TOLERANCE = 1e-5
"""The largest difference that is taken for rounding, as a share of the largest output."""
"""What stands for the largest output where all are smaller."""
_BATCH_SIZES = 1, 7
_TIMES = 2
_SILENT = 4
"""The level of onnxruntime's own messages from which it prints them: only what ends the program."""
_INPUTS, _INPUTS_OF_REFERENCE = 256, 8

Evaluator = Callable[[dict[str, Array]], Array]


@dataclass(frozen=True)
class Runs:
    """What an evaluator of ONNX made of a model.

    Parameters
    ----------
    evaluator : str
        Its name and version.
    inputs : int
        How many inputs it was given.
    batches : tuple of int
        The sizes of the batches that they were given in.
    runs : int
        How often it was run.
    difference : float
        The largest difference to what whence makes of the same inputs.
    largest : float
        The largest of whence's outputs in size.
    """

    evaluator: str
    inputs: int
    batches: tuple[int, ...]
    runs: int
    difference: float
    largest: float


@dataclass(frozen=True)
class Receipt:
    """What all evaluators made of a model.

    Parameters
    ----------
    runs : tuple of Runs
        Those of onnxruntime and of onnx.reference.
    remark : str
        Why onnx.reference is left out; empty if it is not.
    """

    runs: tuple[Runs, ...]
    remark: str = ""


def prove(model: OnnxModel, samples: Samples, *, any_length: bool = False) -> Receipt:
    """Run a model in onnxruntime and in onnx.reference, in batches of several sizes, repeatedly.

    Parameters
    ----------
    model : OnnxModel
        The model.
    samples : Samples
        Real inputs, of which up to 256 are taken, and 8 for onnx.reference, which is slow.
    any_length : bool
        Whether inputs may have any number of time steps; the first halves of sequences are then given too.

    Raises
    ------
    ArgumentError
        If an output differs from whence's own by more than rounding.
    MissingDependencyError
        If onnx or onnxruntime is not installed.
    """
    evaluators, remark = [(*onnxruntime(model.proto), _INPUTS)], ""
    try:
        evaluators.append((*_reference(model.proto), _INPUTS_OF_REFERENCE))
    except RuntimeError as error:
        remark = f"onnx.reference cannot run it: {error}"
    runs = tuple(
        _compared(name, evaluator, model, _sequences(samples, most, any_length)) for name, evaluator, most in evaluators
    )
    for each in runs:
        require_agreement(each.evaluator, "the model's outputs", each.difference, each.largest, TOLERANCE)
    return Receipt(runs, remark)


def onnxruntime(proto: Any) -> tuple[str, Evaluator]:
    """Return the name and version of onnxruntime, and what it computes a model's first output with."""
    runtime = require("onnxruntime", extra="onnx", purpose="running ONNX files")
    options = runtime.SessionOptions()
    options.intra_op_num_threads, options.log_severity_level = 1, _SILENT
    session = runtime.InferenceSession(
        proto.SerializeToString(), options, providers=["CPUExecutionProvider"], enable_fallback=0
    )
    return f"onnxruntime {runtime.__version__}", lambda inputs: session.run(None, inputs)[0]


def _reference(proto: Any) -> tuple[str, Evaluator]:
    onnx = require("onnx", extra="onnx", purpose="running ONNX files")
    evaluator = require("onnx.reference", extra="onnx", purpose="running ONNX files").ReferenceEvaluator(proto)
    return f"onnx.reference {onnx.__version__}", lambda inputs: evaluator.run(None, inputs)[0]


def _sequences(samples: Samples, most: int, any_length: bool) -> Iterator[Array]:
    """Yield raw inputs, in arrays without padding: of each length, or whole and halved."""
    chosen = spread(samples, most)
    if chosen.lengths is not None:
        for length in np.unique(chosen.lengths):
            yield chosen.inputs[chosen.lengths == length][:, :length]
        return
    yield chosen.inputs
    if any_length and chosen.inputs.shape[1] > 1:
        yield chosen.inputs[:, : chosen.inputs.shape[1] // 2]


def _compared(name: str, evaluator: Evaluator, model: OnnxModel, sequences: Iterator[Array]) -> Runs:
    inputs, runs, difference, largest = 0, 0, 0.0, 0.0
    sizes: set[int] = set()
    for raw in sequences:
        expected = model.expected(raw)
        inputs, largest = inputs + len(raw), max(largest, float(np.abs(expected).max()))
        for size in sorted({min(size, len(raw)) for size in (*_BATCH_SIZES, len(raw))}):
            sizes.add(size)
            for start in [*range(0, len(raw), size)] * _TIMES:
                rows = slice(start, start + size)
                outputs = evaluator(model.feed(raw[rows]))
                runs, difference = runs + 1, max(difference, largest_difference(outputs, expected[rows]))
    return Runs(name, inputs, tuple(sorted(sizes)), runs, difference, largest)
