"""Axes of arrays: lengths that are fixed or open, how messages write them, and indices for them in formulas."""

from __future__ import annotations

import functools
import operator
from collections.abc import Sequence

from whence.arrays import Array, Shape
from whence.errors import ShapeError
from whence.formula import Expression, Index, Size, indices

ANY_LENGTH = -1
"""In a shape, the length of an axis that may have any, such as the time steps of sequences."""

_SAMPLES = {1: "sequences (N, T, C)", 2: "images (N, H, W, C)"}


def shape_text(shape: Shape) -> str:
    """Return the shape of a batch of samples, T for any length: ``(N, 28, 28)``, ``(N, T, 65)``."""
    lengths = ("T" if length == ANY_LENGTH else str(length) for length in shape)
    return f"({', '.join(('N', *lengths))})" if shape else "(N,)"


def fits(batch: Array, shape: Shape) -> bool:
    """Return whether a batch has samples of ``shape``."""
    lengths = batch.shape[1:]
    return batch.ndim == len(shape) + 1 and (
        lengths == shape or all(wanted in (ANY_LENGTH, length) for wanted, length in zip(shape, lengths, strict=True))
    )


def require_fixed_shape(shape: Shape) -> None:
    """Raise `ShapeError` if an axis may have any length."""
    if ANY_LENGTH in shape:
        counted = "rows and columns" if len(shape) == 3 else "time steps"
        raise ShapeError(
            f"the number of {counted} must be known, but the inputs of this network may have any, as texts do; leave "
            "the layer out, or in a program give input_shape"
        )


def require_samples(shape: Shape, axes: int) -> None:
    """Raise `ShapeError` unless samples have that many axes and one of channels, all of known lengths."""
    if len(shape) != axes + 1:
        raise ShapeError(
            f"it takes {_SAMPLES[axes]}, but its input has the shape {shape_text(shape)}; change that with Reshape"
        )
    require_fixed_shape(shape)


def require_channels(shape: Shape, axes: int, channels: int) -> None:
    """Raise `ShapeError` unless `require_samples` passes and there are ``channels`` on the last axis."""
    require_samples(shape, axes)
    if shape[-1] != channels:
        raise ShapeError(
            f"it takes in_channels = {channels} on the last axis, but its input has the shape {shape_text(shape)}"
        )


def element(rank: int) -> tuple[Index, ...]:
    """Return an index for each of ``rank`` axes, that of the batch first."""
    names = {1: "n", 2: "n j", 3: "n t j", 4: "n h w c"}
    return indices(names.get(rank, " ".join(["n", *(f"i{axis}" for axis in range(1, rank))])))


def split_axes(at: tuple[Index, ...], weights: Array | None) -> tuple[tuple[Index, ...], tuple[Index, ...]]:
    """Return the indices of the axes that ``weights`` has, if given, and those of all other axes."""
    rank = 0 if weights is None else weights.ndim
    return at[:rank], at[rank:]


def count(over: Sequence[Index]) -> Expression:
    """Return the number of values that several indices take together, as an expression: ``N · H · W``."""
    return functools.reduce(operator.mul, map(Size, over))
