import tracemalloc
from dataclasses import replace

import numpy as np
import pytest

from whence.data import Dataset, Preprocessing, Samples, load
from whence.data.load_options import LoadOptions
from whence.data.tables.columns import NumberColumn
from whence.data.tables.preprocessing import TablePreprocessing
from whence.data.tables.table_columns import TableColumns
from whence.errors import ArgumentError, DataError, UnknownNameError

CLASSES = ("cat", "dog", "bird")


def samples(labels, width=2):
    targets = np.array(labels, dtype=np.int64)
    inputs = np.random.default_rng(len(labels)).standard_normal((len(labels), width))
    for array in (targets, inputs):
        array.flags.writeable = False
    return Samples(inputs, targets)


def animals(**changes):
    parts = {
        "name": "animals",
        "train": samples([0, 1, 2] * 10),
        "validation": None,
        "test": samples([2, 1, 0]),
        "classes": CLASSES,
        "preprocessing": Preprocessing(),
    }
    return Dataset(**(parts | changes))


def test_what_a_dataset_says_of_itself():
    dataset = animals()
    assert dataset.input_shape == (2,)
    assert dataset.outputs == 3
    assert list(dataset.splits) == ["train", "test"]


def test_a_regression_has_as_many_outputs_as_target_columns():
    train = Samples(np.zeros((4, 2)), np.zeros((4, 3)))
    dataset = Dataset("numbers", train, None, None, None, Preprocessing())
    assert dataset.outputs == 3


def test_digest_depends_on_values_dtype_shape_and_split_but_not_on_memory_layout():
    dataset = animals()
    digest = dataset.sha256
    assert len(digest) == 64
    assert digest == animals().sha256
    train, test = dataset.train, dataset.test
    other = train.inputs.copy()
    other[3, 1] += 1e-9
    variants = [
        replace(dataset, train=Samples(other, train.targets)),
        replace(dataset, train=Samples(train.inputs.astype(np.float32), train.targets), test=None),
        replace(dataset, test=None),
        replace(dataset, validation=test, test=None),
    ]
    assert len({digest, *(variant.sha256 for variant in variants)}) == 5
    fortran = Samples(np.asfortranarray(train.inputs), train.targets)
    assert replace(dataset, train=fortran).sha256 == digest


def test_a_table_of_small_numbers_has_the_digest_of_the_same_numbers_in_double_precision():
    columns = TableColumns((NumberColumn("a"),), ("y",))
    small = Samples(np.array([[1], [2]], np.uint8), np.array([0, 1]))
    large = Samples(small.inputs.astype(np.float64), small.targets)
    digests = {
        Dataset("a", part, None, None, ("0", "1"), TablePreprocessing(columns=columns)).sha256
        for part in (small, large)
    }
    assert len(digests) == 1


def test_hold_out_is_stratified_and_refits_the_standardisation_on_what_is_left():
    columns = TableColumns((NumberColumn("a"), NumberColumn("b")))
    train = samples([0, 1, 2] * 10)
    dataset = animals(
        train=train, preprocessing=TablePreprocessing(columns=columns).fitted(train.inputs, train.targets)
    )
    split = dataset.held_out(None, 0.2, seed=5)
    assert np.bincount(split.train.targets).tolist() == [8, 8, 8]
    assert np.bincount(split.validation.targets).tolist() == [2, 2, 2]
    prepared = split.preprocessing(split.train.inputs, np.float64)
    assert np.allclose(prepared.mean(axis=0), 0)
    assert np.allclose(prepared.std(axis=0), 1)
    assert not np.array_equal(split.preprocessing.shift, dataset.preprocessing.shift)


def test_hold_out_refuses_when_there_is_a_validation_set():
    dataset = animals(validation=samples([0, 1]))
    with pytest.raises(ArgumentError, match="already has 2 validation samples"):
        dataset.held_out(None, 0.1, 0)
    with pytest.raises(ArgumentError, match="already has 2 test samples"):
        animals(test=samples([0, 1])).held_out(0.1, None, 0)


def test_own_parts_are_kept_or_removed_and_others_held_out():
    dataset = animals(validation=samples([0, 1]), test=samples([1, 2]))
    assert dataset.held_out(None, None, 0).sha256 == dataset.sha256
    assert dataset.held_out(0, 0, 0).splits.keys() == {"train"}
    cut = animals(test=None).held_out(0.2, 0.25, 0)
    assert [len(part) for part in cut.splits.values()] == [18, 6, 6]


def test_one_against_the_rest():
    dataset = animals().one_against_rest("dog")
    assert dataset.classes == ("not dog", "dog")
    assert dataset.name == "animals, dog against the rest"
    assert dataset.train.targets.tolist() == [0, 1, 0] * 10
    assert dataset.test.targets.tolist() == [0, 1, 0]
    assert dataset.train.targets.dtype == np.int64


def test_one_against_the_rest_with_an_unknown_label_offers_the_nearest_and_all():
    with pytest.raises(UnknownNameError, match=r"no class 'birds'; did you mean 'bird'\? There are cat, dog, bird"):
        animals().one_against_rest("birds")
    with pytest.raises(UnknownNameError, match="no class '7'; there are cat, dog, bird"):
        animals().one_against_rest("7")
    regression = Dataset("r", Samples(np.zeros((2, 1)), np.zeros((2, 1))), None, None, None, Preprocessing())
    with pytest.raises(DataError, match="r has numbers as targets, not classes"):
        regression.one_against_rest("1")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"test": samples([0, 1], width=3)}, "the test inputs have the shape .3,. and the training inputs .2,."),
        ({"train": samples([0, 1])}, "class 'bird' is in the test samples but not in the training samples"),
        ({"test": samples([0, 3])}, "the test targets hold the class index 3; expected 0 to 2"),
        ({"test": samples([0, -1])}, "the test targets hold the class index -1; expected 0 to 2"),
        ({"classes": ("cat",)}, "all samples are of one class, cat; at least two are needed"),
        ({"classes": None}, "the train targets of a regression have the shape .30,.; expected .samples, outputs."),
        ({"test": Samples(np.zeros((2, 2)), np.zeros(2))}, "test targets have the shape .2,. and dtype float64"),
    ],
)
def test_parts_that_do_not_fit_together(changes, message):
    with pytest.raises(DataError, match=message):
        animals(**changes)


def test_one_part_is_split_and_standardised_by_the_training_samples_alone():
    rng = np.random.default_rng(0)
    everything = Samples(rng.normal(5, 3, (200, 1)), np.arange(200) % 2)
    preprocessing = TablePreprocessing(columns=TableColumns((NumberColumn("x"),)))
    dataset = Dataset.of("line", {"train": everything}, ("a", "b"), preprocessing, LoadOptions(seed=4))
    assert [len(part) for part in dataset.splits.values()] == [140, 20, 40]
    assert dataset.preprocessing.shift[0] == dataset.train.inputs.mean()
    assert dataset.preprocessing.shift[0] != everything.inputs.mean()


def test_samples_are_divided_by_moving_them(rng):
    inputs, targets, weights = rng.normal(size=(10_000, 3)), np.arange(10_000), rng.random(10_000)
    lot = rng.integers(4, size=10_000)
    lots = [np.flatnonzero(lot < 2), np.flatnonzero(lot == 2), np.flatnonzero(lot == 3)]
    expected = [(inputs[rows], weights[rows]) for rows in lots]
    divided = Samples(inputs, targets, weights).divided(lots)
    for part, rows, (own_inputs, own_weights) in zip(divided, lots, expected, strict=True):
        assert np.array_equal(part.inputs, own_inputs) and np.array_equal(part.weights, own_weights)
        assert np.array_equal(part.targets, rows)
        assert np.shares_memory(part.inputs, inputs) and np.shares_memory(part.targets, targets)


def test_samples_in_one_lot_stay_as_they_are(rng):
    inputs = rng.normal(size=(50, 3))
    expected = inputs.copy()
    (part,) = Samples(inputs, np.arange(50)).divided([np.arange(50)])
    assert np.array_equal(part.inputs, expected) and np.array_equal(part.targets, np.arange(50))


def test_samples_of_arrays_that_cannot_be_written_to_are_copied_as_they_are_divided():
    inputs = np.arange(8.0).reshape(4, 2)
    inputs.flags.writeable = False
    first, second = Samples(inputs, np.arange(4)).divided([np.array([1, 3]), np.array([0, 2])])
    assert first.inputs.tolist() == [[2, 3], [6, 7]] and second.inputs.tolist() == [[0, 1], [4, 5]]
    assert not np.shares_memory(first.inputs, inputs)


@pytest.mark.parametrize(("row", "dtype"), [((100,), np.float32), ((20, 20), np.uint8)])
def test_a_file_is_held_once(row, dtype, tmp_path, monkeypatch, rng):
    monkeypatch.setattr("whence.stored_rows._NUMBERS_AT_ONCE", 100_000)
    np.savez(tmp_path / "rows.npz", x=rng.integers(256, size=(40_000, *row)).astype(dtype), y=np.arange(40_000) % 2)
    size = (tmp_path / "rows.npz").stat().st_size
    load(tmp_path / "rows.npz")  # what it imports is counted no more
    tracemalloc.start()
    dataset = load(tmp_path / "rows.npz")
    held, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert [len(part) for part in dataset.splits.values()] == [28_000, 4_000, 8_000]
    assert held < 1.05 * size
    assert most < 1.5 * size
