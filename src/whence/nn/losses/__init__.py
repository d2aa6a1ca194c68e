"""Losses: each returns the loss of a batch and its delta from one function."""

from whence.nn.losses.base import Loss, loss_from_config, losses
from whence.nn.losses.cross_entropy import CrossEntropy

__all__ = ["CrossEntropy", "Loss", "loss_from_config", "losses"]
