import os
import time

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from idx_files import write_image_set
from PIL import Image
from stored_data import COLUMNS, ROWS, X, Y, frame, save_npz_parts, save_parquet_parts, treat_as_large

from whence.data import load
from whence.data.parts import Part, Parts
from whence.data.shuffling import shuffled
from whence.errors import ArgumentError, DataError
from whence.nn import CrossEntropy, mlp
from whence.stored_rows import StoredRows, is_stored
from whence.training import Callback, Checkpointing, Model, fit, load_checkpoint

PART_BYTES = 50 * COLUMNS * 4


def assert_same_samples(dataset, other):
    assert dataset.classes == other.classes
    assert dataset.splits.keys() == other.splits.keys()
    for split, samples in dataset.splits.items():
        for kind, values in samples.arrays.items():
            assert np.array_equal(np.asarray(values), np.asarray(getattr(other.splits[split], kind))), (split, kind)


def test_a_folder_of_archives_is_one_archive_in_parts(tmp_path, monkeypatch):
    weights = np.linspace(0.5, 2, ROWS)
    np.savez(tmp_path / "whole.npz", x=X, y=Y, weights=weights)
    folder = save_npz_parts(tmp_path / "parts", weights=weights)
    whole, small = load(tmp_path / "whole.npz"), load(folder)
    assert_same_samples(small, whole)
    assert not is_stored(small.train.inputs)
    treat_as_large(monkeypatch, 2 * PART_BYTES)
    large = load(folder)
    assert_same_samples(large, whole)
    assert is_stored(large.train.inputs)
    assert str(large.preprocessing.to_json()) == str(whole.preprocessing.to_json())


def test_parts_lie_in_folders_named_for_their_use(tmp_path):
    for split in ("train", "val", "test"):
        save_npz_parts(tmp_path / split)
    assert {split: len(part) for split, part in load(tmp_path).splits.items()} == {
        "train": ROWS,
        "validation": ROWS,
        "test": ROWS,
    }
    save_npz_parts(tmp_path / "validation")
    with pytest.raises(DataError, match=r"validation and .*val both hold validation data; keep one"):
        load(tmp_path)


def test_a_folder_of_parquet_files_is_one_table(tmp_path, monkeypatch):
    pq.write_table(pa.table(frame()), tmp_path / "whole.parquet")
    folder = save_parquet_parts(tmp_path / "parts")
    whole = load(tmp_path / "whole.parquet")
    treat_as_large(monkeypatch, PART_BYTES)
    dataset = load(folder)
    assert_same_samples(dataset, whole)
    assert is_stored(dataset.train.inputs)
    np.testing.assert_allclose(dataset.preprocessing.shift, whole.preprocessing.shift, rtol=1e-12)
    assert dataset.preprocessing.columns.inputs == whole.preprocessing.columns.inputs
    assert dataset.remarks == ("3 files: 3 columns of numbers to learn kind (3 classes; --task regression takes them "
                               "as numbers) from",)  # fmt: skip
    numbers = load(folder, target="c1", drop="kind")
    assert (numbers.classes, numbers.input_shape) == (None, (2,))
    assert np.array_equal(np.sort(numbers.train.targets[:, 0]), np.sort(X[numbers.train.inputs.rows, 1]))


def test_the_digest_of_parts_depends_on_their_columns(tmp_path, monkeypatch):
    treat_as_large(monkeypatch, PART_BYTES)
    folder = save_parquet_parts(tmp_path)
    assert len({load(folder, drop=name).sha256 for name in ("c0", "c1", "c2")}) == 3
    assert load(folder, drop="c0").sha256 == load(folder, drop="c0").sha256


class Killed(Callback):
    """Ends a training within its second epoch, of 30 steps, as a kill does."""

    def on_batch_end(self, training):
        if training.step == 43:
            raise KeyboardInterrupt


@pytest.mark.parametrize("save", [save_npz_parts, save_parquet_parts])
def test_a_training_on_parts_that_was_stopped_goes_on_to_the_same_bits(save, tmp_path, monkeypatch):
    treat_as_large(monkeypatch, 2 * PART_BYTES)

    def train(killed=False, resume=None):
        data = load(save(tmp_path / "parts"))
        net = mlp(data.input_shape, [8], data.outputs, seed=1)
        model = Model(net, CrossEntropy(), data.preprocessing, data.classes, data.name)
        interval = 0 if killed else 60
        callbacks = [Checkpointing(tmp_path, model, interval_within=interval), *([Killed()] if killed else [])]
        given = {"preprocessing": data.preprocessing, "batch_size": 7, "epochs": 4, "resume": resume}
        fit(net, model.loss_fn, "adam(0.01)", data.train, callbacks=callbacks, **given)
        return net.theta

    whole = train()
    with pytest.raises(KeyboardInterrupt):
        train(killed=True)
    assert train(resume=load_checkpoint(tmp_path)).tobytes() == whole.tobytes()


def counted_parts(rows_of_each, tmp_path):
    """Parts that count how often each was read."""
    file, read = tmp_path / "file", []
    file.touch()
    starts = np.cumsum([0, *rows_of_each])

    def rows_of(part):
        read.append(part.number)
        return np.arange(starts[part.number], starts[part.number + 1])[:, np.newaxis]

    return Parts([Part(file, rows, i) for i, rows in enumerate(rows_of_each)], (1,), np.int64, rows_of), read


def test_an_epoch_reads_every_part_once_and_mixes_those_that_are_held_together(tmp_path, monkeypatch):
    monkeypatch.setattr("whence.data.parts.MOST_KEPT_BYTES", 3 * 10 * 8)
    parts, read = counted_parts([10] * 12, tmp_path)
    order = shuffled(np.arange(120), StoredRows(parts), np.random.default_rng(0))
    assert sorted(order.tolist()) == [*range(120)]
    groups = [set((order[start : start + 30] // 10).tolist()) for start in range(0, 120, 30)]
    assert [len(group) for group in groups] == [3, 3, 3, 3]
    assert groups != [{0, 1, 2}, {3, 4, 5}, {6, 7, 8}, {9, 10, 11}]
    assert len(set((order[:10] // 10).tolist())) > 1
    for start in range(0, 120, 8):
        assert np.array_equal(parts[order[start : start + 8]][:, 0], order[start : start + 8])
    assert sorted(read) == [*range(12)]
    again = shuffled(np.arange(120), StoredRows(parts), np.random.default_rng(0))
    assert np.array_equal(order, again)
    assert not np.array_equal(order, shuffled(np.arange(120), StoredRows(parts), np.random.default_rng(1)))


def test_of_parts_no_more_is_kept_than_is_allowed(tmp_path, monkeypatch):
    monkeypatch.setattr("whence.data.parts.MOST_KEPT_BYTES", 2 * 10 * 8)
    parts, read = counted_parts([10, 10, 10, 5], tmp_path)
    for row in (0, 12, 3, 25, 14, 33, 26, 4):
        assert parts[np.array([row])][0, 0] == row
    assert read == [0, 1, 2, 1, 3, 2, 0]


def test_many_small_parts_are_read_in_a_time_that_grows_with_their_number(tmp_path):
    parts, read = counted_parts([1] * 20_000, tmp_path)
    start = time.perf_counter()
    assert np.array_equal(parts[np.arange(20_000)][:, 0], np.arange(20_000))
    assert time.perf_counter() - start < 3  # 0.3 s, but 11 s where it grows with the square
    assert len(read) == 20_000


def test_pictures_that_are_large_together_are_read_as_they_are_needed(tmp_path, monkeypatch):
    for i in range(40):
        pixels = np.random.default_rng(i).integers(0, 256, (6, 5, 3) if i % 3 else (6, 5), dtype=np.uint8)
        path = tmp_path / "ab"[i % 2] / f"{i}.png"
        path.parent.mkdir(exist_ok=True)
        Image.fromarray(pixels).save(path)
    small = load(tmp_path)
    treat_as_large(monkeypatch, 300)
    large = load(tmp_path)
    assert_same_samples(large, small)
    assert large.preprocessing == small.preprocessing
    assert large.sha256 == small.sha256
    assert len({load(tmp_path, size=size).sha256 for size in ("4", "4 crop", "4 stretch", "5")}) == 4
    assert is_stored(large.train.inputs)
    assert not is_stored(small.train.inputs)
    rng, same = np.random.default_rng(3), np.random.default_rng(3)
    assert np.array_equal(shuffled(np.arange(28), large.train.inputs, rng), same.permutation(28))


def save_pictures(folder):
    for i in range(40):
        path = folder / "ab"[i % 2] / f"{i}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(np.random.default_rng(i).integers(0, 256, (6, 5), dtype=np.uint8)).save(path)


def save_arrays(folder):
    folder.mkdir()
    np.save(folder / "x.npy", X)
    np.save(folder / "y.npy", Y)


@pytest.mark.parametrize("suffix", [".parquet", ".npz"])
@pytest.mark.parametrize("save", [save_arrays, write_image_set, save_pictures])
def test_a_table_beside_arrays_images_or_pictures_is_not_taken_for_the_data(save, suffix, tmp_path):
    save(tmp_path / "data")
    alone = load(tmp_path / "data")
    if suffix == ".npz":
        np.savez(tmp_path / "data" / "features.npz", x=X, y=Y)
    else:
        pq.write_table(pa.table({"size": X[:, 0], "kind": Y}), tmp_path / "data" / "metadata.parquet")
    assert_same_samples(load(tmp_path / "data"), alone)


@pytest.mark.parametrize("save", [save_npz_parts, save_parquet_parts])
def test_parts_may_have_suffixes_in_capitals(save, tmp_path):
    folder = save(tmp_path / "parts")
    alike = load(folder)
    for file in list(folder.iterdir()):
        file.rename(file.with_suffix(file.suffix.upper()))
    assert_same_samples(load(folder), alike)


def changed(folder, number, **columns):
    pq.write_table(pa.table(frame(slice(0, 100), **columns)), folder / f"part-{number}.parquet")


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({"c1": X[:100, 1].astype(np.float64)}, r"part-1.parquet: the column 'c1' is of type double, but in .*part-0"),
        (
            {"more": Y[:100]},
            r"part-1.parquet: the column 'more' is of type int64, but in .*part-0.parquet it is absent",
        ),
        ({"c2": pa.nulls(100, pa.float32())}, r"part-1.parquet, row group 0: the column 'c2' has 100 missing cells"),
        ({"c2": np.full(100, np.nan, np.float32)}, r"part-1.parquet, row group 0: the column 'c2' holds NaN or inf"),
        ({"kind": pa.array([None] * 100, pa.int64())}, r"100 rows without a target kind; remove them"),
    ],
)
def test_a_part_of_a_table_that_is_not_like_the_others_is_named(columns, said, tmp_path):
    folder = save_parquet_parts(tmp_path / "parts")
    changed(folder, 1, **columns)
    with pytest.raises(DataError, match=said):
        load(folder)


def test_options_that_suit_no_parts_are_refused(tmp_path):
    folder = save_parquet_parts(tmp_path / "parts")
    for option, given in {
        "window": 3,
        "group": "c0",
        "categorical": "c0",
        "numeric": "c0",
        "date": "c0",
        "header": False,
        "missing_markers": "-1",
        "missing": "median",
        "size": "28",
        "skip_unreadable": True,
    }.items():
        with pytest.raises(ArgumentError, match=f"read by parts, which hold numbers alone; leave out {option}, or"):
            load(folder, **{option: given})
    with pytest.raises(
        DataError, match="is a folder of many files; give the data as a folder with these in it, under test, and those"
    ):
        load(folder, test=str(folder))
    (folder / "part.npz").touch()
    with pytest.raises(DataError, match=r"holds \.parquet and \.npz files; give a folder with one kind"):
        load(folder)
    words = pa.table({"word": ["a", "b"] * 20, "kind": [0, 1] * 20})
    (tmp_path / "words").mkdir()
    pq.write_table(words, tmp_path / "words" / "part.parquet")
    with pytest.raises(DataError, match=r"column 'word' is of type string, but .*leave it out with --drop word"):
        load(tmp_path / "words")


@pytest.mark.parametrize(
    ("arrays", "said"),
    [
        (
            {"x": X[:9].astype(np.float64), "y": Y[:9]},
            r"part-1.npz holds rows of float64 of shape \(3,\), but .*part-0",
        ),
        ({"x": X[:9, :2], "y": Y[:9]}, r"part-1.npz holds rows of float32 of shape \(2,\), but .*part-0"),
        ({"x": X[:9], "y": Y[:8]}, r"part-1.npz holds 9 rows of x, but y of shape \(8,\)"),
        ({"x": X[:9]}, r"part-1.npz holds no y; save inputs as x and targets as y"),
        ({"y": Y[:9]}, r"part-1.npz holds no x; save inputs as x and targets as y"),
        ({"x": X[:9], "y": Y[:9], "weights": Y[:9]}, r"part-0.npz holds no weights, but .*part-1.npz does"),
        ({"x": X[:9], "y": Y[:9] + 0.5}, r"part-1.npz holds y of float64 and .*part-0.npz of int64"),
        ({"x": np.where(X[:9] > 1001, np.nan, X[:9]), "y": Y[:9]}, r"part-1.npz holds nan in row \d, position \(\d,\)"),
    ],
)
def test_an_archive_that_is_not_like_the_others_is_named(arrays, said, tmp_path):
    folder = save_npz_parts(tmp_path / "parts")
    np.savez(folder / "part-1.npz", **arrays)
    with pytest.raises(DataError, match=said):
        load(folder)


@pytest.mark.parametrize("save", [save_npz_parts, save_parquet_parts])
def test_a_part_that_is_damaged_is_named(save, tmp_path):
    folder = save(tmp_path / "parts")
    file = sorted(folder.iterdir())[1]
    file.write_bytes(file.read_bytes()[:-30])
    with pytest.raises(DataError, match=rf"{file.name}"):
        load(folder)


def test_a_part_that_changes_or_goes_while_it_is_in_use_is_named(tmp_path, monkeypatch):
    treat_as_large(monkeypatch, PART_BYTES)
    folder = save_npz_parts(tmp_path / "parts")
    train = load(folder).train
    os.utime(folder / "part-2.npz", (0, 0))
    with pytest.raises(DataError, match=r"part-2.npz was changed while it was in use; restore it, or start again"):
        np.asarray(train.inputs)
    (folder / "part-0.npz").unlink()
    with pytest.raises(DataError, match=r"cannot read .*part-0.npz: No such file.*; restore it, or start again"):
        np.asarray(train.inputs)
