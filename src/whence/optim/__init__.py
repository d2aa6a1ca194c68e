"""Optimizers, which step along the gradient, and schedules, which say how far."""

from whence.optim.optimizer import Optimizer, optimizers
from whence.optim.schedules import Schedule, schedules
from whence.optim.sgd import SGD

__all__ = ["SGD", "Optimizer", "Schedule", "optimizers", "schedules"]
