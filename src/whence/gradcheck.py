"""Gradients of networks, layers and losses held against differences of the loss itself."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from whence.arrays import Array
from whence.errors import ArgumentError
from whence.nn.layer import Layer
from whence.nn.losses import Loss
from whence.nn.sequential import Sequential

LossFunction: TypeAlias = Callable[[Array, Array, Array | None], tuple[float, Array]]

_FLOOR = 1e-3
_KINK = 0.1


@dataclass(frozen=True)
class GradientRow:
    """How well the gradient of one array agrees with differences of the loss.

    Parameters
    ----------
    name : str
        The array: ``"0.weight"``, or ``"input"``.
    shape : tuple of int
        Its shape.
    error : float
        The largest relative error among the slopes that were compared.
    compared : int
        How many slopes were compared: single entries and random directions.
    skipped : int
        How many were left out, because the loss has a kink, such as that of a ReLU, within a step of them.
    tolerance : float
        The largest relative error with which the row passes.
    """

    name: str
    shape: tuple[int, ...]
    error: float
    compared: int
    skipped: int
    tolerance: float

    @property
    def passed(self) -> bool:
        """Whether something was compared and all of it agreed."""
        return self.compared > 0 and self.error <= self.tolerance

    def __str__(self) -> str:
        verdict = "passed" if self.passed else "FAILED"
        skipped = f", {self.skipped} skipped at kinks" if self.skipped else ""
        return f"{verdict}  {self.name} {self.shape}: error {self.error:.1e} over {self.compared} slopes{skipped}"


def check_gradients(
    net: Sequential,
    loss_fn: LossFunction,
    x: Array,
    y: Array,
    *,
    weights: Array | None = None,
    training: bool = True,
    step: float = 1e-5,
    entries: int = 50,
    directions: int = 3,
    tolerance: float = 1e-6,
    seed: int = 0,
) -> list[GradientRow]:
    """Compare what backpropagation gives with central differences, for every parameter and for the input.

    A copy of the network is checked, whose random generator starts from the same state in every forward pass, so that
    dropout drops the same values.

    Parameters
    ----------
    net : Sequential
        The network, in float64.
    loss_fn : Loss or callable
        Gives the loss and its delta for outputs, targets and weights of samples.
    x, y : array
        A batch and its targets. An input of integers is not compared itself.
    weights : array, shape (N,), optional
        How much each sample counts.
    training : bool
        Whether the forward passes are those of training.
    step : float
        How far a value is moved to either side.
    entries : int
        How many single entries of each array are compared; all of them if it has no more.
    directions : int
        Along how many random directions each array is compared as a whole.
    tolerance : float
        The largest relative error that passes.
    seed : int
        From which entries and directions are drawn.

    Returns
    -------
    list of GradientRow
        One for each parameter, and one for the input.

    Raises
    ------
    ArgumentError
        If the network is not in float64, or a setting leaves nothing to compare.

    Notes
    -----
    A slope s along a direction v is compared with d = (L(θ + hv) − L(θ − hv)) / 2h. The relative error is
    |s − d| / max(|s|, |d|, f), where the floor f is a thousandth of the loss or of the largest entry of the gradient,
    whichever is larger: it keeps rounding in L, which is divided by h, from counting as an error where a slope is
    next to zero. A well-trained network's loss is a small difference of large outputs and rounds as they do, so f is
    also at least so large that rounding of the outputs, divided by h, stays within the tolerance. Where s and d
    disagree, the two one-sided differences tell a wrong gradient from a kink: their gap halves with h, and d stays,
    only where L is smooth (Griewank and Walther, *Evaluating Derivatives*, 2008). Beside a kink, as where several
    maxima are tied, s need not lie between the one-sided differences; a tenth of the disagreement tells of one.
    """
    if net.dtype != np.float64:
        raise ArgumentError(
            f"gradients are checked in float64, but the network is in {net.dtype}; make it with float64"
        )
    x = np.array(x, dtype=np.float64 if np.asarray(x).dtype.kind == "f" else None)
    net = copy.deepcopy(net)
    restore = _restoring(net)

    def loss() -> float:
        restore()
        return loss_fn(net.forward(x, training=training)[0], y, weights)[0]

    restore()
    outputs, tape = net.forward(x, training=training)
    value, delta = loss_fn(outputs, y, weights)
    deltas: dict[int, Array] = {}
    gradient = net.backward(delta, tape, need_input=True, watch=deltas.__setitem__)
    arrays = [(slot.path, slot.view(net.theta), slot.view(gradient)) for slot in net.slots]
    if x.dtype.kind == "f":
        arrays.append(("input", x, deltas[0]))
    if not arrays:
        raise ArgumentError("the network has no parameters and its input is of integers; nothing can be compared")
    largest = max(float(np.abs(slopes).max()) for _, _, slopes in arrays)
    floor = _floor(value, largest, outputs, step, tolerance)
    comparison = _Comparison(loss, step, entries, directions, tolerance, floor)
    rng = np.random.default_rng(seed)
    return [comparison.row(name, array, slopes, rng) for name, array, slopes in arrays]


def check_layer(
    layer: Layer,
    x: Array,
    *,
    training: bool = True,
    step: float = 1e-5,
    entries: int = 50,
    directions: int = 3,
    tolerance: float = 1e-6,
    seed: int = 0,
) -> list[GradientRow]:
    """Compare a layer's backward pass with differences of a random projection of its output.

    Parameters
    ----------
    layer : Layer
        The layer; a copy of it is checked, in a network of its own, with random parameters.
    x : array, shape (N, ...)
        A batch.
    training, step, entries, directions, tolerance, seed
        As for `check_gradients`.

    Returns
    -------
    list of GradientRow
        One for each parameter, and one for the input.
    """
    rng = np.random.default_rng(seed)
    net = Sequential(copy.deepcopy(layer), input_shape=x.shape[1:], dtype=np.float64, seed=seed)
    net.theta += rng.normal(scale=0.1, size=net.theta.shape)
    factors = rng.normal(size=(len(x), *net.output_shape))
    return check_gradients(
        net,
        _projection,
        x,
        factors,
        training=training,
        step=step,
        entries=entries,
        directions=directions,
        tolerance=tolerance,
        seed=seed,
    )


def check_loss(
    loss_fn: Loss | LossFunction,
    outputs: Array,
    targets: Array,
    *,
    weights: Array | None = None,
    step: float = 1e-5,
    entries: int = 50,
    directions: int = 3,
    tolerance: float = 1e-6,
    seed: int = 0,
) -> GradientRow:
    """Compare a loss's delta with differences of the loss.

    Parameters
    ----------
    loss_fn : Loss or callable
        Gives the loss and its delta for outputs, targets and weights of samples.
    outputs, targets : array
        What a network gave, and what it should have given.
    weights, step, entries, directions, tolerance, seed
        As for `check_gradients`.

    Returns
    -------
    GradientRow
        For the outputs.
    """
    outputs = np.array(outputs, dtype=np.float64)
    value, delta = loss_fn(outputs, targets, weights)
    floor = _floor(value, float(np.abs(delta).max()), outputs, step, tolerance)
    comparison = _Comparison(lambda: loss_fn(outputs, targets, weights)[0], step, entries, directions, tolerance, floor)
    return comparison.row("outputs", outputs, delta, np.random.default_rng(seed))


def _floor(value: float, largest: float, outputs: Array, step: float, tolerance: float) -> float:
    """Return the slope below which errors are no longer relative to the slope itself."""
    rounding = float(np.finfo(np.float64).eps) * max(1.0, float(np.abs(outputs).max(initial=0.0)))
    unseen = 2 * rounding / step / tolerance if step > 0 and tolerance > 0 else 0.0
    return max(_FLOOR * abs(value), _FLOOR * largest, unseen)


def _projection(outputs: Array, factors: Array, weights: Array | None = None) -> tuple[float, Array]:
    """Return Σ factors · outputs, whose delta is the factors."""
    return float((factors * outputs).sum()), factors


def _restoring(net: Sequential) -> Callable[[], None]:
    """Return a function that brings a network's buffers and generator back to where they are now."""
    generator = net.rng.bit_generator.state
    kept = [(buffer, buffer.copy()) for layer in net.layers for buffer in layer.buffers.values()]

    def restore() -> None:
        net.rng.bit_generator.state = generator
        for buffer, values in kept:
            buffer[...] = values

    return restore


@dataclass(frozen=True)
class _Comparison:
    """Compares slopes with differences of a loss that reads the array in question."""

    loss: Callable[[], float]
    step: float
    entries: int
    directions: int
    tolerance: float
    floor: float

    def __post_init__(self) -> None:
        if self.entries < 0 or self.directions < 0 or not self.entries + self.directions:
            raise ArgumentError(
                f"entries = {self.entries} and directions = {self.directions} leave nothing to compare; one must be "
                "positive and neither negative"
            )
        if not (math.isfinite(self.step) and self.step > 0):
            raise ArgumentError(f"step = {self.step} is no distance; it must be a positive number such as 1e-5")

    def row(self, name: str, array: Array, slopes: Array, rng: np.random.Generator) -> GradientRow:
        """Compare single entries and random directions of one array, which is moved and put back."""
        if slopes.shape != array.shape:
            raise ArgumentError(f"the gradient of {name} has the shape {slopes.shape}, but {name} has {array.shape}")
        errors = [self.error(array, slopes, direction) for direction in self.ways(array, rng)]
        kept = [error for error in errors if error is not None]
        worst = float(np.max(kept)) if kept else math.nan
        return GradientRow(name, array.shape, worst, len(kept), len(errors) - len(kept), self.tolerance)

    def ways(self, array: Array, rng: np.random.Generator) -> Iterator[Array]:
        """Yield a direction of length 1 for each entry that is compared, and then the random ones."""
        chosen = rng.permutation(array.size)[: self.entries] if array.size > self.entries else np.arange(array.size)
        for entry in chosen:
            yield (np.arange(array.size) == entry).astype(np.float64).reshape(array.shape)
        for _ in range(self.directions):
            direction = np.asarray(rng.normal(size=array.shape))
            yield direction / np.linalg.norm(direction)

    def error(self, array: Array, slopes: Array, direction: Array) -> float | None:
        """Return the relative error of the slope along a direction, or None where the loss has a kink there."""
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
        error = abs(slope - central) / scale
        if error <= self.tolerance:
            return error
        here, half_above, half_below = at(0.0), at(h / 2), at(-h / 2)
        gap = (above - here) / h - (here - below) / h
        half_gap = 2 * ((half_above - here) / h - (here - half_below) / h)
        moved = abs(central - (half_above - half_below) / h) + abs(gap - 2 * half_gap)
        return None if moved > min(self.tolerance * scale, _KINK * abs(slope - central)) else error
