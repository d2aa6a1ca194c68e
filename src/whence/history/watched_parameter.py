"""One parameter of a network in training: what each sample has added to some of its cells so far."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from whence.arrays import Array
from whence.data.batches import PreparedBatches
from whence.history.cell_terms import CellTerms
from whence.history.kept_terms import KeptTerms
from whence.history.known_samples import known_rows, known_samples
from whence.history.update_recurrence import UpdateRecurrence
from whence.nn import Sequential
from whence.nn.parameter import Slot
from whence.training import BackwardPass, Training

EPOCHS_TOGETHER = 4
"""For how many epochs' samples terms are kept until they are passed on together: fewer cost more time, more memory."""


@dataclass(frozen=True)
class _Step:
    """A step whose terms are kept: sums of them, and what the update's formulas read."""

    epoch: int
    sum: Array  # (C,)
    by_position: Array | None  # (P, C)
    read: dict[str, Array] = field(default_factory=dict)


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
        ``"clipping"``, what it took away, shape (U, 1, C); and ``"positions"``, shape (U, P, C), where the parameter is
        used at P positions.
    """

    def __init__(self, training: Training, slot: Slot, cells: Sequence[tuple[int, ...]]) -> None:
        net = training.net
        self.slot, self.cells = slot, list(cells)
        self._terms = CellTerms(net, slot, self.cells)
        self.recurrence = UpdateRecurrence(training.optimizer, decays=slot.decays)
        self._places = slot.start + np.array(
            [np.ravel_multi_index(cell, slot.shape) if cell else 0 for cell in cells], np.intp
        )
        states, samples = len(self.recurrence.states), len(known_samples(training))
        self.shares = {
            "first": np.zeros((states, 1, len(cells))),
            "samples": np.zeros((states, samples, len(cells))),
            "epochs": np.zeros((states, training.epochs, len(cells))),
            "clipping": np.zeros((states, 1, len(cells))),
        }
        self._passed_on = self._shown = False
        self.first = self.values(net)
        self.shares["first"][0, 0] = self.last = self.first
        assert not isinstance(training.batches, PreparedBatches)  # whose samples are not known
        capacity = max(EPOCHS_TOGETHER * samples, training.batches.batch_size)
        self._kept = KeptTerms(samples, len(cells), capacity, net.dtype)
        self._read = {name.removesuffix("_new") for name in self.recurrence.scales}
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
        rows = known_rows(backward.batch)
        positions = math.prod(self._terms.position_shape)
        if not self._kept.has_room(len(rows)) or len(self._steps) * positions > self._kept.capacity:
            self._pass_on()
        if not self._before:
            training.optimizer.prepare(training.net.theta)
            self._before = self._scales(training)
        by_position = self._terms.into(self._kept.room_for(rows), training, backward)
        total = backward.gradient.take(self._places).astype(np.float64)
        self._steps.append(_Step(training.epoch, total, by_position))

    def after_step(self, training: Training) -> None:
        """Keep what the update of a step has read and made."""
        self._steps[-1].read.update(self._scales(training), **training.optimizer.numbers())

    def end(self, net: Sequential) -> None:
        """Take the values after the last step, and pass what is kept on to the shares."""
        self.last = self.values(net)
        self._pass_on()

    def _scales(self, training: Training) -> dict[str, Array]:
        """Return what the optimizer divides by, for the cells."""
        state = training.optimizer.state
        return {name: state[name].take(self._places).astype(np.float64) for name in self._read}

    def _pass_on(self) -> None:
        """Pass the terms that are kept on to the shares."""
        steps, self._steps = self._steps, []
        if not steps:
            return
        arrays = {name: np.array([step.read[name] for step in steps]) for name in steps[0].read}
        for name, before in self._before.items():
            arrays[f"{name}_new"] = arrays[name]
            arrays[name] = np.concatenate([before[np.newaxis], arrays[name][:-1]])
            self._before[name] = steps[-1].read[name]
        if self._shown:
            self.shares = {origin: share.copy() for origin, share in self.shares.items()}
            self._shown = False
        onward, effects = _effects(*self.recurrence.coefficients(arrays))
        for origin in self.shares.keys() - {"samples"}:
            _go_on(self.shares[origin], onward)
        for samples, sums in self._kept.sums(effects):
            share = self.shares["samples"][:, samples]
            if self._passed_on:
                _go_on(share, onward)
                share += sums
            else:
                share[...] = sums
        self._passed_on = True
        self._kept.clear()
        added = effects * np.array([step.sum for step in steps])  # (U, S, C)
        epochs = np.array([step.epoch for step in steps])
        for epoch in np.unique(epochs):
            self.shares["epochs"][:, epoch] += added[:, epochs == epoch].sum(1)
        self.shares["clipping"][:, 0] += np.array([1 - 1 / step.read.get("clip", 1.0) for step in steps]) @ added
        for step, effect in zip(steps, effects.swapaxes(0, 1), strict=True):
            if step.by_position is not None:
                none = np.zeros((len(effect), *step.by_position.shape))
                self.shares.setdefault("positions", none)[...] += step.by_position * effect[:, np.newaxis]


def _effects(transitions: Array, inputs: Array) -> tuple[Array, Array]:
    """Return the transition over consecutive steps, (C, U, U), and the effects of a term of each at their end.

    Parameters are A, (S, C, U, U), and B, (S, C, U), as `UpdateRecurrence.coefficients` returns them; effects are
    (U, S, C).
    """
    both = np.concatenate([transitions, inputs[..., np.newaxis]], axis=-1)
    steps, cells, states = inputs.shape
    onward, effects = np.broadcast_to(np.eye(states), transitions.shape[1:]), np.empty((states, steps, cells))
    for step in reversed(range(steps)):
        moved = onward @ both[step]
        onward, effects[:, step] = moved[..., :-1], moved[..., -1].T
    return onward, effects


def _go_on(share: Array, onward: Array) -> None:
    """Multiply a share, (U, N, C), by the transition of each cell, (C, U, U), in place."""
    factors = onward.transpose(1, 2, 0)
    before = share.copy() if len(factors) > 1 else share
    for own, state in zip(share, range(len(factors)), strict=True):
        if (factors[state, state] != 1).any():
            own *= factors[state, state]
        for other in range(len(factors)):
            if other != state and factors[state, other].any():
                own += before[other] * factors[state, other]
