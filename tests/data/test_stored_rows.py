import tracemalloc

import numpy as np
import pytest
from stored_data import X, Y, treat_as_large

from whence.data import Preprocessing, Samples, load
from whence.data.images.image_format import ImageFormat
from whence.data.images.preprocessing import ImagePreprocessing
from whence.data.moments import moments
from whence.data.samples import joined
from whence.errors import DataError, DataWarning
from whence.stored_rows import StoredRows, at_rows, blocks, is_stored, stored

VALUES = np.arange(60.0).reshape(10, 3, 2)
ROWS = np.array([7, 1, 4, 4])


@pytest.mark.parametrize(
    "key",
    [
        2,
        np.int64(1),
        slice(1, 3),
        slice(None, None, 2),
        np.array([3, 0]),
        np.array([True, False, True, True]),
        (1, 2, 0),
        (slice(None), 1),
        (slice(1, None), slice(None), 1),
        (np.array([0, 2]), np.array([1, 2])),
        (np.array([0, 2]), slice(1, 2)),
        (..., 0),
        slice(0, 0),
        (slice(0, 0), slice(None)),
        (slice(0, 0), slice(None), 1),
    ],
    ids=repr,
)
def test_what_is_taken_of_stored_rows_is_what_an_array_of_them_gives(key):
    taken, expected = StoredRows(VALUES, ROWS)[key], VALUES[ROWS][key]
    assert taken.shape == expected.shape
    assert np.array_equal(taken, expected)


def test_stored_rows_stand_for_an_array():
    rows, array = StoredRows(VALUES, ROWS, np.float32), VALUES[ROWS].astype(np.float32)
    assert (rows.shape, rows.dtype, rows.ndim, rows.size, rows.nbytes, len(rows)) == (
        (array.shape, array.dtype, array.ndim, array.size, array.nbytes, len(array))
    )
    assert np.array_equal(np.asarray(rows), array)
    assert np.asarray(rows, np.int16).dtype == np.int16
    chosen = at_rows(stored(VALUES, ROWS), np.array([3, 0]))
    assert is_stored(chosen)
    assert np.array_equal(np.asarray(chosen), VALUES[[4, 7]])


def test_samples_whose_inputs_are_stored_read_no_more_than_is_taken():
    class Counted:
        shape, dtype, read = VALUES.shape, VALUES.dtype, 0

        def __getitem__(self, rows):
            self.read += len(rows)
            return VALUES[rows]

    source = Counted()
    samples = Samples(stored(source), np.arange(10.0)[:, np.newaxis])
    part = samples.part(np.array([8, 2]))
    assert source.read == 0
    assert np.array_equal(part.take(slice(1)).inputs, VALUES[[8]])
    assert source.read == 1


def test_blocks_are_all_of_an_array(monkeypatch):
    monkeypatch.setattr("whence.stored_rows._NUMBERS_AT_ONCE", 20)
    found = list(blocks(VALUES))
    assert [len(block) for block in found] == [3, 3, 3, 1]
    assert np.array_equal(np.concatenate(found), VALUES)


@pytest.mark.parametrize("weights", [None, np.random.default_rng(1).random(1000) * (np.arange(1000) >= 40)])
def test_moments_by_blocks_are_those_of_the_whole_also_far_from_zero(weights, monkeypatch):
    near_zero = np.round(np.random.default_rng(0).normal(0, 1, (1000, 3)), 3)
    values = near_zero + 1e8  # whose squares have no digits left for a variance of 1
    monkeypatch.setattr("whence.stored_rows._NUMBERS_AT_ONCE", 60)
    mean, deviation, largest = moments(values, weights)
    expected = np.average(near_zero, axis=0, weights=weights)
    np.testing.assert_allclose(mean - 1e8, expected, atol=1e-6)
    spread = np.sqrt(np.average((near_zero - expected) ** 2, axis=0, weights=weights))
    np.testing.assert_allclose(deviation, spread, rtol=1e-7)
    used = values if weights is None else values[40:]
    assert np.all(largest <= np.abs(values).max(axis=0))
    assert np.all(largest >= np.abs(used).max(axis=0))


@pytest.mark.parametrize("dtype", [np.float32, np.int64])
def test_a_large_table_of_numbers_stays_in_its_file(dtype, tmp_path, monkeypatch):
    np.save(tmp_path / "table.npy", np.column_stack([X, Y]).astype(dtype))
    read = load(tmp_path / "table.npy")
    treat_as_large(monkeypatch, 0)
    mapped = load(tmp_path / "table.npy")
    assert mapped.sha256 == read.sha256
    assert str(mapped.preprocessing.to_json()) == str(read.preprocessing.to_json())
    for split, samples in mapped.splits.items():
        assert is_stored(samples.inputs)
        assert not is_stored(read.splits[split].inputs)
        assert np.array_equal(samples.inputs[:], read.splits[split].inputs)


def test_weights_and_lengths_in_mapped_files_are_held_in_memory(tmp_path, monkeypatch):
    arrays = {"x": X[:, :, np.newaxis], "y": Y, "weights": np.linspace(0, 2, len(X)), "lengths": 1 + Y}
    for name, values in arrays.items():
        np.save(tmp_path / f"{name}.npy", values)
    read = load(tmp_path)
    treat_as_large(monkeypatch, 0)
    mapped = load(tmp_path)
    for split, samples in mapped.splits.items():
        assert [kind for kind, values in samples.arrays.items() if is_stored(values)] == ["inputs"]
        assert samples.arrays.keys() == {"inputs", "targets", "weights", "lengths"}
        for kind, values in samples.arrays.items():
            assert np.array_equal(np.asarray(values), read.splits[split].arrays[kind])


def test_stored_images_are_checked_and_turned_over_as_arrays_are(monkeypatch):
    monkeypatch.setattr("whence.stored_rows._NUMBERS_AT_ONCE", 200)
    images = np.zeros((9, 8, 8, 1), np.uint8)
    images[:, 2:6, 3:5] = 255
    images[2:4] = 255 - images[2:4]
    dark = ImageFormat(8, 8, 1, 255, dark_background=True, box=4, strokes=True)
    preprocessing = ImagePreprocessing(image=dark)
    found = []
    for given in (images, stored(images)):
        with pytest.warns(
            DataWarning, match="the ground of 2 of 9 images is light, but .* light and dark were exchanged"
        ):
            found.append(preprocessing.as_inputs(given, (8, 8, 1), "the images"))
    assert np.array_equal(found[0][2], 255 - images[2])
    assert np.array_equal(*found)
    faint = ImagePreprocessing(image=ImageFormat(8, 8, 1, 16))
    with pytest.raises(DataError, match="the images holds numbers up to 255; expected pixels from 0 to 16"):
        faint.as_inputs(stored(images), (8, 8, 1), "the images")


def test_a_stored_number_that_is_not_finite_is_refused_as_an_input(monkeypatch):
    monkeypatch.setattr("whence.stored_rows._NUMBERS_AT_ONCE", 20)
    values = VALUES.copy()
    assert is_stored(Preprocessing().as_inputs(stored(values), (3, 2), "the array"))
    values[7, 1, 1] = np.inf
    with pytest.raises(DataError, match="the array holds float64 values that are not finite numbers"):
        Preprocessing().as_inputs(stored(values), (3, 2), "the array")


def test_a_column_of_stored_rows_takes_no_more_memory_than_a_block_and_the_column(monkeypatch):
    monkeypatch.setattr("whence.stored_rows._NUMBERS_AT_ONCE", 10_000)
    rows = stored(np.zeros((10_000, 50)))  # 4 MB
    tracemalloc.start()
    try:
        assert rows[:, 3].shape == (10_000,)
        assert tracemalloc.get_traced_memory()[1] < 1e6
    finally:
        tracemalloc.stop()


def test_parts_of_one_array_in_files_stay_there_when_they_are_joined():
    samples = Samples(stored(VALUES), np.arange(10))
    parts = [samples.part(np.array([8, 2])), samples.part(np.array([5]))]
    together = joined(parts)
    assert is_stored(together.inputs)
    assert np.array_equal(together.inputs[:], VALUES[[8, 2, 5]])
    assert together.targets.tolist() == [8, 2, 5]
    others = joined([*parts, Samples(stored(VALUES + 1), np.arange(10))])
    assert not is_stored(others.inputs)
    assert np.array_equal(others.inputs, np.concatenate([VALUES[[8, 2, 5]], VALUES + 1]))
