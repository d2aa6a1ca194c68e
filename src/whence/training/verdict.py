"""Whether a training goes on: what can be decided after each batch and each epoch, in the order of its weight."""

from __future__ import annotations

from collections.abc import Callable
from enum import IntEnum


class Verdict(IntEnum):
    """Whether a training goes on; the largest verdict of several processes is the one that holds for all."""

    CONTINUE = 0
    STOP = 1
    """End after this epoch, since a callback set ``stop``."""
    INTERRUPT = 2
    """End after this step, since Ctrl-C was pressed."""
    FAIL = 3
    """End before this step, since something is not finite."""


Agreement = Callable[[Verdict], Verdict]
"""Returns what all processes make of the verdict of this one."""
