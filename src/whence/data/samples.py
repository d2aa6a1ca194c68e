"""Samples: inputs of a network with their targets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np

from whence.arguments import checks_arguments
from whence.arrays import Array
from whence.errors import DataError
from whence.stored_rows import at_rows, concatenated, is_stored

LARGEST = 1e100
"""The largest number in data: sums of squares of larger ones would leave the range of float64."""
_ROWS_AT_ONCE = 4096


@checks_arguments
@dataclass(frozen=True, eq=False, repr=False)
class Samples:
    """Inputs and targets, one sample a row.

    Parameters
    ----------
    inputs : (N, ...) array
        Raw inputs, before preprocessing: images ``(N, H, W, C)`` as uint8, tables ``(N, F)`` as float64 with
        categories already one-hot. They may stay in files (`whence.stored_rows`).
    targets : (N,) or (N, T) int64 array, or (N, K) float64 array
        Class indices, for sequences one per sample or one per time step, or the numbers of a regression.
    weights : (N,) array, optional
        Weights of the samples in the loss, in the measures and in the statistics of the preprocessing; not negative,
        and not all zero.
    lengths : (N,) int array, optional
        Number of time steps of each input, from 1 to T, if inputs ``(N, T, ...)`` are padded to the longest.

    Raises
    ------
    DataError
        If there are no samples, the arrays differ in their numbers of rows, a dtype is not numeric, a value is NaN,
        infinite or beyond 1e100, or a weight or a length is outside its range.
    """

    inputs: Array
    targets: Array
    weights: Array | None = None
    lengths: Array | None = None

    def __post_init__(self) -> None:
        for kind, values in self.arrays.items():
            if values.ndim == 0:
                raise DataError(f"the {kind} are the number {values}; expected numbers with one row per sample")
            if len(values) != len(self.inputs):
                raise DataError(
                    f"there are {len(self.inputs)} inputs and {len(values)} {kind}; every input needs one "
                    f"{kind.removesuffix('s')}"
                )
        if len(self.inputs) == 0:
            raise DataError("there are no samples; at least one is needed")
        for kind, values in self.arrays.items():
            _check_numbers(kind, values)
        if self.weights is not None:
            _check_weights(self.weights)
        if self.lengths is not None:
            _check_lengths(self.lengths, self.inputs)

    @property
    def arrays(self) -> dict[str, Array]:
        """The arrays that are not None, by name: ``inputs``, ``targets``, ``weights``, ``lengths``."""
        found = {field.name: getattr(self, field.name) for field in fields(self)}
        return {kind: values for kind, values in found.items() if values is not None}

    def __repr__(self) -> str:
        shown = (f"{kind}: {values.shape} {values.dtype}" for kind, values in self.arrays.items())
        return f"Samples({', '.join(shown)})"

    def __len__(self) -> int:
        return len(self.inputs)

    @property
    def counted(self) -> Array:
        """The rows of the samples whose weight is not 0."""
        return np.arange(len(self)) if self.weights is None else np.flatnonzero(self.weights)

    def take(self, rows: Array | slice) -> Samples:
        """Return the samples at ``rows``: copied if these are integers, as views if they are a slice."""
        return Samples(**{kind: values[rows] for kind, values in self.arrays.items()})

    def part(self, rows: Array) -> Samples:
        """Return the samples at ``rows``, with inputs that stay in their files where they are stored there."""
        others = {kind: values[rows] for kind, values in self.arrays.items() if kind != "inputs"}
        return Samples(at_rows(self.inputs, rows), **others)

    def divided(self, lots: Sequence[Array]) -> list[Samples]:
        """Return the samples of each lot, all as views of these arrays, which are put into the order of the lots.

        Nothing else may use these arrays any more. Where one cannot be written to, the lots are as from `part`.

        Parameters
        ----------
        lots : sequence of int arrays
            Row numbers, ascending in each lot; together they are all rows, each once.
        """
        if not all(isinstance(values, np.ndarray) and values.flags.writeable for values in self.arrays.values()):
            return [self.part(rows) for rows in lots]
        order, first = np.concatenate(lots), len(lots[0])
        for values in self.arrays.values():
            others = values[order[first:]]
            for start in range(0, first, _ROWS_AT_ONCE):  # no row is moved to the place of one that is yet to be moved
                rows = order[start : min(start + _ROWS_AT_ONCE, first)]
                values[start : start + len(rows)] = values[rows]
            values[first:] = others
        ends = np.cumsum([len(rows) for rows in lots])
        return [self.take(slice(end - len(rows), end)) for rows, end in zip(lots, ends, strict=True)]


def are_usable(values: Array) -> Array:
    """Return a bool array that is true where a floating-point number is neither NaN nor larger than `LARGEST`."""
    return np.asarray(np.abs(values) <= min(LARGEST, float(np.finfo(values.dtype).max)))


def spread(samples: Samples, most: int) -> Samples:
    """Return at most so many of the samples, at equal distances from the first to the last."""
    return samples.take(np.linspace(0, len(samples) - 1, min(most, len(samples))).astype(int))


def joined(parts: list[Samples]) -> Samples:
    """Return several parts as one; parts without weights or lengths get ones or full lengths if others have them.

    Inputs of one array in files stay there.
    """
    if len(parts) == 1:  # perhaps a large one, that stays in its file
        return parts[0]
    kinds = {kind: None for part in parts for kind in part.arrays}
    return Samples(**{kind: concatenated([_array_of(part, kind) for part in parts]) for kind in kinds})


def _array_of(part: Samples, kind: str) -> Array:
    if kind in part.arrays:
        return part.arrays[kind]
    return np.full(len(part), 1 if kind == "weights" else part.inputs.shape[1])


def _check_numbers(kind: str, values: Array) -> None:
    if values.dtype.kind != "f" or is_stored(values):  # what is stored was checked where it is from
        return
    for start in range(0, len(values), _ROWS_AT_ONCE):
        usable = are_usable(values[start : start + _ROWS_AT_ONCE])
        if not usable.all():
            row, *rest = np.argwhere(~usable)[0].tolist()
            value = values[(start + row, *rest)]
            column = f", column {rest[0]}" if len(rest) == 1 else f", position {tuple(rest)}" if rest else ""
            raise DataError(
                f"the {kind} hold {value} in row {start + row}{column} (counted from 0); replace or remove it, or give "
                f"numbers up to {LARGEST:g} in another unit"
            )


def _check_weights(weights: Array) -> None:
    if weights.ndim != 1:
        raise DataError(f"the weights have the shape {weights.shape}; give one number for each sample")
    if (weights < 0).any():
        row = int((weights < 0).argmax())
        raise DataError(f"the weight in row {row} (counted from 0) is {weights[row]:g}; weights must not be negative")
    if not weights.any():
        raise DataError("all weights are 0; at least one must be positive")


def _check_lengths(lengths: Array, inputs: Array) -> None:
    if inputs.ndim < 2 or lengths.ndim != 1 or lengths.dtype.kind not in "iu":
        raise DataError(
            f"the lengths are {lengths.dtype} of shape {lengths.shape}, and the inputs have the shape {inputs.shape}; "
            "give one whole number of time steps for each input (N, T, ...)"
        )
    wrong = (lengths < 1) | (lengths > inputs.shape[1])
    if wrong.any():
        row = int(wrong.argmax())
        raise DataError(
            f"the length in row {row} (counted from 0) is {lengths[row]}; lengths must be from 1 to {inputs.shape[1]}, "
            "the time steps of the inputs"
        )
