"""MNIST and its family, told apart by their labels and pixels rather than by the names of their files."""

from __future__ import annotations

import string
from dataclasses import dataclass

import numpy as np

from whence.arrays import Array
from whence.data.images.image_format import ImageFormat
from whence.data.images.image_sets import FASHION_MNIST, MNIST

_SIDE = 28
_MEASURED = 10_000
_NEAR = 5.0  # of 255; the mean pixels of the sets differ by more
_MERGED = string.digits + string.ascii_uppercase + "abdefghnqrt"
_ALL_CHARACTERS = string.digits + string.ascii_uppercase + string.ascii_lowercase


@dataclass(frozen=True)
class Member:
    """A set of 28 × 28 grey images.

    Parameters
    ----------
    name : str
        Its name.
    classes : tuple of str
        The names of its classes.
    image : ImageFormat
        The format of its images.
    first_label : int
        The label of its first class.
    upright : str or None
        A class whose images are taller than wide, by which it is seen whether rows and columns are exchanged.
    mean : float or None
        Its mean pixel, if its labels are those of other sets too.
    """

    name: str
    classes: tuple[str, ...]
    image: ImageFormat
    first_label: int = 0
    upright: str | None = None
    mean: float | None = None


_EMNIST_IMAGE = ImageFormat(_SIDE, _SIDE, dark_background=True, box=24, strokes=True)
_KMNIST_IMAGE = ImageFormat(_SIDE, _SIDE, dark_background=True, box=28, strokes=True)
_KMNIST_CLASSES = ("o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo")
_DIGITS = Member("mnist", MNIST.classes, MNIST.image, upright="1", mean=33.3)
_TEN = (
    _DIGITS,
    Member("emnist", MNIST.classes, _EMNIST_IMAGE, upright="1", mean=44.3),
    Member("kmnist", _KMNIST_CLASSES, _KMNIST_IMAGE, mean=48.9),
    Member("fashion-mnist", FASHION_MNIST.classes, FASHION_MNIST.image, mean=72.9),
)
_MORE = (
    Member("emnist", tuple(string.ascii_uppercase), _EMNIST_IMAGE, first_label=1, upright="I"),
    Member("emnist", tuple(_MERGED), _EMNIST_IMAGE, upright="1"),
    Member("emnist", tuple(_ALL_CHARACTERS), _EMNIST_IMAGE, upright="1"),
)


def member_of(images: Array, labels: Array, name: str) -> Member:
    """Return which set images and labels are of.

    More than ten classes are told by their number. Ten are told by the mean of the pixels and, where two are alike in
    that, by whether ink reaches the rim; else by the name of the files; else they are called digits.

    Parameters
    ----------
    images : (N, H, W) uint8 array
        Training images.
    labels : (N,) array
        Their labels.
    name : str
        The name of the files and of their folder.
    """
    count = int(labels.max()) + 1
    for member in _MORE:
        if (labels.min(), count) == (member.first_label, len(member.classes) + member.first_label):
            return member
    if count > len(MNIST.classes):
        image = ImageFormat(images.shape[1], images.shape[2], dark_background=True)
        return Member(name, tuple(str(label) for label in range(count)), image)
    few = images[:: max(1, len(images) // _MEASURED)]
    mean = float(few.mean())
    alike = [member for member in _TEN if member.mean is not None and abs(member.mean - mean) < _NEAR]
    if len(alike) > 1:
        reaches_rim = max(few[:, 0].mean(), few[:, -1].mean(), few[:, :, 0].mean(), few[:, :, -1].mean()) > 1
        alike = [member for member in alike if (member.name == "kmnist") == reaches_rim]
    named = [member for member in _TEN[::-1] if member.name.removesuffix("-mnist") in name.lower()]
    return (alike or named or [_DIGITS])[0]


def are_transposed(images: Array, labels: Array, member: Member) -> bool:
    """Return whether rows and columns are exchanged, as in the files of EMNIST: an upright stroke lies on its side."""
    if member.upright is None:
        return False
    strokes = images[labels == member.classes.index(member.upright) + member.first_label]
    if len(strokes) == 0 or not strokes.any():
        return False
    usual = strokes.mean(axis=0)
    return _spread(usual.sum(axis=0)) > 1.2 * _spread(usual.sum(axis=1))


def _spread(masses: Array) -> float:
    """Return the standard deviation of the place of masses in a row."""
    places = np.arange(len(masses))
    centre = masses @ places / masses.sum()
    return float(np.sqrt(masses @ (places - centre) ** 2 / masses.sum()))
