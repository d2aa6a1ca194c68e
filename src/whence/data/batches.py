"""Batches: samples in small groups, shuffled anew at each epoch and prepared on the way to the network."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from whence.errors import ArgumentError

if TYPE_CHECKING:
    from numpy.typing import DTypeLike

    from whence.arrays import Array
    from whence.data.images.augmentation import Augmentation
    from whence.data.preprocessing import Preprocessing
    from whence.data.samples import Samples


class Batches:
    """The batches of one epoch after the other, as pairs ``(x, y)``.

    ``x`` is a fresh ``(B, ...)`` array of ``dtype``, or of integers for text; ``y`` are ``(B,)`` or ``(B, T)`` int64
    class indices or ``(B, K)`` numbers of ``dtype``. Iterating over the object goes through one epoch.

    Parameters
    ----------
    samples : Samples
        What to batch.
    preprocessing : Preprocessing
        Applied to the inputs of each batch.
    batch_size : int
        Samples per batch; the last batch of an epoch may be smaller.
    rng : numpy.random.Generator or None
        Shuffles the samples; asked once, at the start of an epoch. None keeps them in order.
    dtype : dtype
        The floating-point type of the batches.
    input_dtype : dtype, optional
        That of ``x``, where it is another: an integer one for a network that takes indices.
    replacement : bool
        Draw each batch at random from all samples, so that a sample may come twice or never.
    steps : int, optional
        Batches per epoch when drawn with replacement; as many as hold all samples once, if not given.
    streams : bool
        Whether the samples, in their order, are the parts of one long sequence. It is cut into ``batch_size`` streams
        side by side, and each batch goes on where the one before it stopped. What does not fill a batch is left out,
        at the beginning or at the end as ``rng`` decides.
    augmentation : Augmentation, optional
        Changes the inputs of each batch before the preprocessing.

    Raises
    ------
    ArgumentError
        If ``batch_size`` or ``steps`` is not positive, there are fewer samples than streams, or the arguments
        contradict each other.
    """

    def __init__(
        self,
        samples: Samples,
        preprocessing: Preprocessing,
        batch_size: int,
        *,
        rng: np.random.Generator | None,
        dtype: DTypeLike = np.float32,
        input_dtype: DTypeLike | None = None,
        replacement: bool = False,
        steps: int | None = None,
        streams: bool = False,
        augmentation: Augmentation | None = None,
    ) -> None:
        if batch_size < 1:
            raise ArgumentError(f"the batch size is {batch_size}; it must be at least 1")
        if steps is not None and steps < 1:
            raise ArgumentError(f"the number of steps is {steps}; it must be at least 1")
        if steps is not None and not replacement:
            raise ArgumentError(f"steps={steps} needs batches that are drawn with replacement")
        if replacement and rng is None:
            raise ArgumentError("drawing with replacement needs a random generator; none was given")
        if streams and replacement:
            raise ArgumentError("samples drawn with replacement are no streams that go on; leave one of both out")
        if streams and batch_size > len(samples):
            raise ArgumentError(
                f"{batch_size} streams were asked for, but there are only {len(samples)} sequences to make them of; "
                "give a smaller batch size, or shorter sequences"
            )
        if augmentation is not None and rng is None:
            raise ArgumentError("augmentation needs a random generator; none was given")
        self.samples = samples
        self.preprocessing = preprocessing
        self.batch_size = batch_size
        self.rng = rng
        self.dtype = np.dtype(dtype)
        self.input_dtype = self.dtype if input_dtype is None else np.dtype(input_dtype)
        self.replacement = replacement
        self.streams = streams
        self.augmentation = augmentation
        self._steps = len(samples) // batch_size if streams else steps or -(-len(samples) // batch_size)

    def __len__(self) -> int:
        return self._steps

    def __iter__(self) -> Iterator[tuple[Array, Array]]:
        return self.epoch()

    def epoch(self, skip: int = 0) -> Iterator[tuple[Array, Array]]:
        """Go through one epoch.

        Parameters
        ----------
        skip : int
            How many batches to leave out at the start; the others are those of the whole epoch, given the same
            state of the random generator.

        Yields
        ------
        x, y : arrays
            One batch.
        """
        if skip < 0:
            raise ArgumentError(f"{skip} batches are to be skipped; it must be 0 or more")
        changes = None if self.augmentation is None else self._drawn_seed()
        rows = self._drawn() if self.replacement else self._side_by_side() if self.streams else self._in_turn()
        for number, chosen in enumerate(rows):
            if number >= skip:
                yield self._batch(chosen, None if changes is None else np.random.default_rng([changes, number]))

    def _in_turn(self) -> Iterator[Array | slice]:
        order = None if self.rng is None else self.rng.permutation(len(self.samples))
        for start in range(0, len(self.samples), self.batch_size):
            chosen = slice(start, start + self.batch_size)
            yield chosen if order is None else order[chosen]

    def _drawn(self) -> Iterator[Array]:
        epoch_rng = np.random.default_rng(self._drawn_seed())
        for _ in range(self._steps):
            yield epoch_rng.integers(len(self.samples), size=self.batch_size)

    def _side_by_side(self) -> Iterator[Array]:
        left_out = len(self.samples) - self._steps * self.batch_size
        first = 0 if self.rng is None else int(self.rng.integers(left_out + 1))
        starts = first + self._steps * np.arange(self.batch_size)
        for step in range(self._steps):
            yield starts + step

    def _drawn_seed(self) -> int:
        """Return one number that decides an epoch, so that a batch that is skipped costs next to nothing."""
        assert self.rng is not None
        return int(self.rng.integers(2**63))

    def _batch(self, chosen: Array | slice, changes: np.random.Generator | None) -> tuple[Array, Array]:
        inputs, targets = self.samples.inputs, self.samples.targets
        if isinstance(chosen, slice) or not inputs.flags.c_contiguous:
            raw = inputs[chosen]  # take is faster, but first copies the whole of an array like the windows of a series
        else:
            raw = inputs.take(chosen, axis=0)
        if self.augmentation is not None and changes is not None:
            raw = self.augmentation(raw, changes)
        return self.preprocessing(raw, self.input_dtype), self.preprocessing.targets(targets[chosen], self.dtype)
