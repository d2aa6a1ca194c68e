"""The digits: 1,797 handwritten digits of 8 × 8 pixels, part of the package (see digits.txt)."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from whence.data.dataset import Dataset
from whence.data.images.image_format import ImageFormat
from whence.data.images.preprocessing import ImagePreprocessing
from whence.data.load_options import LoadOptions
from whence.data.samples import Samples

_FILE = Path(__file__).with_name("digits.npz")


def load_digits(options: LoadOptions) -> Dataset:
    """Return the digits, uint8 ``(N, 8, 8, 1)`` with values 0 to 16, split by the default rule.

    References
    ----------
    E. Alpaydin and C. Kaynak (1998), Optical Recognition of Handwritten Digits, UCI Machine Learning Repository,
    https://doi.org/10.24432/C50P49, CC BY 4.0.
    """
    with np.load(_FILE) as file:
        samples = Samples(file["images"], file["labels"].astype(np.int64))
    preprocessing = ImagePreprocessing(
        scale=1 / 16, image=ImageFormat(8, 8, maximum=16, dark_background=True, box=8, strokes=True)
    )
    classes = tuple(str(digit) for digit in range(10))
    return Dataset.of("digits", {"train": samples}, classes, preprocessing, options)
