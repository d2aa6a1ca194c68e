"""Samples: the inputs of a network side by side with the targets that it is to give for them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from whence.errors import DataError

if TYPE_CHECKING:
    from whence.arrays import Array

_ROWS_PER_CHECK = 4096


@dataclass(frozen=True, eq=False, repr=False)
class Samples:
    """Inputs and targets, one sample a row.

    Parameters
    ----------
    inputs : (N, ...) array
        Raw inputs, before preprocessing: images ``(N, H, W, C)`` as uint8, tables ``(N, F)`` as float64 with
        categories already one-hot.
    targets : (N,) or (N, T) int64 array, or (N, K) float64 array
        Class indices (classification; one for each step where the inputs are sequences that are labelled step by step)
        or the numbers to predict (regression).

    Raises
    ------
    DataError
        If there are no samples, the lengths differ, a dtype is not numeric, or a value is NaN or infinite.
    """

    inputs: Array
    targets: Array

    def __post_init__(self) -> None:
        for kind, values in (("inputs", self.inputs), ("targets", self.targets)):
            if values.ndim == 0 or values.dtype.kind not in "buif":
                raise DataError(
                    f"the {kind} are an array of shape {values.shape} and dtype {values.dtype}; "
                    f"expected numbers with one row per sample"
                )
        if len(self.inputs) != len(self.targets):
            raise DataError(
                f"there are {len(self.inputs)} inputs and {len(self.targets)} targets; every input needs one target"
            )
        if len(self.inputs) == 0:
            raise DataError("there are no samples; at least one is needed")
        _check_finite("inputs", self.inputs)
        _check_finite("targets", self.targets)

    def __repr__(self) -> str:
        inputs, targets = self.inputs, self.targets
        return f"Samples(inputs: {inputs.shape} {inputs.dtype}, targets: {targets.shape} {targets.dtype})"

    def __len__(self) -> int:
        return len(self.inputs)

    def take(self, indices: Array) -> Samples:
        """Return the samples at ``indices`` (integers), copied.

        Parameters
        ----------
        indices : (M,) integer array
            Rows to take, in the order wanted.
        """
        return Samples(self.inputs[indices], self.targets[indices])


def _check_finite(kind: str, values: Array) -> None:
    if values.dtype.kind != "f":
        return
    for start in range(0, len(values), _ROWS_PER_CHECK):
        finite = np.isfinite(values[start : start + _ROWS_PER_CHECK])
        if not finite.all():
            row, *rest = (int(i) for i in np.argwhere(~finite)[0])
            value = values[(start + row, *rest)]
            column = f", column {rest[0]}" if len(rest) == 1 else f", position {tuple(rest)}" if rest else ""
            raise DataError(
                f"the {kind} hold {value} in row {start + row}{column} (counted from 0); replace or remove it"
            )
