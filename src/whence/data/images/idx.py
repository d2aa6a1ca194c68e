"""IDX files, the format of MNIST and its family, plain or gzipped."""

from __future__ import annotations

import gzip
import math
import re
import struct
import zlib
from pathlib import Path
from typing import IO, Any, cast

import numpy as np

from whence.arrays import Array
from whence.data.unpacking import require_honest
from whence.errors import DataError

_UNSIGNED_BYTES, _INTEGERS = 0x08, 0x0C
_DTYPES: dict[int, np.dtype[Any]] = {_UNSIGNED_BYTES: np.dtype(np.uint8), _INTEGERS: np.dtype(">i4")}
_GZIPPED = b"\x1f\x8b"
_BYTES_PER_READ = 1 << 20


def read_idx(path: Path, dimensions: int) -> Array:
    """Return the array in an IDX file of unsigned bytes or of integers of four bytes.

    Parameters
    ----------
    path : Path
        The file, decompressed if it is gzipped, whatever its name.
    dimensions : int
        Number of axes of the array: 3 for images, 1 for labels, 2 for QMNIST's labels.

    Returns
    -------
    uint8 or int32 array
        Bytes of a file that is not gzipped are mapped into memory.

    Raises
    ------
    DataError
        If the file is missing, damaged, too short, too long, or of another kind.
    """
    try:
        with open(path, "rb") as raw:
            return _parse(path, unpacked(raw), dimensions)
    except (gzip.BadGzipFile, zlib.error) as error:
        raise DataError(f"{path} is damaged ({error}); copy or download it again") from error
    except EOFError as error:
        raise DataError(f"{path} is truncated: the gzip stream ends early; copy or download it again") from error
    except OSError as error:
        raise DataError(f"cannot read {path}: {error.strerror or error}; check the path") from error


def idx_axes(path: Path) -> int | None:
    """Return the number of axes of the array in an IDX file; None if it is none, by its content and by its name."""
    try:
        with open(path, "rb") as raw:
            header = unpacked(raw).read(4)
    except (OSError, EOFError, zlib.error):
        header = b""
    if len(header) == 4 and header[:2] == b"\0\0" and header[2] in _DTYPES and 1 <= header[3] <= 4:
        return header[3]
    named = re.search(r"idx(\d)-(ubyte|int)", path.name) if path.is_file() else None
    return int(named[1]) if named else None


def unpacked(raw: IO[bytes]) -> IO[bytes]:
    """Return an open file, decompressed if its content is gzipped."""
    is_gzipped = raw.read(2) == _GZIPPED
    raw.seek(0)
    return cast(IO[bytes], gzip.GzipFile(fileobj=raw)) if is_gzipped else raw


def _parse(path: Path, file: IO[bytes], dimensions: int) -> Array:
    header = file.read(4 + 4 * dimensions)
    expected = bytes((0, 0, _UNSIGNED_BYTES, dimensions))
    if header[:4] not in (expected, bytes((0, 0, _INTEGERS, dimensions))):
        raise DataError(
            f"{path} begins with {header[:4].hex(' ') or 'nothing'}; an IDX file of bytes with {dimensions} "
            f"{'axes' if dimensions > 1 else 'axis'} begins with {expected.hex(' ')}; give another file"
        )
    if len(header) < 4 + 4 * dimensions:
        raise DataError(f"{path} is truncated within its header; copy or download it again")
    shape = struct.unpack(f">{dimensions}I", header[4:])
    dtype = _DTYPES[header[2]]
    _check_size(path, file, len(header) + math.prod(shape) * dtype.itemsize)
    if dtype.itemsize == 1 and not isinstance(file, gzip.GzipFile) and math.prod(shape):
        return np.asarray(np.memmap(path, dtype, "r", len(header), shape))  # which may be larger than memory
    values = np.empty(shape, dtype)
    unread = values.reshape(-1).view(np.uint8).data
    while unread:
        count = file.readinto(unread[:_BYTES_PER_READ])  # type: ignore[attr-defined]
        if count == 0:
            raise DataError(
                f"{path} is truncated: its header declares {values.size:,} values of shape {shape}, "
                f"but it has {values.size - len(unread) // dtype.itemsize:,}; copy or download it again"
            )
        unread = unread[count:]
    if file.read(1):  # at the end, this also compares a gzip file's checksum
        raise DataError(
            f"{path} is too long: it has more than the {values.size:,} values in its header; copy or download it again"
        )
    native: Array = values.astype(dtype.newbyteorder("="), copy=False)
    return native


def _check_size(path: Path, file: IO[bytes], expected: int) -> None:
    """Compare the file's size with its header before memory is allocated."""
    size = path.stat().st_size
    if isinstance(file, gzip.GzipFile):
        require_honest(expected, size, path)
    elif size != expected:
        raise DataError(
            f"{path} is {'truncated' if size < expected else 'too long'}: it has {size:,} bytes, "
            f"but its header declares {expected:,}; copy or download it again"
        )
