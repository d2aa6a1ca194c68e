"""A film of a training: what it looked like after some of its steps, spread over all of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from whence.arguments import PositiveInt, checks_arguments
from whence.arrays import Array
from whence.data import Preprocessing, Samples
from whence.drawings import drawings
from whence.errors import ArgumentError
from whence.formula.evaluate import Source
from whence.history.filming.curves import CurveRecorder, Curves
from whence.history.filming.dead_units import DeadUnits, DeadUnitsRecorder
from whence.history.filming.first_layer import FirstLayer, FirstLayerRecorder
from whence.history.filming.lives import Lives, LivesRecorder
from whence.history.filming.shown_samples import ShownSamples, ShownSamplesRecorder
from whence.history.filming.surface import Surface, SurfaceRecorder
from whence.history.known_samples import known_samples
from whence.training import BackwardPass, Callback, Training, fit
from whence.wording import counted

FRAMES = 50


@dataclass(frozen=True)
class Film:
    """What a network looked like after F of the steps of its training.

    Parameters
    ----------
    steps : int64 array, shape (F,)
        The number of steps made at each frame: 0 at the first, and all at the last.
    steps_per_epoch : int
        The number of steps of an epoch.
    history : tuple of dict
        What was measured of each epoch, as in `whence.training.Training`; without measures that are NaN.
    best_epoch : int
        The epoch whose parameters are the result.
    classes : tuple of str or None
        The names of the classes; None where numbers are predicted.
    targets : tuple of str
        The names of these numbers, if they have any.
    description : dict
        What the inputs are, as the preprocessing describes them: ``columns``, ``image`` and ``characters``.
    curves : Curves
        The loss, and the norms of gradients, updates and parameters.
    dead : DeadUnits
        The shares of units whose output is the same for every sample.
    first_layer : FirstLayer or None
        The weights of the first layer, if they can be shown.
    samples : ShownSamples
        Predictions and activations of a few samples.
    surface : Surface or None
        Predictions over the one or two inputs, if there are no more.
    lives : Lives or None
        What the asked weights are made of.
    """

    steps: Array
    steps_per_epoch: int
    history: tuple[dict[str, Any], ...]
    best_epoch: int
    classes: tuple[str, ...] | None
    targets: tuple[str, ...]
    description: dict[str, Any]
    curves: Curves
    dead: DeadUnits
    first_layer: FirstLayer | None
    samples: ShownSamples
    surface: Surface | None
    lives: Lives | None

    def _repr_html_(self) -> str:
        return drawings["film"](self)


@checks_arguments
def film(
    training: Mapping[str, Any],
    frames: PositiveInt = FRAMES,
    *,
    cells: Sequence[Source] = (),
    classes: tuple[str, ...] | None = None,
) -> Film:
    """Train a network, in place, and return a film of it.

    Parameters
    ----------
    training : mapping of str to object
        The arguments of `whence.training.fit`, as for `whence.history.replay_steps`.
    frames, cells, classes
        As for `FilmWatcher`.

    Returns
    -------
    Film

    Raises
    ------
    ArgumentError
        As for `FilmWatcher`.
    """
    watcher = FilmWatcher(frames, cells=cells, classes=classes)
    fit(**{**training, "callbacks": [*training.get("callbacks", ()), watcher]})
    return watcher.film()


class FilmWatcher(Callback):
    """Takes a `Film` of a training, which it does not change.

    Parameters
    ----------
    frames : int
        The number of frames, at least 2; fewer if the training has fewer steps.
    samples : Samples, optional
        Samples of which a few are shown; by default those for validation, or else for training.
    part : str
        The part of the data that these are.
    cells : sequence of (str, tuple of int)
        The names and indices of weights whose lives are told: ``("W1", (406, 5))``.
    classes : tuple of str, optional
        The names of the classes; by default their numbers.
    steps : int, optional
        The number of steps of a training that is known to end before its limits.

    Raises
    ------
    ArgumentError
        If there is a single frame; or when a training starts whose samples are not known, or which has other classes or
        no such cell.
    """

    watches = True

    @checks_arguments
    def __init__(
        self,
        frames: PositiveInt = FRAMES,
        *,
        samples: Samples | None = None,
        part: str = "test",
        cells: Sequence[Source] = (),
        classes: tuple[str, ...] | None = None,
        steps: PositiveInt | None = None,
    ) -> None:
        if frames < 2:
            raise ArgumentError(f"frames is {frames}; a film needs at least 2")
        self.frames, self.samples, self.part = frames, samples, part
        self.cells, self.classes, self.steps = list(cells), classes, steps

    def on_start(self, training: Training) -> None:
        train = known_samples(training)
        steps = min(self.steps or training.total_steps, training.total_steps)
        self._places = np.unique(np.linspace(0, steps, min(self.frames, steps + 1)).round().astype(np.int64))
        self._training, self._taken = training, list[int]()
        net, preprocessing = training.net, training.preprocessing
        self._classes = None
        if train.targets.dtype.kind != "f":
            count = int(train.targets.max()) + 1
            self._classes = self.classes or tuple(map(str, range(max(count, net.output_shape[-1]))))
            if len(self._classes) < count:
                raise ArgumentError(
                    f"classes has {counted(len(self._classes), 'name')} for {count} classes; give one for each"
                )
        read = partial(_read, training, self._classes is not None)
        shown, part = self.samples, self.part
        if shown is None:
            shown, part = (train, "train") if training.validation is None else (training.validation, "validation")
        self._curves = CurveRecorder(training, steps)
        self._dead = DeadUnitsRecorder(net, train, preprocessing)
        self._first_layer = FirstLayerRecorder(net, len(self._places))
        self._shown = ShownSamplesRecorder(net, shown, part, preprocessing, read)
        self._surface = SurfaceRecorder(net, train, preprocessing, read, len(self._places))
        self._lives = LivesRecorder(training, self.cells, self._classes) if self.cells else None
        self._take()

    def on_gradient(self, training: Training, backward: BackwardPass) -> None:
        self._curves.before_step(training, backward)
        if self._lives:
            self._lives.before_step(training, backward)

    def on_batch_end(self, training: Training) -> None:
        self._curves.after_step(training)
        if self._lives:
            self._lives.after_step(training)
        if training.step in self._places:
            self._take()

    def on_end(self, training: Training) -> None:
        if self._taken[-1] < training.step:
            self._take()

    def film(self) -> Film:
        """Return the film of the training that was watched."""
        training = self._training
        preprocessing = training.preprocessing or Preprocessing()
        return Film(
            np.array(self._taken),
            training.steps_per_epoch,
            tuple({name: value for name, value in record.items() if value == value} for record in training.history),
            training.best_epoch,
            self._classes,
            preprocessing.target_names,
            preprocessing.describe(),
            self._curves.curves(training.step),
            self._dead.dead_units(),
            self._first_layer.first_layer(),
            self._shown.shown_samples(),
            self._surface.surface(),
            self._lives.lives() if self._lives else None,
        )

    def _take(self) -> None:
        self._taken.append(self._training.step)
        for recorder in (self._dead, self._first_layer, self._shown, self._surface):
            recorder.take()
        if self._lives:
            self._lives.take(self._training)


def _read(training: Training, classifies: bool, outputs: Array, inputs: Array) -> Array:
    """Return probabilities, or numbers in the unit of the targets, for outputs and the raw inputs that they are of."""
    loss_fn, preprocessing = training.loss_fn, training.preprocessing
    if classifies:
        return loss_fn.probabilities(outputs)
    predictions = loss_fn.predictions(outputs)
    return predictions if preprocessing is None else preprocessing.restored(predictions, inputs)
