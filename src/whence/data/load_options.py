"""The options of loading a data set."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

from whence.data.images.image_format import ImageFormat

Missing: TypeAlias = Literal["mean", "median", "most-frequent", "indicator", "drop", "error"]
Names: TypeAlias = str | Sequence[str]
Progress: TypeAlias = Callable[[int, int], None]
Task: TypeAlias = Literal["classification", "regression"]

FILLING = ("mean", "median", "most-frequent", "indicator")
"""The ways to treat missing cells that fill them in."""


@dataclass(frozen=True, kw_only=True)
class ColumnOptions:
    """The options of `whence.data.load` that name the columns of a table."""

    target: tuple[str, ...] = ()
    task: Task | None = None
    drop: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    categorical: tuple[str, ...] = ()
    numeric: tuple[str, ...] = ()
    date: tuple[str, ...] = ()
    group: str | None = None


@dataclass(frozen=True, kw_only=True)
class ReadingOptions:
    """How the file of a table is read, as far as the file does not tell.

    Parameters
    ----------
    header : bool or None
        Whether its first row names the columns; None to tell from the cells.
    missing_markers : tuple of str
        Texts that mark a missing cell, besides the usual ones.
    texts : tuple of str
        Columns whose cells are texts as they are written, even where they look like numbers: ``01`` is not 1.
    """

    header: bool | None = None
    missing_markers: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()


AS_THE_FILE_TELLS = ReadingOptions()


@dataclass(frozen=True, kw_only=True)
class LoadOptions:
    """The options that `whence.data.load` documents."""

    directory: Path | None = None
    reading: ReadingOptions = AS_THE_FILE_TELLS
    columns: ColumnOptions = ColumnOptions()
    missing: Missing = "mean"
    test: float | None = None
    validation: float | None = None
    window: int | None = None
    horizon: int = 1
    difference: int | None = None
    size: str | None = None
    skip_unreadable: bool = False
    image: ImageFormat | None = None
    offline: bool = False
    seed: int = 0
    progress: Progress | None = None
