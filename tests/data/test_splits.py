import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from whence.data.splits import hold_out, in_time, three_ways
from whence.errors import ArgumentError, DataError


@given(
    labels=st.lists(st.integers(0, 4), min_size=1, max_size=80),
    fraction=st.floats(0.01, 0.99),
    seed=st.integers(0, 2**32),
)
def test_stratified_split_keeps_every_class_of_two_on_both_sides(labels, fraction, seed):
    targets = np.array(labels)
    targets.flags.writeable = False
    counts = np.bincount(targets)
    if counts.max() < 2:
        with pytest.raises(DataError, match=r"too few samples \(\d+\) to hold out"):
            hold_out(targets, fraction, np.random.default_rng(seed))
        return
    kept, held = hold_out(targets, fraction, np.random.default_rng(seed))
    assert sorted([*kept, *held]) == list(range(len(targets)))
    for label in np.flatnonzero(counts):
        held_of_class = np.sum(targets[held] == label)
        if counts[label] < 2:
            assert held_of_class == 0
        else:
            assert 1 <= held_of_class < counts[label]
            assert abs(held_of_class - fraction * counts[label]) <= 1


def test_regression_is_split_at_random_by_size():
    kept, held = hold_out(np.linspace(0, 1, 50)[:, np.newaxis], 0.3, np.random.default_rng(0))
    assert (len(kept), len(held)) == (35, 15)
    assert held.tolist() != list(range(35, 50))


@pytest.mark.parametrize("fraction", [0, 1, -0.1, 1.5, float("nan")])
def test_fraction_outside_its_range(fraction):
    with pytest.raises(ArgumentError, match="must lie between 0 and 1"):
        hold_out(np.zeros(10, np.int64), fraction, np.random.default_rng(0))


def test_default_rule_is_seventy_ten_twenty_and_the_seed_decides():
    targets = np.repeat(np.arange(4), 50)
    first, again, other = (three_ways(targets, None, None, seed) for seed in (1, 1, 2))
    assert [len(part) for part in first] == [140, 20, 40]
    assert sorted(np.concatenate(first)) == list(range(200))
    assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))
    assert not np.array_equal(first[2], other[2])


def test_validation_share_is_of_the_training_samples():
    assert [len(part) for part in three_ways(np.zeros((100, 1)), None, 0.25, 0)] == [60, 20, 20]
    train, validation, test = three_ways(np.zeros((100, 1)), None, 0, 0)
    assert (len(train), validation, len(test)) == (80, None, 20)


def test_small_data_stay_in_one_piece_unless_asked():
    assert three_ways(np.zeros((19, 1)), None, None, 0)[1:] == (None, None)
    train, validation, test = three_ways(np.zeros((10, 1)), None, 0.2, 0)
    assert (len(train), len(validation), test) == (8, 2, None)


def test_shares_for_testing():
    assert [len(part) for part in three_ways(np.zeros((100, 1)), 0.5, 0.1, 0)] == [45, 5, 50]
    train, validation, test = three_ways(np.zeros((100, 1)), 0, None, 0)
    assert (len(train), len(validation), test) == (88, 12, None)
    assert [len(part) for part in three_ways(np.zeros((10, 1)), 0.5, 0.2, 0)] == [4, 1, 5]


def test_shares_in_time():
    assert in_time(100, None, None) == (range(70), range(70, 80), range(80, 100))
    assert in_time(100, 0.5, 0) == (range(50), None, range(50, 100))
    assert in_time(100, 0, 0.25) == (range(75), range(75, 100), None)
    assert in_time(19, None, None) == (range(19), None, None)
    with pytest.raises(DataError, match=r"too few samples \(1\) to hold out 0.5 of them"):
        in_time(2, 0.5, 0.5)


@given(
    sizes=st.lists(st.integers(1, 9), min_size=4, max_size=30),
    fraction=st.floats(0.1, 0.5),
    seed=st.integers(0, 2**32),
)
def test_groups_stay_together_and_the_share_is_as_near_as_they_allow(sizes, fraction, seed):
    groups = np.repeat(np.arange(len(sizes)), sizes)
    kept, held = hold_out(np.zeros((len(groups), 1)), fraction, np.random.default_rng(seed), groups)
    assert sorted([*kept, *held]) == list(range(len(groups)))
    assert len(kept) and len(held)
    assert not set(groups[kept]) & set(groups[held])
    assert abs(len(held) - fraction * len(groups)) <= max(sizes)


def test_groups_are_chosen_so_that_every_class_has_its_share():
    rng = np.random.default_rng(0)
    groups = np.repeat(np.arange(100), 5)
    targets = (rng.random(100) < 0.2).astype(np.int64)[groups]
    _, _, test = three_ways(targets, 0.2, None, 0, groups)
    assert abs(targets[test].sum() - 0.2 * targets.sum()) <= 5
    assert abs(len(test) - 100) <= 5


def test_all_of_one_group_cannot_be_split():
    with pytest.raises(DataError, match="all 30 samples are of one group, so none can be held out"):
        three_ways(np.zeros((30, 1)), None, None, 0, np.zeros(30, np.int64))
