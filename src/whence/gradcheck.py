"""Check gradients of networks, layers and losses against finite differences."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Container, Iterator
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import numpy as np

from whence.arguments import NotNegativeInt, Positive, checks_arguments, shown
from whence.arrays import Array
from whence.errors import ArgumentError
from whence.nn.layer import Layer
from whence.nn.losses import Loss
from whence.nn.sequential import Sequential

LossFunction: TypeAlias = Callable[[Array, Array, Array | None], tuple[float, Array]]

_FLOOR = 1e-3
_KINK = 0.1
_TELLING = 10
_DISTANCES = 0.01, 0.02, 0.05, 0.1, 0.2, 0.5


@dataclass(frozen=True)
class GradientRow:
    """How well the gradient with respect to one array agrees with finite differences.

    Parameters
    ----------
    name : str
        The array: ``"0.weight"``, or ``"input"``.
    shape : tuple of int
        Its shape.
    error : float
        The largest relative error of the slopes compared.
    compared : int
        Number of slopes compared: single entries and random directions.
    telling : int
        Number of those in which an error of a tenth would show; the others are zero within the rounding of the loss.
    skipped : int
        Number of slopes left out because the loss has a kink, such as that of a ReLU, within one step.
    tolerance : float
        The largest relative error that passes.
    moved : bool
        Whether parameters and input were moved, away from kinks or from slopes of zero.
    """

    name: str
    shape: tuple[int, ...]
    error: float
    compared: int
    telling: int
    skipped: int
    tolerance: float
    moved: bool = False

    @property
    def wrong(self) -> bool:
        """Whether a slope that was compared disagrees."""
        return self.compared > 0 and not self.error <= self.tolerance

    @property
    def passed(self) -> bool:
        """Whether all slopes that were compared agree, and at least one of them is large enough to tell."""
        return self.telling > 0 and not self.wrong

    @property
    def verdict(self) -> str:
        """``"passed"``, ``"WRONG"``, or ``"undecided: "`` and why the comparison proves nothing."""
        if self.wrong or self.passed:
            return "WRONG" if self.wrong else "passed"
        return f"undecided: {'its slopes are zero within rounding' if self.compared else 'every slope is at a kink'}"

    def __str__(self) -> str:
        skipped = f", {self.skipped} skipped at kinks" if self.skipped else ""
        return f"{self.name} {self.shape}: error {self.error:.1e} over {self.compared} slopes{skipped}: {self.verdict}"


@checks_arguments
def check_gradients(
    net: Sequential,
    loss_fn: LossFunction,
    x: Array,
    y: Array,
    *,
    weights: Array | None = None,
    training: bool = True,
    step: Positive = 1e-5,
    entries: NotNegativeInt = 50,
    directions: NotNegativeInt = 3,
    tolerance: Positive = 1e-6,
    seed: NotNegativeInt = 0,
) -> list[GradientRow]:
    """Compare the gradients of backpropagation with central differences, for every parameter and for the input.

    The check uses a copy of the network. Its random generator starts from the same state in every forward pass, so
    dropout drops the same values. Where more slopes of an array are at kinks than tell anything, as those of biases of
    zero are when a sample activates no unit of the layer before, or where all are zero, the array is checked again
    after random moves of parameters and input, small ones first.

    Parameters
    ----------
    net : Sequential
        The network, in float64.
    loss_fn : Loss or callable
        Returns the loss and its delta, given outputs, targets and sample weights.
    x, y : array
        A batch and its targets. The gradient of an integer input is not checked.
    weights : array, shape (N,), optional
        The weight of each sample.
    training : bool
        Whether the forward passes are in training mode.
    step : float
        The step h of the central differences.
    entries : int
        Number of single entries to compare in each array, at most.
    directions : int
        Number of random directions to compare in each array.
    tolerance : float
        The largest relative error that passes.
    seed : int
        The seed from which entries and directions are drawn.

    Returns
    -------
    list of GradientRow
        One for each parameter and one for the input.

    Raises
    ------
    ArgumentError
        If the network is not in float64, or the settings leave nothing to compare.

    Notes
    -----
    A slope s along a direction v is compared with d = (L(θ + hv) − L(θ − hv)) / 2h. The relative error is
    |s − d| / max(|s|, |d|, f), where the floor f is a thousandth of the loss or of the largest entry of the gradient,
    whichever is larger, so that rounding of L, divided by h, is no error where a slope is nearly zero. A well-trained
    network's loss is a small difference of large outputs and rounds as they do, so f is also large enough to keep the
    rounding of the outputs, divided by h, within the tolerance. Where s and d disagree, the one-sided differences
    distinguish a wrong gradient from a kink: their gap halves with h, and d stays the same, only where L is smooth
    (Griewank and Walther, *Evaluating Derivatives*, 2008). At a kink s need not lie between the one-sided differences,
    as where several maxima are tied; it is taken for a kink if the differences change by a tenth of the disagreement.
    """
    if net.dtype != np.float64:
        raise ArgumentError(
            f"the network is in {net.dtype}, but gradients are checked in float64; make it with dtype=np.float64"
        )
    x = np.array(x, dtype=np.float64 if np.asarray(x).dtype.kind == "f" else None)
    net, rng = copy.deepcopy(net), np.random.default_rng(seed)

    def compare(only: Container[str] | None = None) -> list[GradientRow]:
        loss, floor, arrays = _at_point(net, loss_fn, x, y, weights, training, step, tolerance)
        comparison = _Comparison(loss, step, entries, directions, tolerance, floor)
        return [comparison.row(*array, rng) for array in arrays if only is None or array[0] in only]

    rows = {row.name: row for row in compare()}
    for distance in _DISTANCES:
        untold = [name for name, row in rows.items() if not row.wrong and row.telling <= row.skipped]
        if not untold:
            break
        for array in (net.theta, x) if x.dtype.kind == "f" else (net.theta,):
            array += rng.normal(scale=distance, size=array.shape)
        for row in compare(untold):
            if row.wrong or row.telling > rows[row.name].telling:
                rows[row.name] = replace(row, moved=True)
    return list(rows.values())


@checks_arguments
def check_layer(
    layer: Layer,
    x: Array,
    *,
    training: bool = True,
    step: Positive = 1e-5,
    entries: NotNegativeInt = 50,
    directions: NotNegativeInt = 3,
    tolerance: Positive = 1e-6,
    seed: NotNegativeInt = 0,
) -> list[GradientRow]:
    """Compare a layer's backward pass with finite differences of a random projection of its output.

    Parameters
    ----------
    layer : Layer
        The layer; a copy with random parameters is checked.
    x : array, shape (N, ...)
        A batch.
    training, step, entries, directions, tolerance, seed
        As for `check_gradients`.

    Returns
    -------
    list of GradientRow
        One for each parameter and one for the input.
    """
    rng = np.random.default_rng(seed)
    net = Sequential(copy.deepcopy(layer), input_shape=x.shape[1:], dtype=np.float64, seed=seed)
    net.theta += rng.normal(scale=0.1, size=net.theta.shape)
    factors = rng.normal(size=(len(x), *net.output_shape))
    settings: dict[str, Any] = {"step": step, "entries": entries, "directions": directions, "tolerance": tolerance}
    return check_gradients(net, _projection, x, factors, training=training, seed=seed, **settings)


@checks_arguments
def check_loss(
    loss_fn: Loss | LossFunction,
    outputs: Array,
    targets: Array,
    *,
    weights: Array | None = None,
    step: Positive = 1e-5,
    entries: NotNegativeInt = 50,
    directions: NotNegativeInt = 3,
    tolerance: Positive = 1e-6,
    seed: NotNegativeInt = 0,
) -> GradientRow:
    """Compare a loss's delta with finite differences of the loss.

    Parameters
    ----------
    loss_fn : Loss or callable
        Returns the loss and its delta, given outputs, targets and sample weights.
    outputs, targets : array
        The outputs of a network and their targets.
    weights, step, entries, directions, tolerance, seed
        As for `check_gradients`.

    Returns
    -------
    GradientRow
        The row of the outputs.
    """
    outputs = np.array(outputs, dtype=np.float64)
    if not outputs.size:
        raise ArgumentError("outputs is an empty array; give at least one")
    value, delta = _loss_and_delta(loss_fn(outputs, targets, weights))
    floor = _floor(value, float(np.abs(delta).max()), outputs, step, tolerance)
    comparison = _Comparison(lambda: loss_fn(outputs, targets, weights)[0], step, entries, directions, tolerance, floor)
    return comparison.row("outputs", outputs, delta, np.random.default_rng(seed))


def _at_point(
    net: Sequential,
    loss_fn: LossFunction,
    x: Array,
    y: Array,
    weights: Array | None,
    training: bool,
    step: float,
    tolerance: float,
) -> tuple[Callable[[], float], float, list[tuple[str, Array, Array]]]:
    """Return the loss as a function, its floor, and each array of the network by name with its gradient."""
    restore = _restoring(net)

    def loss() -> float:
        restore()
        return loss_fn(net.forward(x, training=training)[0], y, weights)[0]

    restore()
    outputs, tape = net.forward(x, training=training)
    value, delta = _loss_and_delta(loss_fn(outputs, y, weights))
    deltas: dict[int, Array] = {}
    gradient = net.backward(delta, tape, need_input=True, watch=deltas.__setitem__)
    restore()
    arrays = [(slot.path, slot.view(net.theta), slot.view(gradient)) for slot in net.slots]
    if x.dtype.kind == "f":
        arrays.append(("input", x, deltas[0]))
    if not arrays:
        raise ArgumentError(
            "the network has no parameters and its input is of integers, so nothing can be compared; give a float input"
        )
    largest = max(float(np.abs(slopes).max()) for _, _, slopes in arrays)
    return loss, _floor(value, largest, outputs, step, tolerance), arrays


def _loss_and_delta(evaluated: Any) -> tuple[float, Array]:
    """Return what a user's function gave for a loss, if it is the loss and its delta."""
    if not isinstance(evaluated, tuple) or len(evaluated) != 2:
        raise ArgumentError(f"loss_fn returned {shown(evaluated)}; it must return the loss and its delta")
    return evaluated


def _floor(value: float, largest: float, outputs: Array, step: float, tolerance: float) -> float:
    """Return the slope below which errors are relative to this floor instead of the slope."""
    rounding = float(np.finfo(np.float64).eps) * max(1.0, float(np.abs(outputs).max(initial=0.0)))
    return max(_FLOOR * abs(value), _FLOOR * largest, 2 * rounding / step / tolerance)


def _projection(outputs: Array, factors: Array, weights: Array | None = None) -> tuple[float, Array]:
    """Return Σ factors · outputs and its delta, the factors."""
    return float((factors * outputs).sum()), factors


def _restoring(net: Sequential) -> Callable[[], None]:
    """Return a function that resets a network's buffers and generator to their current state."""
    generator = net.rng.bit_generator.state
    kept = [(buffer, buffer.copy()) for layer in net.layers for buffer in layer.buffers.values()]

    def restore() -> None:
        net.rng.bit_generator.state = generator
        for buffer, values in kept:
            buffer[...] = values

    return restore


@dataclass(frozen=True)
class _Comparison:
    """Compares slopes with finite differences of a loss, with one tolerance for all arrays."""

    loss: Callable[[], float]
    step: float
    entries: int
    directions: int
    tolerance: float
    floor: float

    def __post_init__(self) -> None:
        if not self.entries + self.directions:
            raise ArgumentError("entries = 0 and directions = 0 leave nothing to compare; make one positive")

    def row(self, name: str, array: Array, slopes: Array, rng: np.random.Generator) -> GradientRow:
        """Compare single entries and random directions of one array, which is changed and restored."""
        if slopes.shape != array.shape:
            raise ArgumentError(
                f"the gradient of {name} has the shape {slopes.shape}; it must be that of {name}, {array.shape}"
            )
        compared = [self.slope(array, slopes, direction) for direction in self.unit_vectors(array, rng)]
        kept = [slope for slope in compared if slope is not None]
        worst = float(np.max([error for error, _ in kept])) if kept else math.nan
        telling = sum(size > _TELLING * self.tolerance for _, size in kept)
        return GradientRow(name, array.shape, worst, len(kept), telling, len(compared) - len(kept), self.tolerance)

    def unit_vectors(self, array: Array, rng: np.random.Generator) -> Iterator[Array]:
        """Yield the unit vector of each entry to compare, then random ones."""
        chosen = rng.permutation(array.size)[: self.entries] if array.size > self.entries else np.arange(array.size)
        for entry in chosen:
            yield (np.arange(array.size) == entry).astype(np.float64).reshape(array.shape)
        for _ in range(self.directions):
            direction = np.asarray(rng.normal(size=array.shape))
            yield direction / np.linalg.norm(direction)

    def slope(self, array: Array, slopes: Array, direction: Array) -> tuple[float, float] | None:
        """Return the error and the size of the slope along a direction, both relative; None at a kink of the loss."""
        slope, h = float((slopes * direction).sum()), self.step
        original = array.copy()

        def at(distance: float) -> float:
            array[...] = original + distance * direction
            value = self.loss()
            array[...] = original
            return value

        above, below = at(h), at(-h)
        central = (above - below) / (2 * h)
        scale = max(abs(slope), abs(central), self.floor) or 1.0
        error, size = abs(slope - central) / scale, max(abs(slope), abs(central)) / scale
        if error <= self.tolerance:
            return error, size
        here, half_above, half_below = at(0.0), at(h / 2), at(-h / 2)
        gap = (above - here) / h - (here - below) / h
        half_gap = 2 * ((half_above - here) / h - (here - half_below) / h)
        moved = abs(central - (half_above - half_below) / h) + abs(gap - 2 * half_gap)
        return None if moved > min(self.tolerance * scale, _KINK * abs(slope - central)) else (error, size)
