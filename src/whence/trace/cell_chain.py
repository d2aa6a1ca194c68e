"""One chain of cells through a training step: from a weight to the loss, and from there back to the new weight."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from whence.arguments import NotNegativeInt, checks_arguments
from whence.errors import ArgumentError, UnknownNameError
from whence.formula.evaluate import Source
from whence.registry import unknown
from whence.trace.trace import Trace

Pick: TypeAlias = Callable[[int], int]
"""Chooses one of so many possibilities, the most telling of which comes first."""

_LARGE, _CANDIDATES = 0.02, 32
"""The share of the largest that a number must have to be chosen, and how many large gradients are looked at closely."""


@dataclass(frozen=True)
class CellChain:
    """Cells of a training step of which each is a source of the next.

    Parameters
    ----------
    forward : tuple of Source
        From a weight to the loss: ``W1[0,2]``, ``z1[3,2]``, ``a1[3,2]``, ``z2[3,1]``, ``ℓ[3]``, ``loss``.
    backward : tuple of Source
        From the delta at the output, or the prediction that it reads, to the same weight after the update: ``p[3,1]``,
        ``dz2[3,1]``, ``da1[3,2]``, ``dz1[3,2]``, ``dW1[0,2]``, ``W1_new[0,2]``.
    """

    forward: tuple[Source, ...]
    backward: tuple[Source, ...]

    @property
    def weight(self) -> Source:
        """The weight, before the update."""
        return self.forward[0]

    @property
    def computed(self) -> tuple[Source, ...]:
        """All cells but the weight, in the order of computation."""
        return self.forward[1:] + self.backward


@checks_arguments
def cell_chain(trace: Trace, weight: Source | None = None, *, seed: NotNegativeInt | None = None) -> CellChain:
    """Return the chain of cells through which a weight acts on the loss, and the loss on the weight.

    It follows the largest term of each sum from the new weight back to the derivative at the output, and the same way
    forward: through the cells whose derivatives these are.

    Parameters
    ----------
    trace : Trace
        The training step.
    weight : (str, tuple of int), optional
        The weight: ``("W1", (0, 2))``. By default one of the first layer, with a large gradient to which samples
        contribute in both directions.
    seed : int, optional
        Choose among large gradients and large terms by this number instead; as long as there are more chains, each
        number gives another one.

    Raises
    ------
    UnknownNameError
        If ``weight`` is of no array that the step trains.
    ArgumentError
        If the index is outside the array, or no gradient is different from zero.
    """
    pick = _first if seed is None else _by_digits(seed)
    name, index = weight or _choose_weight(trace, pick)
    if name not in (trained := _trained(trace)):
        raise UnknownNameError(unknown("trained array", name, trained))
    trace.cell(name, *index)
    backward = _back_to_output(trace, (f"{name}_new", index), pick)
    deltas = [cell for cell in backward if cell[0][0] == "d" and cell[0][1:] in trace]
    values = [(delta[1:], place) for delta, place in deltas]  # from the weight to the output
    forward: list[Source] = [("loss", ())]
    for value in reversed(values):
        forward += _way(trace, forward[-1], value)
    prediction = _way(trace, deltas[-1], values[-1])[:-1]
    return CellChain(tuple(reversed(forward)), tuple([*reversed(prediction), *reversed(backward)]))


@checks_arguments
def telling_gradient(trace: Trace) -> Source:
    """Return the gradient from which the chain of `cell_chain` takes its weight, without following it.

    Raises
    ------
    ArgumentError
        If no gradient is different from zero.
    """
    name, index = _choose_weight(trace, _first)
    return f"d{name}", index


def _first(count: int) -> int:
    return 0


def _by_digits(seed: int) -> Pick:
    """Return a choice by the digits of a number, so that different numbers choose differently."""

    def pick(count: int) -> int:
        nonlocal seed
        seed, digit = divmod(seed, count)
        return int(np.random.default_rng(count).permutation(count)[digit])

    return pick


def _trained(trace: Trace) -> list[str]:
    """Return the parameters that the step trains, those of the first layer first."""
    return [name for layer in trace.layers for name in layer.parameters if f"d{name}" in trace]


def _choose_weight(trace: Trace, pick: Pick) -> Source:
    """Return a weight of the first layer that has a gradient, a telling one."""
    sizes = {name: np.nan_to_num(np.abs(trace[f"d{name}"])).ravel() for name in _trained(trace)}
    moving = [name for name in sizes if sizes[name].any()]
    if not moving:
        raise ArgumentError("every gradient of the step is zero; take other samples or another step")
    name = next((name for name in moving if trace[name].ndim > 1), moving[0])
    large = np.argsort(-sizes[name], kind="stable")
    large = large[sizes[name][large] >= _LARGE * sizes[name].max()]
    cells = [tuple(map(int, np.unravel_index(place, trace[name].shape))) for place in large]
    if pick is _first:
        cells = sorted(cells[:_CANDIDATES], key=lambda index: -_directions(trace, f"d{name}", index))
    return name, cells[pick(len(cells))]


def _directions(trace: Trace, name: str, index: tuple[int, ...]) -> int:
    """Return 2 if a cell has positive and negative terms, 1 if it has only one kind."""
    return len(set(np.sign(trace.cell(name, *index).terms.values)) - {0.0})


def _back_to_output(trace: Trace, start: Source, pick: Pick) -> list[Source]:
    """Return the cells from a new weight back to the derivative at the output, each a source of the one before."""
    output = f"d{trace.layers[-1].output}"
    beside = {f"d{name}" for name in _trained(trace) if f"{name}_new" != start[0]}
    leading = _depending_on(trace, output) - beside
    chain = [start]
    while chain[-1][0] != output:
        name, index = chain[-1]
        cell = trace.cell(name, *index)
        terms = [(term.value, _in(leading, term.sources(cell.arrays))) for term in cell.terms.largest(_CANDIDATES)]
        ways = [(np.nan_to_num(np.abs(value)), sources) for value, sources in terms if sources]
        large = [sources for size, sources in ways if size >= _LARGE * ways[0][0]] or [_in(leading, cell.sources)]
        chosen = large[pick(len(large))]
        chain.append(max(chosen, key=lambda source: len(source[1])))  # not a scale, such as of clipping
    return chain


def _in(arrays: set[str], sources: Iterable[Source]) -> list[Source]:
    return [source for source in sources if source[0] in arrays]


def _depending_on(trace: Trace, name: str) -> set[str]:
    """Return the array and all that are computed from it."""
    found = {name}
    while more := {
        array
        for array, formula in trace.formulas.items()
        if array not in found and any(source.array in found for source in formula.sources)
    }:
        found |= more
    return found


def _way(trace: Trace, start: Source, goal: Source) -> list[Source]:
    """Return the shortest way to a cell through sources: the cells after the first, to the goal."""
    leading = _depending_on(trace, goal[0])
    ways: dict[Source, list[Source]] = {start: []}
    reached = [start]
    for cell in reached:
        for source in trace.cell(cell[0], *cell[1]).sources:
            if source == goal:
                return [*ways[cell], goal]
            if source[0] in leading and source not in ways:
                ways[source] = [*ways[cell], source]
                reached.append(source)
    return [goal]
