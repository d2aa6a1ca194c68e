"""The registry of faults: for each, a rule that looks at an examination and says what it suspects."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import IntEnum

from whence.doctor.examination import Examination
from whence.doctor.treatments import Treatment


class Floor(IntEnum):
    """What comes before what: a fault may be the cause of those of later floors, and hardly of earlier ones."""

    DATA = 0
    TASK = 1
    NETWORK = 2
    REGULARISATION = 3
    STEPS = 4
    SYMPTOM = 5


@dataclass(frozen=True, kw_only=True)
class Suspicion:
    """What a rule suspects.

    Parameters
    ----------
    where, evidence, advice : str
        As in a `whence.doctor.Finding`.
    confidence : float
        How sure the rule is before a trial.
    treatments : tuple of Treatment
        What may help, to be tried; the best one becomes the remedy.
    certain : bool
        Whether the evidence alone is enough, and no trial is needed.
    cells : tuple of str
        Cells that show it.
    """

    where: str
    evidence: str
    advice: str = ""
    confidence: float
    treatments: tuple[Treatment, ...] = ()
    certain: bool = False
    cells: tuple[str, ...] = ()


Look = Callable[[Examination], Iterable[Suspicion]]


@dataclass(frozen=True)
class Rule:
    """A rule of the registry.

    Parameters
    ----------
    fault : str
        The id of the fault that it looks for.
    floor : Floor
        Its place among causes and consequences.
    look : callable
        Yields suspicions.
    """

    fault: str
    floor: Floor
    look: Look


rules: list[Rule] = []
"""All rules, in the order in which they were registered."""


def rule(fault: str, floor: Floor) -> Callable[[Look], Look]:
    """Enter a function into the registry as the rule of a fault."""

    def enter(look: Look) -> Look:
        rules.append(Rule(fault, floor, look))
        return look

    return enter
