"""The samples of a training step that a view shows: which they are, and what is known of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from whence.arrays import Array
from whence.cli.options.shared import HANDFUL, SMALL
from whence.data import Batch, Batches, Dataset, Samples
from whence.data.dataset import Origins
from whence.data.samples import joined
from whence.errors import ArgumentError
from whence.nn import Embedding
from whence.nn.axes import ANY_LENGTH
from whence.trace import Trace
from whence.training import Model
from whence.training.metrics import predicted_classes
from whence.training.outputs import outputs_for
from whence.wording import counted, listed

_STEPS = 6
"""The time steps of made-up sequences."""
_MOST_ORIGINS = 10_000
"""The most inputs of a step of which the origins in the files are kept."""


@dataclass(frozen=True)
class StepSamples:
    """Samples from which the batches of steps are taken.

    Parameters
    ----------
    name : str
        The name of the data, or of the files.
    samples : Samples
        The samples.
    origins : Origins or None
        What the samples are from, if that is known.
    seed : int or None
        The seed of samples that are made up.
    """

    name: str
    samples: Samples
    origins: Origins | None = None
    seed: int | None = None

    @staticmethod
    def of_training(dataset: Dataset) -> StepSamples:
        """Return the training samples of a data set."""
        return StepSamples(dataset.name, dataset.train, dataset.origins)

    @staticmethod
    def made_up(model: Model, count: int, seed: int) -> StepSamples:
        """Return ``count`` samples for a network, random from a seed; the numbers that it takes have two decimals."""
        net, prepared, rng = model.net, model.preprocessing, np.random.default_rng(seed)
        first, image = net.layers[0], prepared.picture_format
        shape = (count, *(_STEPS if length == ANY_LENGTH else length for length in net.input_shape))
        outputs = (count, *(_STEPS if length == ANY_LENGTH else length for length in net.output_shape))
        if isinstance(first, Embedding):
            x: Array = rng.integers(0, first.num_embeddings, shape)
        elif image is not None:
            x = rng.integers(0, image.maximum + 1, shape)
        else:
            x = rng.normal(size=shape).round(2) / prepared.scale + prepared.shift
        y = _one_hot(rng, outputs) if model.loss_fn.classifies else rng.normal(size=outputs).round(2)
        if model.classes is not None:
            y = y.argmax(axis=-1) if outputs[-1] > 1 else y[..., 0].astype(np.int64)
        return StepSamples(f"seed {seed}", Samples(x, y), seed=seed)

    @staticmethod
    def in_files(files: Sequence[Path], model: Model) -> StepSamples:
        """Return the inputs in files, with what a network predicts for them as their targets."""
        return StepSamples(listed(path.name for path in files), joined([_predicted(path, model) for path in files]))

    def chosen(self, rows: Sequence[int] | None, batch: int | None, steps: int = 1) -> list[list[int]]:
        """Return the samples of each step; as in training, those of weight 0 are left out of batches.

        Parameters
        ----------
        rows : sequence of int, optional
            The samples, counted from 0, that make the batch of every step; by default all of at most eight samples, or
            else the first four of different classes, and the first others where there are fewer classes or none.
        batch : int, optional
            Take batches of this many samples instead, in order, starting again at the end of the data.
        steps : int
            Number of steps.

        Raises
        ------
        ArgumentError
            If ``rows`` and ``batch`` are both given, or one is out of range.
        """
        if rows is not None and batch is not None:
            raise ArgumentError("samples and batch were both given; give one of them")
        usable = self.samples.counted.tolist()
        if batch is not None:
            count = len(usable)
            if not 1 <= batch <= count:
                raise ArgumentError(f"batch is {batch}, but there are {counted(count, 'sample')}; give at most that")
            return [[usable[(step * batch + place) % count] for place in range(batch)] for step in range(steps)]
        if rows is None:
            return [self._handful()] * steps
        if not rows:
            raise ArgumentError("samples is empty; give at least one")
        for row in rows:
            if not 0 <= row < len(self.samples):
                raise ArgumentError(f"sample is {row}; the samples are numbered from 0 to {len(self.samples) - 1}")
        if not set(rows) & set(usable):
            raise ArgumentError(f"sample {rows[0]} has the weight 0, so it trains nothing; try {usable[0]}")
        return [list(rows)] * steps

    def batch(self, model: Model, rows: list[int]) -> Batch:
        """Return the batch of the samples at ``rows``, as a network takes it."""
        net, prepared = model.net, model.preprocessing
        batches = Batches(self.samples, prepared, len(rows), rng=None, dtype=net.dtype, input_dtype=net.input_dtype)
        return batches.take(np.array(rows))

    def described(self, made: Trace, model: Model, rows: list[int], called: dict[str, Any] | None) -> Trace:
        """Return the trace of a step with a description of the samples that it is on, and of which step it is.

        ``called`` has the ``kind`` and the ``number`` of the step, as in `whence.trace.record.StepRecord`; without it,
        the step is called by its number.
        """
        data = {"name": self.name, "samples": rows, "step": called, **model.preprocessing.describe()}
        if self.seed is not None:
            data["seed"] = self.seed
        if self.origins is not None and made["x"].size <= _MOST_ORIGINS:
            data["origins"] = msgspec.to_builtins([self.origins(row) for row in rows])
        return replace(made, description={**made.description, "data": data})

    def _handful(self) -> list[int]:
        """Return the samples that a step takes by default, in order."""
        usable, targets = self.samples.counted, self.samples.targets
        if len(usable) <= SMALL:
            return [int(row) for row in usable]
        firsts: Array = np.empty(0, np.intp)
        if targets.ndim == 1 and targets.dtype.kind in "iu":
            firsts = np.sort(np.unique(targets[usable], return_index=True)[1])[:HANDFUL]
        others = np.setdiff1d(np.arange(2 * HANDFUL), firsts)[: HANDFUL - len(firsts)]
        return [int(row) for row in usable[np.sort(np.concatenate([firsts, others]))]]


def _one_hot(rng: np.random.Generator, shape: tuple[int, ...]) -> Array:
    if shape[-1] == 1:
        return np.asarray(rng.integers(0, 2, shape).astype(np.float64))
    return np.asarray(np.eye(shape[-1])[rng.integers(0, shape[-1], shape[:-1])])


def _predicted(path: Path, model: Model) -> Samples:
    """Return the inputs in a file, with what a network predicts for them as their targets."""
    inputs = model.preprocessing.read(path, model.net.input_shape)
    lengths = model.preprocessing.read_lengths(path)
    outputs = outputs_for(model.net, inputs, model.preprocessing, lengths)
    if model.classes is None:
        targets = np.asarray(model.preprocessing.restored(model.loss_fn.predictions(outputs), inputs), np.float64)
    else:
        targets = predicted_classes(outputs)
    return Samples(inputs, targets, lengths=lengths)
