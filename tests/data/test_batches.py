import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from whence.data import Batch, Batches, Preprocessing, Samples
from whence.data.batches import PreparedBatches
from whence.data.images.augmentation import Augmentation
from whence.data.tables.series.time_windows import windows_and_targets
from whence.errors import ArgumentError


def numbered(count, features=1):
    inputs = np.repeat(np.arange(count, dtype=np.float64)[:, np.newaxis], features, axis=1)
    samples = Samples(inputs, np.arange(count, dtype=np.int64))
    inputs.flags.writeable = False
    samples.targets.flags.writeable = False
    return samples


def everything(batches):
    pairs = list(batches)
    return np.concatenate([x for x, _ in pairs]), np.concatenate([y for _, y in pairs])


@given(count=st.integers(1, 60), batch_size=st.integers(1, 70), seed=st.integers(0, 2**32))
def test_every_sample_comes_exactly_once_per_epoch_and_the_ragged_batch_is_kept(count, batch_size, seed):
    batches = Batches(numbered(count), Preprocessing(), batch_size, rng=np.random.default_rng(seed))
    sizes = [len(y) for _, y in batches]
    x, y = everything(batches)
    assert sizes[:-1] == [batch_size] * (len(sizes) - 1)
    assert sizes[-1] == (count - 1) % batch_size + 1
    assert len(batches) == len(sizes)
    assert sorted(y) == list(range(count))
    assert np.array_equal(x[:, 0], y)


@given(
    count=st.integers(1, 40),
    batch_size=st.integers(1, 12),
    skip=st.integers(0, 45),
    seed=st.integers(0, 2**32),
    replacement=st.booleans(),
)
def test_skipped_epoch_is_the_tail_of_the_whole_one(count, batch_size, skip, seed, replacement):
    def epoch(skip):
        rng = np.random.default_rng(seed)
        batches = Batches(numbered(count), Preprocessing(), batch_size, rng=rng, replacement=replacement)
        return [y.tolist() for _, y in batches.epoch(skip)], rng.bit_generator.state

    whole, state = epoch(0)
    tail, skipped_state = epoch(skip)
    assert tail == whole[skip:]
    assert skipped_state == state


def test_epochs_differ_and_the_same_seed_repeats_them():
    def epochs():
        batches = Batches(numbered(50), Preprocessing(), 7, rng=np.random.default_rng(3))
        return [everything(batches)[1].tolist() for _ in range(2)]

    first, second = epochs()
    assert first != second
    assert epochs() == [first, second]


def test_without_a_generator_samples_keep_their_order():
    _, y = everything(Batches(numbered(10), Preprocessing(), 4, rng=None))
    assert y.tolist() == list(range(10))


def test_replacement_draws_full_batches_and_repeats_samples():
    rng = np.random.default_rng(0)
    batches = Batches(numbered(5), Preprocessing(), 4, rng=rng, replacement=True)
    drawn = [y for _ in range(15) for _, y in batches]
    assert len(batches) == 2
    assert {len(y) for y in drawn} == {4}
    assert any(len(set(y.tolist())) < 4 for y in drawn)
    assert set(np.concatenate(drawn).tolist()) == set(range(5))


def test_replacement_may_draw_batches_larger_than_the_data():
    batches = Batches(numbered(3), Preprocessing(), 8, rng=np.random.default_rng(0), replacement=True)
    assert [len(y) for _, y in batches] == [8]


def test_batches_are_preprocessed_in_the_dtype_asked_and_labels_stay_integers():
    images = np.full((6, 2, 2, 1), 255, np.uint8)
    images.flags.writeable = False
    samples = Samples(images, np.zeros(6, np.int64))
    for dtype in (np.float32, np.float64):
        for x, y in Batches(samples, Preprocessing(scale=1 / 255), 4, rng=np.random.default_rng(0), dtype=dtype):
            assert x.dtype == dtype
            assert y.dtype == np.int64
            assert np.allclose(x, 1)


def test_regression_targets_take_the_dtype_of_the_batches():
    samples = Samples(np.ones((4, 2)), np.ones((4, 3)))
    (x, y), *_ = Batches(samples, Preprocessing(), 4, rng=None)
    assert (x.dtype, y.dtype, y.shape) == (np.float32, np.float32, (4, 3))


def test_a_batch_is_not_overwritten_by_the_next_and_writing_to_it_leaves_the_samples_alone():
    samples = numbered(9, features=3)
    kept = list(Batches(samples, Preprocessing(), 3, rng=None, dtype=np.float64))
    assert [int(x[0, 0]) for x, _ in kept] == [0, 3, 6]
    for x, y in kept:
        x[:] = -1
        y[:] = -1
    assert samples.inputs[:, 0].tolist() == samples.targets.tolist() == list(range(9))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"batch_size": 0}, "batch_size = 0; it must be a whole number of at least 1"),
        ({"batch_size": -3}, "batch_size = -3; it must be a whole number of at least 1"),
        ({"replacement": True, "rng": None}, "needs a random generator"),
    ],
)
def test_settings_that_cannot_be(options, message):
    options = {"batch_size": 2, "rng": np.random.default_rng(0)} | options
    with pytest.raises(ArgumentError, match=message):
        Batches(numbered(4), Preprocessing(), **options)


def test_negative_skip_is_refused():
    with pytest.raises(ArgumentError, match="skip is -1; it must be at least 0"):
        next(Batches(numbered(4), Preprocessing(), 2, rng=None).epoch(-1))


def test_a_batch_of_overlapping_windows_does_not_copy_them_all():
    rows = np.zeros((20_000, 2))
    inputs, targets = windows_and_targets(rows, np.zeros((20_000, 1)), 200, 1, "rows")  # 63 MB as an array of its own
    batches = Batches(Samples(inputs, targets), Preprocessing(), 10, rng=np.random.default_rng(0))
    tracemalloc.start()
    next(batches.epoch())
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 2_000_000


def test_indices_for_a_network_that_takes_them_stay_integers():
    samples = Samples(np.arange(6).reshape(3, 2), np.array([0.5, 1.5, 2.5])[:, np.newaxis])
    x, y = next(Batches(samples, Preprocessing(), 3, rng=None, input_dtype=np.intp).epoch())
    assert x.dtype.kind == "i"
    assert not np.shares_memory(x, samples.inputs)
    assert y.dtype == np.float32


def weighted(count):
    weights, lengths = np.arange(count) % 3, np.arange(count) % 4 + 1
    inputs = np.zeros((count, 4, 2)) + np.arange(count)[:, np.newaxis, np.newaxis]
    samples = Samples(inputs, np.arange(count), weights / 2, lengths)
    for array in samples.arrays.values():
        array.flags.writeable = False
    return samples


@pytest.mark.parametrize("rng", [None, np.random.default_rng(0)])
@pytest.mark.parametrize("replacement", [False, True])
def test_weights_lengths_and_rows_go_along_and_what_weighs_nothing_is_in_no_batch(rng, replacement):
    if replacement and rng is None:
        return
    batches = list(Batches(weighted(20), Preprocessing(), 3, rng=rng, replacement=replacement))
    for batch in batches:
        assert np.array_equal(batch.x[:, 0, 0], batch.rows)
        assert np.array_equal(batch.y, batch.rows)
        assert np.array_equal(batch.weights, batch.rows % 3 / 2)
        assert np.array_equal(batch.lengths, batch.rows % 4 + 1)
        assert batch.weights.dtype == np.float32
        assert batch.weights.all()
    if not replacement:
        assert sorted(np.concatenate([batch.rows for batch in batches])) == [row for row in range(20) if row % 3]
    assert len(batches) == 5


def test_rows_say_which_samples_they_are_in_streams_too():
    batches = Batches(numbered(11), Preprocessing(), 3, rng=np.random.default_rng(1), streams=True)
    assert all(np.array_equal(batch.y, batch.rows) for batch in batches)


def test_a_batch_with_weights_or_lengths_does_not_unpack_as_if_it_had_none():
    for batch in Batches(weighted(5), Preprocessing(), 2, rng=None):
        with pytest.raises(ArgumentError, match="this batch has weights or lengths in addition to x and y"):
            _x, _y = batch


def test_streams_take_neither_weights_nor_lengths():
    with pytest.raises(ArgumentError, match="samples with weights or lengths cannot be streams"):
        Batches(weighted(8), Preprocessing(), 2, rng=None, streams=True)


def test_every_batch_of_an_epoch_is_augmented_on_its_own_and_every_epoch_anew():
    images = np.zeros((6, 9, 9, 1), np.uint8)
    images[:, 4, 4] = 255
    batches = Batches(
        Samples(images, np.zeros(6, np.int64)),
        Preprocessing(),
        2,
        rng=np.random.default_rng(0),
        augmentation=Augmentation("shift 3"),
    )
    changed = [x for _ in range(2) for x, _ in batches]
    assert len(changed) == 6
    assert len({x.tobytes() for x in changed}) == 6


def test_prepared_batches_come_anew_at_each_epoch_and_some_can_be_skipped():
    pairs = [(np.full((2, 1), number), np.full(2, number)) for number in range(4)]
    batches = PreparedBatches(pairs)
    assert len(batches) == 4
    for _ in range(2):
        assert [int(batch.y[0]) for batch in batches.epoch()] == [0, 1, 2, 3]
    assert [int(batch.y[0]) for batch in batches.epoch(skip=3)] == [3]


def test_prepared_batches_may_be_lists_of_numbers_or_whole_records():
    record = Batch(np.ones((1, 2)), np.ones(1), weights=np.ones(1))
    first, second = PreparedBatches([([[1.0, 2.0]], [1]), record]).epoch()
    assert (first.x.tolist(), first.y.tolist(), first.weights, first.rows) == ([[1, 2]], [1], None, None)
    assert second is record


def test_a_batch_may_be_of_lists():
    batch = Batch([[1, 2]], [1], weights=[0.5], lengths=[2])
    assert (batch.x.shape, batch.y.dtype.kind, batch.weights.tolist(), batch.lengths.tolist()) == (
        (1, 2),
        "i",
        [0.5],
        [2],
    )
    with pytest.raises(ArgumentError, match=r"weights of a batch is \['a'\]; it must be an array of real numbers"):
        Batch([[1, 2]], [1], weights=["a"])


def test_prepared_batches_that_cannot_be():
    with pytest.raises(ArgumentError, match="the batches are a generator, which has no length; give max_steps"):
        PreparedBatches(pair for pair in [])
    with pytest.raises(
        ArgumentError, match=r"^the batches ended after 1 of 3; a generator can be iterated over only once"
    ):
        list(PreparedBatches((pair for pair in [(np.ones(1), np.ones(1))]), steps=3).epoch())
    with pytest.raises(ArgumentError, match=r"a batch is a float64 array of shape .*; expected a pair \(x, y\)"):
        list(PreparedBatches([np.ones(3)]).epoch())
