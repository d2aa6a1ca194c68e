import shutil

import numpy as np
import pytest
from PIL import Image

from whence.data import load
from whence.errors import DataError

RNG = np.random.default_rng(0)


def save(path, pixels):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path)


def grey(seed=0):
    return np.random.default_rng(seed).integers(0, 256, (6, 5), dtype=np.uint8)


def colour(seed=0):
    return np.random.default_rng(seed).integers(0, 256, (6, 5, 3), dtype=np.uint8)


def test_sub_folders_are_classes(tmp_path):
    for i in range(12):
        save(tmp_path / "animals" / ["cat", "dog"][i % 2] / f"{i:02}.png", grey(i))
    (tmp_path / "animals" / ".hidden").mkdir()
    (tmp_path / "animals" / "cat" / ".hidden").touch()
    (tmp_path / "animals" / "readme.txt").touch()
    dataset = load(tmp_path / "animals")
    assert dataset.name == "animals"
    assert dataset.classes == ("cat", "dog")
    assert dataset.train.inputs.shape == (12, 6, 5, 1)
    assert dataset.train.inputs.dtype == np.uint8
    assert np.array_equal(dataset.train.inputs[6, ..., 0], grey(1))
    assert dataset.train.targets.tolist() == [0] * 6 + [1] * 6
    image = dataset.preprocessing.image
    assert (image.height, image.width, image.channels, image.dark_background) == (6, 5, 1, False)


def test_folders_that_are_split_already(tmp_path):
    for split, count in (("train", 4), ("val", 2), ("test", 3)):
        for i in range(count):
            save(tmp_path / split / "a" / f"{i}.png", colour(i))
            save(tmp_path / split / "b" / f"{i}.jpg", colour(i))
    dataset = load(tmp_path)
    assert [len(part) for part in dataset.splits.values()] == [8, 4, 6]
    assert dataset.input_shape == (6, 5, 3)


def test_a_folder_in_one_piece_is_split(tmp_path):
    for i in range(40):
        save(tmp_path / "ab"[i % 2] / f"{i}.png", grey(i))
    assert [len(part) for part in load(tmp_path).splits.values()] == [28, 4, 8]


def test_grey_pictures_among_coloured_ones_become_coloured(tmp_path):
    save(tmp_path / "a" / "0.png", colour())
    save(tmp_path / "b" / "0.png", grey())
    dataset = load(tmp_path)
    assert np.array_equal(dataset.train.inputs[1], np.repeat(grey()[..., np.newaxis], 3, axis=2))


def test_a_coloured_picture_among_grey_ones(tmp_path):
    save(tmp_path / "a" / "0.png", grey())
    save(tmp_path / "b" / "0.png", colour())
    with pytest.raises(DataError, match=r"0.png is in colour and the first picture is grey"):
        load(tmp_path)


def test_another_size_is_named(tmp_path):
    save(tmp_path / "a" / "0.png", grey())
    save(tmp_path / "b" / "wide.png", grey()[:, :4])
    with pytest.raises(
        DataError, match=r"wide.png is 4 × 6 pixels and the first picture 5 × 6; make all the same size"
    ):
        load(tmp_path)


def test_a_damaged_picture_is_named(tmp_path):
    save(tmp_path / "a" / "0.png", grey())
    save(tmp_path / "b" / "0.png", grey())
    file = tmp_path / "b" / "0.png"
    file.write_bytes(file.read_bytes()[:50])
    with pytest.raises(DataError, match=r"0.png is not a readable picture"):
        load(tmp_path)


NEITHER = "holds neither MNIST's files nor a sub-folder of PNG or JPEG pictures for each class; check the path"


def test_other_files_and_empty_folders(tmp_path):
    with pytest.raises(DataError, match=NEITHER):
        load(tmp_path)
    (tmp_path / "package").mkdir()
    (tmp_path / "package" / "__init__.py").write_text("")
    with pytest.raises(DataError, match=NEITHER):
        load(tmp_path)
    shutil.rmtree(tmp_path / "package")
    save(tmp_path / "a" / "0.png", grey())
    (tmp_path / "b").mkdir()
    with pytest.raises(DataError, match=r"the folder .*b of class 'b' is empty"):
        load(tmp_path)
    (tmp_path / "b" / "notes.txt").write_text("hello")
    with pytest.raises(DataError, match=r"notes.txt is not a PNG or JPEG picture"):
        load(tmp_path)


def test_a_class_that_training_lacks(tmp_path):
    for name in ("train/a/0.png", "train/b/0.png", "test/c/0.png"):
        save(tmp_path / name, grey())
    with pytest.raises(DataError, match="class 'c' is in the test samples but not in the training samples"):
        load(tmp_path)


def test_a_single_class(tmp_path):
    save(tmp_path / "a" / "0.png", grey())
    with pytest.raises(DataError, match="all samples are of one class, a"):
        load(tmp_path)
