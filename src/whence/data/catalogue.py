"""The named data sets."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from whence.arguments import checks_arguments
from whence.data import toys
from whence.data.dataset import Dataset
from whence.data.images.digits import load_digits
from whence.data.images.image_sets import FASHION_MNIST, MNIST, ImageSet
from whence.data.images.mnist import find, load_classic_mnist, load_image_set
from whence.data.load_options import LoadOptions
from whence.errors import DataError
from whence.registry import Registry


@checks_arguments
@dataclass(frozen=True)
class NamedDataset:
    """A data set with a name.

    Parameters
    ----------
    name, description : str
        Its name and a line on it.
    load : callable
        Loads it with `LoadOptions`.
    images : ImageSet or None
        Its files, if it is not part of the package.
    """

    name: str
    description: str
    load: Callable[[LoadOptions], Dataset]
    images: ImageSet | None = None

    def status(self) -> str:
        """Return ``embedded``, ``found in …`` or ``needs a download of … MB``."""
        if self.images is None:
            return "embedded"
        try:
            folder = find(self.images, None)
        except DataError as error:
            return str(error)
        return f"needs a download of {self.images.size / 1e6:.1f} MB" if folder is None else f"found in {folder}"


datasets: Registry[NamedDataset] = Registry("data set")


def _enter(name: str, description: str, load: Callable[[LoadOptions], Dataset], images: ImageSet | None = None) -> None:
    datasets.register(name)(NamedDataset(name, description, load, images))


_enter("digits", "1,797 handwritten digits of 8 × 8 pixels in ten classes", load_digits)
_enter("mnist", "70,000 handwritten digits of 28 × 28 pixels in ten classes", partial(load_image_set, MNIST), MNIST)
_enter("mnist-classic", "the same, split 50,000 / 10,000 / 10,000 as in mnist.pkl.gz", load_classic_mnist, MNIST)
_enter(
    "fashion-mnist",
    "70,000 garments of 28 × 28 pixels in ten classes",
    partial(load_image_set, FASHION_MNIST),
    FASHION_MNIST,
)
_enter("xor", "the four rows of the exclusive or (XOR), in two classes", toys.load_xor)
_enter("spirals", "600 points on three spiral arms in the plane", toys.load_spirals)
_enter("circles", "500 points on two concentric rings", toys.load_circles)
_enter("moons", "500 points on two interleaving half circles", toys.load_moons)
_enter("sine", "1,000 noisy sine waves of 25 steps; the target is the next value", toys.load_sine)
_enter("adding", "5,000 sequences of 30 steps; the target is the sum of two marked numbers", toys.load_adding)
_enter("r2", "three rows of four binary inputs and one target, for a 4-3-1 network worked by hand", toys.load_r2)
_enter("r3", "four rows of three binary inputs; the target is the exclusive or of the first two", toys.load_r3)
