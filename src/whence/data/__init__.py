"""What goes into a network: data sets by name or from files, their preprocessing, and batches."""

from whence.data.batches import Batch, Batches
from whence.data.catalogue import NamedDataset, datasets
from whence.data.class_weighting import class_weights
from whence.data.dataset import Dataset
from whence.data.images.image_format import ImageFormat
from whence.data.images.picture import read_image
from whence.data.load import load
from whence.data.preprocessing import Preprocessing
from whence.data.samples import Samples

__all__ = [
    "Batch",
    "Batches",
    "Dataset",
    "ImageFormat",
    "NamedDataset",
    "Preprocessing",
    "Samples",
    "class_weights",
    "datasets",
    "load",
    "read_image",
]
__dir__ = __all__.copy
