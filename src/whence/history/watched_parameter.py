"""One parameter of a network in training: what each sample has added to some of its cells so far."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from whence.arrays import Array
from whence.errors import ArgumentError
from whence.formula.evaluate import CellEvaluation
from whence.history.sample_shares import sample_shares
from whence.history.update_recurrence import UpdateRecurrence
from whence.nn import Sequential
from whence.nn.context import Context
from whence.nn.parameter import Slot
from whence.training import BackwardPass, Training

_ROWS = 512
"""Rows of a share that go on together, so that they stay in the cache."""


@dataclass(frozen=True)
class _Step:
    """A step: the sums of its gradient's terms, and the numbers that the formulas of its update read."""

    epoch: int
    rows: Array
    by_sample: Array  # (B, C)
    by_position: Array | None  # (P, C)
    read: dict[str, Array]


class WatchedParameter:
    """Some cells of a parameter from step to step.

    A share is a vector u of what it makes of the cell and of the optimizer's states for it (see `UpdateRecurrence`).
    The terms of the gradients are kept until they are as many as the training has samples; then they are passed on to
    the shares together, so that memory does not grow with the number of steps.

    Parameters
    ----------
    training : Training
        The training at its start.
    slot : Slot
        The parameter.
    cells : sequence of tuple of int
        The indices of C cells.

    Attributes
    ----------
    first : float64 array, shape (C,)
        The values at the start; ``last`` are those at the end.
    shares : dict of str to float64 array
        By origin: ``"first"``, shape (U, 1, C); ``"samples"``, shape (U, N, C); ``"epochs"``, shape (U, E, C); and
        ``"positions"``, shape (U, P, C), where the parameter is used at P positions.
    position_shape : list of int
        The lengths of the axes of the positions.
    """

    def __init__(self, training: Training, slot: Slot, cells: Sequence[tuple[int, ...]]) -> None:
        assert training.train is not None
        net = training.net
        layer = net.layers[slot.layer]
        self.slot, self.cells = slot, list(cells)
        self.uses = [position for position, each in enumerate(net.layers) if each is layer]
        symbols = {name: parameter.symbol for name, parameter in layer.declared_parameters().items()}
        self._symbol, self._parameters = symbols[slot.name], frozenset(symbols.values())
        self.recurrence = UpdateRecurrence(training.optimizer, decays=slot.decays)
        self._places = slot.start + np.array(
            [np.ravel_multi_index(cell, slot.shape) if cell else 0 for cell in cells], np.intp
        )
        states = len(self.recurrence.states)
        self.shares = {
            "first": np.zeros((states, 1, len(cells))),
            "samples": np.zeros((states, len(training.train), len(cells))),
            "epochs": np.zeros((states, training.epochs, len(cells))),
        }
        self.first = self.values(net)
        self.shares["first"][0, 0] = self.last = self.first
        self.position_shape: list[int] = []
        self._formulas: dict[tuple[bool, bool], CellEvaluation] = {}
        self._steps: list[_Step] = []
        self._kept = 0

    def values(self, net: Sequential) -> Array:
        """Return the values of the cells in a network, float64 of shape (C,)."""
        return net.theta[self._places].astype(np.float64)

    def at_positions(self, place: int) -> Array:
        """Return what was added to one of the cells at each position where the layer uses it."""
        return self.shares["positions"][0, :, place].reshape(self.position_shape)

    def before_step(self, training: Training, backward: BackwardPass) -> None:
        """Keep what the samples of a batch add to the gradient, and the optimizer's states."""
        batch, passing = backward.batch, backward.passing
        if batch.rows is None or passing is None:
            raise ArgumentError("the samples of the training's batches are not known; give samples as train")
        terms = sum(self._terms(training, backward, position) for position in self.uses)
        assert isinstance(terms, np.ndarray)
        samples, *self.position_shape, cells = terms.shape
        by_position = terms.sum(0).reshape(-1, cells) if self.position_shape else None
        optimizer = training.optimizer
        optimizer.prepare(training.net.theta)
        self._steps.append(
            _Step(
                training.epoch,
                np.asarray(batch.rows),
                terms.reshape(samples, -1, cells).sum(1) if self.position_shape else terms,
                by_position,
                {"θ": self.values(training.net), **self._states(training)},
            )
        )

    def after_step(self, training: Training) -> None:
        """Keep the optimizer's states after the step, and pass the terms on once they are as many as the samples."""
        step, optimizer = self._steps[-1], training.optimizer
        step.read.update({f"{name}_new": state for name, state in self._states(training).items()})
        step.read.update(optimizer.numbers())
        self._kept += len(step.rows)
        if self._kept >= self.shares["samples"].shape[1]:
            self._pass_on()

    def end(self, net: Sequential) -> None:
        """Take the values after the last step, and pass what is kept on to the shares."""
        self.last = self.values(net)
        self._pass_on()

    def _pass_on(self) -> None:
        """Pass the terms that are kept on to the shares."""
        if not self._steps:
            return
        steps, self._steps, self._kept = self._steps, [], 0
        arrays = {name: np.array([step.read[name] for step in steps]) for name in steps[0].read}
        transitions, inputs = self.recurrence.coefficients(arrays)
        onward = np.broadcast_to(np.eye(inputs.shape[-1]), transitions.shape[1:])  # from after a step to the end
        effects = np.empty_like(inputs)  # (S, C, U): of a term of each step at the end
        for number in reversed(range(len(steps))):
            effects[number] = np.einsum("cuv,cv->cu", onward, inputs[number])
            onward = onward @ transitions[number]
        for share in self.shares.values():
            _go_on(share, onward)
        for step, effect in zip(steps, effects, strict=True):
            for state, factor in enumerate(effect.T):
                _add(self.shares["samples"][state], step.rows, step.by_sample * factor)
                self.shares["epochs"][state, step.epoch] += step.by_sample.sum(0) * factor
                if step.by_position is not None:
                    none = np.zeros((len(effect.T), *step.by_position.shape))
                    self.shares.setdefault("positions", none)[state] += step.by_position * factor

    def _states(self, training: Training) -> dict[str, Array]:
        return {name: state[self._places].astype(np.float64) for name, state in training.optimizer.state.items()}

    def _terms(self, training: Training, backward: BackwardPass, position: int) -> Array:
        """Return what each sample adds to the gradient through one use of the layer, shape (B, ..., C)."""
        net, passing = training.net, backward.passing
        assert passing is not None
        layer = net.layers[position]
        state, lengths = training.state, backward.batch.lengths
        kind = state is not None, lengths is not None
        if kind not in self._formulas:
            context = Context(training=True, state=state, lengths=lengths).within(position)
            (formula,) = [
                each for each in layer.formulas_in(context).backward if each.target.array == f"d{self._symbol}"
            ]
            self._formulas[kind] = sample_shares(formula, self._parameters, self.cells)
        deltas = passing.deltas
        arrays = layer.arrays(
            passing.values[position],
            passing.values[position + 1],
            backward.tape[position],
            deltas[position + 1],
            None,
            deltas.get(position),
        )
        return self._formulas[kind](arrays)


def _go_on(share: Array, onward: Array) -> None:
    """Multiply a share, (U, N, C), by the transition of each cell, (C, U, U), in place."""
    for start in range(0, share.shape[1], _ROWS):
        rows = share[:, start : start + _ROWS]
        before = rows.copy()
        for state, row in enumerate(rows):
            row[...] = sum(factor * own for factor, own in zip(onward[:, state].T, before, strict=True) if factor.any())


def _add(share: Array, rows: Array, terms: Array) -> None:
    """Add terms to the rows of a share; a batch that is drawn with replacement may have a sample twice."""
    if len(np.unique(rows)) == len(rows):
        share[rows] += terms
    else:
        np.add.at(share, rows, terms)
