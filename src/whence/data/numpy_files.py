"""NumPy files: archives (``.npz``) of inputs and targets, tables of numbers (``.npy``)."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from whence.arrays import Array
from whence.data.array_reading import map_numpy_file, map_numpy_folder, read_numpy_file, refuse_channels_first
from whence.data.dataset import Dataset
from whence.data.images.image_format import ImageFormat
from whence.data.images.measured_format import measured_format
from whence.data.images.preprocessing import ImagePreprocessing, StandardisedImages
from whence.data.labels import are_class_labels, encode_labels
from whence.data.load_options import LoadOptions
from whence.data.npz_parts import read_npz_parts
from whence.data.preprocessing import Preprocessing
from whence.data.samples import Samples
from whence.data.tables.columns import NumberColumn
from whence.data.tables.preprocessing import TablePreprocessing
from whence.data.tables.table_columns import TableColumns
from whence.errors import DataError
from whence.stored_rows import LARGE, converted
from whence.wording import listed

_KINDS = ("x", "y", "weights", "lengths")
_SUFFIXES = {"train": ("", "_train"), "validation": ("_val", "_valid", "_validation"), "test": ("_test",)}


def load_arrays(path: Path, options: LoadOptions, image: ImageFormat | None = None) -> Dataset:
    """Return the data set in an ``.npz`` or ``.npy`` file, or in a folder of ``.npy`` files or of many ``.npz`` parts.

    An archive holds ``x`` and ``y``, or ``x_train`` and ``y_train`` and optionally ``x_val``, ``y_val``, ``x_test``
    and ``y_test``; also optional are ``weights`` and ``lengths`` of the samples, ``weights_train`` and so on.
    A folder holds files with these names, ``x_train.npy`` and so on, which are mapped into memory and so can be larger
    than it. A ``.npy`` file holds a ``(N, F + 1)`` table of numbers with the target in its last column; a large one is
    mapped too. Inputs of dtype uint8 with four axes, or three and no lengths, are images; images and the columns of a
    table are standardised. Targets are classes or numbers by the rule of `whence.data.labels.are_class_labels`. Images
    of a given format are not standardised; their pixels become numbers from 0 to 1.

    Raises
    ------
    DataError
        If the file is damaged, holds Python objects, lacks an array, or has images with their channels first.
    """
    if path.is_dir() and not holds_arrays(path):
        parts, unused = read_npz_parts(path)
    elif path.is_dir():
        parts, unused = _parts(path, map_numpy_folder(path))
    elif path.suffix.lower() == ".npy":
        parts, unused = {"train": _read_npy(path)}, list[str]()
    else:
        parts, unused = _parts(path, read_numpy_file(path))
    for split, part in parts.items():
        refuse_channels_first(part["x"], f"the {split} inputs in {path}")
    classes, samples = _samples(parts)
    dataset = Dataset.of(path.stem, samples, classes, _preprocessing(samples["train"].inputs, image), options)
    remarks = (f"{path.name} also holds {listed(unused)}, which is not used",) if unused else ()
    return replace(dataset, remarks=dataset.remarks + remarks)


def _samples(parts: dict[str, dict[str, Array]]) -> tuple[tuple[str, ...] | None, dict[str, Samples]]:
    classes = None
    targets = {split: part["y"] for split, part in parts.items()}
    everything = _joined(targets)
    if are_class_labels(everything):
        indices, classes = encode_labels(everything)
        ends = np.cumsum([len(y) for y in targets.values()])[:-1]
        targets = dict(zip(targets, np.split(indices, ends), strict=True))
    else:
        targets = {split: y.reshape(len(y), -1).astype(np.float64) for split, y in targets.items()}
    return classes, {
        split: Samples(_inputs(part["x"], "lengths" in part), targets[split], part.get("weights"), part.get("lengths"))
        for split, part in parts.items()
    }


def _joined(targets: dict[str, Array]) -> Array:
    shapes = {y.shape[1:] for y in targets.values()}
    if len(shapes) > 1 or any(y.ndim not in (1, 2) for y in targets.values()):
        listed = ", ".join(f"{split} {y.shape}" for split, y in targets.items())
        raise DataError(f"the targets have the shapes {listed}; expected (samples,) or (samples, outputs) throughout")
    joined = np.concatenate(list(targets.values()))
    return joined[:, 0] if joined.ndim == 2 and joined.shape[1] == 1 else joined


def _inputs(x: Array, are_sequences: bool) -> Array:
    if x.dtype == np.uint8 and not are_sequences:
        return x[..., np.newaxis] if x.ndim == 3 else x
    if x.ndim == 1:
        x = x[:, np.newaxis]
    return converted(x, np.float64) if x.dtype.kind in "biu" else x


def _preprocessing(inputs: Array, image: ImageFormat | None) -> Preprocessing:
    if inputs.dtype == np.uint8 and inputs.ndim == 4:
        if image is not None:
            return ImagePreprocessing(scale=1 / 255, image=image)
        return StandardisedImages(image=measured_format(inputs))
    if inputs.ndim == 2:
        return TablePreprocessing(
            columns=TableColumns(tuple(NumberColumn(f"x{i + 1}") for i in range(inputs.shape[1])))
        )
    return Preprocessing()


def _read_npy(path: Path) -> dict[str, Array]:
    if path.stat().st_size >= LARGE:
        table = map_numpy_file(path)
    elif "table" not in (arrays := read_numpy_file(path)):
        raise DataError(f"{path} is an archive; rename it to {path.stem}.npz")
    else:
        table = arrays["table"]
    if table.ndim != 2 or table.shape[1] < 2 or table.dtype.kind not in "iuf":
        raise DataError(
            f"{path} holds an array of shape {table.shape} and dtype {table.dtype}; expected a table of numbers of "
            f"shape (samples, inputs + 1) with the target in its last column, or an .npz archive of x and y"
        )
    return {"x": table[:, :-1], "y": table[:, -1]}


def holds_arrays(folder: Path) -> bool:
    """Return whether a folder holds the arrays of a data set."""
    return any((folder / f"x{suffix}.npy").is_file() for suffix in _SUFFIXES["train"])


def _parts(path: Path, arrays: dict[str, Array]) -> tuple[dict[str, dict[str, Array]], list[str]]:
    """Return the arrays of each part by their kind, and the names of those that are of none."""
    parts, unused = {}, set(arrays)
    for split, suffixes in _SUFFIXES.items():
        for suffix in suffixes:
            part = {kind: arrays[kind + suffix] for kind in _KINDS if kind + suffix in arrays}
            if part and not {"x", "y"} <= part.keys():
                found = " and ".join(kind + suffix for kind in part)
                if not suffix and "x_train" in arrays:
                    raise DataError(f"{path} has {found} beside x_train; name the part it is of, as in {found}_train")
                raise DataError(f"{path} has {found}, but needs both x{suffix} and y{suffix}; add what is missing")
            if part:
                parts[split] = part
                unused -= {kind + suffix for kind in part}
    if "train" not in parts:
        raise DataError(
            f"{path} holds {', '.join(arrays) or 'nothing'}; expected x and y, or x_train, y_train, x_test, y_test"
        )
    if any(array.ndim == 0 for part in parts.values() for array in part.values()):
        raise DataError(f"{path} holds a single number; expected arrays with one row per sample")
    return parts, sorted(unused)
