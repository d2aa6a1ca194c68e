"""MNIST and Fashion-MNIST: class names, mirrors and the hashes of their files."""

from __future__ import annotations

from dataclasses import dataclass

from whence.data.download import RemoteFile
from whence.data.images.image_format import ImageFormat


@dataclass(frozen=True)
class ImageSet:
    """A set of 28 × 28 grey images in ten classes that is published as four IDX files.

    Parameters
    ----------
    name : str
        Its name, and that of its folder.
    title : str
        Its name in messages.
    classes : tuple of str
        Names of the classes.
    box : int
        The side of the square that the object of every image fits into.
    strokes : bool
        Whether they show handwriting.
    mirrors : tuple of str
        Addresses of folders with the files, each ending in a slash.
    files : tuple of RemoteFile
        The gzipped IDX files.
    """

    name: str
    title: str
    classes: tuple[str, ...]
    box: int
    strokes: bool
    mirrors: tuple[str, ...]
    files: tuple[RemoteFile, ...]

    @property
    def size(self) -> int:
        """Total size of the files to download, in bytes."""
        return sum(file.size for file in self.files)

    @property
    def single_files(self) -> tuple[str, ...]:
        """Names of files that hold the whole set: the classic pickle, and the archive that Keras uses."""
        return f"{self.name}.pkl.gz", f"{self.name}.npz"

    @property
    def image(self) -> ImageFormat:
        """The format of the images."""
        return ImageFormat(28, 28, dark_background=True, box=self.box, strokes=self.strokes)


def _idx_files(*files: tuple[str, int, str]) -> tuple[RemoteFile, ...]:
    return tuple(RemoteFile(f"{stem}-ubyte.gz", size, sha256) for stem, size, sha256 in files)


MNIST = ImageSet(
    name="mnist",
    title="MNIST",
    classes=tuple(str(digit) for digit in range(10)),
    box=20,
    strokes=True,
    mirrors=("https://ossci-datasets.s3.amazonaws.com/mnist/", "https://storage.googleapis.com/cvdf-datasets/mnist/"),
    files=_idx_files(
        ("train-images-idx3", 9912422, "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609"),
        ("train-labels-idx1", 28881, "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c"),
        ("t10k-images-idx3", 1648877, "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6"),
        ("t10k-labels-idx1", 4542, "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6"),
    ),
)

FASHION_MNIST = ImageSet(
    name="fashion-mnist",
    title="Fashion-MNIST",
    classes=("T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"),
    box=28,
    strokes=False,
    mirrors=(
        "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
        "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
    ),
    files=_idx_files(
        ("train-images-idx3", 26421880, "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84"),
        ("train-labels-idx1", 29515, "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845"),
        ("t10k-images-idx3", 4422102, "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073"),
        ("t10k-labels-idx1", 5148, "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5"),
    ),
)
