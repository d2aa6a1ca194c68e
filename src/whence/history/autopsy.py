"""Autopsy: the first cell of a training that was not finite, and the chain of cells back to what grew."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np

from whence.arguments import checks_arguments
from whence.data import Batch
from whence.errors import ArgumentError
from whence.formula import Cell
from whence.formula.contributions import Contribution, addends_of
from whence.formula.evaluate import Source, sources_of, value_of
from whence.formula.expressions import Affine, Call, Entry, Expression, Operation, Reduction, children
from whence.nn import Sequential
from whence.nn.context import State
from whence.nn.naming import slots_by_name
from whence.optim import Optimizer
from whence.trace import Trace, trace
from whence.training import Callback, Training

_LONGEST = 12


@dataclass(frozen=True)
class Autopsy:
    """How a number that is not finite came about in a training step.

    Parameters
    ----------
    trace : Trace
        The step.
    chain : tuple of Cell
        The first cell that is not finite; then, in turn, the source that made the cell before so large or so small,
        back to a given one or to one that is not large.
    culprit : Expression or None
        The innermost part of the first cell's formula that is not finite, of finite operands: ``exp(z1[3, 5])``; None
        where only the fast code leaves the range of its numbers, or if the cell is given.
    step : int
        The number of the step, counted from the beginning of the training.
    began_as : float or None
        If the chain ends at a parameter, its value when the training began, if that is known.
    was_made : bool
        False if the training ended before the step, since the loss after an epoch was not finite: it is the step that
        the last batch would make once more.
    """

    trace: Trace
    chain: tuple[Cell, ...]
    culprit: Expression | None
    step: int = 1
    began_as: float | None = None
    was_made: bool = True


class FlightRecorder(Callback):
    """Keeps what it takes to make the last two steps of a training again.

    It copies network and optimizer after each step, so it is for a training that is made again because it failed.

    Examples
    --------
    >>> import numpy as np
    >>> from whence import fit
    >>> from whence.data import Samples
    >>> from whence.errors import NonFiniteError
    >>> from whence.history import FlightRecorder
    >>> from whence.nn import Linear, MeanSquaredError, Sequential
    >>> from whence.optim import SGD
    >>> recorder = FlightRecorder()
    >>> samples = Samples(np.full((4, 2), 1e6), np.ones((4, 1)))
    >>> try:
    ...     fit(Sequential(Linear(2, 1)), MeanSquaredError(), SGD(1e9), samples, epochs=9, callbacks=[recorder])
    ... except NonFiniteError as error:
    ...     found = recorder.autopsy(error.training)
    >>> found.chain[0].array
    'ℓ'
    """

    def __init__(self) -> None:
        self._first: Sequential | None = None
        self._before: list[_Moment] = []
        self._batch: Batch | None = None

    def on_start(self, training: Training) -> None:
        self._before, self._batch = [_Moment.of(training)], None
        self._first = self._before[0].net

    def on_batch_end(self, training: Training) -> None:
        self._before = [self._before[-1], _Moment.of(training)]
        self._batch = training.batch

    def on_epoch_end(self, training: Training) -> None:
        self._before[-1] = _Moment.of(training)

    @checks_arguments
    def autopsy(self, training: Training) -> Autopsy | None:
        """Return how the first number that is not finite came about.

        Parameters
        ----------
        training : Training
            The training that failed: ``error.training`` of the `whence.errors.NonFiniteError`.

        Returns
        -------
        Autopsy or None
            None if all arrays of the last steps are finite, as where only held-out samples give an infinite loss.

        Raises
        ------
        ArgumentError
            If the recorder was not among the training's callbacks.
        """
        if self._first is None or training.batch is None:
            raise ArgumentError("the recorder has seen no step; give it to fit among the callbacks")
        ended = training.epoch > self._before[-1].epoch
        batches = [batch for batch in (self._batch, training.batch) if batch is not None]
        for moment, batch in zip(self._before, batches, strict=True):
            if found := autopsy(moment.next_step(training, batch)):
                was_made = not (ended and moment is self._before[-1])
                began_as = _parameter(found, self._first)
                return replace(found, step=moment.step + 1, began_as=began_as, was_made=was_made)
        return None


@dataclass(frozen=True)
class _Moment:
    """A training between two steps."""

    net: Sequential
    optimizer: Optimizer
    state: State | None
    step: int
    epoch: int

    @classmethod
    def of(cls, training: Training) -> Self:
        return cls(*copy.deepcopy((training.net, training.optimizer, training.state)), training.step, training.epoch)

    def next_step(self, training: Training, batch: Batch) -> Trace:
        """Return the step that a batch makes from here."""
        if training.schedule:
            self.optimizer.learning_rate = training.schedule.rate(self.step)
        with np.errstate(all="ignore"):
            return trace(
                self.net,
                training.loss_fn,
                self.optimizer,
                batch.x,
                batch.y,
                weights=batch.weights,
                lengths=batch.lengths,
                state=self.state,
            )


@checks_arguments
def autopsy(made: Trace) -> Autopsy | None:
    """Return how the first number of a step that is not finite came about.

    Parameters
    ----------
    made : Trace
        The step.

    Returns
    -------
    Autopsy or None
        None if all arrays are finite.
    """
    with np.errstate(all="ignore"):
        spoiled = (name for name, array in made.items() if array.dtype.kind == "f" and not np.isfinite(array).all())
        name = next(spoiled, None)
        if name is None:
            return None
        first = _first(made, made.cell(name, *_earliest(made, name)))
        culprit = None if first.formula is None else _culprit(first.filled, made, made[first.array].dtype)
        return Autopsy(made, (first, *_causes(made, first, culprit)), culprit)


def _parameter(found: Autopsy, net: Sequential) -> float | None:
    """Return the value in a network of the parameter that a chain ends at, if it does."""
    last = found.chain[-1]
    slot = slots_by_name(net.layers, net.slots).get(last.array)
    return None if slot is None else float(slot.view(net.theta)[last.index])


def _earliest(made: Trace, name: str) -> tuple[int, ...]:
    """Return the place of an array's first entry that is not finite; over time, of those at the earliest time step."""
    places = np.argwhere(~np.isfinite(made[name]))
    formula, order = made.formulas.get(name), [*made]
    for entry in () if formula is None else formula.sources:
        is_later = order.index(entry.array) >= order.index(name)
        for axis, subscript in enumerate(entry.subscripts if is_later else ()):
            if isinstance(subscript, Affine) and subscript.constant:  # it reads the time step before, at t − 1 or t + 1
                times = -np.sign(subscript.constant) * places[:, axis]
                places = places[times == times.min()]
    return tuple(map(int, places[0]))


def _first(made: Trace, cell: Cell) -> Cell:
    """Return the cell from which one that is not finite has that: itself, or one before it of finite sources."""
    for name, index in cell.sources:
        if not np.isfinite(made[name][index]):
            return _first(made, made.cell(name, *index))
    return cell


def _culprit(node: Expression, made: Trace, dtype: np.dtype[Any]) -> Expression | None:
    """Return the innermost part of an expression that is not finite in a dtype, of parts that are, or None."""
    if isinstance(node, Entry) or _is_finite(value_of(node, made), dtype):
        return None
    parts = (term.expression for term in _terms(node, made, dtype)) if isinstance(node, Reduction) else children(node)
    inner = (_culprit(part, made, dtype) for part in parts if isinstance(part, Expression))
    return next((each for each in inner if each is not None), node)


def _terms(node: Reduction, made: Trace, dtype: np.dtype[Any]) -> list[Contribution]:
    """Return the first term of a reduction that is not finite in a dtype, if there is one."""
    terms = addends_of(node, made)
    with np.errstate(all="ignore"):
        spoiled = np.flatnonzero(terms.kept & ~np.isfinite(terms.values.astype(dtype)))
    return terms.at(spoiled[:1])


def _is_finite(value: float, dtype: np.dtype[Any]) -> bool:
    return bool(np.isfinite(np.asarray(value).astype(dtype)))


def _causes(made: Trace, first: Cell, culprit: Expression | None) -> Iterator[Cell]:
    """Yield the cells that made the first one what it is, each the cause of the one before."""
    source = None if first.formula is None else _cause(first.filled if culprit is None else culprit, made)
    seen: set[Source] = set()
    while source is not None and source not in seen and len(seen) < _LONGEST:
        seen.add(source)
        cell = made.cell(source[0], *source[1])
        yield cell
        has_grown = cell.formula is not None and abs(cell.value) > 1
        source = _cause(_largest_term(cell), made) if has_grown else None


def _largest_term(cell: Cell) -> Expression:
    """Return the term of a cell's sum that contributes most, or the whole formula of a cell that is no sum."""
    largest = cell.terms.largest(1) if cell.is_sum_of_terms else []
    return largest[0].expression if largest else cell.filled


def pole_of(node: Expression, made: Trace) -> Expression | None:
    """Return the divisor that is zero, or the logarithm's argument that is not positive, if an expression has one."""
    match node:
        case Operation("/", _, operand) if value_of(operand, made) == 0:
            return operand
        case Call("log", (operand,)) if value_of(operand, made) <= 0:
            return operand
    return None


def _cause(node: Expression, made: Trace) -> Source | None:
    """Return the entry that makes an expression leave the range of numbers: the largest, or at a pole the smallest."""
    if isinstance(node, Reduction) and node.kind == "Sum":
        largest = addends_of(node, made).largest(1)
        return _cause(largest[0].expression, made) if largest else None
    pole = pole_of(node, made)
    sources = sources_of(node if pole is None else pole, made)
    sizes = [abs(float(made[name][index])) for name, index in sources]
    if not sizes:
        return None
    return sources[int(np.argmax(sizes) if pole is None else np.argmin(sizes))]
