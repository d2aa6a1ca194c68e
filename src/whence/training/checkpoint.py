"""Checkpoints, from which a training resumes with the same bits as if it had not stopped."""

from __future__ import annotations

import copy
import json
import math
import os
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from whence.arguments import NotNegative, PositiveInt, checks_arguments
from whence.array_file import read_arrays, write_arrays
from whence.arrays import Array
from whence.errors import ModelFileError, ShapeError
from whence.files import replacing
from whence.nn.context import State
from whence.nn.layer import TimeDependence
from whence.nn.parameter import require_same_shapes
from whence.optim import Optimizer, optimizers
from whence.schema import decoded
from whence.training.callbacks import Callback, Record
from whence.training.model_file import CHECKPOINT, KIND, MODEL, VERSION, Model, ModelRecord, model_from, require_numbers
from whence.training.training_state import TrainingState
from whence.wording import counted

if TYPE_CHECKING:
    from whence.training.loop import Training

METRICS = "metrics.jsonl"
KEPT_CHECKPOINTS = "checkpoint-*.safetensors"
"""The pattern of the checkpoints that are kept, by their epochs."""
_RECORDS = "history/records"
"""The array of a checkpoint that holds the bytes of the metrics up to it."""
_PROGRESS = ("epoch", "step", "position", "loss_sum", "clipped", "best_epoch", "stop")
"""Attributes of a training that a checkpoint keeps by their names."""


class Checkpointing(Callback):
    """Saves a training in the folder of a run.

    At the end of an epoch it writes ``model.safetensors`` (the best epoch), ``checkpoint.safetensors`` (the last step)
    and ``metrics.jsonl``, but checkpoints at most every ``interval`` seconds. Within a long epoch it writes a
    checkpoint every ``interval_within`` seconds. When a run is resumed, steps after the last checkpoint are repeated
    with the same bits. Before the end of the first epoch there is no model.

    The checkpoint alone is enough to go on: it holds the best epoch and the records of all epochs, from which the other
    two files are written again. With it they are on the disk, also after a power cut.

    Parameters
    ----------
    folder : path
        An existing folder.
    model : Model
        The network in training, with the other content of the model file.
    interval : float
        Seconds between checkpoints at the ends of epochs.
    interval_within : float
        Seconds from a checkpoint to one within an epoch.
    keep_every : int, optional
        After each so many epochs, also write a checkpoint that is kept: ``checkpoint-EPOCH.safetensors``.
    """

    leader_only = True

    @checks_arguments
    def __init__(
        self,
        folder: str | os.PathLike[str],
        model: Model,
        *,
        interval: NotNegative = 0.5,
        interval_within: NotNegative = 60.0,
        keep_every: PositiveInt | None = None,
    ) -> None:
        self.folder = Path(folder)
        self.model = model
        self.interval = interval
        self.interval_within = interval_within
        self.keep_every = keep_every
        self._written = 0.0
        self._best_written = 0
        self._lines: list[str] = []

    def on_start(self, training: Training) -> None:
        self._lines = list(map(record_line, training.history))
        with replacing(self.folder / METRICS) as file:
            file.write("".join(self._lines).encode())
        self._write(training)

    def on_batch_end(self, training: Training) -> None:
        if time.monotonic() - self._written >= self.interval_within and not training.spoiled():
            self._write(training)

    def on_epoch_end(self, training: Training) -> None:
        self._lines.append(record_line(training.history[-1]))
        with open(self.folder / METRICS, "ab") as file:
            file.write(self._lines[-1].encode())
        if time.monotonic() - self._written >= self.interval:
            self._write(training)
        if self.keep_every is not None and training.epoch % self.keep_every == 0:
            self._write_checkpoint(self.folder / KEPT_CHECKPOINTS.replace("*", str(training.epoch)), training)

    def on_interrupt(self, training: Training) -> None:
        self._write(training)

    def on_end(self, training: Training) -> None:
        self._write(training)

    def _write(self, training: Training) -> None:
        if training.best_epoch != self._best_written:
            write_arrays(self.folder / MODEL, training.best_state, self.model.to_json(), kind=KIND, version=VERSION)
            self._best_written = training.best_epoch
        with open(self.folder / METRICS, "ab") as file:
            os.fsync(file.fileno())
        self._write_checkpoint(self.folder / CHECKPOINT, training)
        self._written = time.monotonic()

    def _write_checkpoint(self, path: Path, training: Training) -> None:
        optimizer = {f"optimizer/{name}": array for name, array in training.optimizer.state.items()}
        best = {f"best/{name}": array for name, array in training.best_state.items()}
        if training.best_optimizer is not None:
            best |= {f"best_optimizer/{name}": array for name, array in training.best_optimizer.state.items()}
        carried = {f"carried/{name}": array for name, array in (training.state or {}).items()}
        records = np.frombuffer("".join(self._lines).encode(), np.uint8)
        arrays = {**training.net.state_dict(), **optimizer, **best, **carried, _RECORDS: records}
        description = {**self.model.to_json(), "training": _state(training)}
        write_arrays(path, arrays, description, kind=KIND, version=VERSION)


@checks_arguments
@dataclass(frozen=True)
class Checkpoint:
    """The state of a training.

    Parameters
    ----------
    model : Model
        The network at the checkpoint, not the best one.
    arrays : dict of str to array
        All arrays of the file.
    state : TrainingState
        The position, and the states of generators, optimizer and schedule.
    history : list of dict
        The records of the epochs so far.
    """

    model: Model
    arrays: dict[str, Array]
    state: TrainingState
    history: list[Record]

    @property
    def finished(self) -> bool:
        """Whether the training was finished."""
        at_end = self.state.stop or self.state.step >= self.state.total_steps
        return at_end and self.state.position == 0

    def restore(self, training: Training) -> None:
        """Set a training with the same arguments to the state of this checkpoint.

        Raises
        ------
        ModelFileError
            If the training's network, batches, loss or optimizer differs from the checkpoint's, or the schedule's state
            is not that of its schedule.
        """
        if different := self._different(training):
            raise ModelFileError(
                f"the checkpoint was made with {different}; resume with the settings that it was made with"
            )
        state, net, optimizer, made = self.state, training.net, training.optimizer, self.optimizer()
        net.load_state_dict(self.model.net.state_dict())
        net.rng.bit_generator.state = state.net_rng
        optimizer.state, optimizer.steps, optimizer.learning_rate = made.state, made.steps, made.learning_rate
        if training.schedule:
            try:
                training.schedule.load_state_dict(state.schedule or {})
            except Exception as error:  # a schedule of the user's own can raise anything
                raise ModelFileError(
                    f"the checkpoint does not hold the state of {training.schedule!r}: {error}; "
                    "resume with the settings that it was made with"
                ) from error
        training.epoch_rng_state = state.epoch_rng
        if training.rng is not None and state.epoch_rng is not None:
            training.rng.bit_generator.state = state.epoch_rng
        for name in _PROGRESS:
            setattr(training, name, getattr(state, name))
        training.weight_seen, training.seconds_before = state.samples_seen, state.seconds
        training.state, training.best_state = self._carried() or None, self._part("best/")
        training.best_optimizer = self.best_optimizer()
        training.history = list(self.history)

    def optimizer(self) -> Optimizer:
        """Return the optimizer with its state and its learning rate."""
        return self._optimizer(self.state.optimizer, "optimizer/", self.state.optimizer_steps)

    def best_optimizer(self) -> Optimizer | None:
        """Return the optimizer as it was at the end of the best epoch; None if version 0.1 wrote the checkpoint."""
        if self.state.best_optimizer is None:
            return None
        return self._optimizer(self.state.best_optimizer, "best_optimizer/", self.state.best_optimizer_steps)

    def best_model(self) -> Model:
        """Return the model with the parameters of the best epoch, as in the model file."""
        net = copy.deepcopy(self.model.net)
        net.load_state_dict(self._part("best/"))
        return replace(self.model, net=net)

    def require_whole(self, path: Path) -> None:
        """Raise `ModelFileError`, which names the file, unless the arrays are those that the training goes on with."""
        net = self.model.net
        try:
            require_numbers(path, self.arrays, net.dtype)
            if self.state.best_epoch:
                require_same_shapes(self._part("best/"), net.state_dict())
            self._require_carried()
            self.optimizer()
            self.best_optimizer()
        except Exception as error:  # an optimizer of the user's own can raise anything
            raise ModelFileError(f"{path} lacks what its training needs to go on: {error}; start a new run") from error

    def _different(self, training: Training) -> str | None:
        """Return what the checkpoint was made with that differs from the training, if anything does."""
        state, net = self.state, training.net
        if net.config() != self.model.net.config() or training.steps_per_epoch != state.steps_per_epoch:
            return "another network or other batches than this training has"
        if (training.rng is None) != (state.epoch_rng is None):
            return "batches in another order"
        if training.loss_fn != self.model.loss_fn:
            return f"the loss {self.model.loss_fn!r}, and this training has {training.loss_fn!r}"
        made_with = optimizers.from_json(state.optimizer).to_json()  # with the settings that versions have added
        if {**training.optimizer.to_json(), "learning_rate": made_with["learning_rate"]} != made_with:
            return f"another optimizer than {training.optimizer!r}"
        return None

    def _optimizer(self, described: dict[str, Any], prefix: str, steps: int) -> Optimizer:
        optimizer = optimizers.from_json(described)
        optimizer.decays = self.model.net.decays
        optimizer.load_state_dict({**self._part(prefix), "steps": np.asarray(steps)})
        if optimizer.state:
            optimizer.prepare(self.model.net.theta)
        return optimizer

    def _require_carried(self) -> None:
        """Raise `ShapeError` unless the carried state is that of the network after the batches of the epoch so far."""
        carried, net = self._carried(), self.model.net
        expected: State = {}
        streams = bool(carried) or self.model.preprocessing.streams
        if self.state.position and streams and net.time_dependence <= TimeDependence.STATE:
            one = np.zeros((1, *(max(1, length) for length in net.input_shape)), net.input_dtype)  # a time step alone
            expected = net.state_after(net.forward(one, training=False)[1])
        require_same_shapes({name: array[:1] for name, array in carried.items()}, expected)
        if len({len(array) for array in carried.values()}) > 1:
            raise ShapeError("the arrays of the carried state are for different numbers of sequences")

    def _carried(self) -> State:
        """Return the carried state; version 0.1.0 wrote ``0.h`` as ``0/h``, with an axis of one time step."""
        return {
            name.replace("/", "."): array[:, 0] if "/" in name else array
            for name, array in self._part("carried/").items()
        }

    def _part(self, prefix: str) -> dict[str, Array]:
        """Return the arrays whose names begin with a prefix, without it."""
        return {name.removeprefix(prefix): array for name, array in self.arrays.items() if name.startswith(prefix)}


@checks_arguments
def load_checkpoint(path: str | os.PathLike[str]) -> Checkpoint:
    """Read the last checkpoint in a run's folder, or one that was kept.

    Parameters
    ----------
    path : path
        The folder, or the file in it.

    Raises
    ------
    ModelFileError
        If it is missing, damaged or of a newer version; or if it is of version 0.1.0, which kept the records in the
        metrics alone, and these lack epochs before it.
    """
    path = Path(path) / CHECKPOINT if Path(path).is_dir() else Path(path)
    arrays, record = read_arrays(path, ModelRecord, kind=KIND, version=VERSION)
    state = record.training
    if state is None:
        raise ModelFileError(f"{path} holds a model, but not the state of its training; start a new run")
    records = arrays.pop(_RECORDS, None)
    if records is None:
        history = _history_in_metrics(path.with_name(METRICS), state.epoch)
    else:
        history = _history(records.tobytes(), path)
    if [record.get("epoch") for record in history] != [*range(1, state.epoch + 1)]:
        raise ModelFileError(
            f"{path} does not hold the records of its {counted(state.epoch, 'epoch')}; start a new run"
        )
    model = model_from(path, arrays, record)
    checkpoint = Checkpoint(model, arrays, state, history)
    checkpoint.require_whole(path)
    model.net.rng.bit_generator.state = state.net_rng
    return checkpoint


def kept_checkpoints(folder: Path) -> dict[int, Path]:
    """Return the files of the checkpoints that a run keeps by their epochs."""
    found = {path.stem.removeprefix("checkpoint-"): path for path in folder.glob(KEPT_CHECKPOINTS)}
    return dict(sorted((int(epoch), path) for epoch, path in found.items() if epoch.isdecimal()))


def _history_in_metrics(metrics: Path, epochs: int) -> list[Record]:
    """Return the records of the first epochs in the metrics."""
    try:
        lines = metrics.read_bytes().splitlines()[:epochs]
    except OSError as error:
        raise ModelFileError(f"{metrics} cannot be read: {error}; restore the file, or start a new run") from error
    if len(lines) < epochs:
        raise ModelFileError(
            f"{metrics} has {counted(len(lines), 'epoch')}, but the checkpoint was made after "
            f"{epochs}; restore the file, or start a new run"
        )
    return _history(b"\n".join(lines), metrics)


def _history(lines: bytes, path: Path) -> list[Record]:
    """Return the records in lines that `record_line` wrote."""
    records = [
        decoded(line, dict[str, int | float | None], f"a record of an epoch in {path}", advice="start a new run")
        for line in lines.splitlines()
    ]
    return [{key: math.nan if value is None else value for key, value in record.items()} for record in records]


def _state(training: Training) -> dict[str, Any]:
    training.optimizer.require_importable()
    state = TrainingState(
        **{name: getattr(training, name) for name in _PROGRESS},
        samples_seen=training.weight_seen,
        steps_per_epoch=training.steps_per_epoch,
        total_steps=training.total_steps,
        seconds=training.seconds,
        optimizer=training.optimizer.to_json(),
        optimizer_steps=training.optimizer.steps,
        best_optimizer=training.best_optimizer.to_json() if training.best_optimizer else None,
        best_optimizer_steps=training.best_optimizer.steps if training.best_optimizer else 0,
        schedule=training.schedule.state_dict() if training.schedule else None,
        net_rng=training.net.rng.bit_generator.state,
        epoch_rng=training.epoch_rng_state,
    )
    return msgspec.structs.asdict(state)


def record_line(record: Record) -> str:
    """Return a record as a line of JSON, with null for what is not finite, such as R² of constant targets."""
    return json.dumps({key: value if math.isfinite(value) else None for key, value in record.items()}) + "\n"
