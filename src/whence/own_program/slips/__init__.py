"""Slips that learners make, each a small change of the right step."""

from whence.own_program.slips import labels, forward, losses, gradients, factors, updates, deltas, everywhere  # noqa: F401, I001
from whence.own_program.slips.registry import Change, Slip, slips

__all__ = ["Change", "Slip", "slips"]
__dir__ = __all__.copy
