"""IDX files, the format of MNIST and Fashion-MNIST, plain or gzipped."""

from __future__ import annotations

import gzip
import math
import struct
import zlib
from pathlib import Path
from typing import IO, cast

import numpy as np

from whence.arrays import Array
from whence.errors import DataError

_UNSIGNED_BYTES = 0x08
_BYTES_PER_READ = 1 << 20
_MOST_COMPRESSION = 1032  # of the deflate format


def read_idx(path: Path, dimensions: int) -> Array:
    """Return the array in an IDX file of unsigned bytes.

    Parameters
    ----------
    path : Path
        The file, decompressed if its name ends in ``.gz``.
    dimensions : int
        Number of axes of the array: 3 for images, 1 for labels.

    Returns
    -------
    uint8 array

    Raises
    ------
    DataError
        If the file is missing, damaged, too short, too long, or of another kind.
    """
    try:
        with open(path, "rb") as raw:
            file = cast(IO[bytes], gzip.GzipFile(fileobj=raw)) if path.suffix == ".gz" else raw
            return _parse(path, file, dimensions)
    except (gzip.BadGzipFile, zlib.error) as error:
        raise DataError(f"{path} is damaged ({error}); copy or download it again") from error
    except EOFError as error:
        raise DataError(f"{path} is truncated: the gzip stream ends early; copy or download it again") from error
    except OSError as error:
        raise DataError(f"cannot read {path}: {error.strerror or error}; check the path") from error


def _parse(path: Path, file: IO[bytes], dimensions: int) -> Array:
    header = file.read(4 + 4 * dimensions)
    expected = bytes((0, 0, _UNSIGNED_BYTES, dimensions))
    if header[:4] != expected:
        raise DataError(
            f"{path} begins with {header[:4].hex(' ') or 'nothing'}; an IDX file of bytes with {dimensions} "
            f"{'axes' if dimensions > 1 else 'axis'} begins with {expected.hex(' ')}; give another file"
        )
    if len(header) < 4 + 4 * dimensions:
        raise DataError(f"{path} is truncated within its header; copy or download it again")
    shape = struct.unpack(f">{dimensions}I", header[4:])
    _check_size(path, file, len(header) + math.prod(shape))
    values = np.empty(shape, np.uint8)
    unread = values.reshape(-1).data
    while unread:
        count = file.readinto(unread[:_BYTES_PER_READ])  # type: ignore[attr-defined]
        if count == 0:
            raise DataError(
                f"{path} is truncated: its header declares {values.size:,} values of shape {shape}, "
                f"but it has {values.size - len(unread):,}; copy or download it again"
            )
        unread = unread[count:]
    if file.read(1):  # at the end, this also compares a gzip file's checksum
        raise DataError(
            f"{path} is too long: it has more than the {values.size:,} values in its header; copy or download it again"
        )
    return values


def _check_size(path: Path, file: IO[bytes], expected: int) -> None:
    """Compare the file's size with its header before memory is allocated."""
    size = path.stat().st_size
    if isinstance(file, gzip.GzipFile):
        if expected > size * _MOST_COMPRESSION:
            raise DataError(
                f"{path} is damaged: its header declares {expected:,} bytes, more than {size:,} gzipped bytes can hold"
            )
    elif size != expected:
        raise DataError(
            f"{path} is {'truncated' if size < expected else 'too long'}: it has {size:,} bytes, "
            f"but its header declares {expected:,}; copy or download it again"
        )
