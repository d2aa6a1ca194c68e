"""Write a training loop as a program, which is there only if it was proved or cannot be run here."""

from __future__ import annotations

import copy
import itertools
import os
import shutil
from collections.abc import Callable

import numpy as np

from whence.arguments import PositiveInt, checks_arguments
from whence.arrays import Array
from whence.errors import ArgumentError, UnknownNameError
from whence.files import replacing
from whence.interop.differences import largest_difference
from whence.interop.programs.languages import LANGUAGES
from whence.interop.programs.receipt import Receipt, require_same_answers, run, version_of
from whence.interop.programs.training.loop import TrainingLoop, recurrences_of, rows_of
from whence.interop.programs.training.masks import masks_of
from whence.interop.programs.training.program import numpy_training, r_training
from whence.nn import Loss, Sequential
from whence.optim import Optimizer
from whence.registry import unknown
from whence.trace import trace, trace_steps

_LANGUAGES: dict[str, Callable[[TrainingLoop], str]] = {"numpy": numpy_training, "r": r_training}
_ROUNDING = 1e-8
"""The largest difference that is taken for rounding, as a share of the largest output; it grows from round to round."""


@checks_arguments
def write_training(
    path: str | os.PathLike[str],
    net: Sequential,
    loss_fn: Loss,
    optimizer: Optimizer,
    x: Array,
    y: Array,
    language: str,
    *,
    rounds: PositiveInt = 1000,
    data: str = "",
) -> Receipt:
    """Write the training of a network on the same samples again and again as a program, step by step.

    Parameters
    ----------
    path : path
        The file to write.
    net : Sequential
        The network with its first parameters, in float64; it is not changed.
    loss_fn, optimizer
        The loss and the optimizer; that is not changed either.
    x, y : array
        The samples, as the network takes them.
    language : {"numpy", "r"}
        The language: Python with NumPy, or base R.
    rounds : int
        The number of training steps.
    data : str
        The name of the data, for the comment.

    Returns
    -------
    Receipt
        What ran it, and the largest difference of the outputs in the last round to those of whence's own training;
        where masks of dropout are drawn, the program was given those that whence drew.

    Raises
    ------
    UnknownNameError
        If there is no such language.
    ArgumentError
        If the network is not in float64, a layer draws other numbers than masks of dropout, the program fails, or its
        outputs differ by more than rounding; no file is written.
    RunFolderError
        If the file cannot be written.
    """
    if language not in _LANGUAGES:
        raise UnknownNameError(unknown("language of training loops", language, _LANGUAGES))
    if net.dtype != np.float64:
        raise ArgumentError(
            f"the network is in {net.dtype}, and programs train in float64; make it with dtype=np.float64"
        )
    step = trace(net, loss_fn, optimizer, x, y)
    said = f"{len(x):,} samples{f' of {data}' if data else ''}"
    loop = TrainingLoop(step, rounds, said, recurrences_of(net), masks_of(net, step))
    text, made = _LANGUAGES[language](loop), LANGUAGES[language]
    tool = shutil.which(made.tool)
    receipt = Receipt(f"not run: no {made.tool} found")
    if tool is not None:
        train = _trained_with_masks if loop.masks else _trained
        expected, masks = train(net, loss_fn, optimizer, x, y, loop)
        printed = run(text, made, tool, "", {"masks.txt": masks} if loop.masks else {})
        rows = [line.split(",") for line in printed.splitlines() if not line.startswith("round")]
        answers = np.array(rows, np.float64)
        found, largest = largest_difference(answers, expected), float(np.abs(expected).max())
        receipt = Receipt(version_of(made, tool), len(x), found, found, largest)
        require_same_answers(receipt, _ROUNDING)
    with replacing(path) as file:
        file.write(text.encode())
    return receipt


def _trained_with_masks(
    net: Sequential, loss_fn: Loss, optimizer: Optimizer, x: Array, y: Array, loop: TrainingLoop
) -> tuple[Array, str]:
    """Return what `_trained` does, and the masks that whence drew, each as a line of 0 and 1."""
    lines, outputs = [], x
    for step in trace_steps(net, loss_fn, optimizer, itertools.repeat((x, y), loop.rounds)):
        lines += ["".join("1" if kept else "0" for kept in step[name].ravel() > 0) for name in loop.masks]
        outputs = step[loop.output]
    return rows_of(outputs), "\n".join(lines) + "\n"


def _trained(
    net: Sequential, loss_fn: Loss, optimizer: Optimizer, x: Array, y: Array, loop: TrainingLoop
) -> tuple[Array, str]:
    """Return the outputs in the last round of whence's own training, a row for each sample, and no masks."""
    net, optimizer = copy.deepcopy((net, optimizer))
    if optimizer.decays is None:
        optimizer.decays = net.decays
    outputs = x
    for _ in range(loop.rounds):
        outputs, tape = net.forward(x)
        _, delta = loss_fn(outputs, y)
        optimizer.step(net.theta, net.backward(delta, tape))
    if loop.output == "p":
        outputs = loss_fn.evaluate(outputs, y)[2]["p"]
    return rows_of(outputs), ""
