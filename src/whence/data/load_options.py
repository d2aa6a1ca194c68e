"""The options of loading a data set."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

Missing: TypeAlias = Literal["error", "mean", "drop"]
Progress: TypeAlias = Callable[[int, int], None]


@dataclass(frozen=True, kw_only=True)
class LoadOptions:
    """The options that `whence.data.load` documents."""

    directory: Path | None = None
    target: str | None = None
    missing: Missing = "error"
    validation: float | None = None
    window: int | None = None
    offline: bool = False
    seed: int = 0
    progress: Progress | None = None
