"""Model files: the arrays of a trained network, with all else that prediction needs in the metadata."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import msgspec
import numpy as np

from whence.arguments import as_numbers, checks_arguments
from whence.array_file import read_arrays, write_arrays
from whence.arrays import Array
from whence.data import Preprocessing
from whence.data.stored_preprocessing import PreprocessingRecord, misfit
from whence.drawings import drawings
from whence.errors import ArgumentError, ModelFileError
from whence.nn import Loss, Sequential
from whence.nn.chain import NetworkRecord
from whence.nn.losses import losses
from whence.training.outputs import outputs_for
from whence.training.training_state import TrainingState

KIND, VERSION = "model", 2
MODEL = "model.safetensors"
"""The file in a run's folder that holds its best network."""
CHECKPOINT = "checkpoint.safetensors"
"""The file in a run's folder that holds the state of its training."""


@checks_arguments
@dataclass(frozen=True)
class Model:
    """A network with everything needed to use it.

    Parameters
    ----------
    net : Sequential
        The network.
    loss_fn : Loss
        The loss it was trained with, which maps its outputs to predictions.
    preprocessing : Preprocessing
        The map from raw inputs to the network's inputs.
    classes : tuple of str or None
        The names of the classes, in the order of their indices; None for a regression.
    data : str
        The name of the training data.
    """

    net: Sequential
    loss_fn: Loss
    preprocessing: Preprocessing
    classes: tuple[str, ...] | None
    data: str

    def predict(self, inputs: Any, lengths: Array | None = None) -> Any:
        """Return what the network predicts for one sample or for many.

        Parameters
        ----------
        inputs : array or list, shape (N, ...) or that of one sample; data frame, or one row of it; dict; or path
            Raw inputs, as the training data had them; of a table also a data frame, or a dict of the cell or the
            cells of each column by its name, in which further columns are ignored; or the path of a file, read as
            ``whence predict`` does.
        lengths : int array, shape (N,), optional
            How many time steps each input has, where they are padded to the longest; of a file, as it says.

        Returns
        -------
        array of str, shape (N,), or str for one sample
            The names of the classes; where there are none, an array of the numbers of a regression in their own unit,
            shape (N, K), or (K,) for one sample.

        Raises
        ------
        DataError
            If the inputs are not what the network was trained on.
        """
        predicted = self._outputs(inputs, lengths)
        return predicted if self.classes is None else np.array(self.classes)[predicted.argmax(axis=-1)]

    def probabilities(self, inputs: Any, lengths: Array | None = None) -> Array:
        """Return the probability of every class for one sample or for many.

        Parameters
        ----------
        inputs, lengths
            As for `predict`.

        Returns
        -------
        array, shape (N, C), or (C,) for one sample
            In the order of ``classes``.

        Raises
        ------
        ArgumentError
            If the network was trained on numbers, not on classes.
        DataError
            If the inputs are not what the network was trained on.
        """
        if self.classes is None:
            raise ArgumentError("the network was trained on numbers, which have no probabilities; use predict")
        return self._outputs(inputs, lengths)

    def _outputs(self, inputs: Any, lengths: Array | None) -> Array:
        """Return probabilities or numbers, without the axis of samples for a single one."""
        shape, single = self.net.input_shape, False
        if isinstance(inputs, str | os.PathLike):
            raw = self.preprocessing.read(Path(inputs), shape)
            lengths = self.preprocessing.read_lengths(Path(inputs)) if lengths is None else lengths
        elif hasattr(inputs, "columns"):
            raw = self.preprocessing.from_columns(inputs)
        elif hasattr(inputs, "keys"):  # a dict, or a row of a data frame
            cells = dict(inputs)
            single = all(isinstance(cell, str) or np.ndim(cell) == 0 for cell in cells.values())
            raw = self.preprocessing.from_columns({k: [v] for k, v in cells.items()} if single else cells)
        else:
            array = as_numbers("inputs", inputs)
            raw = self.preprocessing.as_inputs(array, shape, "inputs")
            single = array.shape == raw.shape[1 : 1 + array.ndim]
        outputs = outputs_for(self.net, raw, self.preprocessing, lengths)
        if self.classes is None:
            predicted = self.preprocessing.restored(self.loss_fn.predictions(outputs), raw)
        else:
            predicted = self.loss_fn.probabilities(outputs)
        return predicted[0] if single else predicted

    def _repr_html_(self) -> str:
        return drawings["network"](self.net)

    def to_json(self) -> dict[str, Any]:
        """Return everything except the arrays as JSON.

        Raises
        ------
        ArgumentError
            If another program could not import the class of a layer or of the loss.
        """
        for thing in (*self.net.layers, self.loss_fn):
            thing.require_importable()
        return {
            "architecture": self.net.config(),
            "loss": self.loss_fn.to_json(),
            "preprocessing": self.preprocessing.to_json(),
            "classes": self.classes and list(self.classes),
            "data": self.data,
        }


class ModelRecord(msgspec.Struct):
    """What `Model.to_json` writes, and in a checkpoint the state of the training."""

    architecture: NetworkRecord
    loss: dict[str, Any]
    preprocessing: PreprocessingRecord
    classes: Annotated[tuple[str, ...], msgspec.Meta(min_length=1)] | None
    data: str
    training: TrainingState | None = None


@checks_arguments
def save_model(path: str | os.PathLike[str], model: Model) -> None:
    """Write a model file, atomically.

    Raises
    ------
    RunFolderError
        If it cannot be written.
    """
    write_arrays(path, model.net.state_dict(), model.to_json(), kind=KIND, version=VERSION)


@checks_arguments
def load_model(path: str | os.PathLike[str]) -> Model:
    """Read a trained network.

    Parameters
    ----------
    path : path
        The folder of a run, whose best network it is; a model file; or a checkpoint.

    Raises
    ------
    ModelFileError
        If the file is missing, is not a model file, is of a newer version, its arrays do not match its
        architecture, or its network was never trained.
    """
    path = Path(path)
    if not path.exists():
        remedy = "see the folders in runs/, or train one with: whence train"
        raise ModelFileError(f"there is no run or model file {path}; {remedy}")
    if path.is_dir():
        if (path / CHECKPOINT).is_file() and not (path / MODEL).exists():
            raise ModelFileError(
                f"{path} holds no model yet: its training was stopped before the end of the first epoch; "
                f"go on with: whence train --resume {path}"
            )
        path /= MODEL
    arrays, record = read_arrays(path, ModelRecord, kind=KIND, version=VERSION)
    if record.training is not None and record.training.step == 0:
        raise ModelFileError(
            f"{path} holds a network before its first step of training; "
            f"train it with: whence train --resume {path.parent}"
        )
    return model_from(path, arrays, record)


def model_from(path: str | os.PathLike[str], arrays: dict[str, Array], record: ModelRecord) -> Model:
    """Return the model of the arrays and the description in a file.

    Raises
    ------
    ModelFileError
        If they do not belong together, or an array is not finite.
    """
    own = {name: array for name, array in arrays.items() if "/" not in name}
    require_numbers(path, own, np.dtype(record.architecture.dtype))
    try:
        preprocessing = record.preprocessing.made()
        loss_fn = losses.from_json(record.loss)
        net = Sequential.from_config(record.architecture, own)
    except Exception as error:  # a layer or a loss of the user's own can raise anything
        raise ModelFileError(f"{path} describes a network that cannot be built: {error}") from error
    wrong, outputs = misfit(preprocessing, net.input_shape, net.output_shape), net.output_shape[-1]
    if record.classes is not None and len(record.classes) != (2 if outputs == 1 else outputs):
        wrong = f"it names {len(record.classes)} classes, and its network has outputs of shape {net.output_shape}"
    if wrong:
        raise ModelFileError(f"{path} is damaged: {wrong}; restore it from a copy, or train again")
    return Model(net, loss_fn, preprocessing, record.classes, record.data)


def require_numbers(path: str | os.PathLike[str], arrays: Mapping[str, Array], dtype: np.dtype[Any]) -> None:
    """Raise `ModelFileError`, which names the file, unless all arrays are of a dtype and finite."""
    for name, array in arrays.items():
        if array.dtype != dtype:
            raise ModelFileError(
                f"{path} holds {name} as {array.dtype}, but its network has {dtype}; restore it from a copy"
            )
        if not np.isfinite(array).all():
            raise ModelFileError(f"{path} holds {name} with numbers that are not finite; use an earlier model")
