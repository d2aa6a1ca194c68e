"""Toy sequences: small sets that are computed here, to see whether a recurrent network remembers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from whence.data.dataset import Dataset
from whence.data.load_options import LoadOptions
from whence.data.preprocessing import Preprocessing
from whence.data.samples import Samples

if TYPE_CHECKING:
    from whence.arrays import Array


def load_sine(options: LoadOptions) -> Dataset:
    """Return 1,000 pieces of noisy sine waves, 25 steps each; the target is the next value of the wave.

    Wave n is sin(ω t + φ) with ω from 0.2 to 0.6 and φ from 0 to 2π, both drawn uniformly, and the steps that are
    seen have noise of deviation 0.05.
    """
    rng = np.random.default_rng(options.seed)
    count, steps = 1000, 25
    speed = rng.uniform(0.2, 0.6, (count, 1))
    phase = rng.uniform(0, 2 * np.pi, (count, 1))
    wave = np.sin(speed * np.arange(steps + 1) + phase)  # (N, T + 1)
    seen = wave[:, :steps] + 0.05 * rng.standard_normal((count, steps))
    return _regression("sine", seen[..., np.newaxis], wave[:, steps:], options)


def load_adding(options: LoadOptions) -> Dataset:
    """Return 5,000 sequences of 30 steps; the target is the sum of the two numbers that are marked.

    A step is a number drawn uniformly from 0 to 1, and a mark: 1 at one step of the first half and at one of the
    second, else 0. Always answering 1 has a mean squared error of 1/6 ≈ 0.167.

    References
    ----------
    S. Hochreiter and J. Schmidhuber (1997), Long Short-Term Memory, experiment 4.
    """
    rng = np.random.default_rng(options.seed)
    count, steps = 5000, 30
    rows = np.arange(count)
    numbers, marks = rng.random((count, steps)), np.zeros((count, steps))
    first, second = rng.integers(0, steps // 2, count), rng.integers(steps // 2, steps, count)
    marks[rows, first] = marks[rows, second] = 1
    total = numbers[rows, first] + numbers[rows, second]
    return _regression("adding", np.stack([numbers, marks], axis=-1), total[:, np.newaxis], options)


def _regression(name: str, inputs: Array, targets: Array, options: LoadOptions) -> Dataset:
    return Dataset.in_one_piece(
        name, Samples(inputs, targets), None, Preprocessing(), validation=options.validation, seed=options.seed
    )
