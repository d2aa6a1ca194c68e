"""Blobs: the connected parts of a mask, and which of them is the object of a photograph."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from whence.arrays import Array

_SPECK = 0.02  # of the mass of the heaviest blob; what is less is dirt
_PART = 0.6  # of the mass of the object; what is less and close is a part of it
_RIVAL = 0.35  # of the mass of the object; what is more may have been meant
_ENCLOSED = 0.15  # of the mass of a frame; what is less is dirt within a loop
_GAP = 0.12  # of the size of the object; parts of it are not farther away
_LINE = 8.0  # times longer than thick


@dataclass(frozen=True)
class Blob:
    """A connected part of a mask.

    Parameters
    ----------
    number : int
        Its label in the picture.
    top, left, bottom, right : int
        Its extent; the last two are exclusive.
    mass : float
        The sum of the ink on it.
    """

    number: int
    top: int
    left: int
    bottom: int
    right: int
    mass: float

    @property
    def size(self) -> int:
        """Its longer side."""
        return max(self.bottom - self.top, self.right - self.left)

    def is_line(self) -> bool:
        """Whether it is a horizontal line; an upright one may be the digit 1."""
        return self.right - self.left > _LINE * (self.bottom - self.top)

    def touches_rim(self, height: int, width: int) -> bool:
        """Whether the rim of a picture of this size cuts it off."""
        return self.top == 0 or self.left == 0 or self.bottom == height or self.right == width

    def encloses(self, other: Blob) -> bool:
        """Whether the extent of another lies within its own."""
        inside = self.top < other.top and self.left < other.left
        return inside and self.bottom > other.bottom and self.right > other.right

    def gap(self, other: Blob) -> int:
        """The distance between the two extents; 0 or less where they overlap."""
        down = max(self.top, other.top) - min(self.bottom, other.bottom)
        across = max(self.left, other.left) - min(self.right, other.right)
        return max(down, across)


def labelled(mask: Array) -> Array:
    """Return the number of the blob at each point, from 1, and 0 where there is none.

    Neighbours along edges and corners are connected. Every point begins as a blob of its own, named by its place. A
    blob next to one of a larger name takes that name, and names are followed to their ends, until nothing changes [1]_.

    Parameters
    ----------
    mask : (H, W) bool array

    Returns
    -------
    (H, W) int64 array

    References
    ----------
    .. [1] Y. Shiloach and U. Vishkin (1982), An O(log n) parallel connectivity algorithm, Journal of Algorithms 3 (1),
       57-67.
    """
    points = np.flatnonzero(mask) + 1
    names = np.arange(mask.size + 1)  # the name of each place from 1; 0 is the ground
    while True:
        found = np.zeros(mask.size, np.int64)
        found[points - 1] = names[points]
        numbers = found.reshape(mask.shape)
        padded = np.pad(numbers, 1)
        rows = np.maximum(np.maximum(padded[:-2], padded[1:-1]), padded[2:])
        largest = np.maximum(np.maximum(rows[:, :-2], rows[:, 1:-1]), rows[:, 2:]).ravel()[points - 1]
        if np.array_equal(largest, names[points]):
            return np.unique(np.append(0, numbers), return_inverse=True)[1][1:].reshape(mask.shape)
        np.maximum.at(names, names[points], largest)
        while not np.array_equal(names[names], names):
            names = names[names]


def blobs_in(labels: Array, ink: Array) -> list[Blob]:
    """Return the blobs of a labelled picture, the heaviest first, without specks.

    Parameters
    ----------
    labels : (H, W) int64 array
        From `labelled`.
    ink : (H, W) float array
        How heavy each point is.
    """
    count = labels.max() + 1
    masses = np.bincount(labels.ravel(), weights=ink.ravel(), minlength=count)
    masses[0] = 0
    lows, highs = [], []
    for places in np.indices(labels.shape):
        low, high = np.full(count, labels.size), np.zeros(count, int)
        np.minimum.at(low, labels, places)
        np.maximum.at(high, labels, places + 1)
        lows.append(low)
        highs.append(high)
    numbers = sorted(np.flatnonzero(masses > _SPECK * masses.max()), key=lambda number: -masses[number])
    return [
        Blob(int(n), int(lows[0][n]), int(lows[1][n]), int(highs[0][n]), int(highs[1][n]), float(masses[n]))
        for n in numbers
    ]


def main_object(blobs: list[Blob], height: int, width: int) -> tuple[list[Blob], list[Blob]]:
    """Return the blobs that make the main object, and others that might have been meant.

    Frames around others, horizontal lines and what the rim cuts off are neither, unless nothing else is there. Of the
    others the heaviest is the object, with what overlaps it and with small parts beside it.

    Parameters
    ----------
    blobs : list of Blob
        The heaviest first.
    height, width : int
        Size of the picture.
    """
    frames = [blob for blob in blobs if any(blob.encloses(o) and o.mass > _ENCLOSED * blob.mass for o in blobs)]
    besides = (frames, [blob for blob in blobs if blob.touches_rim(height, width)], [b for b in blobs if b.is_line()])
    candidates = blobs
    for left_out in besides:
        candidates = [blob for blob in candidates if blob not in left_out] or candidates
    main, *others = candidates
    parts, rivals = [main], []
    for other in others:
        gap = other.gap(main)
        if gap < -0.5 * other.size or (other.mass < _PART * main.mass and gap < _GAP * main.size):
            parts.append(other)
        elif other.mass > _RIVAL * main.mass:
            rivals.append(other)
    return parts, rivals
