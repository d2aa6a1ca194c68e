import numpy as np
import pytest
from PIL import Image

from whence.data import ImageFormat, load, read_image
from whence.errors import DataError

MNIST_LIKE = ImageFormat(28, 28, dark_background=True, box=20)
PHOTOS = ImageFormat(10, 12, channels=3)


def save(path, pixels, **options):
    Image.fromarray(pixels).save(path, **options)
    return path


def pasted(digit, side, top, left, size, *, ink=0, paper=255):
    """A digit drawn large in ``ink`` on ``paper``, off centre, on a picture of ``size`` (height, width)."""
    large = np.asarray(Image.fromarray(digit).resize((side, side), Image.Resampling.BICUBIC)).astype(float) / 255
    page = np.zeros(size)
    page[top : top + side, left : left + side] = large
    return np.rint(paper + (ink - paper) * page).astype(np.uint8)


def distance(a, b):
    return np.abs(a.astype(float) - b.astype(float)).mean()


@pytest.mark.parametrize("ink_and_paper", [(0, 255), (40, 230), (255, 0)])
def test_a_digit_drawn_large_and_off_centre_comes_back_as_mnist_has_it(mnist, tmp_path, ink_and_paper):
    ink, paper = ink_and_paper
    digits = mnist.test.inputs[:6, ..., 0]
    nearest = []
    for i, digit in enumerate(digits):
        page = pasted(digit, 150, 10 * i, 90, (300, 420), ink=ink, paper=paper)
        read = read_image(save(tmp_path / "digit.png", page), mnist.preprocessing.image)
        assert (read.shape, read.dtype) == ((28, 28, 1), np.uint8)
        distances = [distance(read[..., 0], other) for other in digits]
        assert np.argmin(distances) == i
        assert distances[i] < 0.6 * np.median(distances)  # a pixel aside, where the centre of mass rounds otherwise
        nearest.append(distances[i])
    assert np.mean(nearest) < 7  # of 255


def test_a_photograph_saved_as_jpeg_in_colour(mnist, tmp_path):
    digit = mnist.test.inputs[0, ..., 0]
    page = np.repeat(pasted(digit, 200, 30, 20, (280, 300), ink=30, paper=220)[..., np.newaxis], 3, axis=2)
    read = read_image(save(tmp_path / "digit.jpg", page, quality=90), mnist.preprocessing.image)
    assert distance(read[..., 0], digit) < 10


def test_centre_of_mass_and_box(tmp_path):
    page = np.full((100, 200), 255, np.uint8)
    page[20:70, 150:180] = 0
    read = read_image(save(tmp_path / "bar.png", page), MNIST_LIKE)[..., 0]
    rows, columns = np.flatnonzero(read.max(axis=1)), np.flatnonzero(read.max(axis=0))
    assert (len(rows), len(columns)) == (20, 12)
    assert (rows.mean(), columns.mean()) == (13.5, 13.5)


def test_an_image_of_the_right_size_on_a_dark_ground_stays_untouched(tmp_path):
    pixels = np.zeros((28, 28), np.uint8)
    pixels[3:9, 5:7] = 99
    read = read_image(save(tmp_path / "a.png", pixels), MNIST_LIKE)
    assert np.array_equal(read[..., 0], pixels)


def test_digits_of_eight_by_eight_have_values_up_to_sixteen(tmp_path):
    digits = load("digits")
    pixels = digits.test.inputs[0, ..., 0]
    read = read_image(
        save(tmp_path / "a.png", np.rint(pixels * (255 / 16)).astype(np.uint8)), digits.preprocessing.image
    )
    assert np.array_equal(read, digits.test.inputs[0])
    distances = []
    for digit in digits.test.inputs[:12, ..., 0]:
        page = np.full((200, 260), 255, np.uint8)
        page[20:180, 60:220] -= np.kron(np.rint(digit * (255 / 16)), np.ones((20, 20))).astype(np.uint8)
        enlarged = read_image(save(tmp_path / "b.png", page), digits.preprocessing.image)
        assert enlarged.shape == (8, 8, 1)
        assert 14 <= enlarged.max() <= 16
        distances.append(distance(enlarged[..., 0], digit))
    assert np.median(distances) < 1  # of 16


def test_photographs_are_only_resized(tmp_path):
    pixels = np.random.default_rng(0).integers(0, 256, (10, 12, 3), dtype=np.uint8)
    assert np.array_equal(read_image(save(tmp_path / "a.png", pixels), PHOTOS), pixels)
    large = np.full((50, 60), 200, np.uint8)
    read = read_image(save(tmp_path / "b.png", large), PHOTOS)
    assert read.shape == (10, 12, 3)
    assert set(read.ravel().tolist()) == {200}


def test_transparent_ground_counts_as_white(tmp_path):
    pixels = np.zeros((60, 60, 4), np.uint8)
    pixels[20:40, 25:35, 3] = 255
    read = read_image(save(tmp_path / "a.png", pixels), MNIST_LIKE)[..., 0]
    assert (read.max(), read[0, 0]) == (255, 0)
    assert np.count_nonzero(read) == 20 * 10


def test_pictures_of_other_depths(tmp_path):
    deep = np.zeros((28, 28), np.uint16)
    deep[10, 10] = 65535
    assert read_image(save(tmp_path / "deep.png", deep), MNIST_LIKE)[10, 10, 0] == 255
    Image.fromarray(np.eye(28, dtype=bool)).save(tmp_path / "bits.png")
    assert read_image(tmp_path / "bits.png", MNIST_LIKE)[5, 5, 0] == 255
    Image.fromarray(np.full((28, 28, 3), 51, np.uint8)).convert("P").save(tmp_path / "palette.png")
    assert read_image(tmp_path / "palette.png", MNIST_LIKE)[5, 5, 0] == 51


def test_what_cannot_be_read(tmp_path):
    with pytest.raises(DataError, match=r"there is no picture .*nothing.png"):
        read_image(tmp_path / "nothing.png", MNIST_LIKE)
    (tmp_path / "text.png").write_text("no picture")
    with pytest.raises(DataError, match=r"text.png is not a readable picture"):
        read_image(tmp_path / "text.png", MNIST_LIKE)
    for shade in (255, 0):
        with pytest.raises(DataError, match=r"blank.png is blank; give one with an object on it"):
            read_image(save(tmp_path / "blank.png", np.full((50, 50), shade, np.uint8)), MNIST_LIKE)


def test_white_on_a_transparent_ground_is_seen(tmp_path):
    pixels = np.full((40, 40, 4), 255, np.uint8)
    pixels[..., 3] = 0
    pixels[8:32, 18:22, 3] = 255
    Image.fromarray(pixels).save(tmp_path / "white.png")
    made = read_image(tmp_path / "white.png", MNIST_LIKE)[..., 0]
    assert made[14, 14] == 255
    assert made[14, 2] == 0
