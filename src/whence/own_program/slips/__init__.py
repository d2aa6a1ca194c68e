"""Slips that learners make, each a small change of the right step."""

from whence.own_program.slips import (  # noqa: F401, I001
    labels, forward, losses, gradients, factors, updates, adaptive, deltas, convolutions, recurrence, everywhere,
)  # fmt: skip
from whence.own_program.slips.registry import Change, Slip, slips

__all__ = ["Change", "Slip", "slips"]
__dir__ = __all__.copy
