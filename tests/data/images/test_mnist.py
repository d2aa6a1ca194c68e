import hashlib
import shutil

import numpy as np
import pytest
from idx_files import idx_bytes, small_digits, write_idx, write_image_set

from whence.data import load
from whence.errors import ArgumentError, DataError


@pytest.mark.parametrize("mark", ["-", "."])
@pytest.mark.parametrize("packed", ["", ".gz"])
def test_four_idx_files_spelled_either_way(tmp_path, mark, packed):
    write_image_set(tmp_path, mark=mark, packed=packed)
    dataset = load("mnist", directory=tmp_path)
    images, labels = small_digits(40, seed=40)
    assert np.array_equal(dataset.train.inputs[..., 0], images)
    assert np.array_equal(dataset.train.targets, labels)
    assert dataset.train.inputs.shape == (40, 28, 28, 1)
    assert (dataset.validation, len(dataset.test)) == (None, 20)
    assert dataset.classes == tuple("0123456789")
    assert dataset.preprocessing(dataset.train.inputs).max() == 1.0


def test_a_folder_and_one_with_a_subfolder_are_found_by_path(tmp_path):
    write_image_set(tmp_path / "mnist")
    digests = {load(path).sha256 for path in (tmp_path, tmp_path / "mnist", str(tmp_path))}
    assert digests == {load("mnist", directory=tmp_path).sha256}
    assert load(tmp_path / "mnist" / "train-images-idx3-ubyte").name == "mnist"


def test_fashion_mnist_has_its_own_folder_and_class_names(tmp_path, monkeypatch):
    write_image_set(tmp_path / "fashion-mnist")
    monkeypatch.setenv("WHENCE_DATA", str(tmp_path))
    assert load("fashion-mnist").classes[9] == "Ankle boot"
    assert load("Fashion_MNIST").name == "fashion-mnist"
    assert load(tmp_path / "fashion-mnist").classes[9] == "Ankle boot"


@pytest.mark.parametrize("stem", ["train-images-idx3", "train-labels-idx1", "t10k-images-idx3", "t10k-labels-idx1"])
def test_a_missing_file_is_named(tmp_path, stem):
    write_image_set(tmp_path)
    (tmp_path / f"{stem}-ubyte").unlink()
    for source, options in (("mnist", {"directory": tmp_path}), (tmp_path, {})):
        with pytest.raises(DataError, match=f"holds some files of MNIST but not {stem}-ubyte; add what is missing"):
            load(source, **options)


def test_images_and_labels_that_do_not_belong_together(tmp_path):
    write_image_set(tmp_path)
    write_idx(tmp_path / "train-labels-idx1-ubyte", np.zeros(39))
    with pytest.raises(DataError, match="train-images-idx3-ubyte has 40 images and train-labels-idx1-ubyte 39 labels"):
        load(tmp_path)


def test_labels_beyond_nine(tmp_path):
    write_image_set(tmp_path)
    labels = np.arange(20) % 10
    labels[13] = 11
    write_idx(tmp_path / "t10k-labels-idx1-ubyte", labels)
    with pytest.raises(DataError, match="t10k-labels-idx1-ubyte holds the label 11 at position 13; expected 0 to 9"):
        load(tmp_path)


def test_a_validation_share_and_one_digit_against_the_rest(tmp_path):
    write_image_set(tmp_path)
    dataset = load(tmp_path, validation=0.25, positive="3")
    assert (len(dataset.train), len(dataset.validation)) == (30, 10)
    assert dataset.classes == ("not 3", "3")
    assert dataset.validation.targets.sum() == 1


def test_archive_in_the_layout_of_keras(tmp_path):
    (x_train, y_train), (x_test, y_test) = small_digits(40), small_digits(20, seed=1)
    path = tmp_path / "mnist.npz"
    np.savez(path, x_train=x_train, y_train=y_train, x_test=x_test, y_test=y_test)
    for source, options in ((path, {}), ("mnist", {"directory": tmp_path})):
        dataset = load(source, **options)
        assert np.array_equal(dataset.train.inputs[..., 0], x_train)
        assert (dataset.name, dataset.validation, len(dataset.test)) == ("mnist", None, 20)
        assert dataset.preprocessing.image.box == 20


def test_a_single_file_of_mnist_is_not_taken_for_another_set(tmp_path):
    (x_train, y_train), (x_test, y_test) = small_digits(40), small_digits(20, seed=1)
    np.savez(tmp_path / "mnist.npz", x_train=x_train, y_train=y_train, x_test=x_test, y_test=y_test)
    with pytest.raises(DataError, match=r"there are no Fashion-MNIST files in"):
        load("fashion-mnist", directory=tmp_path)


def test_one_missing_file_is_named_when_another_of_the_four_is_given_by_path(tmp_path):
    write_image_set(tmp_path)
    (tmp_path / "t10k-labels-idx1-ubyte").unlink()
    with pytest.raises(DataError, match=r"but not t10k-labels-idx1-ubyte; add what is missing"):
        load(tmp_path / "train-images-idx3-ubyte")


def test_idx_files_are_preferred_to_the_pickle_beside_them(tmp_path):
    write_image_set(tmp_path)
    (tmp_path / "mnist.pkl.gz").write_bytes(b"never read")
    assert load("mnist", directory=tmp_path).validation is None


def test_real_files_are_the_originals(mnist):
    assert [len(part) for part in mnist.splits.values()] == [60_000, 10_000]
    assert hashlib.sha256(idx_bytes(mnist.train.inputs[..., 0])).hexdigest() == (
        "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db"
    )
    assert hashlib.sha256(idx_bytes(mnist.test.targets)).hexdigest() == (
        "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2"
    )
    assert mnist.train.targets[:8].tolist() == [5, 0, 4, 1, 9, 2, 1, 3]
    assert np.bincount(mnist.train.targets).tolist() == [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]


def test_the_real_pickle_holds_the_same_images(mnist, mnist_folder):
    pickled = load(mnist_folder / "mnist.pkl.gz")
    assert [len(part) for part in pickled.splits.values()] == [50_000, 10_000, 10_000]
    assert np.array_equal(pickled.train.inputs, mnist.train.inputs[:50_000])
    assert np.array_equal(pickled.validation.targets, mnist.train.targets[50_000:])
    assert np.array_equal(pickled.test.inputs, mnist.test.inputs)
    first = pickled.preprocessing(pickled.train.inputs[:1])
    assert first.dtype == np.float32
    assert np.array_equal(first * 256, pickled.train.inputs[:1])


def test_digits_are_not_taken_for_garments(mnist_folder, tmp_path):
    folder = tmp_path / "fashion-mnist"
    folder.mkdir()
    for file in mnist_folder.glob("*-ubyte.gz"):
        shutil.copy(file, folder)
    with pytest.raises(DataError, match=r"fashion-mnist are MNIST, not Fashion-MNIST; name another folder"):
        load("fashion-mnist", directory=tmp_path)


def test_nothing_in_the_folder_that_was_named(tmp_path):
    with pytest.raises(DataError, match=r"there are no MNIST files in .*mnist, .*; put train-images-idx3-ubyte.gz, "):
        load("mnist", directory=tmp_path)
    with pytest.raises(DataError, match=r"there is no folder .*nowhere"):
        load("mnist", directory=tmp_path / "nowhere")


def test_offline_says_where_it_looked(no_shared_data):
    with pytest.raises(DataError, match=r"no MNIST files in .*cache/whence/mnist; put .* there, or allow the download"):
        load("mnist", offline=True)


def test_the_classic_split_is_that_of_the_pickle(mnist_folder):
    ours, theirs = load("mnist-classic", directory=mnist_folder), load(mnist_folder / "mnist.pkl.gz")
    for split in ("train", "validation", "test"):
        mine, reference = ours.splits[split], theirs.splits[split]
        assert np.array_equal(mine.targets, reference.targets)
        assert np.array_equal(mine.inputs, reference.inputs)


def test_the_classic_split_refuses_another_validation(mnist_folder):
    with pytest.raises(ArgumentError, match="validation"):
        load("mnist-classic", directory=mnist_folder, validation=0.2)
