import msgspec
import numpy as np
import pytest
from PIL import Image

from whence.data import ImageFormat, load
from whence.data.pixel_table import PixelTablePreprocessing
from whence.data.stored_preprocessing import PreprocessingRecord
from whence.errors import DataWarning


def write(path, images, labels):
    rows = images.reshape(len(images), -1)
    names = ["label", *(f"pixel{i}" for i in range(rows.shape[1]))]
    lines = [",".join(names), *(",".join(map(str, [label, *row])) for label, row in zip(labels, rows, strict=True))]
    path.write_text("\n".join(lines))
    return path


@pytest.fixture(scope="module")
def kaggle(mnist, tmp_path_factory):
    path = tmp_path_factory.mktemp("kaggle") / "train.csv"
    return write(path, mnist.train.inputs[:200], mnist.train.targets[:200])


@pytest.fixture(scope="module")
def dataset(kaggle):
    return load(kaggle, target="label")


def test_a_picture_becomes_a_row_of_pixels(mnist, dataset, tmp_path):
    prepared = dataset.preprocessing
    assert isinstance(prepared, PixelTablePreprocessing)
    assert prepared.image == ImageFormat(28, 28, dark_background=True, box=20, strokes=True, resize="fit")
    assert "pixels of images of 28 × 28; pictures can be predicted too" in prepared.account
    Image.fromarray(mnist.test.inputs[0, ..., 0]).save(tmp_path / "digit.png")
    read, problems = prepared.read_each(tmp_path / "digit.png", (784,))
    assert np.array_equal(read, mnist.test.inputs[:1].reshape(1, -1))
    assert not problems
    prepared.save_picture(tmp_path / "seen.png", [read])
    with Image.open(tmp_path / "seen.png") as seen:
        assert seen.size == (228, 228)


def test_pixels_are_standardised_alike(dataset):
    prepared = dataset.preprocessing(dataset.train.inputs, np.float64)
    np.testing.assert_allclose((prepared.mean(), prepared.std()), (0, 1), atol=1e-9)
    assert np.ptp(dataset.preprocessing.scale) == 0


def test_tables_are_read_as_before_and_the_model_keeps_the_format(kaggle, dataset):
    prepared = dataset.preprocessing
    again = msgspec.convert(prepared.to_json(), PreprocessingRecord).made()
    assert again == prepared
    assert isinstance(again, PixelTablePreprocessing)
    assert again.read(kaggle, (784,)).shape == (200, 784)


def test_other_tables_are_no_pixels(tmp_path):
    rng = np.random.default_rng(0)
    for count, high in ((30, 256), (25, 900)):
        table = load(write(tmp_path / "a.csv", rng.integers(0, high, (40, count)), np.arange(40) % 2), target="label")
        assert not isinstance(table.preprocessing, PixelTablePreprocessing)


def test_tables_of_the_other_polarity_are_turned_over(mnist, dataset, tmp_path):
    prepared = dataset.preprocessing
    images, labels = mnist.test.inputs[:5], mnist.test.targets[:5]
    dark_on_light = write(tmp_path / "other.csv", 255 - images, labels)
    with pytest.warns(DataWarning, match=r"other.csv: the ground of 5 of 5 images is light"):
        read, _ = prepared.read_each(dark_on_light, (784,))
    assert np.array_equal(read, images.reshape(5, -1))
    with pytest.warns(DataWarning, match="light and dark were exchanged"):
        samples = prepared.read_samples(str(dark_on_light), tuple("0123456789"))
    assert np.array_equal(samples.inputs, read)
