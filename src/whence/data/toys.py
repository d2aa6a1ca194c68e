"""Toy data sets, written down or generated here."""

from __future__ import annotations

import numpy as np

from whence.arrays import Array
from whence.data.dataset import Dataset
from whence.data.load_options import LoadOptions
from whence.data.preprocessing import Preprocessing
from whence.data.samples import Samples


def load_xor(options: LoadOptions) -> Dataset:
    """Return the four rows of the exclusive or (XOR), as two classes."""
    inputs = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], dtype=np.float64)
    return _dataset("xor", inputs, np.array([0, 1, 1, 0], dtype=np.int64), options)


def load_r2(options: LoadOptions) -> Dataset:
    """Return three rows of four binary inputs with one binary target, as a regression."""
    inputs = np.array([[1, 0, 1, 0], [1, 0, 1, 1], [0, 1, 0, 1]], dtype=np.float64)
    return _dataset("r2", inputs, np.array([[1.0], [1.0], [0.0]]), options)


def load_r3(options: LoadOptions) -> Dataset:
    """Return four rows whose target is the exclusive or of the first two inputs, as a regression; the third is 1."""
    inputs = np.array([[0, 0, 1], [0, 1, 1], [1, 0, 1], [1, 1, 1]], dtype=np.float64)
    return _dataset("r3", inputs, np.array([[0.0], [1.0], [1.0], [0.0]]), options)


def load_spirals(options: LoadOptions) -> Dataset:
    """Return three spiral arms of 200 points each: r = t, angle = 2π k/3 + 4t + noise, for t from 0 to 1."""
    rng = np.random.default_rng(options.seed)
    arms, points = 3, 200
    radius = np.tile(np.linspace(0.05, 1.0, points), arms)
    arm = np.repeat(np.arange(arms, dtype=np.int64), points)
    angle = 2 * np.pi * arm / arms + 4 * radius + 0.15 * rng.standard_normal(arms * points)
    inputs = radius[:, np.newaxis] * np.column_stack([np.cos(angle), np.sin(angle)])
    return _dataset("spirals", inputs, arm, options)


def load_circles(options: LoadOptions) -> Dataset:
    """Return two rings of 250 points around the origin, of radius 1 (class 0) and 0.5 (class 1), with noise."""
    rng = np.random.default_rng(options.seed)
    points = 250
    ring = np.repeat(np.arange(2, dtype=np.int64), points)
    angle = rng.uniform(0, 2 * np.pi, 2 * points)
    radius = np.where(ring == 0, 1.0, 0.5)
    inputs = radius[:, np.newaxis] * np.column_stack([np.cos(angle), np.sin(angle)])
    inputs += 0.08 * rng.standard_normal(inputs.shape)
    return _dataset("circles", inputs, ring, options)


def load_moons(options: LoadOptions) -> Dataset:
    """Return two interleaving half circles of 250 points, with noise, centred on the origin."""
    rng = np.random.default_rng(options.seed)
    points = 250
    moon = np.repeat(np.arange(2, dtype=np.int64), points)
    side = np.where(moon == 0, 1.0, -1.0)
    angle = rng.uniform(0, np.pi, 2 * points)
    inputs = np.column_stack([side * (np.cos(angle) - 0.5), side * (np.sin(angle) - 0.25)])
    inputs += 0.1 * rng.standard_normal(inputs.shape)
    return _dataset("moons", inputs, moon, options)


def load_sine(options: LoadOptions) -> Dataset:
    """Return 1,000 pieces of noisy sine waves, 25 steps each; the target is the next value of the wave.

    Wave n is sin(ω t + φ) with ω from 0.2 to 0.6 and φ from 0 to 2π, both drawn uniformly; the inputs have noise of
    standard deviation 0.05.
    """
    rng = np.random.default_rng(options.seed)
    count, steps = 1000, 25
    speed = rng.uniform(0.2, 0.6, (count, 1))
    phase = rng.uniform(0, 2 * np.pi, (count, 1))
    wave = np.sin(speed * np.arange(steps + 1) + phase)  # (N, T + 1)
    seen = wave[:, :steps] + 0.05 * rng.standard_normal((count, steps))
    return _dataset("sine", seen[..., np.newaxis], wave[:, steps:], options)


def load_adding(options: LoadOptions) -> Dataset:
    """Return 5,000 sequences of 30 steps; the target is the sum of the two marked numbers.

    A step is a number drawn uniformly from 0 to 1, and a mark: 1 at one step of the first half and at one of the
    second, else 0. Always predicting 1 has a mean squared error of 1/6 ≈ 0.167.

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
    return _dataset("adding", np.stack([numbers, marks], axis=-1), total[:, np.newaxis], options)


def _dataset(name: str, inputs: Array, targets: Array, options: LoadOptions) -> Dataset:
    """Return a data set of classes, if the targets are whole numbers, or for a regression."""
    classes = None if targets.dtype.kind == "f" else tuple(map(str, range(targets.max() + 1)))
    return Dataset.of(name, {"train": Samples(inputs, targets)}, classes, Preprocessing(), options)
