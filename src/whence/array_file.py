"""Named arrays with a JSON description in one safetensors file: the format of models, checkpoints and traces."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import numpy as np

from whence.arrays import Array
from whence.errors import ModelFileError
from whence.files import replacing
from whence.schema import decoded

T = TypeVar("T")

_DTYPES = ("BOOL", "U8", "I8", "U16", "I16", "U32", "I32", "U64", "I64", "F16", "F32", "F64")
_WITHOUT_DIGEST = 1
"""The version of every kind of file in which whence 0.1 wrote no digest."""


class _Stamp(msgspec.Struct):
    """What kind of file it is."""

    format: str
    version: int
    digest: str | None = None


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
    text = json.dumps({"format": f"whence {kind}", "version": version, **description}, allow_nan=False)
    with replacing(path) as file:
        file.write(save(contiguous, metadata={"whence": "{" + _entry(_digest(text, contiguous)) + text[1:]}))


def read_arrays(
    path: str | os.PathLike[str], record: type[T], *, kind: str, version: int
) -> tuple[dict[str, Array], T]:
    """Read a file that `write_arrays` wrote.

    Parameters
    ----------
    path : path
        The file.
    record : type
        The schema of the description.
    kind : str
        The expected kind of file.
    version : int
        The newest version that the caller can read.

    Returns
    -------
    arrays : dict of str to array
    description : record

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
            dtypes = {name: file.get_slice(name).get_dtype() for name in file.keys()}
            arrays = {name: file.get_tensor(name) for name, dtype in dtypes.items() if dtype in _DTYPES}
    except (SafetensorError, OSError, ValueError, TypeError) as error:
        raise ModelFileError(f"{path} is damaged or not a {kind} file ({error}); give one that whence wrote") from error
    text, advice = metadata.get("whence"), "restore it from a copy, or make it again"
    if text is None:
        raise ModelFileError(f"{path} is a safetensors file that whence did not write; give a {kind} file")
    stamp = decoded(text, _Stamp, str(path), advice=advice)
    if stamp.format != f"whence {kind}":
        raise ModelFileError(f"{path} is a {stamp.format} file; give a whence {kind} file")
    if stamp.version > version:
        raise ModelFileError(
            f"{path} has version {stamp.version}, but this whence reads versions up to {version}; update whence"
        )
    for name, dtype in dtypes.items():
        if name not in arrays:
            raise ModelFileError(f"{path} holds {name} as {dtype}, which NumPy does not have; save it as F32")
    if stamp.digest is None:
        intact = stamp.version == _WITHOUT_DIGEST
    else:
        text = text.replace(_entry(stamp.digest), "", 1)
        intact = stamp.digest == _digest(text, arrays)
    if not intact:
        raise ModelFileError(f"{path} is damaged: its digest is not that of its contents; {advice}")
    return arrays, decoded(text, record, str(path), advice=advice)


def kind_of_file(path: str | os.PathLike[str]) -> str | None:
    """Return the kind of a file that `write_arrays` wrote, such as ``"model"``; None if it is none, or damaged."""
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="np") as file:
            stamp = msgspec.json.decode((file.metadata() or {}).get("whence", "{}"), type=_Stamp)
    except (SafetensorError, OSError, ValueError, TypeError):
        return None
    return stamp.format.removeprefix("whence ")


def has_digest(path: str | os.PathLike[str]) -> bool:
    """Return whether a file that can be read holds a digest, as all do that were written since whence 0.1."""
    from safetensors import safe_open

    with safe_open(path, framework="np") as file:
        return msgspec.json.decode(file.metadata()["whence"], type=_Stamp).digest is not None


def _entry(digest: str) -> str:
    """Return a digest as the first entry of a description in JSON."""
    return f'"digest": "{digest}", '


def _digest(text: str, arrays: Mapping[str, Array]) -> str:
    """Return the SHA-256 of a description and of names, dtypes, shapes and bytes of contiguous arrays."""
    digest = hashlib.sha256(text.encode())
    for name, array in sorted(arrays.items()):
        digest.update(f"{name!r} {array.dtype.name} {array.shape}".encode())
        digest.update(array.reshape(-1).view(np.uint8).data)
    return digest.hexdigest()
