"""Arrays in NumPy files, by their names, of which those to predict from hold inputs and perhaps lengths."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import numpy as np

from whence.arrays import Array
from whence.data.unpacking import require_honest_members
from whence.errors import DataError

ARRAY_FILES = (".npy", ".npz")


def read_numpy_file(
    path: Path,
    wanted: Callable[[Sequence[str]], Iterable[str]] = lambda names: names,
    *,
    spell: Callable[[str], str] = str.lower,
) -> dict[str, Array]:
    """Return the arrays in a file by their names; the one in a ``.npy`` file is called ``table``.

    Parameters
    ----------
    path : Path
        The file.
    wanted : callable
        Returns, of the names in an archive, those of the arrays to read; by default all.
    spell : callable
        Returns how a name is spelled; by default in lower case.

    Raises
    ------
    DataError
        If the file cannot be read, is damaged, or holds Python objects.
    """
    try:
        with open(path, "rb") as file:
            content = np.load(file, allow_pickle=False)
            if isinstance(content, np.ndarray):
                return {"table": content}
            with content as archive:
                require_honest_members(archive.zip, path.stat().st_size, path)
                names = {spell(name): name for name in archive.files}
                arrays = {name: archive[names[name]] for name in wanted([*names])}
        others = [name for name, array in arrays.items() if not isinstance(array, np.ndarray)]
        if others:
            raise DataError(f"{path} holds {others[0]!r}, which is no array; save it again with numpy.savez")
        return arrays
    except DataError:
        raise
    except OSError as error:
        raise DataError(f"cannot read {path}: {error.strerror or error}; check the file") from error
    except Exception as error:  # a damaged file can raise anything
        if "Object arrays" in str(error):
            raise DataError(f"{path} holds Python objects, which are not loaded; save arrays of numbers") from error
        reason = "" if "pickle" in str(error) else f" ({error})"  # NumPy advises to run what is in the file
        raise DataError(f"{path} is damaged or not a NumPy file{reason}; save it again") from error


def map_numpy_folder(folder: Path) -> dict[str, Array]:
    """Return the arrays in the ``.npy`` files of a folder by the names of the files, mapped into memory.

    What is read of them is in the cache of the system, which gives it up where memory is needed.

    Raises
    ------
    DataError
        If a file is damaged or holds Python objects.
    """
    return {path.stem.lower(): map_numpy_file(path) for path in sorted(folder.glob("*.npy"))}


def map_numpy_file(path: Path) -> Array:
    """Return the array in a ``.npy`` file, mapped into memory; raise `DataError` as `map_numpy_folder`."""
    try:
        array = np.load(path, mmap_mode="r", allow_pickle=False)
    except OSError as error:
        raise DataError(f"cannot read {path}: {error.strerror or error}; check the file") from error
    except ValueError as error:
        if "Object arrays" in str(error) or "Python objects" in str(error):
            raise DataError(f"{path} holds Python objects, which are not loaded; save arrays of numbers") from error
        raise DataError(f"{path} is damaged or not a NumPy file ({error}); save it again") from error
    if not isinstance(array, np.ndarray):
        array.close()
        raise DataError(f"{path} is an archive; rename it to {path.stem}.npz")
    return np.asarray(array)


def inputs_in(path: Path) -> Array:
    """Return the inputs in a file to predict from: ``x``, ``x_test``, or else the first array.

    Raises
    ------
    DataError
        As for `read_numpy_file`, or if there is no array.
    """
    arrays = read_numpy_file(path, lambda names: filter(None, [_inputs_name(names)]))
    if not arrays:
        raise DataError(f"{path} holds no array; save the inputs as x")
    return next(iter(arrays.values()))


def lengths_in(path: Path) -> Array | None:
    """Return the lengths of the sequences among the inputs in a file, if it is an archive with lengths."""
    if path.suffix.lower() != ".npz":
        return None
    arrays = read_numpy_file(path, lambda names: {f"lengths{_inputs_name(names).removeprefix('x')}"} & {*names})
    return next(iter(arrays.values()), None)


def refuse_channels_first(array: Array, name: str) -> None:
    """Raise `DataError` if an array is of images (N, C, H, W), as PyTorch has them."""
    if array.ndim != 4 or array.shape[1] not in (1, 3, 4) or array.shape[3] in (1, 3, 4) or min(array.shape[2:]) < 5:
        return
    raise DataError(
        f"{name} have the shape {array.shape}, images with their channels first; expected (N, H, W, C), so save "
        "x.transpose(0, 2, 3, 1) instead of x"
    )


def _inputs_name(names: Sequence[str]) -> str:
    return next((name for name in ("x", "x_test", *names) if name in names), "")
