"""Write a trained network as a program, which is there only if it was proved or cannot be run here."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import numpy as np

from whence.arguments import checks_arguments
from whence.arrays import DTypeLike
from whence.data import Samples
from whence.errors import ArgumentError, UnknownNameError
from whence.files import replacing
from whence.interop.programs.in_c.precision import with_cells_in_double
from whence.interop.programs.in_c.program import memory_of
from whence.interop.programs.in_c.quantisation import quantised
from whence.interop.programs.languages import LANGUAGES
from whence.interop.programs.program import of_length, program_of
from whence.interop.programs.receipt import Receipt, prove, quality
from whence.nn.axes import ANY_LENGTH
from whence.registry import unknown
from whence.training import Model

_IN_DOUBLE, _IN_FLOAT, _IN_INTEGERS = 1e-10, 1e-5, 1.0
"""The largest differences that are taken for rounding, as shares of the largest answer."""


@checks_arguments
def write_program(
    path: str | os.PathLike[str],
    model: Model,
    samples: Samples,
    language: str,
    *,
    dtype: DTypeLike | None = None,
    quantise: Samples | None = None,
) -> Receipt:
    """Write a trained network as a stand-alone program, once it gives what whence gives.

    Parameters
    ----------
    path : path
        The file to write.
    model : Model
        The network.
    samples : Samples
        Real inputs to prove it on.
    language : {"numpy", "r", "c", "javascript"}
        The language: Python with NumPy, base R, C99, or JavaScript. A program in C is for sequences of the samples'
        length.
    dtype : dtype, optional
        That of the numbers of a program in C, by default the network's; in other languages it is float64.
    quantise : Samples, optional
        Training samples on which the range of activations is measured, so that a program in C computes weighted sums
        with int8 weights and activations; the receipt then tells the accuracy on ``samples``.

    Returns
    -------
    Receipt
        What ran it, on how many inputs, and the largest difference; or why it was not run. Where samples are sequences
        of several lengths and the program is for one, it is proved on the longest alone, and the remark tells how many
        these are.

    Raises
    ------
    UnknownNameError
        If there is no such language.
    ArgumentError
        If the preprocessing or the loss has no formulas, the program fails, or an answer differs by more than rounding;
        no file is written.
    RunFolderError
        If the file cannot be written.
    """
    if language not in LANGUAGES:
        raise UnknownNameError(unknown("language", language, LANGUAGES))
    if language != "c" and (dtype is not None or quantise is not None):
        raise ArgumentError(f"dtype and quantise are for programs in C, and this one is in {language}; leave them out")
    made, tolerance = LANGUAGES[language], _IN_DOUBLE
    remarks = []
    if samples.lengths is not None and (language == "c" or ANY_LENGTH not in model.net.input_shape):
        samples, said = _longest(samples)
        remarks.append(said)
    program = program_of(of_length(model, _steps(samples)) if language == "c" else model, dtype)
    if language == "c" and program.dtype == np.float32:
        tolerance = _IN_FLOAT
    if language == "c":
        program = with_cells_in_double(program)
    if quantise is not None:
        program, tolerance = quantised(program, model, quantise), _IN_INTEGERS
    text = made.write(program, Path(path).name)
    receipt = prove(text, made, program, model, samples, tolerance)
    if language == "c":
        constants, others = memory_of(program)
        remarks.insert(0, f"{constants:,} bytes of constants, {others:,} bytes of other static memory")
    if quantise is not None:
        remarks.append(quality(text, made, program, model, samples))
    receipt = replace(receipt, remark="; ".join(filter(None, remarks)))
    with replacing(path) as file:
        file.write(text.encode())
    return receipt


def _steps(samples: Samples) -> int:
    """Return the length of sequences, the longest if they have several; 1 of what has no axis of time."""
    return int(samples.inputs.shape[1] if samples.lengths is None else samples.lengths.max())


def _longest(samples: Samples) -> tuple[Samples, str]:
    """Return the longest sequences, which need no padding, and a remark on how many these are."""
    assert samples.lengths is not None
    steps = int(samples.lengths.max())
    longest = np.flatnonzero(samples.lengths == steps)
    counts = f"{len(longest):,} of {len(samples):,} sequences have"
    return samples.take(longest), f"for sequences of {steps:,} time steps alone, which {counts}; no other was tried"
