"""Formulas over time: the parts of those of one layer in one direction, and the formulas of a stack."""

from __future__ import annotations

import functools
import operator
from collections.abc import Sequence
from typing import TYPE_CHECKING

from whence.formula import Affine, Entry, Expression, Formula, Formulas, Index, Recurrence, Size, Sum, Tensor, equals
from whence.nn.context import Context
from whence.nn.recurrent.direction import Direction, subscript

if TYPE_CHECKING:
    from whence.nn.recurrent.base import Recurrent


class FormulasOverTime:
    """The parts of the formulas of one direction: arrays, indices, the time steps before and after.

    Parameters
    ----------
    layer : Recurrent
        The stack.
    direction : Direction
        One of its layers in one direction.
    context : Context
        The circumstances of the pass: whether there is dropout, whether initial states and lengths are given.

    Attributes
    ----------
    n, t, j : Index
        The sample, the time step and the unit.
    before, after : Affine
        The time steps before and after t, in the direction's order.
    """

    def __init__(self, layer: Recurrent, direction: Direction, context: Context) -> None:
        self.layer, self.direction = layer, direction
        self.dropping = context.training and layer.dropout > 0
        self.state, self.lengths = context.state is not None, context.lengths is not None
        self.n, self.t, self.j = Index("n"), Index("t"), Index("j", layer.hidden_size)
        self.before, self.after = (self.t + 1, self.t - 1) if direction.reverse else (self.t - 1, self.t + 1)

    def tensor(self, name: str) -> Tensor:
        """Return an array of the direction."""
        return Tensor(name + self.direction.mark)

    def at(self, name: str, place: Affine | Index | None = None) -> Entry:
        """Return unit j of an array at a time step, by default t."""
        return self.tensor(name)[self.n, self.t if place is None else place, self.j]

    def at_before(self, name: str, unit: Index | None = None) -> Expression:
        """Return a unit, by default j, of a state as it enters time step t."""
        unit = unit or self.j
        handed_on = self.tensor(name)[self.n, self.before, unit]
        return handed_on + self.is_first() * self.tensor(f"{name}0")[self.n, unit] if self.state else handed_on

    def is_first(self) -> Expression:
        """Return 1 at the first time step in the direction's order, and 0 elsewhere."""
        return equals(self.t, Size(self.t) - 1 if self.direction.reverse else 0)

    def gate(self, name: str, number: int) -> Entry:
        """Return the entry of a parameter for unit j of a gate, of W in row k and of U in row l."""
        column = self.j + number * self.layer.hidden_size
        rows = {"W": [Index("k")], "U": [Index("l")]}.get(name, [])
        return self.tensor(name)[*rows, column]

    def weighted_sum(self, number: int) -> Expression:
        """Return unit j of a gate's weighted sum of the input and the preceding hidden state, with the bias."""
        return self.plus_bias(self.from_input(number) + self.from_state(number), "b", number)

    def plus_bias(self, value: Expression, name: str, number: int) -> Expression:
        """Return a value plus a gate's part of a bias, if there are biases."""
        return value + self.gate(name, number) if self.layer.bias else value

    def from_input(self, number: int) -> Expression:
        """Return unit j of a gate's weighted sum of the input, zero where a sequence has ended."""
        k = Index("k")
        x = Tensor(self.layer.input_name(self.direction.layer))
        return self.valid(Sum(k, x[self.n, self.t, k] * self.gate("W", number)))

    def from_state(self, number: int) -> Expression:
        """Return unit j of a gate's weighted sum of the preceding hidden state."""
        hidden = Index("l")
        return Sum(hidden, self.at_before("h", hidden) * self.gate("U", number))

    def valid(self, value: Expression) -> Expression:
        """Return a value, zero where a sequence has ended."""
        return self._is_valid(self.t) * value if self.lengths else value

    def valid_or_one(self, value: Expression) -> Expression:
        """Return a value, one where a sequence has ended."""
        return self.valid(value) + (1 - self._is_valid(self.t)) if self.lengths else value

    def plus_ended(self, value: Expression, other: Expression, place: Affine | Index | None = None) -> Expression:
        """Return a value, plus another where a sequence has ended at a time step, by default t."""
        return value + (1 - self._is_valid(self.t if place is None else place)) * other if self.lengths else value

    def delta_of_output(self) -> Expression:
        """Return the delta at unit j of the hidden state from the layer above, or from y."""
        layer, above = self.layer, self.direction.layer + 1
        unit = self.j + layer.hidden_size if self.direction.reverse else self.j
        if above == layer.num_layers:
            return self.valid(Tensor("dy")[self.n, self.t, unit])
        delta: Expression = Tensor(f"d{layer.input_name(above)}")[self.n, self.t, unit]
        if self.dropping:
            delta = delta * Tensor(f"mask{subscript(above)}")[self.n, self.t, unit]
        return self.valid(delta)

    def from_recurrence(self, place: Affine | Index) -> Expression:
        """Return the delta at unit j of the hidden state before a time step, from the weighted sums there."""
        column = Index("l")
        delta = self.tensor(self.layer.recurrent_delta)[self.n, place, column]
        return Sum(column, delta * self.tensor("U")[self.j, column])

    def handed_back(self, place: Affine | Index) -> Expression:
        """Return the delta at unit j of the hidden state before a time step; ended sequences pass it on unchanged."""
        return self.plus_ended(self.from_recurrence(place), self.at("dh", place), place)

    def side_by_side(self, name: str, parts: Sequence[str]) -> Formula:
        """Return the formula of the concatenation of arrays on the last axis."""
        column, value = self.concatenated([self.tensor(part) for part in parts])
        return self.tensor(name)[self.n, self.t, column] << value

    def concatenated(self, parts: Sequence[Tensor]) -> tuple[Index, Expression]:
        """Return the index of the last axis of concatenated arrays, and their entry at it."""
        units = self.layer.hidden_size
        column = Index("j", units * len(parts))
        pieces = [part[self.n, self.t, column - place * units] for place, part in enumerate(parts)]
        return column, functools.reduce(operator.add, pieces)

    def initial_delta(self, name: str, handed_back: Expression) -> list[Formula]:
        """Return the formula of the delta at an initial state, if it is given."""
        if not self.state:
            return []
        return [self.tensor(f"d{name}0")[self.n, self.j] << Sum(self.t, handed_back, where=self.is_first())]

    def recurrences(self, *deltas: str) -> list[Recurrence]:
        """Return that the arrays kept depend on each other over time, and the deltas on each other back over time."""
        return [
            Recurrence(tuple(name + self.direction.mark for name in names), 1, reverse)
            for names, reverse in ((self.layer.kept, self.direction.reverse), (deltas, not self.direction.reverse))
        ]

    def gradients(self) -> list[Formula]:
        """Return the formulas of dW, dU and db."""
        n, t, k, hidden, column = self.n, self.t, Index("k"), Index("l"), Index("j")
        delta, recurrent = self.tensor("δ")[n, t, column], self.tensor(self.layer.recurrent_delta)[n, t, column]
        dW, dU, db = (self.tensor(name) for name in ("dW", "dU", "db"))
        x = Tensor(self.layer.input_name(self.direction.layer))
        found = [
            dW[k, column] << Sum((n, t), x[n, t, k] * delta),
            dU[hidden, column] << Sum((n, t), self.at_before("h", hidden) * recurrent),
        ]
        return [*found, db[column] << Sum((n, t), delta)] if self.layer.bias else found

    def _is_valid(self, place: Affine | Index) -> Entry:
        return Tensor("valid")[self.n, place]


def stack_formulas(layer: Recurrent, context: Context) -> Formulas:
    """Return the formulas of a stack: of its directions, and of the arrays between its layers."""
    forward: list[Formula] = []
    backward: list[Formula] = []
    recurrences: list[Recurrence] = []
    n, t, k, column = Index("n"), Index("t"), Index("k"), Index("l")
    for place in range(layer.num_layers):
        directions = [FormulasOverTime(layer, direction, context) for direction in layer.directions(place)]
        of_directions = [layer.formulas_through_time(direction) for direction in directions]
        for formulas in of_directions:
            forward += formulas.forward
            recurrences += formulas.recurrences
        forward.append(_output(directions))

        dx = Tensor(f"d{layer.input_name(place)}")[n, t, k]
        parts = [Sum(column, each.tensor("δ")[n, t, column] * each.tensor("W")[k, column]) for each in directions]
        backward = [
            *(formula for formulas in of_directions for formula in formulas.backward),
            *(formula for direction in directions for formula in direction.gradients()),
            dx << functools.reduce(operator.add, parts),
            *backward,
        ]
    return Formulas(forward, backward, recurrences=recurrences)


def _output(directions: Sequence[FormulasOverTime]) -> Formula:
    """Return the formula of a layer's output: the concatenated hidden states of its directions."""
    first, *_ = directions
    n, t, layer, above = first.n, first.t, first.layer, first.direction.layer + 1
    unit, value = first.concatenated([each.tensor("h") for each in directions])
    value = first.valid(value)
    if above == layer.num_layers:
        return Tensor("y")[n, t, unit] << value
    if first.dropping:
        value = value * Tensor(f"mask{subscript(above)}")[n, t, unit]
    return Tensor(layer.input_name(above))[n, t, unit] << value
