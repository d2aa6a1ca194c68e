"""The preprocessing of data, part of a model file: here of arrays, in the sub-packages of tables, images and texts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np

from whence.arguments import checks_arguments
from whence.arrays import Array, DTypeLike, Shape
from whence.data.array_reading import ARRAY_FILES, inputs_in, lengths_in, refuse_channels_first
from whence.data.images.image_format import ImageFormat
from whence.data.labels import LARGEST_WHOLE
from whence.data.samples import Samples
from whence.errors import DataError
from whence.stored_rows import blocks
from whence.text_table import terminal_width, text_table
from whence.wording import listed

_ROWS_SHOWN, _COLUMNS_SHOWN = 5, 8
_SMALLEST, _LARGEST = (float(end) for end in (np.finfo(np.float32).tiny, np.finfo(np.float32).max))


@checks_arguments
@dataclass(frozen=True, eq=False, kw_only=True)
class Preprocessing:
    """The map from raw inputs to the network's inputs, ``(inputs - shift) * scale``, and how files of them are read.

    Parameters
    ----------
    shift, scale : float or (F,) float64 array
        Offset and factor of the inputs; arrays hold one number per input column.
    target_shift, target_scale : float or (K,) float64 array
        The same for targets of a regression; `restored` inverts it for the network's outputs.
    """

    shift: float | Array = 0.0
    scale: float | Array = 1.0
    target_shift: float | Array = 0.0
    target_scale: float | Array = 1.0

    unit: ClassVar[str] = "sample"
    """What a sample or its part is called, in the singular."""

    streams: ClassVar[bool] = False
    """Whether the samples are consecutive parts of one long sequence."""

    example_file: ClassVar[str] = "inputs.npy"
    """An example of the name of a file to predict from."""

    readable: ClassVar[tuple[str, ...]] = ARRAY_FILES
    """The suffixes of files to predict from."""

    @property
    def symbols(self) -> int | None:
        """The number of different indices in the inputs, if known."""
        return None

    @property
    def account(self) -> str:
        """A table of what each column of the training data was taken for; empty if they have no named columns."""
        return ""

    @property
    def picture_format(self) -> ImageFormat | None:
        """The format to which pictures are brought; None if the network reads none."""
        return None

    @property
    def target_names(self) -> tuple[str, ...]:
        """The names of the targets, if they have any."""
        return ()

    def __call__(self, inputs: Array, dtype: DTypeLike = np.float32) -> Array:
        """Return the preprocessed inputs as a fresh array.

        Parameters
        ----------
        inputs : (N, ...) array
            Raw inputs, as in `Samples`.
        dtype : dtype
            The type of the result; an integer one for a network that takes indices.

        Returns
        -------
        (N, ...) array of ``dtype``; indices keep their values

        Raises
        ------
        DataError
            If ``dtype`` is an integer one and a value is not a whole number, or one is too large for ``dtype``.
        """
        if np.dtype(dtype).kind == "i":
            return _as_indices(inputs, dtype)
        prepared = np.empty(inputs.shape, dtype)
        with _refusing_overflow("inputs", prepared.dtype):
            if not isinstance(self.shift, np.ndarray) and self.shift == 0:
                np.multiply(inputs, self.scale, out=prepared, dtype=prepared.dtype, casting="same_kind")
            else:
                np.multiply(inputs - self.shift, self.scale, out=prepared, casting="same_kind")
        return prepared

    def targets(self, targets: Array, inputs: Array, dtype: DTypeLike = np.float32) -> Array:
        """Return the targets for the loss as a fresh array: class indices unchanged, numbers scaled.

        Parameters
        ----------
        targets : (N,) int64 or (N, K) float64 array
            As in `Samples`.
        inputs : (N, ...) array
            The raw inputs of the same samples.
        dtype : dtype
            The floating-point type to return.
        """
        if targets.dtype.kind != "f":
            return targets.copy()
        with _refusing_overflow("targets", dtype):
            return np.asarray((targets - self.reference(inputs) - self.target_shift) * self.target_scale, dtype)

    def restored(self, outputs: Array, inputs: Array) -> Array:
        """Return a regression's outputs in the unit of its targets.

        Parameters
        ----------
        outputs : (N, K) array
            The network's outputs.
        inputs : (N, ...) array
            The raw inputs that they belong to.

        Returns
        -------
        (N, K) array
            float64 if the targets were standardised, else the outputs themselves.
        """
        if isinstance(self.target_shift, np.ndarray):
            return outputs / self.target_scale + self.target_shift + self.reference(inputs)
        return outputs

    def reference(self, inputs: Array) -> float | Array:
        """Return what is subtracted from the targets (N, K) of raw inputs (N, ...): 0, but for differenced series."""
        return 0.0

    def values_before(self, inputs: Array) -> Array | None:
        """Return the targets of the time step before each target, (N, K), where inputs (N, ...) are of a series."""
        return None

    def fitted(self, inputs: Array, targets: Array, weights: Array | None = None) -> Self:
        """Return this preprocessing fitted to training samples, which only that of tables and images depends on.

        Parameters
        ----------
        inputs : (N, ...) array
            Raw inputs.
        targets : (N,) int64 or (N, K) float64 array
            Their targets.
        weights : (N,) array, optional
            Weights of the samples.

        Raises
        ------
        DataError
            If numbers that are not standardised are outside the range of float32.
        """
        _check_magnitude("inputs", inputs)
        _check_magnitude("targets", targets)
        return self

    def read(self, path: Path, input_shape: Shape) -> Array:
        """Return the raw inputs in a file to predict from.

        Parameters
        ----------
        path : Path
            The file.
        input_shape : tuple of int
            The shape of one input of the network.

        Returns
        -------
        (N, *input_shape) array

        Raises
        ------
        DataError
            If there is no such file, it is damaged, or it does not hold what the network was trained on.
        """
        self._require_file(path)
        return self._read(path, input_shape)

    def digested_as(self, dtype: np.dtype[Any]) -> np.dtype[Any]:
        """Return the dtype of inputs in the digest of a data set, for inputs that are held in ``dtype``."""
        return dtype

    def read_each(self, path: Path, input_shape: Shape) -> tuple[Array, dict[int, str]]:
        """Return the raw inputs in a file to predict from, and for each of them that cannot be used, why.

        Parameters
        ----------
        path, input_shape
            As for `read`.

        Returns
        -------
        inputs : (N, *input_shape) array
            Zeros for those that cannot be used.
        problems : dict of int to str
            A sentence for each of these by its position.

        Raises
        ------
        DataError
            If there is no such file, it is damaged, or it does not hold what the network was trained on.
        """
        return self.read(path, input_shape), {}

    def read_lengths(self, path: Path) -> Array | None:
        """Return the lengths of the sequences in a file to predict from, if it is an archive with lengths."""
        return lengths_in(path)

    def as_inputs(self, array: Array, input_shape: Shape, name: str) -> Array:
        """Return an array as raw inputs (N, *input_shape).

        Parameters
        ----------
        array : array, shape (N, *input_shape) or input_shape
            Raw inputs, or a single one.
        input_shape : tuple of int
            The shape of one input of the network.
        name : str
            The name of the array for messages.

        Raises
        ------
        DataError
            If the array has another shape or values that are not finite numbers.
        """
        if array.dtype.kind not in "buif" or not _all_finite(array):
            raise DataError(f"{name} holds {array.dtype} values that are not finite numbers; replace or remove them")
        if len(input_shape) == 3 and array.shape[1:] != input_shape:
            refuse_channels_first(array, f"the inputs in {name}")
        more = array.ndim - len(input_shape)
        if more not in (0, 1) or any(
            wanted not in (-1, length) for wanted, length in zip(input_shape, array.shape[more:], strict=True)
        ):
            expected = ", ".join(map(str, ("N", *input_shape)))
            raise DataError(f"{name} holds an array of shape {array.shape}; the network takes ({expected})")
        return array if more else array[np.newaxis]

    def from_columns(self, frame: Any) -> Array:
        """Return the raw inputs in a data frame, or in a dict with the cells of each column by its name.

        Raises
        ------
        DataError
            If the network was not trained on a table, a column is absent, or a cell is missing or unknown.
        """
        raise DataError(f"the network was not trained on a table with named columns; give {self.unit}s as an array")

    def read_samples(self, source: str, classes: tuple[str, ...] | None) -> Samples | None:
        """Return the samples in a file that has to be read as the training data were.

        Parameters
        ----------
        source : str
            The file.
        classes : tuple of str or None
            The class names of the training data; None for a regression.

        Returns
        -------
        Samples or None
            None if `whence.data.load` reads the file.

        Raises
        ------
        DataError
            If the file does not match the training data.
        """
        if source.startswith("text:"):
            raise DataError(
                f"the network was not trained on text such as {source}; give data of the kind it was trained on"
            )
        return None

    def read_part(self, source: str, classes: tuple[str, ...] | None) -> Samples | None:
        """Return the samples in a file that is a part of the data besides the training samples; as `read_samples`."""
        return self.read_samples(source, classes)

    def prediction_rows(self, path: Path, count: int) -> list[tuple[int | None, str]]:
        """Return the row number (None for a single prediction) and the title of each prediction from a file."""
        if count == 1:
            return [(None, str(path))]
        return [(row, f"{path}, row {row}") for row in range(1, count + 1)]

    def save_picture(self, path: Path, inputs: Sequence[Array]) -> None:
        """Write raw inputs as a PNG picture to look at.

        Parameters
        ----------
        path : Path
            The file to write.
        inputs : sequence of (N, ...) arrays
            Raw inputs, as `read` returns them.

        Raises
        ------
        DataError
            If the inputs are no images.
        """
        raise DataError("the network was not trained on images, so its inputs cannot be saved as a picture")

    def introduction(self, input_shape: Shape, outputs: str) -> str:
        """Return a description to follow the number of samples: ``of 8 × 8 × 1 inputs, 10 classes``."""
        return f"of {' × '.join(map(str, input_shape))} inputs, {outputs}"

    def preview(self, samples: Samples, classes: Sequence[str] | None) -> str:
        """Return the first samples as text, with as many inputs as the terminal has room for, at most eight."""
        width = terminal_width()
        shown = [self._first_rows(samples, classes, columns) for columns in range(_COLUMNS_SHOWN, 0, -1)]
        return next((text for text in shown if len(text.partition("\n")[0]) <= width), shown[-1])

    def _first_rows(self, samples: Samples, classes: Sequence[str] | None, columns: int) -> str:
        """Return the first samples with so many of their inputs as text."""
        inputs = samples.inputs[:_ROWS_SHOWN].reshape(min(_ROWS_SHOWN, len(samples)), -1)
        more = ["…"] if inputs.shape[1] > columns else []
        targets = [
            classes[target] if classes is not None else ", ".join(f"{value:g}" for value in np.atleast_1d(target))
            for target in samples.targets[:_ROWS_SHOWN]
        ]
        rows = [
            [*(f"{value:.4g}" for value in row[:columns]), *more, target]
            for row, target in zip(inputs, targets, strict=True)
        ]
        names = self.input_names(inputs.shape[1])
        return text_table([*names[:columns], *more, listed(self.target_names) or "target"], rows, left=0)

    def input_names(self, count: int) -> Sequence[str]:
        """Return the names of ``count`` inputs."""
        return [f"x{i + 1}" for i in range(count)]

    def describe(self) -> dict[str, Any]:
        """Return the description of the inputs in a trace: names of columns, format of images, or characters."""
        return {"columns": None, "image": None, "characters": None}

    def to_json(self) -> dict[str, Any]:
        """Return the preprocessing as numbers, texts, lists and dicts, exactly."""
        return {
            "shift": _plain(self.shift),
            "scale": _plain(self.scale),
            "columns": None,
            "image": None,
            "text": None,
            "window": None,
            "target_shift": _plain(self.target_shift),
            "target_scale": _plain(self.target_scale),
        }

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Preprocessing) and self.to_json() == other.to_json()

    __hash__ = None  # type: ignore[assignment]

    def _require_file(self, path: Path) -> None:
        if path.is_dir():
            raise DataError(f"{path} is a folder; give a file in it, or on the command line several, as {path}/*")
        if not path.is_file():
            raise DataError(f"there is no file {path}; check the path")

    def _read(self, path: Path, input_shape: Shape) -> Array:
        """Return the raw inputs in an existing file."""
        if path.suffix.lower() not in ARRAY_FILES:
            expected = ", ".join(self.readable)
            raise DataError(f"{path} is not a file that this network can read; expected one of {expected}")
        return self.as_inputs(inputs_in(path), input_shape, str(path))


@contextmanager
def _refusing_overflow(kind: str, dtype: DTypeLike) -> Iterator[None]:
    """Raise `DataError` if a number becomes infinite in the block."""
    try:
        with np.errstate(over="raise"):
            yield
    except FloatingPointError as error:
        raise DataError(
            f"the {kind} hold a number that is too large for {np.dtype(dtype)}; correct it, or give another unit"
        ) from error


def _all_finite(array: Array) -> bool:
    return all(np.isfinite(block).all() for block in (blocks(array) if array.ndim else [array]))


def _check_magnitude(kind: str, values: Array) -> None:
    """Raise `DataError` if float32 holds the largest of some numbers as infinity, or none but as zero."""
    sizes = [np.abs(block).max() for block in blocks(values) if block.size] if values.dtype.kind == "f" else []
    largest = float(max(sizes, default=0.0))
    if largest and not _SMALLEST <= largest <= _LARGEST:
        raise DataError(
            f"the largest of the {kind} is {largest:.3g} in size, outside the range of float32 "
            f"({_SMALLEST:.1e} to {_LARGEST:.1e}); give them in another unit"
        )


def _as_indices(inputs: Array, dtype: DTypeLike) -> Array:
    """Return whole numbers, which data sets may hold as floating-point numbers, as integers."""
    if inputs.dtype.kind == "f" and (wrong := (inputs % 1 != 0) | (np.abs(inputs) > LARGEST_WHOLE)).any():
        raise DataError(
            f"the inputs hold {inputs[wrong][0]:g}, but the network takes indices; give whole numbers, "
            "or use another first layer than embed"
        )
    return inputs.astype(dtype)


def _plain(value: float | Array) -> float | list[float]:
    return value.tolist() if isinstance(value, np.ndarray) else float(value)
