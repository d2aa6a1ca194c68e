import shutil

import numpy as np
import pytest
from PIL import Image

from whence.data import ImageFormat, load
from whence.data.images.picture_size import resized
from whence.data.images.preprocessing import StandardisedImages
from whence.errors import ArgumentError, DataError

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
    assert dataset.remarks == ("2 hidden or system files and 1 file that is no picture skipped",)
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


def test_a_coloured_picture_among_grey_ones_makes_all_coloured_and_is_said(tmp_path):
    save(tmp_path / "a" / "0.png", grey())
    save(tmp_path / "b" / "0.png", colour())
    dataset = load(tmp_path)
    assert dataset.input_shape == (6, 5, 3)
    assert dataset.remarks == ("1 grey picture among 2 taken for coloured ones",)


def test_grey_pictures_saved_as_coloured_ones_are_grey(tmp_path):
    for label in "ab":
        save(tmp_path / label / "0.png", np.repeat(grey()[..., np.newaxis], 3, axis=2))
    assert load(tmp_path).input_shape == (6, 5, 1)


def test_several_sizes_are_refused_or_brought_to_one(tmp_path):
    save(tmp_path / "a" / "0.png", grey())
    save(tmp_path / "b" / "wide.png", np.full((6, 12), 200, np.uint8))
    with pytest.raises(
        DataError, match=r"have 2 sizes, from 5 × 6 pixels \(0.png\) to 12 × 6 pixels \(wide.png\); give one"
    ):
        load(tmp_path)
    fitted = load(tmp_path, size="6x6")
    assert fitted.input_shape == (6, 6, 1)
    assert np.array_equal(fitted.train.inputs[0, :, :5, 0], grey())
    assert set(fitted.train.inputs[1].ravel().tolist()) == {200}
    assert fitted.preprocessing.image.resize == "fit"
    assert load(tmp_path, size="4 crop").preprocessing.image == ImageFormat(4, 4, resize="crop")
    assert load(tmp_path, size="8x4").input_shape == (4, 8, 1)
    with pytest.raises(ArgumentError, match="size is 'big'; expected a side up to 4,096 or WIDTHxHEIGHT"):
        load(tmp_path, size="big")
    with pytest.raises(ArgumentError, match="digits is no folder of pictures; leave out size"):
        load("digits", size="28")


def test_ways_to_another_size():
    wide = np.zeros((10, 20, 1), np.uint8)
    wide[:, :10] = 250
    fit, crop, stretch = (resized(wide, 10, 10, way)[..., 0] for way in ("fit", "crop", "stretch"))
    assert (fit[5, 1], fit[5, 8]) == (250, 0)
    assert set(fit[0].tolist()) == set(fit[-1].tolist()) != {250, 0}  # the median of a rim of halves
    assert np.array_equal(crop, wide[:, 5:15, 0])
    assert (stretch[:, 1] == 250).all()
    assert (stretch[:, 8] == 0).all()


def test_pixels_are_standardised(tmp_path):
    for i in range(40):
        save(tmp_path / "ab"[i % 2] / f"{i}.png", (200 + grey(i) // 8))
    dataset = load(tmp_path)
    prepared = dataset.preprocessing(dataset.train.inputs, np.float64)
    np.testing.assert_allclose((prepared.mean(), prepared.std()), (0, 1), atol=1e-9)
    held = dataset.preprocessing(dataset.test.inputs, np.float64)
    assert abs(held.mean()) < 0.2


def test_standardisation_is_by_channel_and_weighted():
    images = np.zeros((300, 2, 2, 3), np.uint8)
    images[:150, ..., 0], images[..., 1] = 100, 7
    weights = np.where(np.arange(300) < 150, 3.0, 1.0)
    fitted = StandardisedImages(image=ImageFormat(2, 2, 3)).fitted(images, np.zeros(300, np.int64), weights)
    np.testing.assert_allclose(fitted.shift, (75, 7, 0))
    np.testing.assert_allclose(fitted.scale, (1 / np.sqrt(75 * 25), 1, 1))


def test_nested_folders_and_any_spelling_of_the_splits(tmp_path):
    for split, count in (("Training", 4), ("valid_set", 2), ("TESTING", 3)):
        for i in range(count):
            save(tmp_path / "archive" / "digits" / split / "a" / f"{i}.bmp", grey(i))
            save(tmp_path / "archive" / "digits" / split / "b" / "more" / f"{i}.tif", grey(i))
    save(tmp_path / "archive" / "digits" / "unlabelled" / "0.png", grey())
    dataset = load(tmp_path)
    assert {split: len(part) for split, part in dataset.splits.items()} == {"train": 8, "validation": 4, "test": 6}
    assert "left out unlabelled, which names neither training, validation nor test" in dataset.remarks
    assert "the pictures in folders within b are of the class b" in dataset.remarks


def test_splits_within_each_class(tmp_path):
    for label in ("cat", "dog"):
        save(tmp_path / label / "train" / "0.png", grey())
        save(tmp_path / label / "test" / "1.png", grey(1))
    dataset = load(tmp_path)
    assert dataset.classes == ("cat", "dog")
    assert (len(dataset.train), len(dataset.test)) == (2, 2)


def test_a_class_called_train_is_a_class(tmp_path):
    for label in ("bus", "train"):
        save(tmp_path / label / "0.png", grey())
    assert load(tmp_path).classes == ("bus", "train")


def test_two_folders_for_one_split(tmp_path):
    for split in ("train", "test", "testing"):
        save(tmp_path / split / "a" / "0.png", grey())
    with pytest.raises(DataError, match=r"both .*test and .*testing are for test; keep one of them"):
        load(tmp_path)


def test_hidden_and_system_files_are_counted(tmp_path):
    for label in "ab":
        save(tmp_path / label / "0.png", grey())
        for name in (".DS_Store", "Thumbs.db", "desktop.ini", "._0.png"):
            (tmp_path / label / name).write_text("not a picture")
    save(tmp_path / "__MACOSX" / "0.png", grey())
    dataset = load(tmp_path)
    assert (dataset.classes, len(dataset.train)) == (("a", "b"), 2)
    assert "10 hidden or system files skipped" in dataset.remarks


def test_a_hidden_file_does_not_keep_a_folder_from_being_looked_through(tmp_path):
    for place in ("only/train/a/0.png", "only/train/b/0.png", "only/test/a/0.png", "only/test/b/0.png"):
        save(tmp_path / place, grey())
    (tmp_path / "._0.png").write_text("not a picture")
    dataset = load(tmp_path)
    assert (dataset.classes, len(dataset.train), len(dataset.test)) == (("a", "b"), 2, 2)


def test_pictures_beside_the_classes_are_said(tmp_path):
    for place in ("a/0.png", "b/0.png", "loose.png"):
        save(tmp_path / place, grey())
    assert "1 picture beside the folders of the classes left out" in load(tmp_path).remarks


def test_pictures_without_classes_are_refused(tmp_path):
    save(tmp_path / "cat.0.png", grey())
    with pytest.raises(DataError, match="holds pictures, but no sub-folder for each class"):
        load(tmp_path)


def test_unreadable_files_are_refused_together_or_left_out(tmp_path):
    for label in "ab":
        save(tmp_path / label / "0.png", grey())
        for name in ("1.png", "notes.txt", "labels.csv", "2.jpg"):
            (tmp_path / label / name).write_text("not a picture")
    with pytest.raises(DataError, match=r"8 files are not readable pictures: .*1.png, .* and 3 more; remove"):
        load(tmp_path)
    dataset = load(tmp_path, skip_unreadable=True)
    assert len(dataset.train) == 2
    assert "8 files are not readable pictures" in dataset.remarks[0]


@pytest.mark.parametrize("suffix", ["bmp", "gif", "jpg", "pgm", "png", "tif", "webp", "ico", "tga"])
def test_every_format_that_pillow_reads(tmp_path, suffix):
    for label in "ab":
        save(tmp_path / label / f"0.{suffix}", np.full((16, 16), 90, np.uint8))
    assert load(tmp_path, size="16").train.inputs.mean() == pytest.approx(90, abs=2)


def test_handwriting_in_a_folder_is_recognised_by_its_content(mnist, tmp_path):
    for i, (image, label) in enumerate(zip(mnist.train.inputs[:60, ..., 0], mnist.train.targets[:60], strict=True)):
        save(tmp_path / "mnist_png" / "training" / str(label) / f"{i}.png", image)
        save(tmp_path / "on_paper" / str(label) / f"{i}.png", 255 - image)
    found = load(tmp_path / "mnist_png").preprocessing.image
    assert found == ImageFormat(28, 28, dark_background=True, box=20, strokes=True, resize="fit")
    found = load(tmp_path / "on_paper").preprocessing.image
    assert found == ImageFormat(28, 28, box=20, strokes=True, resize="fit")


def test_a_damaged_picture_is_named(tmp_path):
    save(tmp_path / "a" / "0.png", grey())
    save(tmp_path / "b" / "0.png", grey())
    file = tmp_path / "b" / "0.png"
    file.write_bytes(file.read_bytes()[:50])
    with pytest.raises(DataError, match=r"0.png is not a readable picture"):
        load(tmp_path)


NEITHER = "holds neither MNIST's files nor a sub-folder of pictures for each class; check the path"


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
    with pytest.raises(DataError, match=r"notes.txt is not a readable picture .*; remove what is no picture, or leave"):
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
