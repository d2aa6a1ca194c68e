"""Batches: small groups of samples, shuffled at each epoch and preprocessed for the network."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sized
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np

from whence.arguments import PositiveInt, as_numbers, checks_arguments, shown
from whence.arrays import Array, DTypeLike
from whence.data.images.augmentation import Augmentation
from whence.data.preprocessing import Preprocessing
from whence.data.samples import Samples
from whence.data.shuffling import shuffled
from whence.errors import ArgumentError
from whence.stored_rows import is_stored


@dataclass(eq=False, slots=True)
class Batch:
    """The samples of one training step; without weights and lengths it unpacks as ``x, y = batch``.

    Parameters
    ----------
    x : (B, ...) array
        Prepared inputs; where several processes share a batch, those that this one computes.
    y : (B, ...) array
        Prepared targets.
    weights : (B,) array, optional
        Weights of the samples.
    lengths : (B,) int array, optional
        Number of time steps of each input.
    rows : (B,) int array, optional
        Indices of the samples, if known.
    """

    x: Array
    y: Array
    weights: Array | None = None
    lengths: Array | None = None
    rows: Array | None = None

    def __post_init__(self) -> None:
        for name in self.__slots__:
            values = getattr(self, name)
            if values is not None and type(values) is not np.ndarray:
                setattr(self, name, as_numbers(f"{name} of a batch", values))

    def __len__(self) -> int:
        return len(self.y)

    def __iter__(self) -> Iterator[Array]:
        if self.weights is not None or self.lengths is not None:
            raise ArgumentError(
                "this batch has weights or lengths in addition to x and y; use batch.x, batch.y, batch.weights and "
                "batch.lengths"
            )
        return iter((self.x, self.y))


class Batches:
    """The batches of each epoch, as `Batch` objects, which unpack as ``x, y``.

    ``x`` is a fresh ``(B, ...)`` array of ``dtype``, or of integers for text; ``y`` are ``(B,)`` or ``(B, T)`` int64
    class indices or ``(B, K)`` numbers of ``dtype``. Iterating over the object goes through one epoch. Samples of
    weight 0 are in no batch.

    Parameters
    ----------
    samples : Samples
        The samples.
    preprocessing : Preprocessing
        Applied to inputs and targets of each batch.
    batch_size : int
        Samples per batch; the last batch of an epoch may be smaller.
    rng : numpy.random.Generator or None
        Shuffles the samples, as `whence.data.shuffling.shuffled` says; used at the start of an epoch alone. None keeps
        them in order.
    dtype : dtype
        The floating-point type of the batches.
    input_dtype : dtype, optional
        The type of ``x`` if it differs: an integer one for a network that takes indices.
    replacement : bool
        Draw each batch at random from all samples, with replacement; an epoch has the same number of batches as
        without.
    streams : bool
        Whether the samples are consecutive parts of one long sequence. It is cut into ``batch_size`` parallel streams,
        and each batch continues the one before it. Samples that do not fill a batch are left out, at the beginning or
        at the end at random.
    augmentation : Augmentation, optional
        Applied to the inputs of each batch before the preprocessing.

    Raises
    ------
    ArgumentError
        If ``batch_size`` is not positive, there are fewer samples than streams, or the arguments contradict each
        other.
    """

    @checks_arguments
    def __init__(
        self,
        samples: Samples,
        preprocessing: Preprocessing,
        batch_size: PositiveInt,
        *,
        rng: np.random.Generator | None,
        dtype: DTypeLike = np.float32,
        input_dtype: DTypeLike | None = None,
        replacement: bool = False,
        streams: bool = False,
        augmentation: Augmentation | None = None,
    ) -> None:
        for name, is_random in (("replacement", replacement), ("augmentation", augmentation is not None)):
            if is_random and rng is None:
                raise ArgumentError(f"{name} needs a random generator, but rng is None; give one")
        if streams and replacement:
            raise ArgumentError("replacement and streams were both given; give one of them")
        if streams and len(samples.arrays) > 2:
            raise ArgumentError("samples with weights or lengths cannot be streams; leave out either")
        if streams and batch_size > len(samples):
            raise ArgumentError(
                f"{batch_size} streams need as many sequences, but there are {len(samples)}; "
                "give a smaller batch size, or shorter sequences"
            )
        self.samples = samples
        self.preprocessing = preprocessing
        self.batch_size = batch_size
        self.rng = rng
        self.dtype = np.dtype(dtype)
        self.input_dtype = self.dtype if input_dtype is None else np.dtype(input_dtype)
        self.replacement = replacement
        self.streams = streams
        self.augmentation = augmentation
        self._rows: Array = samples.counted
        self._steps = len(samples) // batch_size if streams else -(-len(self._rows) // batch_size)

    def __len__(self) -> int:
        return self._steps

    def __iter__(self) -> Iterator[Batch]:
        return self.epoch()

    def epoch(self, skip: int = 0) -> Iterator[Batch]:
        """Go through one epoch.

        Parameters
        ----------
        skip : int
            Number of batches to leave out at the start; the others are the same as without.
        """
        for rows, changes in self.choices(skip):
            yield self.take(rows, changes)

    def choices(self, skip: int = 0) -> Iterator[tuple[Array, np.random.Generator | None]]:
        """Go through one epoch as `epoch` does; yield for each batch what `take` needs."""
        if skip < 0:
            raise ArgumentError(f"skip is {skip}; it must be at least 0")
        changes = None if self.augmentation is None else self._drawn_seed()
        rows = self._drawn() if self.replacement else self._side_by_side() if self.streams else self._in_turn()
        for number, chosen in enumerate(rows):
            if number >= skip:
                yield chosen, None if changes is None else np.random.default_rng([changes, number])

    def take(self, rows: Array | slice, changes: np.random.Generator | None = None) -> Batch:
        """Return the batch of the samples at ``rows``, augmented with the generator ``changes`` if it is given."""
        rows = np.arange(len(self.samples))[rows] if isinstance(rows, slice) else rows
        inputs = self.samples.inputs
        # take is faster, but copies a whole array that is not contiguous, such as the windows of a series
        raw = inputs[rows] if is_stored(inputs) or not inputs.flags.c_contiguous else inputs.take(rows, axis=0)
        if self.augmentation is not None and changes is not None:
            raw = self.augmentation(raw, changes)
        weights, lengths = self.samples.weights, self.samples.lengths
        return Batch(
            self.preprocessing(raw, self.input_dtype),
            self.preprocessing.targets(self.samples.targets[rows], raw, self.dtype),
            None if weights is None else weights[rows].astype(self.dtype),
            None if lengths is None else lengths[rows],
            rows,
        )

    def _in_turn(self) -> Iterator[Array]:
        order = self._rows if self.rng is None else shuffled(self._rows, self.samples.inputs, self.rng)
        for start in range(0, len(order), self.batch_size):
            yield order[start : start + self.batch_size]

    def _drawn(self) -> Iterator[Array]:
        epoch_rng = np.random.default_rng(self._drawn_seed())
        for _ in range(self._steps):
            yield self._rows[epoch_rng.integers(len(self._rows), size=self.batch_size)]

    def _side_by_side(self) -> Iterator[Array]:
        left_out = len(self.samples) - self._steps * self.batch_size
        first = 0 if self.rng is None else int(self.rng.integers(left_out + 1))
        starts = first + self._steps * np.arange(self.batch_size)
        for step in range(self._steps):
            yield starts + step

    def _drawn_seed(self) -> int:
        """Return a seed for one epoch, so that skipping a batch costs next to nothing."""
        assert self.rng is not None
        return int(self.rng.integers(2**63))


class PreparedBatches:
    """User-made batches, in their order.

    Parameters
    ----------
    batches : iterable
        Pairs ``(x, y)`` or `Batch`, preprocessed. Each epoch iterates over all of them.
    steps : int, optional
        Number of batches in an epoch if ``batches`` has no length, as a generator.

    Raises
    ------
    ArgumentError
        If ``batches`` has no length and ``steps`` is None.
    """

    samples = rng = None
    preprocessing = Preprocessing()
    streams = False

    def __init__(self, batches: Iterable[Any], steps: int | None = None) -> None:
        steps = len(batches) if isinstance(batches, Sized) else steps
        if steps == 0:
            raise ArgumentError("there are no batches to train on; give at least one")
        if steps is None:
            raise ArgumentError(
                f"the batches are a {type(batches).__name__}, which has no length; give max_steps, or a list of batches"
            )
        self._batches = batches
        self._steps = steps

    def __len__(self) -> int:
        return self._steps

    def epoch(self, skip: int = 0) -> Iterator[Batch]:
        """Go through one epoch, without its first ``skip`` batches.

        Raises
        ------
        ArgumentError
            If there are fewer batches than the length says, or one is not a pair.
        """
        number = 0
        for number, given in enumerate(islice(self._batches, len(self)), 1):
            if number > skip:
                yield as_batch(given)
        if number < len(self):
            raise ArgumentError(
                f"the batches ended after {number} of {len(self)}; a generator can be iterated over only once, so give "
                "a list or another object that can be iterated over at each epoch"
            )


def as_batch(given: Any) -> Batch:
    """Return a pair ``(x, y)`` or a batch as a batch.

    Raises
    ------
    ArgumentError
        If it is neither.
    """
    if isinstance(given, Batch):
        return given
    if not isinstance(given, tuple | list) or len(given) != 2:
        raise ArgumentError(
            f"a batch is {shown(given)}; expected a pair (x, y), or a whence.data.Batch with weights or lengths too"
        )
    return Batch(*given)
