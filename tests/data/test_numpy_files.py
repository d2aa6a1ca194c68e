import numpy as np
import pytest

from whence.data import load
from whence.errors import DataError

RNG = np.random.default_rng(0)
TABLE = RNG.normal(5, 2, (40, 3))
LABELS = np.arange(40) % 4
IMAGES = RNG.integers(0, 256, (40, 5, 6), dtype=np.uint8)


def save(path, **arrays):
    np.savez(path, **arrays)
    return path


def test_inputs_and_labels_in_one_piece(tmp_path):
    dataset = load(save(tmp_path / "points.npz", x=TABLE, y=LABELS))
    assert dataset.name == "points"
    assert dataset.classes == ("0", "1", "2", "3")
    assert [len(part) for part in dataset.splits.values()] == [28, 4, 8]
    assert dataset.preprocessing.columns.inputs == ("x1", "x2", "x3")
    prepared = dataset.preprocessing(dataset.train.inputs, np.float64)
    assert np.allclose(prepared.mean(axis=0), 0)


@pytest.mark.parametrize("validation_name", ["val", "valid", "validation"])
def test_parts_that_are_split_already_stay_so(tmp_path, validation_name):
    arrays = {"X_train": TABLE, "y_train": LABELS, "X_test": TABLE[:8], "y_test": LABELS[:8]}
    arrays |= {f"X_{validation_name}": TABLE[8:12], f"y_{validation_name}": LABELS[8:12]}
    dataset = load(save(tmp_path / "a.npz", **arrays))
    assert [len(part) for part in dataset.splits.values()] == [40, 4, 8]
    assert np.array_equal(dataset.test.inputs, TABLE[:8])
    assert dataset.test.targets.tolist() == LABELS[:8].tolist()
    assert load(tmp_path / "a.npz", validation=0).validation is None


def test_the_arrays_of_a_folder_are_those_of_an_archive_but_mapped(tmp_path):
    arrays = {"x_train": IMAGES, "y_train": LABELS, "x_val": IMAGES[:8], "y_val": LABELS[:8], "x_test": IMAGES[8:12]}
    arrays |= {"y_test": LABELS[8:12]}
    for name, array in arrays.items():
        np.save(tmp_path / f"{name}.npy", array)
    mapped, read = load(tmp_path), load(save(tmp_path / "whole.npz", **arrays))
    assert mapped.sha256 == read.sha256
    assert str(mapped.preprocessing.to_json()) == str(read.preprocessing.to_json())
    assert not mapped.train.inputs.flags.writeable
    assert isinstance(mapped.train.inputs.base, np.memmap) or isinstance(mapped.train.inputs.base.base, np.memmap)


def test_a_damaged_array_in_a_folder_is_named(tmp_path):
    np.save(tmp_path / "x.npy", TABLE)
    np.save(tmp_path / "y.npy", LABELS)
    whole = (tmp_path / "x.npy").read_bytes()
    (tmp_path / "x.npy").write_bytes(whole[:-1])
    with pytest.raises(DataError, match=r"x\.npy is damaged or not a NumPy file"):
        load(tmp_path)
    np.save(tmp_path / "x.npy", np.array([{}, {}], dtype=object), allow_pickle=True)
    with pytest.raises(DataError, match=r"x\.npy holds Python objects"):
        load(tmp_path)


def test_weights_and_lengths_go_with_their_samples_and_weigh_the_standardisation(tmp_path):
    weights, rows = LABELS + 0.5, np.arange(40)
    sequences = np.repeat(rows[:, np.newaxis, np.newaxis], 6, axis=1).astype(float)
    dataset = load(save(tmp_path / "a.npz", x=sequences, y=LABELS, weights=weights, lengths=rows % 6 + 1))
    for samples in dataset.splits.values():
        own = samples.inputs[:, 0, 0].astype(int)
        assert np.array_equal(samples.weights, weights[own])
        assert np.array_equal(samples.lengths, own % 6 + 1)
    parts = {"x_train": TABLE, "y_train": LABELS, "weights_train": weights, "x_test": TABLE, "y_test": LABELS}
    dataset = load(save(tmp_path / "b.npz", **parts))
    assert dataset.test.weights is None
    prepared = dataset.preprocessing(dataset.train.inputs, np.float64)
    np.testing.assert_allclose(np.average(prepared, axis=0, weights=weights), 0, atol=1e-12)
    np.testing.assert_allclose(np.average(prepared**2, axis=0, weights=weights), 1)
    unweighted = load(save(tmp_path / "c.npz", **{name: part for name, part in parts.items() if name[0] != "w"}))
    assert unweighted.sha256 != dataset.sha256


@pytest.mark.parametrize("images", [IMAGES, IMAGES[..., np.newaxis], np.repeat(IMAGES[..., np.newaxis], 3, axis=3)])
def test_bytes_with_three_or_four_axes_are_images(tmp_path, images):
    dataset = load(save(tmp_path / "a.npz", x=images, y=LABELS))
    assert dataset.train.inputs.dtype == np.uint8
    assert dataset.input_shape == (5, 6, images.shape[3] if images.ndim == 4 else 1)
    prepared = dataset.preprocessing(dataset.train.inputs, np.float64)
    np.testing.assert_allclose((prepared.mean(), prepared.std()), (0, 1), atol=1e-9)
    assert (dataset.preprocessing.image.height, dataset.preprocessing.image.width) == (5, 6)


@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
def test_channels_first_are_asked_about(tmp_path, dtype):
    images = RNG.integers(0, 256, (40, 3, 8, 9)).astype(dtype)
    with pytest.raises(
        DataError, match=r"shape \(40, 3, 8, 9\), images with their channels first; .*x.transpose\(0, 2, 3, 1"
    ):
        load(save(tmp_path / "a.npz", x=images, y=LABELS))
    dataset = load(save(tmp_path / "b.npz", x=images.transpose(0, 2, 3, 1), y=LABELS))
    assert dataset.input_shape == (8, 9, 3)
    with pytest.raises(DataError, match=r"the inputs in new.npy have the shape \(40, 3, 8, 9\), images with their ch"):
        dataset.preprocessing.as_inputs(images, (8, 9, 3), "new.npy")


def test_arrays_that_are_not_used_are_named(tmp_path):
    arrays = {"x_train": TABLE, "y_train": LABELS, "x_test": TABLE, "y_test": LABELS, "ids": LABELS}
    assert load(save(tmp_path / "a.npz", **arrays)).remarks == ("a.npz also holds ids, which is not used",)
    assert load(save(tmp_path / "b.npz", x=TABLE, y=LABELS)).remarks == ()


def test_bytes_with_lengths_are_sequences(tmp_path):
    dataset = load(save(tmp_path / "a.npz", x=IMAGES, y=LABELS, lengths=LABELS + 1))
    assert (dataset.input_shape, dataset.train.inputs.dtype) == ((5, 6), np.float64)
    assert dataset.train.lengths is not None


def test_handwriting_is_recognised_by_its_content(mnist, tmp_path):
    image = load(save(tmp_path / "a.npz", x=mnist.test.inputs[:300], y=mnist.test.targets[:300])).preprocessing.image
    assert (image.dark_background, image.box, image.strokes) == (True, 20, True)
    small = load("digits").train
    image = load(save(tmp_path / "b.npz", x=small.inputs, y=small.targets)).preprocessing.image
    assert image.maximum == 16


def test_targets_of_other_kinds(tmp_path):
    one_hot = np.eye(4, dtype=int)[LABELS]
    texts = np.array(["oak", "ash", "elm", "fir"])[LABELS]
    numbers = RNG.standard_normal((40, 2))
    save(tmp_path / "one_hot.npz", x=TABLE, y=one_hot)
    save(tmp_path / "texts.npz", x=TABLE, y=texts)
    save(tmp_path / "numbers.npz", x=TABLE, y=numbers)
    save(tmp_path / "column.npz", x=TABLE, y=LABELS[:, np.newaxis])
    assert load(tmp_path / "one_hot.npz").sha256 == load(tmp_path / "column.npz").sha256
    assert load(tmp_path / "texts.npz").classes == ("ash", "elm", "fir", "oak")
    regression = load(tmp_path / "numbers.npz")
    assert (regression.classes, regression.outputs) == (None, 2)


def test_table_of_numbers_with_the_target_in_its_last_column(tmp_path):
    np.save(tmp_path / "a.npy", np.column_stack([TABLE, LABELS]))
    np.save(tmp_path / "b.npy", TABLE)
    dataset = load(tmp_path / "a.npy", seed=2)
    assert dataset.classes == ("0", "1", "2", "3")
    assert dataset.input_shape == (3,)
    assert load(tmp_path / "b.npy").classes is None


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"x": TABLE, "y": LABELS[:-1]}, "40 inputs and 39 targets"),
        ({"x": TABLE}, "a.npz has x, but needs both x and y; add what is missing"),
        ({"x_train": TABLE, "y_train": LABELS, "y_test": LABELS}, "has y_test, but needs both x_test and y_test"),
        (
            {"x_train": TABLE, "y_train": LABELS, "lengths": LABELS},
            "a.npz has lengths beside x_train; name the part it is of, as in lengths_train",
        ),
        ({"data": TABLE}, "a.npz holds data; expected x and y, or x_train, y_train"),
        ({"x_test": TABLE, "y_test": LABELS}, "a.npz holds x_test, y_test; expected x and y"),
        ({"x": TABLE, "y": np.array([{}] * 40)}, "a.npz holds Python objects, which are not loaded"),
        ({"x": TABLE, "y": np.zeros((40, 2, 2))}, r"targets have the shapes train \(40, 2, 2\); expected \(samples,\)"),
        ({"x": np.float64(1), "y": LABELS}, "a.npz holds a single number"),
        ({"x": TABLE, "y": LABELS, "weights_test": LABELS}, "has weights_test, but needs both x_test and y_test"),
        ({"x": TABLE, "y": LABELS, "weights": -LABELS}, "the weight in row 1 .counted from 0. is -1"),
        (
            {"x": IMAGES / 2, "y": LABELS, "lengths": LABELS + 3},
            "the length in row 3 .* is 6; lengths must be",
        ),
        ({"x": np.where(TABLE > 9, np.nan, TABLE), "y": LABELS}, "the inputs hold nan in row"),
        ({"x": TABLE, "y": np.ones((40, 2), int)}, "the one-hot label in row 0 .* sums to 2"),
        ({"x": TABLE, "y": np.zeros(40, int)}, "all samples are of one class, 0"),
        (
            {"x_train": TABLE, "y_train": LABELS, "x_test": TABLE, "y_test": LABELS + 1},
            "class '4' is in the test samples but not in the training samples",
        ),
    ],
)
def test_unusable_archives(tmp_path, arrays, message):
    with pytest.raises(DataError, match=message):
        load(save(tmp_path / "a.npz", **arrays))


@pytest.mark.parametrize(
    ("array", "message"),
    [
        (np.array([[{}, 1]]), "a.npy holds Python objects, which are not loaded; save arrays of numbers"),
        (IMAGES, r"holds an array of shape \(40, 5, 6\) and dtype uint8; expected a table"),
        (np.array([["a", "b"]]), "dtype <U1; expected a table of numbers"),
        (LABELS, r"shape \(40,\) and dtype int64; .* with the target in its last column"),
    ],
)
def test_unusable_tables(tmp_path, array, message):
    np.save(tmp_path / "a.npy", array, allow_pickle=True)
    with pytest.raises(DataError, match=message):
        load(tmp_path / "a.npy")


def test_every_flipped_byte_of_a_compressed_archive_is_noticed_or_harmless(tmp_path):
    np.savez_compressed(tmp_path / "whole.npz", x=TABLE[:4, :1], y=LABELS[:4])
    content = (tmp_path / "whole.npz").read_bytes()
    noticed = 0
    for position in range(len(content)):
        flipped = bytes([content[position] ^ 255])
        (tmp_path / "a.npz").write_bytes(content[:position] + flipped + content[position + 1 :])
        try:
            dataset = load(tmp_path / "a.npz")
            assert np.array_equal(dataset.train.inputs, TABLE[:4, :1])
        except DataError as error:
            assert "a.npz" in str(error)
            noticed += 1
    assert noticed > len(content) // 2


def test_an_archive_with_the_name_of_a_table_and_the_other_way_round(tmp_path):
    np.save(tmp_path / "table.npy", TABLE)
    (tmp_path / "a.npz").write_bytes((tmp_path / "table.npy").read_bytes())
    with pytest.raises(DataError, match=r"a.npz holds table; expected x and y"):
        load(tmp_path / "a.npz")
    save(tmp_path / "archive.npz", x=TABLE, y=LABELS)
    (tmp_path / "a.npy").write_bytes((tmp_path / "archive.npz").read_bytes())
    with pytest.raises(DataError, match=r"a.npy is an archive; rename it to a.npz"):
        load(tmp_path / "a.npy")


@pytest.mark.parametrize("name", ["a.npz", "a.npy"])
def test_damaged_files(tmp_path, name):
    save(tmp_path / "whole.npz", x=TABLE, y=LABELS)
    np.save(tmp_path / "whole.npy", TABLE)
    content = (tmp_path / f"whole{name[1:]}").read_bytes()
    for damaged in (content[:-300], b"", b"something else"):
        (tmp_path / name).write_bytes(damaged)
        with pytest.raises(DataError, match=rf"{name} (is damaged or not a NumPy file|holds Python objects)"):
            load(tmp_path / name)


@pytest.mark.parametrize("name", ["mnist.npz", "other.npz"])
def test_shares_to_hold_out_are_of_all_samples_whatever_the_name(tmp_path, name):
    dataset = load(save(tmp_path / name, x=IMAGES, y=LABELS), test=0.2, validation=0)
    assert {split: len(part) for split, part in dataset.splits.items()} == {"train": 32, "test": 8}


def test_repeated_samples_are_counted_whatever_their_dtype(tmp_path):
    rows = [f"{i},{i * 1.5}" for i in range(40)]
    (tmp_path / "train.csv").write_text("\n".join(["x,y", *rows]))
    (tmp_path / "test.csv").write_text("\n".join(["x,y", *rows[:5], "20.5,2.5"]))
    remarks = load(tmp_path / "train.csv", target="y", test=tmp_path / "test.csv", validation=0).remarks
    assert any(remark.startswith("5 test samples of 6 are among the training samples") for remark in remarks)
