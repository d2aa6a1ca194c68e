"""Grading a program: the arrays that it saved against the right step, to the first wrong cell and the likely slip."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from whence.arguments import Fraction, NotNegative, Positive, checks_arguments
from whence.arrays import Array
from whence.data.array_reading import read_numpy_file
from whence.errors import ArgumentError, DataError
from whence.nn import BinaryCrossEntropy, Loss, Sequential, Sigmoid, Softmax, losses
from whence.nn.architecture import network as network_of
from whence.nn.architecture import read_shape
from whence.optim import SGD, Optimizer
from whence.own_program.given import Given, learning_rate_in
from whence.own_program.grading.conventions import Reading, read_by_conventions
from whence.own_program.grading.following import follow
from whence.own_program.grading.grades import Grade, GradedArray, WrongCell
from whence.own_program.grading.likely_slip import LikelySlip, likely_slip, slip_in_targets
from whence.own_program.grading.program_arrays import ProgramArrays
from whence.own_program.matching import SAME_MEANING, likeness, own_meanings, textbook_meanings
from whence.own_program.program_step import ProgramStep, program_step
from whence.own_program.reference import Reference
from whence.own_program.spelling import Meaning, meanings
from whence.trace import Trace


@checks_arguments
def grade(
    arrays: Mapping[str, Array] | str | os.PathLike[str],
    network: Sequential | str,
    loss: Loss | str,
    *,
    optimizer: Optimizer | None = None,
    learning_rate: Positive | None = None,
    momentum: Fraction = 0.0,
    weight_decay: NotNegative = 0.0,
    pairs: Mapping[str, str] | None = None,
    layout: Mapping[str, bool] | None = None,
) -> Grade:
    """Grade the training step of a program by the arrays that it saved; the program is not run.

    The right step is made here in float64 from the program's inputs, targets and parameters. The program is read by the
    conventions under which the fewest of its arrays are wrong by themselves, such as deltas that are not yet divided by
    the number of samples; these are no slips.

    Parameters
    ----------
    arrays : mapping of str to array, or path
        The program's arrays by its own names for them, with the parameters as they were before the update, or the file
        in which ``numpy.savez`` saved them.
    network : Sequential or str
        The network, or its architecture: ``"4, 3 sigmoid, 1 sigmoid"``. Its parameters are replaced.
    loss : Loss or str
        The loss, or its name.
    optimizer : Optimizer, optional
        The optimizer, by default `whence.optim.SGD` with the three that follow.
    learning_rate, momentum, weight_decay : float
        Those of the program. By default the learning rate is that among its arrays, or else 0.1.
    pairs : mapping of str to str, optional
        The program's names of some arrays, by the textbook's: ``{"W1": "wh"}``.
    layout : mapping of str to bool, optional
        Conventions of the program that are known, as for `whence.own_program.Layout`: ``{"columns": True}``.

    Returns
    -------
    Grade

    Raises
    ------
    DataError
        If the file cannot be read, an array is missing, or may be one or another, the learning rate among them is not
        above 0, or the right step has numbers that are not finite; the message names it.
    ArgumentError
        If the architecture is wrong.

    Examples
    --------
    >>> import numpy as np
    >>> x, y, w1 = np.array([[1.0, 2.0]]), np.array([[3.0]]), np.array([[0.5], [0.25]])
    >>> z1 = x @ w1
    >>> dw1 = 2 * x.T @ (z1 - y)
    >>> saved = {"x": x, "y": y, "w1": w1, "z1": z1, "dw1": dw1, "new_w1": w1 + 0.1 * dw1}
    >>> grade(saved, "2, 1", "mean_squared_error", learning_rate=0.1).slip.id
    'sign'
    """
    own = dict(arrays) if isinstance(arrays, Mapping) else read_numpy_file(Path(arrays), spell=str)
    own = {name: np.asarray(array) for name, array in own.items()}
    if optimizer is None:
        if learning_rate is None and (found := learning_rate_in(own)):
            name, learning_rate = found
            del own[name]
        rate = 0.1 if learning_rate is None else learning_rate
        optimizer = SGD(rate, momentum=momentum, weight_decay=weight_decay)
    net = _network(network) if isinstance(network, str) else network
    loss_fn = losses.read(loss) if isinstance(loss, str) else loss
    _require_activated_once(net, loss_fn)
    with np.errstate(all="ignore"):
        step = program_step(
            own, net, loss_fn, optimizer, pairs=pairs, layout=layout, fits=lambda made: _right_in_turn(made, own)
        )
        _require_finite(step.trace)
        return _graded(step, own)


def _right_in_turn(step: ProgramStep, own: Mapping[str, Array]) -> int:
    """Return how many arrays of a program are right given those before them, which one slip at its start leaves so."""
    following = follow(Reference(step.trace), ProgramArrays.of(step, own))
    return len(following.verdicts) - following.unlike


def _graded(step: ProgramStep, own: Mapping[str, Array]) -> Grade:
    reading, slip, others = _read(step, own)
    verdicts, factors = reading.following.verdicts, reading.factors
    found = [each for each in step.comparison.findings if each.name not in others]
    arrays = tuple(
        GradedArray(each.name, each.own, verdicts[each.name], factors.get(each.name, 1.0))
        if each.name != "y"
        else GradedArray("y", each.own, "right" if each.verdict == "agrees" else "wrong")
        for each in found
    )
    targets = next((each for each in found if each.name == "y" and each.verdict != "agrees"), None)
    first = reading.following.first_wrong
    cell = _wrong_cell(reading, step.given, first, factors.get(first, 1.0)) if first is not None else None
    if targets is not None:
        numbers, shapes = (targets.here, targets.there), (step.trace["y"].shape, own[targets.own].shape)
        cell = WrongCell("y", targets.own, targets.index, targets.own_index, *numbers, *shapes)
        slip = slip_in_targets(reading.reference, step.given.other_targets[targets.own])
    unknown = (*step.comparison.unknown, *(each.own for each in step.comparison.findings if each.name in others))
    return Grade(step.trace, step.given, arrays, reading.conventions, cell, slip, unknown)


def _read(step: ProgramStep, own: Mapping[str, Array]) -> tuple[Reading, LikelySlip | None, list[str]]:
    """Return a program as it is read, its slip, and the arrays that turn out to be others than they were taken for.

    These are wrong while all that should be computed from them is right, no slip explains them, and what they were
    taken for was a guess.
    """
    program = ProgramArrays.of(step, own)
    read = own_meanings(own, max(layer.number for layer in step.trace.layers))
    others: list[str] = []
    while True:
        reading = read_by_conventions(step.trace, program)
        first = reading.following.first_wrong
        slip = None if first is None else likely_slip(reading, first)
        if first is None or slip is not None or _is_told(step.trace, first, program.own[first], read):
            return reading, slip, others
        readers = reading.reference.readers_of(first, program.raw)
        if not readers or any(reading.following.verdicts[reader] != "right" for reader in readers):
            return reading, slip, others
        others.append(first)
        program = program.without(first)


def _is_told(trace: Trace, name: str, own: str, read: Mapping[str, list[Meaning]]) -> bool:
    """Return whether the name of an array in a program says clearly which one it is."""
    same = own == name and read[own] == meanings(own)  # not one that is counted otherwise
    return same or (likeness(read[own], textbook_meanings(name, trace)) or 0.0) >= SAME_MEANING


def _require_finite(trace: Trace) -> None:
    for name, array in trace.items():
        if array.dtype.kind == "f" and not np.isfinite(array).all():
            raise DataError(
                f"the right step from the program's inputs, targets and parameters has numbers in {name} that are not "
                "finite; save arrays of finite numbers that are not as large"
            )


def _require_activated_once(net: Sequential, loss_fn: Loss) -> None:
    last = net.layers[-1]
    if loss_fn.classifies and isinstance(last, Sigmoid if isinstance(loss_fn, BinaryCrossEntropy) else Softmax):
        name = type(loss_fn).__name__
        raise ArgumentError(f"the loss {name} activates the output itself; leave out the last layer, {last}")


def _network(text: str) -> Sequential:
    first, _, layers = text.partition(",")
    shape = read_shape(first.strip())
    if shape is None or not layers:
        raise ArgumentError(f"{text!r} is not a network; give the size of the inputs and layers: 784, 96 relu, 10")
    return network_of(layers, shape, dtype="float64")


def _wrong_cell(reading: Reading, given: Given, first: str, factor: float) -> WrongCell:
    """Return the first cell of the first wrong array that differs."""
    program, here = reading.program, reading.reference.arrays[first]
    own_name, raw = program.own[first], program.raw[first]
    if first not in program.arrays:
        return WrongCell(first, own_name, (), (), None, None, here.shape, raw.shape)
    own = program.arrays[first]
    near = program.precision.near(own, here)
    off = ~near if not near.all() else np.abs(own - here) == np.abs(own - here).max()
    index = tuple(map(int, np.unravel_index(off.argmax(), off.shape)))
    trained = {name for layer in reading.reference.trace.layers for name in layer.parameters}
    weights = (reading.reference.trace.origins[first].parameter or first.removeprefix("d")) in trained
    place = given.layout.place(raw, here.shape, index, weights=weights)
    return WrongCell(
        first, own_name, index, place, float(here[index]) * factor, float(own[index]) * factor, here.shape, raw.shape
    )
