import gzip
import math
import struct

import numpy as np
import pytest
from idx_files import idx_bytes, write_idx

from whence.data import load
from whence.data.images.idx import idx_axes, read_idx
from whence.errors import DataError

RNG = np.random.default_rng(3)


def bars(labels, upright, *, ground=0, ink=255):
    """Images of 28 × 28 pixels; those of the label ``upright`` show an upright bar, others a square."""
    images = np.full((len(labels), 28, 28), ground, np.uint8)
    images[:, 8:20, 8:20] = ink
    images[labels == upright] = ground
    images[labels == upright, 4:24, 12:16] = ink
    return images


def write(folder, images, labels, *, prefix="", packed="", test="t10k"):
    folder.mkdir(exist_ok=True)
    for part in ("train", test):
        write_idx(folder / f"{prefix}{part}-images-idx3-ubyte{packed}", images)
        write_idx(folder / f"{prefix}{part}-labels-idx1-ubyte{packed}", labels)


DIGITS = np.arange(40) % 10


def test_gzipped_or_not_whatever_the_ending(tmp_path):
    write(tmp_path, bars(DIGITS, 1), DIGITS)
    plain = load(tmp_path)
    for file in tmp_path.iterdir():
        content = file.read_bytes()
        file.unlink()
        if "train" in file.name:
            file.write_bytes(gzip.compress(content))
        else:
            file.with_name(f"{file.name}.gz").write_bytes(content)
    assert load(tmp_path).sha256 == plain.sha256


def test_letters_of_emnist_are_counted_from_one_and_lie_on_their_side(tmp_path):
    labels = np.arange(52) % 26 + 1
    images = bars(labels, 9)
    write(tmp_path, images.transpose(0, 2, 1), labels, prefix="emnist-letters-", test="test", packed=".gz")
    dataset = load(tmp_path / "emnist-letters-test-images-idx3-ubyte.gz")
    assert (dataset.name, dataset.classes[0], dataset.classes[-1]) == ("emnist", "A", "Z")
    assert np.array_equal(dataset.train.inputs[..., 0], images)
    assert dataset.train.targets.tolist() == (labels - 1).tolist()
    assert dataset.remarks == ("the rows and columns of its images are exchanged in the files, and set right",)


@pytest.mark.parametrize(("count", "last"), [(47, "t"), (62, "z")])
def test_other_parts_of_emnist_are_told_by_the_number_of_classes(tmp_path, count, last):
    labels = np.arange(2 * count) % count
    write(tmp_path, bars(labels, 1), labels)
    dataset = load(tmp_path)
    assert (dataset.classes[10], dataset.classes[-1]) == ("A", last)
    assert dataset.remarks == ()


def test_several_sets_in_one_folder(tmp_path):
    for name in ("emnist-digits", "emnist-mnist"):
        write(tmp_path, bars(DIGITS, 1), DIGITS, prefix=f"{name}-")
    with pytest.raises(DataError, match="holds the sets emnist-digits and emnist-mnist; give a file of"):
        load(tmp_path)
    assert len(load(tmp_path / "emnist-mnist-train-labels-idx1-ubyte").train) == 40


@pytest.mark.parametrize(
    ("header", "axes"),
    [
        (
            "00 00 08 03  00 00 ea 60  00 00 00 1c  00 00 00 1c",
            3,
        ),  # MNIST, KMNIST, Fashion-MNIST, QMNIST: 60,000 images
        ("00 00 08 01  00 00 ea 60", 1),  # and their labels, but for those of QMNIST
        ("00 00 0c 02  00 00 ea 60  00 00 00 08", 2),  # qmnist-train-labels-idx2-int: 60,000 rows of 8 integers
        ("00 00 08 03  00 0a a6 4c  00 00 00 1c  00 00 00 1c", 3),  # emnist-byclass-train-images: 697,932
        ("00 00 08 01  00 01 e7 80", 1),  # emnist-letters-train-labels: 124,800, from 1 to 26
    ],
)
def test_headers_of_the_published_files(tmp_path, header, axes):
    beginning = bytes.fromhex(header)
    for content in (beginning, gzip.compress(beginning)):
        (tmp_path / "published").write_bytes(content)
        assert idx_axes(tmp_path / "published") == axes
    if axes < 3:  # whole files of images are large
        shape = struct.unpack(f">{axes}I", beginning[4:])
        size = {0x08: 1, 0x0C: 4}[beginning[2]]
        (tmp_path / "whole").write_bytes(beginning + bytes(math.prod(shape) * size))
        assert read_idx(tmp_path / "whole", axes).shape == shape


def test_labels_of_qmnist_are_integers_in_columns(tmp_path):
    write(tmp_path, bars(DIGITS, 1), DIGITS, prefix="qmnist-", test="test")
    table = np.zeros((40, 8), ">i4")
    table[:, 0], table[:, 1] = DIGITS, 70_000
    for part in ("train", "test"):
        (tmp_path / f"qmnist-{part}-labels-idx1-ubyte").unlink()
        content = struct.pack(">HBB2I", 0, 0x0C, 2, 40, 8) + table.tobytes()
        (tmp_path / f"qmnist-{part}-labels-idx2-int.gz").write_bytes(gzip.compress(content))
    dataset = load(tmp_path)
    assert dataset.train.targets.tolist() == DIGITS.tolist()
    assert dataset.classes == tuple("0123456789")


@pytest.mark.parametrize(
    ("mean", "rim", "name", "first"),
    [(33, 0, "mnist", "0"), (45, 0, "emnist", "0"), (48, 9, "kmnist", "o"), (73, 9, "fashion-mnist", "T-shirt/top")],
)
def test_sets_of_ten_classes_are_told_by_their_pixels(tmp_path, mean, rim, name, first):
    images = np.full((40, 28, 28), mean, np.uint8)
    images[:, 0] = images[:, -1] = images[:, :, 0] = images[:, :, -1] = rim
    images[:, 1:-1, 1:-1] = (mean * 784 - rim * 108) // 676
    write(tmp_path, images, DIGITS)
    dataset = load(tmp_path)
    assert (dataset.name, dataset.classes[0]) == (name, first)
    assert dataset.preprocessing.scale == 1 / 255


def test_a_name_helps_where_the_pixels_do_not(tmp_path):
    write(tmp_path / "KMNIST", np.full((40, 28, 28), 128, np.uint8), DIGITS)
    assert load(tmp_path / "KMNIST").classes[9] == "wo"


def test_mnist_itself_is_known_by_its_pixels(mnist, tmp_path):
    images, labels = mnist.train.inputs[:2000, ..., 0], mnist.train.targets[:2000]
    write(tmp_path, images, labels)
    assert load(tmp_path).preprocessing == mnist.preprocessing
    write(tmp_path, images.transpose(0, 2, 1), labels)
    turned = load(tmp_path)
    assert np.array_equal(turned.train.inputs[..., 0], images)
    assert turned.remarks


def test_a_damaged_file_is_named(tmp_path):
    write(tmp_path, bars(DIGITS, 1), DIGITS)
    (tmp_path / "t10k-labels-idx1-ubyte").write_bytes(idx_bytes(DIGITS)[:-3])
    with pytest.raises(DataError, match="t10k-labels-idx1-ubyte is truncated"):
        load(tmp_path)


def test_a_file_whose_part_is_unknown(tmp_path):
    write_idx(tmp_path / "images", np.zeros((2, 28, 28)))
    with pytest.raises(DataError, match="images holds none of train, test and t10k; rename it"):
        load(tmp_path / "images")
