"""Toys: small data sets that are written down or computed here, for lessons and for pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from whence.data.dataset import Dataset
from whence.data.load_options import LoadOptions
from whence.data.preprocessing import Preprocessing
from whence.data.samples import Samples

if TYPE_CHECKING:
    from whence.arrays import Array

_CLASSES = ("0", "1")


def load_xor(options: LoadOptions) -> Dataset:
    """Return the four rows of the exclusive or, as two classes."""
    inputs = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], dtype=np.float64)
    return _classes("xor", inputs, np.array([0, 1, 1, 0]), _CLASSES, options)


def load_r2(options: LoadOptions) -> Dataset:
    """Return three rows of four binary inputs with one binary target, as a regression: the step-by-step lesson."""
    inputs = np.array([[1, 0, 1, 0], [1, 0, 1, 1], [0, 1, 0, 1]], dtype=np.float64)
    return _regression("r2", inputs, np.array([[1.0], [1.0], [0.0]]), options)


def load_r3(options: LoadOptions) -> Dataset:
    """Return four rows whose target is the exclusive or of the first two inputs, as a regression; the third is 1."""
    inputs = np.array([[0, 0, 1], [0, 1, 1], [1, 0, 1], [1, 1, 1]], dtype=np.float64)
    return _regression("r3", inputs, np.array([[0.0], [1.0], [1.0], [0.0]]), options)


def load_spirals(options: LoadOptions) -> Dataset:
    """Return three spiral arms of 200 points each: r = t, angle = 2π k/3 + 4t + noise, for t from 0 to 1."""
    rng = np.random.default_rng(options.seed)
    arms, points = 3, 200
    radius = np.tile(np.linspace(0.05, 1.0, points), arms)
    arm = np.repeat(np.arange(arms), points)
    angle = 2 * np.pi * arm / arms + 4 * radius + 0.15 * rng.standard_normal(arms * points)
    inputs = radius[:, np.newaxis] * np.column_stack([np.cos(angle), np.sin(angle)])
    return _classes("spirals", inputs, arm, ("0", "1", "2"), options)


def load_circles(options: LoadOptions) -> Dataset:
    """Return two rings of 250 points around the origin, of radius 1 (class 0) and 0.5 (class 1), with noise."""
    rng = np.random.default_rng(options.seed)
    points = 250
    ring = np.repeat(np.arange(2), points)
    angle = rng.uniform(0, 2 * np.pi, 2 * points)
    radius = np.where(ring == 0, 1.0, 0.5)
    inputs = radius[:, np.newaxis] * np.column_stack([np.cos(angle), np.sin(angle)])
    inputs += 0.08 * rng.standard_normal(inputs.shape)
    return _classes("circles", inputs, ring, _CLASSES, options)


def load_moons(options: LoadOptions) -> Dataset:
    """Return two half circles of 250 points that reach into each other, with noise, centred on the origin."""
    rng = np.random.default_rng(options.seed)
    points = 250
    moon = np.repeat(np.arange(2), points)
    side = np.where(moon == 0, 1.0, -1.0)
    angle = rng.uniform(0, np.pi, 2 * points)
    inputs = np.column_stack([side * (np.cos(angle) - 0.5), side * (np.sin(angle) - 0.25)])
    inputs += 0.1 * rng.standard_normal(inputs.shape)
    return _classes("moons", inputs, moon, _CLASSES, options)


def _classes(name: str, inputs: Array, targets: Array, classes: tuple[str, ...], options: LoadOptions) -> Dataset:
    samples = Samples(inputs, targets.astype(np.int64))
    return Dataset.in_one_piece(
        name, samples, classes, Preprocessing(), validation=options.validation, seed=options.seed
    )


def _regression(name: str, inputs: Array, targets: Array, options: LoadOptions) -> Dataset:
    return Dataset.in_one_piece(
        name, Samples(inputs, targets), None, Preprocessing(), validation=options.validation, seed=options.seed
    )
