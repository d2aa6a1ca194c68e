"""The training step of a learner's program, made here from the arrays that it saved, and held against them."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from whence.arguments import checks_arguments
from whence.arrays import Array
from whence.errors import DataError, UnknownNameError
from whence.nn import Loss, Sequential
from whence.nn.naming import name_parameters
from whence.optim import Optimizer
from whence.own_program.comparison import Comparison, compare
from whence.own_program.given import Given, Sought, Undecided, Unfit, find_given
from whence.own_program.layouts import Layout
from whence.registry import unknown
from whence.trace import Trace, trace
from whence.wording import some_of

_MOST_TRIALS = 3
"""How many choices between arrays that names leave open are tried in all."""


@dataclass(frozen=True)
class ProgramStep:
    """The training step of a program.

    Parameters
    ----------
    trace : Trace
        The step, made here.
    given : Given
        What it was made from.
    comparison : Comparison
        The program's other arrays beside those of the trace.
    """

    trace: Trace
    given: Given
    comparison: Comparison


@checks_arguments
def program_step(
    arrays: Mapping[str, Array],
    net: Sequential,
    loss_fn: Loss,
    optimizer: Optimizer,
    *,
    pairs: Mapping[str, str] | None = None,
    layout: Mapping[str, bool] | None = None,
    fits: Callable[[ProgramStep], int] = lambda step: step.comparison.agreeing,
) -> ProgramStep:
    """Make the training step of a program here, and compare the arrays that the program saved with it.

    Inputs, targets and parameters are found by their names, or else by their shapes, and so is how the program lays
    out its arrays; where shapes allow several layouts, the other arrays decide.

    Parameters
    ----------
    arrays : mapping of str to array
        The program's arrays by its own names for them, with the parameters as they were before the update.
    net : Sequential
        A network of the same layers, whose parameters are replaced.
    loss_fn, optimizer
        The same as in the program.
    pairs : mapping of str to str, optional
        The program's names of some arrays, by their names here: ``{"W1": "wh"}``.
    layout : mapping of str to bool, optional
        Conventions of the program that are known, as for `whence.own_program.Layout`: ``{"columns": True}``.
    fits : callable
        How well a step in one of the layouts that shapes allow fits the program, by default how many arrays agree.

    Returns
    -------
    ProgramStep

    Raises
    ------
    DataError
        If an array is missing, may be one or another, or the layout cannot be told; the message names it.
    UnknownNameError
        If ``pairs`` names an array that is not in the program, or none that is here.
    """
    own = {name: np.asarray(array) for name, array in arrays.items() if np.asarray(array).dtype.kind in "iufb"}
    own = {name: array for name, array in own.items() if array.size}
    if not own:
        raise DataError("the program has no arrays of numbers; save x, y, W1, b1 and the others with numpy.savez")
    pairs = dict(pairs or {})
    for mine in pairs.values():
        if mine not in own:
            raise UnknownNameError(unknown("array of the program", mine, own))
    try:
        steps = _in_every_layout(own, net, loss_fn, optimizer, pairs, dict(layout or {}))
    except Unfit as reason:
        unread = [f"{name} of {np.asarray(array).dtype}" for name, array in arrays.items() if name not in own]
        said = f"; {some_of(unread, 4, 'array')} cannot be read as numbers" if unread else ""
        raise DataError(f"{reason}{said}") from None
    fit = [fits(step) for step in steps] if len(steps) > 1 else [0]
    first, *others = [step for step, each in zip(steps, fit, strict=True) if each == max(fit)]
    for other in others:
        raise DataError(_undecided(first.given.layout, other.given.layout))
    for name in pairs:
        if name not in first.trace:
            raise UnknownNameError(unknown("array", name, first.trace))
    return replace(
        first,
        comparison=replace(
            first.comparison, unknown=[*first.comparison.unknown, *(name for name in arrays if name not in own)]
        ),
    )


def _in_every_layout(
    own: Mapping[str, Array],
    net: Sequential,
    loss_fn: Loss,
    optimizer: Optimizer,
    pairs: Mapping[str, str],
    known: Mapping[str, bool],
) -> list[ProgramStep]:
    """Return the step in each layout that the arrays may have, of layouts with the same arrays the first."""
    sought = Sought.of(net, own)
    steps: list[ProgramStep] = []
    unfit: list[Unfit] = []
    for flags in itertools.product((False, True), repeat=3):
        layout = Layout(*flags)
        if any(getattr(layout, flag) != value for flag, value in known.items()):
            continue
        try:
            found = _given_by_trial(own, pairs, net, loss_fn, optimizer, layout, sought)
        except Unfit as reason:
            unfit.append(reason)
            continue
        if not any(_same(found.given, step.given) for step in steps):
            steps.append(found)
    if not steps:
        raise min(unfit, key=lambda reason: reason.missing)
    return steps


def _given_by_trial(
    own: Mapping[str, Array],
    pairs: Mapping[str, str],
    net: Sequential,
    loss_fn: Loss,
    optimizer: Optimizer,
    layout: Layout,
    sought: Sought,
    trials: int = _MOST_TRIALS,
) -> ProgramStep:
    """Return the step in a layout; where names leave open which array is meant, the program's other arrays decide.

    Raises
    ------
    Unfit
        If an array is missing in this layout.
    Undecided
        If the others do not decide, either.
    """
    try:
        given = find_given(own, pairs, net, loss_fn, layout, sought)
    except Undecided as open_choice:
        if not trials:
            raise
        tried = []
        for choice in open_choice.choices:
            with contextlib.suppress(Unfit, Undecided):
                more = {**pairs, open_choice.name: choice}
                tried.append(_given_by_trial(own, more, net, loss_fn, optimizer, layout, sought, trials - 1))
        counts = [step.comparison.agreeing for step in tried]
        if not tried or counts.count(max(counts)) > 1:
            raise
        return tried[counts.index(max(counts))]
    made = _step(given, net, loss_fn, optimizer)
    return ProgramStep(made, given, compare(made, own, given, pairs))


def _same(given: Given, other: Given) -> bool:
    return given.arrays.keys() == other.arrays.keys() and all(
        np.array_equal(array, other.arrays[name]) for name, array in given.arrays.items()
    )


def _step(given: Given, net: Sequential, loss_fn: Loss, optimizer: Optimizer) -> Trace:
    names = name_parameters(net.layers, net.slots)
    for slot in net.slots:
        slot.view(net.theta)[...] = given.arrays[names[slot.path]]
    return trace(net, loss_fn, optimizer, given.arrays["x"], given.arrays["y"])


def _undecided(one: Layout, other: Layout) -> str:
    if one.columns != other.columns:
        return "samples may be rows or columns; add --layout rows or --layout columns"
    if one.out_in != other.out_in:
        return "weights may be (in, out) or (out, in); add --weights in,out or --weights out,in"
    return "images may have their channels last or first; save them as (N, H, W, C)"
