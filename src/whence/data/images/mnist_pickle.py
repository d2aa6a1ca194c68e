"""The pickle of MNIST (``mnist.pkl.gz``), read safely: it can construct nothing but the classes of this file."""

from __future__ import annotations

import gzip
import math
import pickle
import re
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any, ClassVar

import numpy as np

from whence.arrays import Array
from whence.data.images.idx import unpacked
from whence.data.samples import Samples
from whence.data.unpacking import most_unpacked
from whence.errors import DataError, WhenceError

_ROWS_AT_ONCE = 1000


def read_pickle(path: Path) -> tuple[Samples, Samples, Samples]:
    """Return the training, validation and test samples of a pickle of three ``(images, labels)`` tuples.

    Its float pixels are whole numbers divided by 256; they are returned multiplied by 256, as uint8 ``(N, H, W, 1)``.

    Parameters
    ----------
    path : Path
        The pickle, gzipped or not, written by Python 2 or 3.

    Raises
    ------
    DataError
        If the file is damaged, names other objects than NumPy arrays, or has another layout.
    """
    pairs = _load(path)
    test, validation, train = (_samples(path, pairs.pop()) for _ in range(3))  # each freed as soon as it is converted
    return train, validation, test


def _load(path: Path) -> list[Any]:
    try:
        with open(path, "rb") as file:
            pickled = unpacked(file)
            content = _ArraysOnly(_Bounded(pickled, path), path).load()
            if pickled.read(1):  # at its end, the sum of a gz is checked
                raise DataError(f"{path} goes on after its arrays; copy or download it again")
    except WhenceError:
        raise
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise DataError(f"{path} is damaged ({error}); copy or download it again") from error
    except OSError as error:
        raise DataError(f"cannot read {path}: {error.strerror or error}; check the path") from error
    except Exception as error:  # a malformed pickle can raise anything
        raise DataError(f"{path} is not a readable pickle ({error}); copy or download it again") from error
    if not isinstance(content, tuple | list) or len(content) != 3:
        raise DataError(
            f"{path} does not hold three (images, labels) tuples: training, validation and test; give mnist.pkl.gz"
        )
    return list(content)


def _samples(path: Path, pair: Any) -> Samples:
    if not isinstance(pair, tuple | list) or len(pair) != 2 or not all(isinstance(part, _Array) for part in pair):
        raise DataError(f"{path} holds something other than (images, labels) tuples of NumPy arrays")
    images, labels = (part.values for part in pair)
    side = math.isqrt(images.shape[1]) if images.ndim == 2 else 0
    if side == 0 or side * side != images.shape[1] or images.dtype.kind != "f":
        raise DataError(
            f"{path} has images of shape {images.shape} and dtype {images.dtype}; "
            f"expected (samples, pixels), square and floating-point"
        )
    if labels.ndim != 1 or labels.dtype.kind not in "iu" or np.any((labels < 0) | (labels > 9)):
        raise DataError(f"{path} has labels that are not whole numbers from 0 to 9")
    pixels = np.empty(images.shape, np.uint8)
    for start in range(0, len(images), _ROWS_AT_ONCE):
        rows = slice(start, start + _ROWS_AT_ONCE)
        pixels[rows] = np.clip(np.nan_to_num(images[rows]), 0, 255 / 256) * 256
        if not np.array_equal(pixels[rows] / 256, images[rows]):
            raise DataError(f"{path} has pixels that are not whole numbers from 0 to 255 divided by 256")
    return Samples(pixels.reshape(-1, side, side, 1), labels.astype(np.int64))


class _Bounded:
    """A file of which no more bytes are read, or memory is taken for, than it can hold."""

    def __init__(self, file: IO[bytes], path: Path) -> None:
        size = path.stat().st_size
        self.file, self.path = file, path
        self.left = most_unpacked(size) if isinstance(file, gzip.GzipFile) else size

    def read(self, count: int) -> bytes:
        if count > self.left:
            raise DataError(f"{self.path} asks for {count:,} bytes, more than it holds; copy or download it again")
        self.left -= count
        return self.file.read(count)

    def readline(self) -> bytes:
        line = self.file.readline(self.left + 1)
        self.left -= len(line)
        return line


class _ArraysOnly(pickle._Unpickler):  # the one in Python: the one in C holds every array twice while it reads
    dispatch: ClassVar[dict[int, Callable[..., None]]] = {
        code: load for code, load in pickle._Unpickler.dispatch.items() if code != pickle.BYTEARRAY8[0]
    }
    """Without the one that takes memory before it reads, which NumPy's pickles do not have."""

    def __init__(self, file: _Bounded, path: Path) -> None:
        super().__init__(file, encoding="bytes")  # Python 2 kept the numbers of an array in its str
        self.path = path

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in _ALLOWED:
            raise DataError(
                f"{self.path} refers to {module}.{name}, which a pickle of NumPy arrays does not; it is not read"
            )
        return _ALLOWED[module, name]


class _Dtype:
    """Replaces ``numpy.dtype``."""

    def __init__(self, name: str | bytes, *_: Any) -> None:
        self.name = _text(name)
        if not re.fullmatch("[fiu][1248]", self.name):
            raise DataError(f"the pickle holds an array of dtype {self.name!r}; expected numbers")
        self.dtype = np.dtype(self.name)

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        self.dtype = np.dtype(_text(state[1]) + self.name)


class _Array:
    """Replaces ``numpy.ndarray``, whose numbers are in its state."""

    values: Array

    def __init__(self, *_: Any) -> None:
        self.values = np.empty(0)

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        _, shape, dtype, is_fortran, data = state
        self.values = np.frombuffer(data, dtype.dtype).reshape(shape, order="F" if is_fortran else "C")


def _encode(text: str, encoding: str) -> bytes:
    return text.encode("latin1")


def _text(name: str | bytes) -> str:
    return name.decode("latin1") if isinstance(name, bytes) else name


_ALLOWED: dict[tuple[str, str], Callable[..., Any]] = {
    ("numpy.core.multiarray", "_reconstruct"): _Array,
    ("numpy._core.multiarray", "_reconstruct"): _Array,
    ("numpy", "ndarray"): _Array,
    ("numpy", "dtype"): _Dtype,
    ("_codecs", "encode"): _encode,
}
