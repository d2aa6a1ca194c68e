"""LoadOptions: how a named data set is to be loaded, beside its name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class LoadOptions:
    """The options of `whence.data.load` that concern named sets.

    Parameters
    ----------
    directory : Path or None
        The folder where the files lie.
    validation : float or None
        Share of the training samples for validation; 0 for none, None for the set's own rule.
    seed : int
        Decides what is random: splits, and the points of generated sets.
    offline : bool
        Whether a download is forbidden.
    progress : callable or None
        Called with the bytes that have arrived and the bytes in all during a download.
    """

    directory: Path | None = None
    validation: float | None = None
    seed: int = 0
    offline: bool = False
    progress: Progress | None = None
