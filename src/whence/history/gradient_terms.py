"""The gradient of a step as a sum over the samples of its batch, in any direction."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from whence.arrays import Array
from whence.formula import Formula, Sum, Tensor
from whence.formula.sum_of_products import SumOfProducts
from whence.history.known_samples import known_rows
from whence.history.layer_arrays import arrays_of_layer
from whence.history.sample_shares import sample_term
from whence.nn import Sequential
from whence.nn.context import Context
from whence.nn.parameter import Slot
from whence.training import BackwardPass, Training

DIRECTION = "direction"
"""The array that the gradient of a parameter is multiplied by, in formulas."""


class Term(NamedTuple):
    """One use of a parameter in a step: its gradient, the formula of what each sample adds, and what these read."""

    slot: Slot
    gradient: Formula
    added: SumOfProducts
    arrays: dict[str, Array]


class _Use(NamedTuple):
    """One use of a layer in a network: the formulas of its parameters, and what these read, parameters among it."""

    added: list[tuple[Slot, Formula, SumOfProducts]]
    read: set[str]
    parameters: set[str]


class GradientTerms:
    """What each sample of a batch adds to the gradient, contracted with a direction that may be known later.

    Parameters
    ----------
    terms : list
        One for each use of a parameter.
    """

    def __init__(self, terms: list[Term]) -> None:
        self.terms = terms

    def along(self, direction: Array) -> Array:
        """Return ``Σ_p direction[p] · gradient[n, p]`` for each sample n of the batch.

        Parameters
        ----------
        direction : array, shape (P,)
            A number for each parameter of the network.

        Returns
        -------
        array, shape (B,)
        """
        added = [term.added({**term.arrays, DIRECTION: term.slot.view(direction)}) for term in self.terms]
        return np.asarray(np.sum(added, axis=0, dtype=np.float64))


class TermsOfSteps:
    """Takes the terms of the gradients from the steps of a training.

    The formula of a gradient is a sum over samples; what a sample adds is the same formula without that sum. It is the
    same rule for every layer.
    """

    def __init__(self) -> None:
        self._uses: dict[tuple[int, bool, bool], _Use] = {}

    def of(self, training: Training, backward: BackwardPass) -> GradientTerms:
        """Return the terms of a step, before the optimizer's step.

        Raises
        ------
        ArgumentError
            If the samples of the batch are not known.
        FormulaError
            If a gradient is not a sum over samples.
        """
        known_rows(backward.batch)
        return GradientTerms([*self._terms(training, backward)])

    def _terms(self, training: Training, backward: BackwardPass) -> Iterator[Term]:
        net = training.net
        for position in range(len(net)):
            use = self._use(position, training, backward)
            if use.added:
                arrays = _arrays(net, position, backward, use)
                yield from (Term(*added, arrays) for added in use.added)

    def _use(self, position: int, training: Training, backward: BackwardPass) -> _Use:
        """Return the formulas of the layer at a position, which depend on whether there is a state and are lengths."""
        state, lengths, net = training.state, backward.batch.lengths, training.net
        key = position, state is not None, lengths is not None
        if key not in self._uses:
            layer = net.layers[position]
            symbols = {name: parameter.symbol for name, parameter in layer.declared_parameters().items()}
            made = layer.formulas_in(Context(training=True, state=state, lengths=lengths).within(position)).backward
            gradients = {formula.target.array: formula for formula in made}
            added = [
                (slot, gradient, SumOfProducts(_along_direction(gradient, {*symbols.values()})))
                for slot in net.slots
                if net.layers[slot.layer] is layer
                for gradient in [gradients[f"d{symbols[slot.name]}"]]
            ]
            read = {name for *_, formula in added for name in formula.names} - {DIRECTION}
            self._uses[key] = _Use(added, read, read & {*symbols.values()})
        return self._uses[key]


def _along_direction(gradient: Formula, parameters: set[str]) -> Formula:
    """Return the formula of what each sample adds to the sum of a gradient's entries times those of a direction."""
    term = sample_term(gradient, parameters)
    cell, (sample, *others) = gradient.indices, term.indices[len(gradient.indices) :]
    weighted = Tensor(DIRECTION)[cell] * term.expression
    return Tensor("added")[sample] << Sum([*cell, *others], weighted)


def _arrays(net: Sequential, position: int, backward: BackwardPass, use: _Use) -> dict[str, Array]:
    """Return what the formulas of a layer read in a step, by name; it stays as it is in later steps."""
    arrays = arrays_of_layer(net, position, backward, use.read)
    return {name: arrays[name].copy() if name in use.parameters else arrays[name] for name in use.read}
