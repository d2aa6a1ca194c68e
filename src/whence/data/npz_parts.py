"""Folders of ``.npz`` files with ``x`` and ``y``, whose inputs are read as they are needed."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np

from whence.arrays import Array, Shape
from whence.data.array_reading import read_numpy_file
from whence.data.part_folder import part_files
from whence.data.parts import Part, Parts, in_memory_if_small
from whence.errors import DataError
from whence.stored_rows import stored

_OTHERS = ("y", "weights", "lengths")


class _Inputs(NamedTuple):
    """What the header of the inputs in a file says."""

    rows: int
    row_shape: Shape
    dtype: np.dtype[np.generic]


def read_npz_parts(folder: Path) -> tuple[dict[str, dict[str, Array]], list[str]]:
    """Return the arrays of each part of the data by their kind, and the names of arrays that are not used.

    Parameters
    ----------
    folder : Path
        A folder of files as `part_files` finds them, each with ``x`` and ``y``, and perhaps ``weights`` and
        ``lengths``, alike in dtype and in the shape of a row.

    Raises
    ------
    DataError
        If a file is damaged, lacks an array, or is not like the first one.
    """
    found, unused = {}, set[str]()
    splits = part_files(folder, ".npz")
    first = splits["train"][0]
    like = _header(first)
    for split, files in splits.items():
        headers = [_header(file) for file in files]
        for file, header in zip(files, headers, strict=True):
            if header[1:] != like[1:]:
                raise DataError(
                    f"{file} holds rows of {header.dtype} of shape {header.row_shape}, but {first} of {like.dtype} of "
                    f"shape {like.row_shape}; save all parts alike"
                )
        arrays = [_others_in(file, header.rows, unused) for file, header in zip(files, headers, strict=True)]
        others = _joined(files, arrays)
        found[split] = {"x": _stored(files, headers, are_sequences="lengths" in others), **others}
    return found, sorted(unused)


def _header(file: Path) -> _Inputs:
    """Return what the header of the inputs in a file says, without reading them."""
    try:
        with zipfile.ZipFile(file) as archive:
            name = next((name for name in archive.namelist() if name.lower() == "x.npy"), None)
            if name is None:
                raise DataError(f"{file} holds no x; save inputs as x and targets as y in each part")
            with archive.open(name) as member:
                version = np.lib.format.read_magic(member)
                read = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
                shape, _, dtype = read(member)
    except DataError:
        raise
    except Exception as error:  # a damaged file can raise anything
        raise DataError(f"{file} is damaged or not a NumPy file ({error}); save it again") from error
    if not shape or not shape[0] or dtype.kind not in "biuf":
        raise DataError(f"{file} holds x of dtype {dtype} and shape {shape}; expected numbers with one row per sample")
    return _Inputs(shape[0], shape[1:], dtype)


def _others_in(file: Path, rows: int, unused: set[str]) -> dict[str, Array]:
    """Return the arrays in a file besides the inputs, and note the names of those that are not used."""

    def wanted(names: Sequence[str]) -> list[str]:
        unused.update({*names} - {"x", *_OTHERS})
        return [name for name in _OTHERS if name in names]

    arrays = read_numpy_file(file, wanted)
    if "y" not in arrays:
        raise DataError(f"{file} holds no y; save inputs as x and targets as y in each part")
    for name, array in arrays.items():
        if array.shape[:1] != (rows,):
            raise DataError(
                f"{file} holds {rows:,} rows of x, but {name} of shape {array.shape}; save one for each row"
            )
    return arrays


def _joined(files: Sequence[Path], arrays: Sequence[dict[str, Array]]) -> dict[str, Array]:
    """Return the arrays of all files as one."""
    for file, others in zip(files, arrays, strict=True):
        for name in {*others, *arrays[0]}:
            if name not in others or name not in arrays[0]:
                lacks, has = (file, files[0]) if name not in others else (files[0], file)
                raise DataError(f"{lacks} holds no {name}, but {has} does; save all parts alike")
            if others[name].shape[1:] != arrays[0][name].shape[1:] or others[name].dtype != arrays[0][name].dtype:
                raise DataError(
                    f"{file} holds {name} of {others[name].dtype} and shape {others[name].shape}, but {files[0]} of "
                    f"{arrays[0][name].dtype} and shape {arrays[0][name].shape}; save all parts alike"
                )
    return {name: np.concatenate([others[name] for others in arrays]) for name in arrays[0]}


def _stored(files: Sequence[Path], headers: Sequence[_Inputs], *, are_sequences: bool) -> Array:
    """Return the inputs in files; grey images get an axis for their channel, and single numbers one for columns."""
    like = headers[0]
    grey = like.dtype == np.uint8 and len(like.row_shape) == 2 and not are_sequences
    row_shape = (*like.row_shape, 1) if grey or not like.row_shape else like.row_shape
    parts = [Part(file, header.rows) for file, header in zip(files, headers, strict=True)]
    return in_memory_if_small(
        stored(Parts(parts, row_shape, like.dtype, partial(_read, like=like, row_shape=row_shape)))
    )


def _read(part: Part, like: _Inputs, row_shape: Shape) -> Array:
    inputs = read_numpy_file(part.file, lambda names: [name for name in names if name == "x"])["x"]
    if inputs.shape != (part.rows, *like.row_shape) or inputs.dtype != like.dtype:
        raise DataError(f"{part.file} is damaged: its inputs are not as its header says; save it again")
    return inputs.reshape(part.rows, *row_shape)
