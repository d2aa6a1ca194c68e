"""Verdicts on whether a training continues, after each batch and each epoch."""

from __future__ import annotations

from enum import IntEnum


class Verdict(IntEnum):
    """Whether a training continues; the largest verdict of several processes holds for all."""

    CONTINUE = 0
    STOP = 1
    """End after this epoch, since a callback set ``stop``."""
    INTERRUPT = 2
    """End after this step, since a signal such as Ctrl-C asked for it."""
    FAIL = 3
    """End before this step, since something is not finite."""
