"""Trained networks as programs in other languages, written from their formulas and proved by running them."""

from whence.interop.programs.receipt import Receipt
from whence.interop.programs.training.writing import write_training
from whence.interop.programs.writing import write_program

__all__ = ["Receipt", "write_program", "write_training"]
__dir__ = __all__.copy
