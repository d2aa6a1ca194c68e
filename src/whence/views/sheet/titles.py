"""The titles of the steps of a computation."""

from __future__ import annotations

from whence.trace import Step
from whence.views.texts import Texts


def band_title(step: Step, texts: Texts) -> str:
    """Return the title of one step: ``Forward: layer 1``; layers before the first one with parameters have number 0."""
    return texts(f"band.{step.kind}.0" if step.number == 0 else f"band.{step.kind}", number=step.number)
