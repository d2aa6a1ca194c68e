"""Images of samples, side by side."""

import numpy as np
import pytest
from PIL import Image

from whence.errors import ShapeError
from whence.plots import captioned_images


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("count", [1, 13])
def test_every_image_is_drawn(channels, count, tmp_path):
    images = np.zeros((count, 8, 6, channels), np.uint8)
    images[:, 2:] = 16
    path = tmp_path / "samples.png"
    captioned_images(images, [f"{number}: 4 → 9" for number in range(count)], "Suspects", path, maximum=16)
    with Image.open(path) as drawn:
        dark = np.asarray(drawn.convert("L")) < 5
    edges = np.diff(dark.any(0).astype(int))
    assert (edges == 1).sum() >= min(count, 10)


def test_a_caption_is_missing(tmp_path):
    with pytest.raises(ShapeError, match="there are 1 captions"):
        captioned_images(np.zeros((2, 4, 4, 1)), ["one"], "", tmp_path / "samples.png")
