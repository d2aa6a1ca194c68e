"""One parameter of a network in training: what each sample has added to some of its cells so far."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from whence.arrays import Array
from whence.data.batches import PreparedBatches
from whence.history.kept_terms import KeptTerms
from whence.history.known_samples import known_rows, known_samples
from whence.history.passage import passage
from whence.history.product_terms import terms_of_cells
from whence.history.update_recurrence import UpdateRecurrence
from whence.nn import Sequential
from whence.nn.parameter import Slot
from whence.training import BackwardPass, Training

EPOCHS_TOGETHER = 4
"""For how many epochs' samples terms are kept until they are passed on together: fewer cost more time, more memory."""


@dataclass(frozen=True)
class _Step:
    """A step whose terms are kept: its gradient, and once it is made, what it has read and stored."""

    epoch: int
    gradient: Array  # (C,)
    by_position: Array | None  # (P, C)
    numbers: dict[str, Array]
    stored: dict[str, Array]  # (C,) each


class WatchedParameter:
    """Some cells of a parameter from step to step.

    A share is a vector u of what it makes of the cell and of the optimizer's states for it (see `UpdateRecurrence`).
    The terms of the gradients are kept until they are as many as the samples of some epochs; then they are passed on to
    the shares together, so that memory does not grow with the number of steps. They have the precision of the network.

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
        By origin: ``"first"``, shape (U, 1, C); ``"samples"``, shape (U, N, C); ``"epochs"``, shape (U, E, C);
        ``"rounding"``, that of every update, and ``"clipping"``, what it took away, shape (U, 1, C); and
        ``"positions"``, shape (U, P, C), where the parameter is used at P positions.
    """

    def __init__(self, training: Training, slot: Slot, cells: Sequence[tuple[int, ...]]) -> None:
        net = training.net
        self.slot, self.cells = slot, list(cells)
        self._terms = terms_of_cells(training, slot, self.cells)
        self.recurrence = UpdateRecurrence(training.optimizer, decays=slot.decays)
        self._places = slot.start + np.array(
            [np.ravel_multi_index(cell, slot.shape) if cell else 0 for cell in cells], np.intp
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
        assert not isinstance(training.batches, PreparedBatches)  # whose samples are not known
        capacity = max(EPOCHS_TOGETHER * samples, training.batches.batch_size)
        self._kept = KeptTerms(samples, self._terms.columns, capacity, net.dtype)
        scales = {name.removesuffix("_new") for name in self.recurrence.scales}
        self._states = [*self.recurrence.states[1:], *scales]
        self._steps: list[_Step] = []
        self._before: dict[str, Array] = {}

    def values(self, net: Sequential) -> Array:
        """Return the values of the cells in a network, float64 of shape (C,)."""
        return net.theta.take(self._places).astype(np.float64)

    def shown(self, origin: str) -> Array:
        """Return what the shares of an origin make of the cells; it stays as it is while the training goes on."""
        self._shown = True
        found: Array = self.shares[origin][0]
        return found

    def at_positions(self, place: int) -> Array:
        """Return what was added to one of the cells at each position where the layer uses it."""
        return self.shares["positions"][0, :, place].reshape(self._terms.position_shape)

    def before_step(self, training: Training, backward: BackwardPass) -> None:
        """Keep what the samples of a batch add to the gradient."""
        assert not self._ended  # since the other states did not go on
        rows = known_rows(backward.batch)
        positions = math.prod(self._terms.position_shape)
        if not self._kept.has_room(len(rows)) or len(self._steps) * positions > self._kept.capacity:
            self._pass_on(len(self.recurrence.states))
        if not self._before:
            training.optimizer.prepare(training.net.theta)
            self._before = self._stored(training)
        by_position = self._terms.into(self._kept.room_for(rows), training, backward)
        self._steps.append(_Step(training.epoch, backward.gradient.take(self._places), by_position, {}, {}))

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
            _go_on(self.shares[origin], onward)
        self.shares["rounding"][:, 0] += made.rounding
        for samples, sums in self._kept.sums(effects):
            share = self.shares["samples"][:, samples]
            if self._terms.inputs is not None:
                sums *= self._terms.inputs[samples]
            if self._passed_on:
                _go_on(share, onward)
                share[:states] += sums
            else:
                share[:states] = sums
        self._passed_on = True
        self._kept.clear()
        added = made.effects * gradients  # (U, S, C)
        epochs = np.array([step.epoch for step in steps])
        for epoch in np.unique(epochs):
            self.shares["epochs"][:, epoch] += added[:, epochs == epoch].sum(1)
        self.shares["clipping"][:, 0] += (1 - 1 / numbers.get("clip", np.ones(len(steps)))) @ added
        for step, effect in zip(steps, made.effects.swapaxes(0, 1), strict=True):
            if step.by_position is not None:
                none = np.zeros((len(effect), *step.by_position.shape))
                self.shares.setdefault("positions", none)[...] += step.by_position * effect[:, np.newaxis]


def _go_on(share: Array, onward: Array) -> None:
    """Multiply a share, (U, N, C), by the transition of each cell to some of the first states, (V, U, C), in place."""
    before = share.copy() if len(onward) > 1 else share
    for state, (own, factors) in enumerate(zip(share, onward, strict=False)):
        if (factors[state] != 1).any():
            own *= factors[state]
        for other, factor in enumerate(factors):
            if other != state and factor.any():
                own += before[other] * factor
