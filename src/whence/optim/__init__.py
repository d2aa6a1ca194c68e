"""Optimizers, and schedules of the learning rate."""

from whence.optim.adagrad import Adagrad
from whence.optim.adam import Adam, AdamW
from whence.optim.optimizer import Optimizer, optimizers
from whence.optim.rmsprop import RMSprop
from whence.optim.schedules import Schedule, schedule, schedules
from whence.optim.sgd import SGD

__all__ = ["SGD", "Adagrad", "Adam", "AdamW", "Optimizer", "RMSprop", "Schedule", "optimizers", "schedule", "schedules"]
__dir__ = __all__.copy
