"""The picture of a prediction's biography: images where samples are some, bars where they are not."""

import numpy as np
from PIL import Image

from exhaustive import one_of_each
from whence.data import Samples
from whence.history import PredictionBiography
from whence.plots import prediction_picture


def made(shares):
    values = np.linspace(0, 1, 5)
    return PredictionBiography(
        "z2[0,1]", values, np.asarray(shares, float), np.zeros(1), 0.0, 0.0, 0.0, 0, False, False
    )


def dark(path):
    with Image.open(path) as image:
        return np.asarray(image.convert("L")) < 60


@one_of_each("shape", [(6, 6, 1), (4,), (6, 6, 3)], len)
def test_samples_that_moved_it_are_drawn(shape, tmp_path, rng):
    inputs = rng.integers(0, 255, (12, *shape)).astype(np.uint8)
    samples = Samples(inputs, np.arange(12) % 3)
    prediction_picture(
        made(np.arange(12) - 6), samples, tmp_path / "a.png", classes=("a", "b", "c"), asked=samples.take(slice(1))
    )
    picture = dark(tmp_path / "a.png")
    assert picture.shape[1] == 1440
    third = picture.shape[0] // 3
    assert all(picture[part : part + third].sum() > 300 for part in (0, third, 2 * third))


def test_numbers_without_classes_and_nothing_that_lowered(tmp_path):
    samples = Samples(np.zeros((4, 2)), np.zeros((4, 1)))
    prediction_picture(made(np.ones(4)), samples, tmp_path / "a.png")
    assert (tmp_path / "a.png").stat().st_size > 0
