"""A run's folder: making it, claiming it for one process, and the settings in it."""

from __future__ import annotations

import contextlib
import os
import platform
import tomllib
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import tomli_w

import whence
from whence.arguments import NotNegativeInt, PositiveInt
from whence.cli.options.settings import RECORD, settings_from, to_toml
from whence.cli.options.table import Settings
from whence.cli.runs.run_files import (
    CONFIG,
    CONFUSION_MATRIX,
    EXPORTED,
    HISTORY,
    KEPT_RESULTS,
    LEARNING_CURVE,
    LOCK,
    OTHER_CONFUSION_MATRIX,
    PAGE,
    REPORT,
    STANDARD_INPUT,
    WEIGHTS,
    WORKBOOK,
    variant_of,
)
from whence.data import Dataset
from whence.errors import DataError, RunFolderError
from whence.files import locked, make_folder, replaced_by, replacing, spelled_for_files, sync_folder
from whence.schema import converted
from whence.training.checkpoint import KEPT_CHECKPOINTS, METRICS
from whence.training.model_file import CHECKPOINT, MODEL
from whence.wording import counted

_RESULTS = REPORT, LEARNING_CURVE, CONFUSION_MATRIX, WEIGHTS, METRICS, MODEL, KEPT_CHECKPOINTS, CHECKPOINT
"""Patterns of what a training writes; the checkpoint is last, so that a run whose removal is cut short can be resumed.
"""
_EXPORTED = *EXPORTED, *(variant_of(name, "*") for name in EXPORTED)
_VIEWS = PAGE, WORKBOOK, HISTORY, *_EXPORTED, OTHER_CONFUSION_MATRIX, KEPT_RESULTS
"""Patterns of what later commands write."""
_VERSIONS = {"whence": "whence", "python": "Python", "numpy": "NumPy"}
"""What a run's record has versions of, by key."""
_FREE = {"data", "dir", "test", "validation", "offline", "threads", "keep-every"}
"""Settings that may be edited in a run: a digest tells whether the data are the same; threads are recorded apart."""


@contextlib.contextmanager
def new_run_folder(name: str, out: str | None, *, force: bool) -> Iterator[Path]:
    """Make a folder for a new run and keep it claimed within the block.

    A run that was stopped before its first checkpoint is taken for none. What is replaced are a run's own files, and
    its configuration only by the next one, so that at every moment the folder holds a run or nothing.

    Parameters
    ----------
    name : str
        The name of the data; the folder is ``runs/NAME-1``, or has the first free number.
    out : str or None
        The folder to use instead.
    force : bool
        Whether to replace a run that is already in it, with what later commands wrote of it.

    Raises
    ------
    RunFolderError
        If the folder holds something already, another process is using it, or it cannot be made.
    """
    try:
        folder = _next_free(Path("runs"), spelled_for_files(name)) if out is None else Path(out)
        make_folder(folder)
    except OSError as error:
        place = error.filename
        raise RunFolderError(f"cannot make the folder {place}: {error.strerror}; choose another with --out") from error
    if not _is_run(folder) and (found := _foreign(folder)):
        raise RunFolderError(
            f"the folder {folder} is not empty, and holds no run that could be replaced, but {found}; "
            "choose another with --out"
        )
    with claimed(folder):
        if not (force or is_untrained(folder)):
            raise RunFolderError(f"the folder {folder} holds a run already; choose another with --out, or add --force")
        for file in [file for pattern in (*_VIEWS, *_RESULTS) for file in folder.glob(pattern)]:
            file.unlink(missing_ok=True)
        yield folder


def is_untrained(folder: Path) -> bool:
    """Return whether a folder holds no result: no run, or one that was stopped before its first checkpoint."""
    return not any((folder / name).exists() for name in (MODEL, CHECKPOINT))


@contextlib.contextmanager
def claimed(folder: Path) -> Iterator[None]:
    """Keep other processes out of a run's folder within the block, where the file system has locks.

    What a killed process left over of the files that are written only within such a block is removed.

    Raises
    ------
    RunFolderError
        If another process has claimed it.
    """
    with contextlib.ExitStack() as stack:
        try:
            stack.enter_context(locked(folder / LOCK, timeout=0))
        except TimeoutError as error:
            raise RunFolderError(f"another run is using the folder {folder}; wait for it or choose another") from error
        for file in folder.iterdir():
            name = replaced_by(file)
            if name and any(fnmatch(name, pattern) for pattern in (CONFIG, STANDARD_INPUT, *_RESULTS)):
                file.unlink(missing_ok=True)
        yield


def write_config(folder: Path, settings: Settings, *, dataset: str, sha256: str) -> None:
    """Write ``config.toml``: every setting, and a record of the versions and the data that it was run with."""
    record = {
        "whence": whence.__version__,
        "python": platform.python_version(),
        "numpy": np.__version__,
        "threads": settings.threads,
        "dataset": dataset,
        "sha256": sha256,
        "log": list(settings.log or ()),
    }
    _write(folder, settings, record)


def record_change(folder: Path, settings: Settings, change: dict[str, Any]) -> None:
    """Write the settings with which a run goes on, and record the change: from which step which of them are others."""
    record = _record(folder)
    _write(folder, settings, {**record, "resumed": [*record.get("resumed", []), change]})


def recorded_logs(folder: Path) -> tuple[str, ...] | None:
    """Return the paths that a run's measures were logged to last, None for no log."""
    return tuple(_record(folder).get("log", ())) or None


def record_logs(folder: Path, settings: Settings, logs: tuple[str, ...]) -> None:
    """Record the paths that a run's measures are logged to from now on."""
    _write(folder, settings, {**_record(folder), "log": list(logs)})


def changes_of(folder: Path) -> list[dict[str, Any]]:
    """Return the settings with which a run went on that were others than before, each with the step at which."""
    changes: list[dict[str, Any]] = _record(folder).get("resumed", [])
    return changes


def recorded_threads(folder: Path, step: int | None = None) -> int:
    """Return the number of threads that a run has used after a step, or last, whatever its settings say now."""
    record = _record(folder)
    changes = [change for change in record.get("resumed", []) if step is None or change["step"] <= step]
    return int([change["threads"] for change in (record, *changes) if "threads" in change][-1])


def made_with(folder: Path) -> str:
    """Return the versions and the number of threads that a run was trained with."""
    record = _record(folder)
    versions = [f"{name} {record.get(key, '?')}" for key, name in _VERSIONS.items()]
    return ", ".join([*versions, counted(recorded_threads(folder), "thread")])


def read_run(folder: Path) -> tuple[Settings, str]:
    """Return the settings of a run, and the SHA-256 of its data.

    Raises
    ------
    RunFolderError
        If there is no such folder, it holds no run, or settings on which its numbers depend were edited since it
        was made.
    """
    path = folder / CONFIG
    if folder.is_file():
        raise RunFolderError(
            f"{folder} is a file, which does not hold a training and its data; give the folder of a run, as in runs/"
        )
    if not folder.is_dir():
        raise RunFolderError(f"there is no run {folder}; see the folders in runs/, or train one with: whence train")
    if not path.is_file():
        raise RunFolderError(f"{folder} is not the folder of a run: it has no {CONFIG}; see the folders in runs/")
    settings = settings_from({}, path)
    record, defaults, chosen = _record(folder), _plain(to_toml(Settings())), _plain(to_toml(settings))
    now, before = defaults | chosen, defaults | record.get("settings", chosen)
    for name in sorted({*before, *now} - _FREE):
        if before.get(name) != now.get(name):
            raise RunFolderError(
                f"{path} was edited since the run was made: {name} is {now.get(name)}, but was {before.get(name)}; "
                "undo it, raise limits with --resume, or start a new run with --config"
            )
    sha256 = record.get("sha256")
    if not isinstance(sha256, str) or "threads" not in record:
        raise RunFolderError(f"{path} has no record of the data it was made with; start a new run with --config {path}")
    return settings, sha256


def require_data(folder: Path, settings: Settings) -> None:
    """Raise `DataError` if a file or folder with data of a run does not exist any more."""
    for verb, source in (
        ("trained on", settings.data),
        ("tested on", settings.test),
        ("validated on", settings.validation),
    ):
        path = str(source).removeprefix("text:")
        if os.path.isabs(path) and not os.path.exists(path):
            raise DataError(
                f"{folder} was {verb} {path}, which is no longer there; "
                f"bring it back, or write its new path into {folder / CONFIG}"
            )


def require_same_data(folder: Path, dataset: Dataset, sha256: str) -> None:
    """Raise `DataError` if a data set differs from the one that a run was trained on."""
    if dataset.sha256 != sha256:
        raise DataError(
            f"the data {dataset.name} are not the data that {folder} was trained on (the SHA-256 differs); "
            "restore the original data, or start a new run"
        )


def _is_run(folder: Path) -> bool:
    """Return whether a folder has a configuration that whence wrote."""
    try:
        return "whence" in _record(folder)
    except (OSError, ValueError, TypeError, RecursionError):
        return False


def _foreign(folder: Path) -> str | None:
    """Return the name of something in a folder that holds no run; None if there is only what a killed start left."""
    names = (file.name for file in folder.iterdir() if replaced_by(file) not in (CONFIG, STANDARD_INPUT))
    return min((name for name in names if name not in (LOCK, STANDARD_INPUT)), default=None)


def _record(folder: Path) -> dict[str, Any]:
    """Return the record in a run's configuration; empty if it has none."""
    record: dict[str, Any] = tomllib.loads((folder / CONFIG).read_text(encoding="utf-8")).get(RECORD, {})
    converted(record, _RunRecord, f"the record in {folder / CONFIG}", advice="restore it, or start a new run")
    return record


class _Change(msgspec.Struct):
    """With which settings a run went on, and from which step."""

    step: NotNegativeInt
    threads: PositiveInt | None = None


class _RunRecord(msgspec.Struct):
    """What a run's configuration holds besides its settings; with versions and the name of the data, for people."""

    threads: PositiveInt | None = None
    sha256: str | None = None
    resumed: list[_Change] = []
    settings: dict[str, Any] = {}


def _write(folder: Path, settings: Settings, record: dict[str, Any]) -> None:
    with replacing(folder / CONFIG) as file:
        chosen = to_toml(settings)
        tomli_w.dump({**chosen, RECORD: {**record, "settings": chosen}}, file)


def _plain(settings: dict[str, Any]) -> dict[str, Any]:
    """Return settings as a TOML file gives them: lists for tuples."""
    return {name: list(value) if isinstance(value, tuple) else value for name, value in settings.items()}


def _next_free(parent: Path, name: str) -> Path:
    """Make and return the folder ``parent/NAME-1``, or the one with the first free number."""
    make_folder(parent)
    number = 1
    while True:
        folder = parent / f"{name}-{number}"
        try:
            folder.mkdir()
            sync_folder(parent)
            return folder
        except FileExistsError:
            number += 1
