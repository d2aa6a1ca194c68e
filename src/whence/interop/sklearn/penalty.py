"""scikit-learn's penalty of large weights, which is divided by the samples of a batch."""

from __future__ import annotations

from whence.arrays import Array
from whence.data import Batch
from whence.nn import Sequential


def penalised(net: Sequential, alpha: float, batch: Batch, loss: float, gradient: Array) -> tuple[float, Array]:
    """Return a loss and its gradient with ``α Σ W² / 2N`` added, where N is the weight of the batch."""
    if not alpha:
        return loss, gradient
    strength = alpha / (len(batch) if batch.weights is None else float(batch.weights.sum()))
    weights = net.theta * net.decays
    return loss + strength / 2 * float(weights @ weights), gradient + strength * weights
