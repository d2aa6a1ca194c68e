"""What the doctor finds: a fault, where it is, how that is known, what helps, and the proof that it does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from whence.arguments import checks_arguments


@checks_arguments
@dataclass(frozen=True, kw_only=True)
class Proof:
    """The same training from the same seed, as it was and with the remedy.

    Parameters
    ----------
    measure : str
        What was measured: ``accuracy``, ``r2``, or ``loss`` of a text, negative so that more is better.
    without, with_remedy : float or None
        The measure after the last step; None for a training that ended in numbers that are not finite.
    losses_without, losses_with : sequence of float
        The loss of the batches, averaged over spans of steps, as long as it is finite.
    steps : int
        Steps of the training as it was.
    """

    measure: str
    without: float | None
    with_remedy: float | None
    losses_without: Sequence[float]
    losses_with: Sequence[float]
    steps: int


@checks_arguments
@dataclass(frozen=True, kw_only=True)
class Finding:
    """A fault of a training.

    Parameters
    ----------
    fault : str
        Its id, such as ``"dead-units"``.
    where : str
        The layer, setting, column or part of the data: ``"layer 2, ReLU()"``.
    evidence : str
        What was measured.
    remedy : mapping of str to object
        Options of ``whence train`` by name, as in a TOML file; empty where the data must change.
    advice : str
        What to do, in words.
    confidence : float
        From 0 to 1.
    cells : tuple of str
        Cells that ``whence why`` opens.
    proof : Proof or None
        The measured help of the remedy.
    consequences : tuple of Finding
        What follows from it.
    """

    fault: str
    where: str
    evidence: str
    advice: str
    confidence: float
    remedy: Mapping[str, Any] = field(default_factory=dict)
    cells: tuple[str, ...] = ()
    proof: Proof | None = None
    consequences: tuple[Finding, ...] = ()
