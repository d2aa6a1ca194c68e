"""Named arrays with a JSON description in one safetensors file: the format of models, checkpoints and traces."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from whence.arrays import Array
from whence.errors import ModelFileError
from whence.files import replacing


def write_arrays(
    path: str | os.PathLike[str],
    arrays: Mapping[str, Array],
    description: Mapping[str, Any],
    *,
    kind: str,
    version: int,
) -> None:
    """Write arrays and their description atomically.

    Parameters
    ----------
    path : path
        The file.
    arrays : mapping of str to array
        The arrays; they are made contiguous first, because safetensors writes strided arrays wrongly.
    description : mapping
        The description, which can be written as JSON.
    kind : str
        The kind of file: ``"model"``.
    version : int
        The version of the format.

    Raises
    ------
    RunFolderError
        If the file cannot be written.
    """
    from safetensors.numpy import save

    contiguous = {name: np.asarray(array, order="C") for name, array in arrays.items()}
    stamped = {"format": f"whence {kind}", "version": version, **description}
    with replacing(path) as file:
        file.write(save(contiguous, metadata={"whence": json.dumps(stamped)}))


def read_arrays(path: str | os.PathLike[str], *, kind: str, version: int) -> tuple[dict[str, Array], dict[str, Any]]:
    """Read a file that `write_arrays` wrote.

    Parameters
    ----------
    path : path
        The file.
    kind : str
        The expected kind of file.
    version : int
        The newest version that the caller can read.

    Returns
    -------
    arrays : dict of str to array
    description : dict

    Raises
    ------
    ModelFileError
        If the file is missing, damaged, of another kind or of a newer version.
    """
    from safetensors import SafetensorError, safe_open

    if not Path(path).is_file():
        raise ModelFileError(f"there is no {kind} file {path}; give one that whence wrote")
    try:
        with safe_open(path, framework="np") as file:
            metadata = file.metadata() or {}
            arrays = {name: file.get_tensor(name) for name in file.keys()}
    except (SafetensorError, OSError, ValueError) as error:
        raise ModelFileError(f"{path} is damaged or not a {kind} file ({error}); give one that whence wrote") from error
    try:
        description = json.loads(metadata["whence"])
        found, found_version = description["format"], int(description["version"])
    except (KeyError, TypeError, ValueError) as error:
        raise ModelFileError(f"{path} is a safetensors file that whence did not write; give a {kind} file") from error
    if found != f"whence {kind}":
        raise ModelFileError(f"{path} is a {found} file; give a whence {kind} file")
    if found_version > version:
        raise ModelFileError(
            f"{path} has version {found_version}, but this whence reads versions up to {version}; update whence"
        )
    return arrays, description
