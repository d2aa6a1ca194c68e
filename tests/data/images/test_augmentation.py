import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from whence.data import Batches, Preprocessing, Samples
from whence.data.images.augmentation import Augmentation, Elastic, Rotate, Scale, Shift, sample
from whence.errors import ArgumentError

ALL = "shift 2, rotate 10, scale 0.1, elastic"


def images(count=3, height=9, width=7, channels=1, dtype=np.uint8, seed=0):
    rng = np.random.default_rng(seed)
    drawn = rng.integers(0, 256, (count, height, width, channels))
    array = drawn.astype(dtype)
    array.flags.writeable = False
    return array


def grid(count=1, height=9, width=7):
    rows = np.arange(height, dtype=np.float32)[:, np.newaxis] - (height - 1) / 2
    columns = np.arange(width, dtype=np.float32) - (width - 1) / 2
    shape = (count, height, width)
    return np.broadcast_to(rows, shape).astype(np.float32), np.broadcast_to(columns, shape).astype(np.float32)


class Most:
    """Draws the largest number that could be drawn."""

    def uniform(self, low, high, shape):
        return np.full(shape, high)


@pytest.mark.parametrize("dtype", [np.uint8, np.int8, np.int64, np.float32, np.float64])
def test_sampling_is_bilinear_with_edges_that_go_on(dtype):
    pictures = images(2, 4, 5, 3, dtype)
    rng = np.random.default_rng(1)
    rows, columns = (rng.uniform(-3, 8, (2, 6, 6)).astype(np.float32) for _ in range(2))
    sampled = sample(pictures, rows, columns)
    assert sampled.dtype == dtype
    for n, i, j in np.ndindex(2, 6, 6):
        y, x = min(max(rows[n, i, j], 0), 3), min(max(columns[n, i, j], 0), 4)
        top, left = min(int(y), 2), min(int(x), 3)
        expected = sum(
            (1 - abs(y - (top + a))) * (1 - abs(x - (left + b))) * pictures[n, top + a, left + b].astype(float)
            for a in (0, 1)
            for b in (0, 1)
        )
        tolerance = 1e-3 if np.dtype(dtype).kind == "f" else 0.501
        np.testing.assert_allclose(sampled[n, i, j], expected, atol=tolerance)


def test_booleans_stay_booleans():
    pictures = images(2) > 127
    sampled = Augmentation(ALL)(pictures, np.random.default_rng(0))
    assert sampled.dtype == np.bool_ and 0 < sampled.mean() < 1
    rows, columns = grid(2)
    assert np.array_equal(sample(pictures, rows + 4.25, columns + 3), pictures)


@pytest.mark.parametrize("shape", [(1, 1), (1, 5), (4, 1)])
def test_images_of_a_single_row_or_column_are_sampled_too(shape):
    pictures = images(2, *shape)
    rows, columns = np.meshgrid(*(np.arange(length, dtype=np.float32) for length in shape), indexing="ij")
    places = (np.broadcast_to(axis, (2, *shape)) for axis in (rows, columns))
    assert np.array_equal(sample(pictures, *places), pictures)


def test_a_whole_shift_moves_pixels():
    rows, columns = Shift(2).moved(*grid(), Most())
    assert np.array_equal(rows - grid()[0], np.full((1, 9, 7), 2))
    moved = sample(images(1), rows + 4, columns + 3)
    assert np.array_equal(moved[0, :7, :5], images(1)[0, 2:, 2:])


def test_a_right_angle_turns_a_square():
    rows, columns = Rotate(90).moved(*grid(1, 5, 5), Most())
    picture = images(1, 5, 5)
    turned = sample(picture, (rows + 2).round(4), (columns + 2).round(4))
    assert np.array_equal(turned[0], np.rot90(picture[0], -1)) or np.array_equal(turned[0], np.rot90(picture[0]))


def test_scale_takes_places_nearer_to_the_middle_for_larger_images():
    rows, columns = Scale(0.5).moved(*grid(), Most())
    np.testing.assert_allclose(rows, grid()[0] / 1.5, rtol=1e-6)
    np.testing.assert_allclose(columns, grid()[1] / 1.5, rtol=1e-6)


def test_the_elastic_field_is_smoothed_noise_as_published():
    step, height, width = Elastic(34, 4), 12, 10
    rows, _ = step.moved(*grid(1, height, width), np.random.default_rng(3))
    noise = 68 * (np.random.default_rng(3).random((2, 1, height, width), dtype=np.float32)[0, 0] - 0.5)
    expected = np.zeros((height, width))
    for i, j, k, m in np.ndindex(height, width, height, width):
        gauss = math.exp(-((i - k) ** 2 + (j - m) ** 2) / (2 * 4**2)) / (2 * math.pi * 4**2)
        expected[i, j] += gauss * noise[k, m]
    np.testing.assert_allclose((rows - grid(1, height, width)[0])[0], expected, atol=1e-3)


@pytest.mark.parametrize("sigma", [0.05, 0.7, 4, 60, 900])
def test_the_gauss_kernel_has_the_sum_one_over_all_places(sigma):
    whole = int(20 * sigma) + 2
    kernel = Elastic(1, sigma)._kernel(3)
    expected = np.exp(-0.5 * (np.arange(-whole, whole + 1) / sigma) ** 2)
    np.testing.assert_allclose(kernel[0], expected[whole : whole + 3] / expected.sum(), rtol=1e-6, atol=1e-30)


@given(
    st.sampled_from(["shift 2", "rotate 30", "scale 0.3", "elastic", "elastic 20 3", ALL]),
    st.integers(0, 5),
    st.sampled_from([np.uint8, np.float32]),
)
def test_the_same_generator_gives_the_same_images_and_they_stay_images(notation, seed, dtype):
    pictures = images(4, channels=2, dtype=dtype)
    augmentation = Augmentation(notation)
    first, again = (augmentation(pictures, np.random.default_rng(seed)) for _ in range(2))
    assert np.array_equal(first, again)
    assert first.shape == pictures.shape and first.dtype == dtype
    assert first.min() >= pictures.min() and first.max() <= pictures.max()
    assert not np.array_equal(first, augmentation(pictures, np.random.default_rng(seed + 1)))


def test_every_image_is_changed_in_its_own_way():
    picture = np.repeat(images(1), 5, axis=0)
    changed = Augmentation(ALL)(picture, np.random.default_rng(0))
    assert len({image.tobytes() for image in changed}) == 5


@pytest.mark.parametrize(
    ("notation", "sentence"),
    [
        ("shfit 2", r"augmentation 1, 'shfit 2': there is no augmentation 'shfit'; did you mean 'shift'\?"),
        ("shift 2, flip", "augmentation 2, 'flip': there is no augmentation 'flip'; there are shift, rotate, scale"),
        ("shift", "augmentation 1, 'shift': Shift: missing a required argument: 'pixels'"),
        (
            "elastic 1 2 3",
            r"augmentation 1, 'elastic 1 2 3': 3 is one value too many; write: elastic \[alpha=34\] \[sigma=4\]",
        ),
        (
            "rotate far",
            "augmentation 1, 'rotate far': Rotate was given degrees = 'far'; it must be a number above 0",
        ),
        ("rotate 181", "Rotate was given degrees = 181; it must be a number above 0 and at most 180"),
        ("scale 1", "Scale was given share = 1; it must be a number above 0 and at most 0.9"),
        ("shift -1", "Shift was given pixels = -1; it must be a number above 0"),
        ("shift nan", "Shift was given pixels = nan; it must be a number above 0"),
        ("shift 1,, elastic", "augmentation 2, '': '' does not begin with a name"),
        ("", "augmentation 1, '': '' does not begin with a name"),
    ],
)
def test_steps_that_cannot_be_meant(notation, sentence):
    with pytest.raises(ArgumentError, match=sentence):
        Augmentation(notation)


def test_what_is_no_image_is_refused():
    with pytest.raises(ArgumentError, match=r"but a batch has the shape \(3, 4\); leave it out"):
        Augmentation(ALL)(np.zeros((3, 4)), np.random.default_rng(0))


@pytest.mark.parametrize("replacement", [False, True])
def test_batches_that_are_skipped_change_nothing_in_the_others(replacement):
    samples = Samples(images(20), np.arange(20) % 3)

    def batches():
        rng = np.random.default_rng(7)
        return Batches(
            samples, Preprocessing(), 6, rng=rng, replacement=replacement, augmentation=Augmentation("shift 1, elastic")
        )

    whole = batches()
    epochs = [list(whole), list(whole)]
    again = batches()
    list(again.epoch(skip=3))
    for (x, y), (other_x, other_y) in zip(epochs[1][2:], again.epoch(skip=2), strict=True):
        assert np.array_equal(x, other_x) and np.array_equal(y, other_y)
    assert not np.array_equal(epochs[0][0].x, epochs[1][0].x)


def test_augmentation_needs_a_generator():
    with pytest.raises(ArgumentError, match="augmentation needs a random generator"):
        Batches(Samples(images(4), np.arange(4)), Preprocessing(), 2, rng=None, augmentation=Augmentation("shift 1"))


def test_a_shift_out_of_sight_is_refused():
    images = np.zeros((2, 8, 12, 1), np.uint8)
    with pytest.raises(ArgumentError, match="shifts by up to 8 pixels, but the images have 8 × 12; shift by"):
        Augmentation("rotate 3, shift 8")(images, np.random.default_rng(0))
    assert Augmentation("shift 7.5")(images, np.random.default_rng(0)).shape == images.shape
