"""Trained networks by what a person types: the folder of a run, or a model file."""

from __future__ import annotations

from pathlib import Path

from whence.errors import RunFolderError
from whence.training import Model, load_model
from whence.training.checkpoint import MODEL


def model_of(run: Path) -> Model:
    """Return the best network of a run, or the one in a model file.

    Raises
    ------
    RunFolderError
        If there is no such folder or file.
    ModelFileError
        If the file is no model file, or is damaged.
    """
    if not run.exists():
        raise RunFolderError(f"there is no run {run}; see the folders in runs/, or train one with: whence train")
    return load_model(run / MODEL if run.is_dir() else run)
