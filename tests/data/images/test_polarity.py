import warnings

import numpy as np
import pytest
from PIL import Image

from whence.data import ImageFormat, read_image
from whence.data.images.measured_format import measured_format
from whence.data.images.polarity import right_way_round, usual_ground
from whence.data.images.preprocessing import ImagePreprocessing
from whence.errors import DataError, DataWarning

HANDWRITING = ImageFormat(9, 9, dark_background=True, box=7, strokes=True)


def rectangles(count, ground, ink, channels=1):
    """Images of a patch that covers most of them, so that they are taken for no handwriting."""
    images = np.full((count, 9, 9, channels), ground, np.uint8)
    images[:, 1:8, 1:8] = ink
    return images


@pytest.mark.parametrize("channels", [1, 3])
def test_the_ground_of_nearly_all_images_is_measured(channels):
    light, dark = rectangles(60, 230, 90, channels), rectangles(60, 20, 200, channels)
    assert measured_format(light).ground == "light"
    assert measured_format(dark).ground == "dark"
    assert measured_format(np.concatenate([light, dark])).ground is None
    assert usual_ground(rectangles(60, 128, 0), 255) is None
    assert usual_ground(np.concatenate([light, dark[:1]]), 255) == "light"


def test_handwriting_is_turned_over_and_counted():
    images = np.zeros((3, 9, 9, 1), np.uint8)
    images[:, 2:7, 4] = 250
    images[1] = 255 - images[1]
    with pytest.warns(DataWarning, match=r"^it: the ground of 1 of 3 images is light, but in training it was dark; "
                                         r"light and dark were exchanged$"):  # fmt: skip
        turned = right_way_round(images, HANDWRITING, "it")
    assert np.array_equal(turned[1], turned[0])
    assert turned.dtype == np.uint8
    with warnings.catch_warnings(action="error"):
        right_way_round(turned, HANDWRITING, "it")


def test_other_images_are_left_as_they_are_with_a_warning():
    image = measured_format(rectangles(60, 230, 90))
    others = rectangles(4, 10, 150)
    with pytest.warns(DataWarning, match=r"the ground of 4 of 4 images is dark, but in training it was light"):
        assert np.array_equal(right_way_round(others, image, "it"), others)
    with warnings.catch_warnings(action="error"):
        right_way_round(rectangles(4, 128, 0), image, "it")
        right_way_round(np.concatenate([others, rectangles(9, 240, 0)]), image, "it")


def test_a_picture_on_another_ground_is_doubtful(tmp_path):
    Image.fromarray(rectangles(1, 10, 150)[0, ..., 0]).save(tmp_path / "night.png")
    with pytest.warns(DataWarning, match=r"night.png: the ground of 1 of 1 image is dark"):
        read_image(tmp_path / "night.png", measured_format(rectangles(60, 230, 90)))


def test_pixels_of_another_range_are_refused():
    digits = ImagePreprocessing(image=ImageFormat(9, 9, maximum=16, dark_background=True))
    with pytest.raises(DataError, match="it holds numbers up to 200; expected pixels from 0 to 16"):
        digits.as_inputs(rectangles(2, 0, 200), (9, 9, 1), "it")
    bits = ImagePreprocessing(image=ImageFormat(9, 9, maximum=1))
    assert bits.as_inputs(np.ones((2, 9, 9)), (9, 9, 1), "it").shape == (2, 9, 9, 1)
