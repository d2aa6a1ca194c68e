import warnings

import numpy as np
import pytest
from photographs import KINDS, photograph
from PIL import Image, ImageDraw

from exhaustive import exhaustive
from whence.data import ImageFormat, read_image
from whence.data.images.blobs import labelled
from whence.errors import DataError, DataWarning

MNIST_LIKE = ImageFormat(28, 28, dark_background=True, box=20, strokes=True)


def read(picture, folder, image=MNIST_LIKE):
    picture.save(folder / "photograph.png")
    return read_image(folder / "photograph.png", image)[..., 0]


def overlap(a, b):
    """Share of the ink that two images have in common, at the best of the shifts by a pixel."""
    a, b = a / 255, b / 255
    shifted = (np.roll(b, (down, right), (0, 1)) for down in (-1, 0, 1) for right in (-1, 0, 1))
    return max(np.minimum(a, moved).sum() / np.maximum(a, moved).sum() for moved in shifted)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "rotated"])
@pytest.mark.parametrize("rows", [(0, 1), pytest.param((0, 1, 3, 4), marks=exhaustive)], ids=len)
def test_a_photograph_gives_nearly_the_image_that_a_scan_gives(mnist, tmp_path, rows, kind):
    alike = []
    for row in rows:
        digit = mnist.test.inputs[row, ..., 0]
        with warnings.catch_warnings(action="ignore", category=DataWarning):
            alike.append(overlap(read(photograph(digit, kind, np.random.default_rng(row)), tmp_path), digit))
    assert np.mean(alike) > (0.6 if kind in ("phone", "blur", "frame", "form") else 0.7)


def page_with(draw_on, paper=230):
    page = Image.new("L", (300, 300), paper)
    draw_on(ImageDraw.Draw(page))
    return page


def seven(draw, left=120, top=100, ink=40):
    draw.line([(left, top), (left + 60, top), (left + 20, top + 100)], ink, 12, joint="curve")


def test_paper_that_is_lighter_on_one_side(tmp_path):
    plain = np.asarray(page_with(seven)).astype(float)
    alone = read(Image.fromarray(plain.astype(np.uint8)), tmp_path)
    light = np.linspace(0.5, 1, 300)
    assert overlap(read(Image.fromarray((plain * light).astype(np.uint8)), tmp_path), alone) > 0.9


def test_a_frame_around_a_digit_and_lines_cut_off_by_the_rim_are_left_out(tmp_path):
    alone = read(page_with(seven), tmp_path)

    def framed(draw):
        seven(draw)
        draw.rectangle((70, 60, 240, 250), outline=40, width=5)

    def on_a_form(draw):
        seven(draw)
        for place in (70, 250):
            draw.line((place, 0, place, 300), 40, 4)
            draw.line((0, place, 300, place), 40, 4)

    for drawing in (framed, on_a_form):
        assert overlap(read(page_with(drawing), tmp_path), alone) > 0.9


def test_images_that_are_dark_on_light_stay_so(tmp_path):
    dark_on_light = ImageFormat(28, 28, box=20, strokes=True)
    assert np.array_equal(read(page_with(seven), tmp_path, dark_on_light), 255 - read(page_with(seven), tmp_path))


def test_several_objects_are_doubtful(tmp_path):
    def two(draw):
        seven(draw, left=40)
        seven(draw, left=180)

    with pytest.warns(DataWarning, match="there are 2 objects, of which the largest was taken"):
        read(page_with(two), tmp_path)


@pytest.mark.parametrize("size", [(300, 400), (400, 300), (120, 500)])
def test_paper_without_ink_is_blank(tmp_path, size):
    light = np.linspace(120, 240, size[1]) * np.linspace(0.7, 1, size[0])[:, np.newaxis]
    with pytest.raises(DataError, match="is blank"):
        read(Image.fromarray(light.astype(np.uint8)), tmp_path)


@pytest.mark.parametrize("size", [(2, 2), (5, 500), (500, 3)])
def test_pictures_of_odd_shapes(tmp_path, size):
    pixels = np.full(size, 240, np.uint8)
    pixels[0, 0] = 20
    with warnings.catch_warnings(action="ignore", category=DataWarning):
        assert read(Image.fromarray(pixels), tmp_path).max() > 0


def test_low_contrast_is_doubtful(tmp_path):
    with pytest.warns(DataWarning, match="the contrast is low"):
        assert read(page_with(lambda draw: seven(draw, ink=210)), tmp_path).max() > 200


def test_blobs_are_numbered_from_one():
    mask = np.array([[1, 0, 1, 0], [0, 1, 0, 0], [0, 0, 0, 0], [1, 1, 0, 1]], bool)
    assert labelled(mask).tolist() == [[1, 0, 1, 0], [0, 1, 0, 0], [0, 0, 0, 0], [2, 2, 0, 3]]
    assert labelled(np.ones((2, 3), bool)).tolist() == [[1, 1, 1], [1, 1, 1]]


def test_a_winding_line_is_one_blob():
    mask = np.zeros((41, 40), bool)
    mask[::2] = True
    mask[1::4, -1] = mask[3::4, 0] = True
    assert labelled(mask).max() == 1
