"""Differencing: the numbers of a time series relative to earlier ones, so that a network can follow a trend."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from whence.arguments import NotNegativeInt, PositiveInt
from whence.arrays import Array

_PERIODS = 3
"""How many times the rows of a series have to span a lag for it to be considered."""
_SEASONAL = 0.7
"""The share of the variance of changes from row to row below which changes over a season take their place."""


@dataclass(frozen=True)
class Differencing:
    """Targets as changes from an earlier row, and windows relative to their last rows.

    Parameters
    ----------
    lag : int
        Rows between a target and the one that it is compared with; of targets further ahead than that, between them and
        the one in the last rows before, a multiple of the lag.
    targets : tuple of int
        The places of the targets among the inputs.
    inputs : tuple of int
        The places of the inputs that are taken relative to the last row of their window.
    """

    lag: PositiveInt
    targets: tuple[NotNegativeInt, ...]
    inputs: tuple[NotNegativeInt, ...]

    def relative(self, windows: Array) -> Array:
        """Return windows with some inputs relative to their last rows, x[n, t] − x[n, T − 1].

        Parameters
        ----------
        windows : (N, T, F) array

        Returns
        -------
        (N, T, F) float64 array
        """
        relative = np.array(windows, np.float64)
        relative[..., self.inputs] -= windows[:, -1:, self.inputs]
        return relative

    def reference(self, windows: Array, horizon: int) -> Array:
        """Return what is subtracted from the targets after each window: step h less y[n, T − 1 + h − ⌈h / lag⌉ · lag].

        Parameters
        ----------
        windows : (N, T, F) array
        horizon : int
            The number of rows whose targets are predicted, H.

        Returns
        -------
        (N, H · K) array
        """
        steps = np.arange(1, horizon + 1)
        rows = windows.shape[1] - 1 + steps - -(-steps // self.lag) * self.lag
        references: Array = windows[:, rows[:, np.newaxis], list(self.targets)]  # (N, H, K)
        return references.reshape(len(windows), -1)


def suitable_lag(values: Array, longest: int) -> int:
    """Return the lag whose changes vary least, as G. Box and G. Jenkins (1970) choose it; 0 for the values themselves.

    It is 1, unless the variance of changes over another lag, a season, is less than 0.7 times as large.

    Parameters
    ----------
    values : (R, K) float64 array
        Consecutive values; NaN where missing.
    longest : int
        The longest lag to consider.
    """
    variances = {lag: variation(values, lag) for lag in range(1, min(longest, len(values) // _PERIODS) + 1)}
    if not variances:
        return 0
    season = min(variances, key=variances.__getitem__)
    lag = season if variances[season] < _SEASONAL * variances[1] else 1
    return lag if variances[lag] < variation(values, 0) else 0


def variation(values: Array, lag: int) -> float:
    """Return the mean variance of changes over a lag, or of the values for a lag of 0, in units of that of the values.

    Parameters
    ----------
    values : (R, K) float64 array
        Consecutive values; NaN where missing.
    lag : int
        Rows between the values that are compared.
    """
    spread = np.nanvar(values, axis=0)
    varying = values[:, spread > 0]
    if varying.shape[1] == 0:
        return 0.0
    changes = varying[lag:] - varying[:-lag] if lag else varying
    return float(np.mean(np.nanvar(changes, axis=0) / spread[spread > 0]))


def drifts(values: Array) -> bool:
    """Return whether the means of the halves of consecutive numbers differ by more than their standard deviation."""
    values = values[np.isfinite(values)]
    half = len(values) // 2
    return half > 0 and abs(values[half:].mean() - values[:half].mean()) > values.std() > 0
