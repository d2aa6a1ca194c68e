"""Preprocessing: what happens to raw inputs before the network sees them; a part of every model file."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from whence.data.columns import TableColumns
from whence.data.vocabulary import Vocabulary
from whence.errors import DataError

if TYPE_CHECKING:
    import os

    from numpy.typing import DTypeLike

    from whence.arrays import Array
    from whence.data.samples import Samples

_LARGEST_INDEX = 2.0**53  # beyond, not all whole numbers are floating-point numbers


@dataclass(frozen=True)
class ImageFormat:
    """What the images are like that the network learned from, so that a new picture can be made like them.

    Parameters
    ----------
    height, width : int
        Size in pixels.
    channels : int
        1 for grey, 3 for red, green and blue.
    maximum : int
        The value of the brightest pixel: 255, or 16 for the embedded digits.
    dark_background : bool
        Whether every image is light on dark, so that a picture on a light background must be inverted.
    box : int or None
        The side of the square into which the object fits, centred by its mass (20 for MNIST);
        None where a picture is taken whole.
    """

    height: int
    width: int
    channels: int = 1
    maximum: int = 255
    dark_background: bool = False
    box: int | None = None


@dataclass(frozen=True, eq=False)
class Preprocessing:
    """The map from raw inputs to what the network sees: ``(inputs - shift) * scale``, or characters as they are.

    Parameters
    ----------
    shift, scale : float or (F,) float64 array
        Subtracted from and multiplied onto the inputs; arrays hold one number per input column.
    columns : TableColumns, optional
        The columns of the table that the inputs come from, and how each is encoded.
    image : ImageFormat, optional
        What the images are like, where the inputs are images.
    text : Vocabulary, optional
        The characters that the inputs are numbers of, where they are text.
    window : int, optional
        How many rows of the table make one input, where its rows are the time steps of a series, or how many
        characters of a text.
    target_shift, target_scale : float or (K,) float64 array
        The same for targets that are numbers: what the network is to give is ``(targets - target_shift) *
        target_scale``, and `restored` brings what it gives back to the targets' own unit.
    """

    shift: float | Array = 0.0
    scale: float | Array = 1.0
    columns: TableColumns | None = None
    image: ImageFormat | None = None
    text: Vocabulary | None = None
    window: int | None = None
    target_shift: float | Array = 0.0
    target_scale: float | Array = 1.0

    def __call__(self, inputs: Array, dtype: DTypeLike = np.float32) -> Array:
        """Return the preprocessed inputs as a fresh array.

        Parameters
        ----------
        inputs : (N, ...) array
            Raw inputs, as in `Samples`.
        dtype : dtype
            The floating-point type to compute in and to return; an integer one for a network that takes indices.

        Returns
        -------
        (N, ...) array of ``dtype``; indices, such as those of characters, keep their values

        Raises
        ------
        DataError
            If ``dtype`` is an integer one and a value is no whole number.
        """
        if self.text is not None:
            return inputs.copy()
        if np.dtype(dtype).kind == "i":
            return _as_indices(inputs, dtype)
        prepared = np.empty(inputs.shape, dtype)
        if not isinstance(self.shift, np.ndarray) and self.shift == 0:
            np.multiply(inputs, self.scale, out=prepared, dtype=prepared.dtype, casting="same_kind")
        else:
            np.multiply(inputs - self.shift, self.scale, out=prepared, casting="same_kind")
        return prepared

    def targets(self, targets: Array, dtype: DTypeLike = np.float32) -> Array:
        """Return what the network is to give for targets, as a fresh array: class indices as they are.

        Parameters
        ----------
        targets : (N,) int64 or (N, K) float64 array
            As in `Samples`.
        dtype : dtype
            The floating-point type to return.
        """
        if targets.dtype.kind != "f":
            return targets.copy()
        return np.asarray((targets - self.target_shift) * self.target_scale, dtype)

    def restored(self, outputs: Array) -> Array:
        """Return a regression's outputs in the unit of its targets.

        Parameters
        ----------
        outputs : (N, K) array
            What the network gave.

        Returns
        -------
        (N, K) array
            float64 where the targets were standardised, otherwise the outputs themselves.
        """
        if isinstance(self.target_shift, np.ndarray):
            return outputs / self.target_scale + self.target_shift
        return outputs

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Preprocessing) and self.to_json() == other.to_json()

    __hash__ = None  # type: ignore[assignment]

    def fitted(self, inputs: Array, targets: Array) -> Preprocessing:
        """Return this preprocessing with the numbers of a table standardised by their mean and deviation.

        Parameters
        ----------
        inputs : (N, F) array
            Raw inputs of the training samples. One-hot columns, and inputs without columns, stay as they are.
        targets : (M,) int64 or (M, K) float64 array
            Their targets; classes, and targets of inputs without columns, stay as they are.
        """
        if self.columns is None:
            return self
        numbers = self.columns.number_mask()
        shift = np.zeros(inputs.shape[1])
        scale = np.ones(inputs.shape[1])
        shift[numbers], scale[numbers] = _standardising(inputs[:, numbers])
        if targets.dtype.kind != "f":
            return replace(self, shift=shift, scale=scale)
        target_shift, target_scale = _standardising(targets)
        return replace(self, shift=shift, scale=scale, target_shift=target_shift, target_scale=target_scale)

    def read_table(self, path: str | os.PathLike[str]) -> Array:
        """Read a table file and encode its rows with the columns of the training data.

        The target column may be absent, and further columns are ignored.

        Parameters
        ----------
        path : path
            A CSV, TSV or Parquet file.

        Returns
        -------
        (N, F) or (N, T, F) float64 array
            Raw inputs.

        Raises
        ------
        DataError
            If a column is missing, or a cell is missing or holds something the training data did not.
        """
        from whence.data.table import read_inputs

        return read_inputs(path, self)

    def read_samples(self, path: str | os.PathLike[str], classes: tuple[str, ...] | None) -> Samples:
        """Read a table file with its target column and encode it with the columns of the training data.

        Parameters
        ----------
        path : path
            A CSV, TSV or Parquet file.
        classes : tuple of str or None
            The class names of the training data; None for a regression.

        Raises
        ------
        DataError
            As `read_table`, or if a target is missing or is not one of ``classes``.
        """
        from whence.data.table import read_samples

        return read_samples(path, self, classes)

    def to_json(self) -> dict[str, Any]:
        """Return the preprocessing as numbers, texts, lists and dicts, exactly."""
        return {
            "shift": _plain(self.shift),
            "scale": _plain(self.scale),
            "columns": None if self.columns is None else self.columns.to_json(),
            "image": None if self.image is None else asdict(self.image),
            "text": None if self.text is None else self.text.characters,
            "window": self.window,
            "target_shift": _plain(self.target_shift),
            "target_scale": _plain(self.target_scale),
        }

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Preprocessing:
        """Return the preprocessing that `to_json` described."""
        columns, image, text = stored["columns"], stored["image"], stored.get("text")
        return cls(
            shift=_number_or_array(stored["shift"]),
            scale=_number_or_array(stored["scale"]),
            columns=None if columns is None else TableColumns.from_json(columns),
            image=None if image is None else ImageFormat(**image),
            text=None if text is None else Vocabulary(text),
            window=stored.get("window"),
            target_shift=_number_or_array(stored["target_shift"]),
            target_scale=_number_or_array(stored["target_scale"]),
        )


def _as_indices(inputs: Array, dtype: DTypeLike) -> Array:
    """Return whole numbers, which data sets may hold as floating-point ones, as integers."""
    if inputs.dtype.kind == "f" and (wrong := (inputs % 1 != 0) | (np.abs(inputs) > _LARGEST_INDEX)).any():
        raise DataError(
            f"the inputs hold {inputs[wrong][0]:g}, but the network takes indices; give whole numbers, "
            "or begin the network with another layer than embed"
        )
    return inputs.astype(dtype)


def _standardising(values: Array) -> tuple[Array, Array]:
    """Return the mean of every column, and one over its deviation; 1 for a column that is constant."""
    shift = values.mean(axis=0, dtype=np.float64)
    deviation = values.std(axis=0, dtype=np.float64)
    constant = deviation <= 1e-12 * np.abs(shift)
    return shift, 1.0 / np.where(constant, 1.0, deviation)


def _plain(value: float | Array) -> float | list[float]:
    return value.tolist() if isinstance(value, np.ndarray) else float(value)


def _number_or_array(stored: float | list[float]) -> float | Array:
    return np.array(stored, dtype=np.float64) if isinstance(stored, list) else float(stored)
