"""Cells of the parameters of a network in training: what each sample has added to them so far."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from whence.arrays import Array
from whence.data.batches import PreparedBatches
from whence.formula.cell import cell_name
from whence.formula.evaluate import Source
from whence.history.cell_terms import CellTerms
from whence.history.kept_terms import KeptTerms
from whence.history.known_samples import known_rows, known_samples
from whence.history.passage import go_on, passage
from whence.history.position_shares import PositionShares
from whence.history.product_terms import terms_of_cells
from whence.history.sample_inputs import inputs_of_samples
from whence.history.update_recurrence import UpdateRecurrence
from whence.nn import Sequential
from whence.nn.naming import slots_by_name
from whence.training import BackwardPass, Training

EPOCHS_TOGETHER = 4
"""For how many epochs' samples terms are kept until they are passed on together: fewer cost more time, more memory."""


class _Part(NamedTuple):
    """The cells of one parameter."""

    places: Array  # which of all cells they are
    terms: CellTerms
    columns: slice  # of the kept terms
    positions: PositionShares


@dataclass(frozen=True)
class _Step:
    """A step whose terms are kept: its gradient, and once it is made, what it has read and stored."""

    epoch: int
    gradient: Array  # (C,)
    numbers: dict[str, Array]
    stored: dict[str, Array]  # (C,) each


class WatchedCells:
    """Cells of some parameters from step to step, of which all or none decay.

    A share is a vector u of what it makes of the cell and of the optimizer's states for it (see `UpdateRecurrence`).
    The terms of the gradients are kept until they are as many as the samples of some epochs; then they are passed on to
    the shares together, so that memory does not grow with the number of steps. They have the precision of the network.

    Parameters
    ----------
    training : Training
        The training at its start.
    cells : sequence of (str, tuple of int)
        The names and indices of C cells.
    decays : bool
        Whether weight decay applies to them.

    Attributes
    ----------
    first : float64 array, shape (C,)
        The values at the start; ``last`` are those at the end.
    shares : dict of str to float64 array
        By origin: ``"first"``, shape (U, 1, C); ``"samples"``, shape (U, N, C); ``"epochs"``, shape (U, E, C); and
        ``"rounding"``, that of every update, and ``"clipping"``, what it took away, shape (U, 1, C).
    """

    def __init__(self, training: Training, cells: Sequence[Source], *, decays: bool) -> None:
        net, optimizer = training.net, training.optimizer
        slots = slots_by_name(net.layers, net.slots)
        self._cells = cells
        self.recurrence = UpdateRecurrence(optimizer, decays=decays)
        self._places = np.array(
            [slots[name].start + (np.ravel_multi_index(cell, slots[name].shape) if cell else 0) for name, cell in cells]
        )
        states, samples = len(self.recurrence.states), len(known_samples(training))
        self.shares = {
            "first": np.zeros((states, 1, len(cells))),
            "samples": np.zeros((states, samples, len(cells))),
            "epochs": np.zeros((states, training.epochs, len(cells))),
            "rounding": np.zeros((states, 1, len(cells))),
            "clipping": np.zeros((states, 1, len(cells))),
        }
        self._passed_on = self._shown = self._ended = False
        self.first = self.values(net)
        self.shares["first"][0, 0] = self.last = self.first
        self._parts, columns, width = list[_Part](), np.empty(len(cells), np.intp), 0
        for name in dict.fromkeys(name for name, _ in cells):
            places = np.array([place for place, (each, _) in enumerate(cells) if each == name])
            terms = terms_of_cells(training, slots[name], [cells[place][1] for place in places])
            columns[places] = width + terms.columns
            own = slice(width, columns[places].max() + 1)
            self._parts.append(_Part(places, terms, own, PositionShares(places)))
            width = own.stop
        self._inputs = inputs_of_samples(
            training, [part.terms for part in self._parts], [part.places for part in self._parts]
        )
        assert not isinstance(training.batches, PreparedBatches)  # whose samples are not known
        capacity = max(EPOCHS_TOGETHER * samples, training.batches.batch_size)
        self._kept = KeptTerms(samples, columns, capacity, net.dtype)
        scales = {name.removesuffix("_new") for name in self.recurrence.scales}
        self._states = [*self.recurrence.states[1:], *scales]
        self._steps: list[_Step] = []
        self._positions = 0  # that are kept, of all steps
        self._before: dict[str, Array] = {}

    def values(self, net: Sequential) -> Array:
        """Return the values of the cells in a network, float64 of shape (C,)."""
        return net.theta.take(self._places).astype(np.float64)

    def shown(self, origin: str) -> Array:
        """Return what the shares of an origin make of the cells; it stays as it is while the training goes on."""
        self._shown = True
        found: Array = self.shares[origin][0]
        return found

    def at_positions(self) -> dict[str, Array]:
        """Return what was added at each position, by the names of the cells that their layers use at some."""
        return {
            cell_name(*self._cells[place]): part.positions.of(number, part.terms.position_shape)
            for part in self._parts
            if part.terms.position_shape
            for number, place in enumerate(part.places)
        }

    def before_step(self, training: Training, backward: BackwardPass) -> None:
        """Keep what the samples of a batch add to the gradient."""
        assert not self._ended  # since the other states did not go on
        rows = known_rows(backward.batch)
        if not self._kept.has_room(len(rows)) or self._positions > self._kept.capacity:
            self._pass_on(len(self.recurrence.states))
        if not self._before:
            training.optimizer.prepare(training.net.theta)
            self._before = self._stored(training)
        room = self._kept.room_for(rows)
        for part in self._parts:
            added = part.terms.into(room[:, part.columns], training, backward)
            if added is not None:
                part.positions.keep(added)
                self._positions += len(added)
        self._steps.append(_Step(training.epoch, backward.gradient.take(self._places), {}, {}))

    def after_step(self, training: Training) -> None:
        """Keep what the update of a step has read and stored."""
        self._steps[-1].numbers.update(training.optimizer.numbers())
        self._steps[-1].stored.update(self._stored(training))

    def look(self, net: Sequential) -> None:
        """Take the values after the last step so far, and pass what is kept on to the shares."""
        self.last = self.values(net)
        self._pass_on(len(self.recurrence.states))

    def end(self, net: Sequential) -> None:
        """Do as `look` after the last step of all, after which only what shares make of the cells is asked for."""
        self.last = self.values(net)
        self._pass_on(1)
        self._ended = True

    def _stored(self, training: Training) -> dict[str, Array]:
        """Return the cells, and what the optimizer keeps of them, as they are stored now."""
        state = training.optimizer.state
        kept = {name: state[name].take(self._places) for name in self._states}
        return {"θ": training.net.theta.take(self._places), **kept}

    def _pass_on(self, states: int) -> None:
        """Pass the terms that are kept on to the shares, to the first so many states of what they make."""
        steps, self._steps = self._steps, []
        if not steps:
            return
        numbers = {name: np.array([step.numbers[name] for step in steps]) for name in steps[0].numbers}
        stored = {
            name: np.array([before, *(step.stored[name] for step in steps)], np.float64)
            for name, before in self._before.items()
        }
        self._before = steps[-1].stored
        gradients = np.array([step.gradient for step in steps], np.float64)
        made = passage(self.recurrence, numbers, stored, gradients)
        onward, effects = made.onward[:states], made.effects[:states]
        if self._shown:
            self.shares = {origin: share.copy() for origin, share in self.shares.items()}
            self._shown = False
        for origin in self.shares.keys() - {"samples"}:
            go_on(self.shares[origin], onward)
        self.shares["rounding"][:, 0] += made.rounding
        for samples, sums in self._kept.sums(effects):
            share = self.shares["samples"][:, samples]
            if self._inputs is not None:
                sums *= self._inputs[samples]
            if self._passed_on:
                go_on(share, onward)
                share[:states] += sums
            else:
                share[:states] = sums
        self._passed_on = True
        self._kept.clear()
        for part in self._parts:
            part.positions.pass_on(made, states)
        self._positions = 0
        added = made.effects * gradients  # (U, S, C)
        epochs = np.array([step.epoch for step in steps])
        for epoch in np.unique(epochs):
            self.shares["epochs"][:, epoch] += added[:, epochs == epoch].sum(1)
        self.shares["clipping"][:, 0] += (1 - 1 / numbers.get("clip", np.ones(len(steps)))) @ added
