"""Augmentation: random shifts, rotations, scalings and elastic distortions of training images."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Annotated, ClassVar

import numpy as np

from whence.arguments import Range
from whence.arrays import Array
from whence.configurable import ClassRegistry, Configurable
from whence.errors import ArgumentError, missing_method
from whence.text_notation import split_list

_Distance = Annotated[float, Range(0, 1000, above=True)]

steps: ClassRegistry[Step] = ClassRegistry("augmentation", "augmentations")


class Step(Configurable):
    """One kind of transformation: for each pixel of the new image, the place in the old image to sample."""

    registry: ClassVar = steps

    def moved(self, rows: Array, columns: Array, rng: np.random.Generator) -> tuple[Array, Array]:
        """Return the transformed places to sample.

        Parameters
        ----------
        rows, columns : float32 array, shape (N, H, W)
            The places so far, as distances from the centre of the image; not written to.
        rng : numpy.random.Generator
            Draws a transformation for each image.
        """
        raise missing_method(self, "moved")


@steps.register("shift")
@dataclass(eq=False, repr=False)
class Shift(Step):
    """Shifts every image by up to ``pixels`` along each axis, including fractions.

    Parameters
    ----------
    pixels : float
        The largest shift, above 0.
    """

    pixels: _Distance

    def moved(self, rows: Array, columns: Array, rng: np.random.Generator) -> tuple[Array, Array]:
        down, right = _drawn(rng, self.pixels, len(rows)), _drawn(rng, self.pixels, len(rows))
        return rows + down, columns + right


@steps.register("rotate")
@dataclass(eq=False, repr=False)
class Rotate(Step):
    """Rotates every image about its centre by up to ``degrees`` in either direction.

    Parameters
    ----------
    degrees : float
        The largest angle, above 0 and at most 180.
    """

    degrees: Annotated[float, Range(0, 180, above=True)]

    def moved(self, rows: Array, columns: Array, rng: np.random.Generator) -> tuple[Array, Array]:
        angle = _drawn(rng, math.radians(self.degrees), len(rows))
        cosine, sine = np.cos(angle), np.sin(angle)
        return cosine * rows - sine * columns, sine * rows + cosine * columns


@steps.register("scale")
@dataclass(eq=False, repr=False)
class Scale(Step):
    """Scales every image about its centre by a factor from 1 − ``share`` to 1 + ``share``.

    Parameters
    ----------
    share : float
        Above 0 and at most 0.9.
    """

    share: Annotated[float, Range(0, 0.9, above=True)]

    def moved(self, rows: Array, columns: Array, rng: np.random.Generator) -> tuple[Array, Array]:
        factor = 1 / (1 + _drawn(rng, self.share, len(rows)))
        return rows * factor, columns * factor


@steps.register("elastic")
@dataclass(eq=False, repr=False)
class Elastic(Step):
    """Distorts every image by a smooth random displacement field.

    Parameters
    ----------
    alpha : float
        Amplitude of the field in pixels, before it is smoothed.
    sigma : float
        Standard deviation of the Gaussian kernel, in pixels.

    Notes
    -----
    Each pixel is displaced by α · (G_σ ∗ u), with u uniform in [−1, 1] for each axis and G_σ of sum 1, zero outside of
    the image.

    References
    ----------
    P. Simard, D. Steinkraus, J. Platt (2003), Best Practices for Convolutional Neural Networks Applied to Visual
    Document Analysis, section 2: σ = 4, α = 34.
    """

    alpha: _Distance = 34.0
    sigma: _Distance = 4.0

    def moved(self, rows: Array, columns: Array, rng: np.random.Generator) -> tuple[Array, Array]:
        count, height, width = rows.shape
        field = np.stack([rng.random((count, height, width), dtype=np.float32) for _ in range(2)])
        field -= np.float32(0.5)
        field *= np.float32(2 * self.alpha)
        smooth = field @ self._kernel(width)  # (2, N, H, W)
        smooth = self._kernel(height) @ smooth
        return rows + smooth[0], columns + smooth[1]

    def _kernel(self, length: int) -> Array:
        """Return the (length, length) matrix that smooths along an axis; it is symmetric."""
        places = np.arange(length)
        weights = np.exp(-0.5 * ((places - places[:, np.newaxis]) / self.sigma) ** 2)
        reach = math.ceil(9 * self.sigma)  # beyond, the weights are below 1e-17
        total = np.exp(-0.5 * (np.arange(-reach, reach + 1) / self.sigma) ** 2).sum()
        kernel: Array = (weights / total).astype(np.float32)
        return kernel


class Augmentation:
    """A sequence of transformations with one bilinear sampling at the end; edge pixels extend outside of the image.

    Parameters
    ----------
    notation : str
        Steps separated by commas, each a name with numbers: ``"shift 2, rotate 10, scale 0.1, elastic"``.

    Raises
    ------
    UnknownNameError
        If the name of a step is unknown.
    ArgumentError
        If a step's number is missing, superfluous or out of its range.
    """

    def __init__(self, notation: str) -> None:
        self.notation = notation
        self.steps = [_step(number, text) for number, text in enumerate(split_list(notation) or [""], start=1)]

    def check_size(self, height: int, width: int) -> None:
        """Raise `ArgumentError` if images of a size could be shifted out of view."""
        for step in self.steps:
            if isinstance(step, Shift) and step.pixels >= min(height, width):
                raise ArgumentError(
                    f"the augmentation {self.notation!r} shifts by up to {step.pixels:g} pixels, but the images have "
                    f"{height} × {width}; shift by fewer"
                )

    def __call__(self, images: Array, rng: np.random.Generator) -> Array:
        """Return transformed images.

        Parameters
        ----------
        images : array, shape (N, H, W, C)
            Whole numbers, booleans or floating.
        rng : numpy.random.Generator
            Draws the transformations.

        Returns
        -------
        array, shape (N, H, W, C)
            Of the same dtype.

        Raises
        ------
        ArgumentError
            If they are not images, or could be shifted out of view.
        """
        if images.ndim != 4:
            raise ArgumentError(
                f"augmentation is for images of shape (N, height, width, channels), but a batch has the shape "
                f"{images.shape}; leave it out"
            )
        count, height, width, _ = images.shape
        self.check_size(height, width)
        middle = np.array([(height - 1) / 2, (width - 1) / 2], np.float32)
        rows = np.arange(height, dtype=np.float32)[:, np.newaxis] - middle[0]
        columns = np.arange(width, dtype=np.float32) - middle[1]
        rows, columns = (np.broadcast_to(axis, (count, height, width)) for axis in (rows, columns))
        for step in self.steps:
            rows, columns = step.moved(rows, columns, rng)
        return sample(images, rows + middle[0], columns + middle[1])


def sample(images: Array, rows: Array, columns: Array) -> Array:
    """Return images sampled bilinearly at places between their pixels; edge pixels extend outside of the image.

    Parameters
    ----------
    images : array, shape (N, H, W, C)
        Whole numbers, booleans or floating.
    rows, columns : float32 array, shape (N, H', W')
        The places, in pixels from the first row and column.

    Returns
    -------
    array, shape (N, H', W', C)
        Of the dtype of ``images``; rounded unless that is floating.
    """
    count, height, width, channels = images.shape
    pixels = images.reshape(-1, channels)
    top, down = _split(rows, height)
    left, right = _split(columns, width)
    first = np.arange(count, dtype=np.int32)[:, np.newaxis, np.newaxis] * np.int32(height * width)
    corner: Array = first + top * np.int32(width) + left  # (N, H', W'): the pixel above and to the left of each place
    below, beside = width if height > 1 else 0, 1 if width > 1 else 0

    def value(step: int) -> Array:
        found = pixels.take(corner + np.int32(step), axis=0)  # (N, H', W', C)
        return found if found.dtype.kind == "f" else found.astype(np.float32)

    down, right = down[..., np.newaxis], right[..., np.newaxis]
    upper, lower = value(0), value(below)
    upper += right * (value(beside) - upper)
    lower += right * (value(below + beside) - lower)
    upper += down * (lower - upper)
    return upper if images.dtype.kind == "f" else np.rint(upper).astype(images.dtype)


def _split(places: Array, length: int) -> tuple[Array, Array]:
    """Return the pixel before each place along an axis, and the fraction of the distance to the next."""
    inside = np.clip(places, 0, length - 1)
    before: Array = np.minimum(inside.astype(np.int32), np.int32(max(length - 2, 0)))
    return before, inside - before.astype(np.float32)


def _drawn(rng: np.random.Generator, most: float, count: int) -> Array:
    """Return a number from −most to most for each image, shape (N, 1, 1)."""
    return rng.uniform(-most, most, (count, 1, 1)).astype(np.float32)


def _step(number: int, text: str) -> Step:
    """Return the step that a text such as ``"rotate 10"`` describes."""
    try:
        return steps.read(text)
    except ArgumentError as error:
        raise type(error)(f"augmentation {number}, {text!r}: {error}") from error
