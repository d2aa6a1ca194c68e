"""Results that are kept beside the run that they were computed from, so that the same question is answered at once."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import msgspec

import whence
from whence.array_file import read_arrays, write_arrays
from whence.arrays import Array
from whence.cli.runs.run_files import CONFIG, KEPT_RESULTS
from whence.errors import ModelFileError, RunFolderError
from whence.nn import initialisers, layers, losses
from whence.optim import optimizers, schedules
from whence.training.model_file import CHECKPOINT

T = TypeVar("T")

_KIND, _VERSION = "result", 1


def kept_result(folder: Path, question: str, kind: type[T], compute: Callable[[], T]) -> T:
    """Return the result that a run's folder keeps for a question, or compute it and keep it.

    A result of another state of the run or of another version, and a damaged one, is computed anew. Nothing is kept
    where the folder cannot be written to, nor beside a user's own layers, losses, and optimizers, whose code changes
    without a new version.

    Parameters
    ----------
    folder : path
        The folder of the run.
    question : str
        What was asked, with all that the result depends on besides the run: ``"biography of W1[406,5]"``.
    kind : type
        The type of the result: a dataclass of arrays, dataclasses, tuples and dicts of these, and what JSON can hold.
    compute : callable
        Computes it.
    """
    if _uses_own_classes():
        return compute()
    asked = {"question": question, "run": _digest(folder), "version": whence.__version__}
    name = hashlib.sha256(question.encode()).hexdigest()[:16]
    path = folder / KEPT_RESULTS.replace("*", name)
    with contextlib.suppress(ModelFileError, msgspec.ValidationError, LookupError):
        arrays, kept = read_arrays(path, dict[str, Any], kind=_KIND, version=_VERSION)
        if kept["asked"] == asked:
            return msgspec.convert(kept["others"], kind, dec_hook=lambda hint, number: arrays[number])
    result = compute()
    arrays, others = _taken_apart(result)
    with contextlib.suppress(RunFolderError):
        write_arrays(path, arrays, {"asked": asked, "others": others}, kind=_KIND, version=_VERSION)
    return result


def drop_kept_results(folder: Path) -> None:
    """Remove the results of a run that goes on."""
    for path in folder.glob(KEPT_RESULTS):
        path.unlink(missing_ok=True)


def _uses_own_classes() -> bool:
    """Return whether a class that may make a training is not one of this package."""
    registered = (layers, losses, initialisers, optimizers, schedules)
    return any(not each.__module__.startswith("whence.") for registry in registered for each in registry.values())


def _digest(folder: Path) -> str:
    """Return the SHA-256 of the settings of a run and of its last checkpoint."""
    digest = hashlib.sha256()
    for name in (CONFIG, CHECKPOINT):
        digest.update(hashlib.sha256((folder / name).read_bytes()).digest())
    return digest.hexdigest()


def _taken_apart(result: object) -> tuple[dict[str, Array], Any]:
    """Return the arrays in a result, numbered, and the rest of it with their numbers in their places."""
    arrays: dict[str, Array] = {}

    def take(array: Array) -> str:
        number = str(len(arrays))
        arrays[number] = array
        return number

    return arrays, msgspec.to_builtins(result, enc_hook=take)
