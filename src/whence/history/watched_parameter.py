"""One parameter of a network in training: what each sample has added to some of its cells so far."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from whence.arrays import Array
from whence.formula.evaluate import CellEvaluation
from whence.history.known_samples import known_rows, known_samples
from whence.history.sample_shares import sample_shares
from whence.history.update_recurrence import UpdateRecurrence
from whence.nn import Sequential
from whence.nn.context import Context
from whence.nn.parameter import Slot, views_of
from whence.training import BackwardPass, Training

EPOCHS_TOGETHER = 4
"""For how many epochs' samples terms are kept until they are passed on together."""
_ROWS = 256
"""Rows of a share that are worked on together, so that they stay in the cache."""


@dataclass(frozen=True)
class _Step:
    """A step: where its terms end among those that are kept, sums of them, and what the update's formulas read."""

    epoch: int
    stop: int
    sum: Array  # (C,)
    by_position: Array | None  # (P, C)
    read: dict[str, Array] = field(default_factory=dict)


class WatchedParameter:
    """Some cells of a parameter from step to step.

    A share is a vector u of what it makes of the cell and of the optimizer's states for it (see `UpdateRecurrence`).
    The terms of the gradients are kept until they are as many as the samples of some epochs; then they are passed on to
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
        By origin: ``"first"``, shape (U, 1, C); ``"samples"``, shape (U, N, C); ``"epochs"``, shape (U, E, C);
        ``"clipping"``, what it took away, shape (U, 1, C); and ``"positions"``, shape (U, P, C), where the parameter is
        used at P positions.
    position_shape : list of int
        The lengths of the axes of the positions.
    """

    def __init__(self, training: Training, slot: Slot, cells: Sequence[tuple[int, ...]]) -> None:
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
        states, samples = len(self.recurrence.states), len(known_samples(training))
        self.shares = {
            "first": np.zeros((states, 1, len(cells))),
            "samples": np.zeros((states, samples, len(cells))),
            "epochs": np.zeros((states, training.epochs, len(cells))),
            "clipping": np.zeros((states, 1, len(cells))),
        }
        self.first = self.values(net)
        self.shares["first"][0, 0] = self.last = self.first
        self.position_shape: list[int] = []
        self._formulas: dict[tuple[bool, bool], CellEvaluation] = {}
        self._kept = np.empty(
            (EPOCHS_TOGETHER * samples, len(cells))
        )  # the terms of steps that are not passed on yet, one below another
        self._rows = np.empty(EPOCHS_TOGETHER * samples, np.intp)
        self._steps: list[_Step] = []
        self._before: dict[str, Array] = {}

    def values(self, net: Sequential) -> Array:
        """Return the values of the cells in a network, float64 of shape (C,)."""
        return net.theta.take(self._places).astype(np.float64)

    def at_positions(self, place: int) -> Array:
        """Return what was added to one of the cells at each position where the layer uses it."""
        return self.shares["positions"][0, :, place].reshape(self.position_shape)

    def before_step(self, training: Training, backward: BackwardPass) -> None:
        """Keep what the samples of a batch add to the gradient."""
        rows = known_rows(backward.batch)
        terms = sum(self._terms(training, backward, position) for position in self.uses)
        assert isinstance(terms, np.ndarray)
        samples, *self.position_shape, cells = terms.shape
        by_position = terms.sum(0).reshape(-1, cells) if self.position_shape else None
        by_sample = terms.reshape(samples, -1, cells).sum(1) if self.position_shape else terms
        if not self._before:
            training.optimizer.prepare(training.net.theta)
            self._before = self._read(training)
        start = self._steps[-1].stop if self._steps else 0
        if start + samples > len(self._kept) or len(self._steps) * math.prod(self.position_shape) > len(self._kept):
            self._pass_on()
            start = 0
        step = slice(start, start + samples)
        self._kept[step], self._rows[step] = by_sample, rows
        self._steps.append(_Step(training.epoch, step.stop, np.ones(samples) @ by_sample, by_position))

    def after_step(self, training: Training) -> None:
        """Keep what the update of a step has read and made."""
        self._steps[-1].read.update(self._read(training), **training.optimizer.numbers())

    def end(self, net: Sequential) -> None:
        """Take the values after the last step, and pass what is kept on to the shares."""
        self.last = self.values(net)
        if self._steps:
            self._pass_on()

    def _read(self, training: Training) -> dict[str, Array]:
        """Return the values of the cells, and the optimizer's states for them."""
        states = {name: state.take(self._places).astype(np.float64) for name, state in training.optimizer.state.items()}
        return {"θ": self.values(training.net), **states}

    def _pass_on(self) -> None:
        """Pass the terms that are kept on to the shares."""
        steps, self._steps = self._steps, []
        arrays = {name: np.array([step.read[name] for step in steps]) for name in steps[0].read}
        for name, before in self._before.items():
            arrays[f"{name}_new"] = arrays[name]
            arrays[name] = np.concatenate([before[np.newaxis], arrays[name][:-1]])
        self._before = {name: steps[-1].read[name] for name in self._before}
        transitions, inputs = self.recurrence.coefficients(arrays)
        onward = np.broadcast_to(np.eye(inputs.shape[-1]), transitions.shape[1:])  # from after a step to the end
        effects = np.empty_like(inputs)  # (S, C, U): of a term of each step at the end
        for number in reversed(range(len(steps))):
            effects[number] = np.einsum("cuv,cv->cu", onward, inputs[number])
            onward = onward @ transitions[number]
        for share in self.shares.values():
            _go_on(share, onward)
        start = 0
        for step, effect in zip(steps, effects, strict=True):
            kept, start = slice(start, step.stop), step.stop
            _add(self.shares["samples"], self._rows[kept], self._kept[kept], effect)
            for state, factor in enumerate(effect.T):
                self.shares["epochs"][state, step.epoch] += step.sum * factor
                self.shares["clipping"][state] += step.sum * factor * (1 - 1 / step.read.get("clip", 1.0))
                if step.by_position is not None:
                    none = np.zeros((len(effect.T), *step.by_position.shape))
                    self.shares.setdefault("positions", none)[state] += step.by_position * factor

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
        evaluation, deltas = self._formulas[kind], passing.deltas
        arrays = {
            **backward.tape[position],
            layer.input_symbol: passing.values[position],
            f"d{layer.output_symbol}": deltas[position + 1],
        }
        if not arrays.keys() >= {*evaluation.names}:
            arrays = layer.arrays(
                passing.values[position],
                passing.values[position + 1],
                backward.tape[position],
                deltas[position + 1],
                views_of(backward.gradient, net.slots, self.slot.layer),
                deltas.get(position),
            )
        return evaluation(arrays)


def _go_on(share: Array, onward: Array) -> None:
    """Multiply a share, (U, N, C), by the transition of each cell, (C, U, U), in place."""
    for start in range(0, share.shape[1], _ROWS):
        rows = share[:, start : start + _ROWS]
        before = rows.copy()
        for state, factors in enumerate(onward.transpose(1, 2, 0)):
            rows[state] *= factors[state]
            for other, factor in enumerate(factors):
                if other != state and factor.any():
                    rows[state] += before[other] * factor


def _add(share: Array, rows: Array, terms: Array, effect: Array) -> None:
    """Add terms, (B, C), by their effect, (C, U), to rows of a share, (U, N, C); batches may have a sample twice."""
    once = len(np.unique(rows)) == len(rows)
    for own, factor in zip(share, effect.T, strict=True):
        if once:
            own[rows] += terms * factor
        else:
            np.add.at(own, rows, terms * factor)
