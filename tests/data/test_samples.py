import numpy as np
import pytest

from whence.data import Samples
from whence.data.samples import joined
from whence.errors import ArgumentError, DataError


def frozen(values, dtype=None):
    array = np.array(values, dtype=dtype)
    array.flags.writeable = False
    return array


def test_length_and_taking_rows_copies_them():
    samples = Samples(frozen(np.arange(12.0).reshape(4, 3)), frozen([3, 2, 1, 0]))
    taken = samples.take(np.array([2, 0, 2]))
    assert len(samples) == 4
    assert taken.inputs.tolist() == [[6, 7, 8], [0, 1, 2], [6, 7, 8]]
    assert taken.targets.tolist() == [1, 3, 1]
    taken.inputs[:] = -1
    assert samples.inputs[0, 0] == 0


def test_the_representation_is_short():
    samples = Samples(np.zeros((9, 2, 2, 1), np.uint8), np.zeros(9, np.int64))
    assert repr(samples) == "Samples(inputs: (9, 2, 2, 1) uint8, targets: (9,) int64)"


@pytest.mark.parametrize(
    ("inputs", "targets", "message"),
    [
        (np.zeros((3, 2)), np.zeros(4), "3 inputs and 4 targets; every input needs one target"),
        (np.zeros((0, 2)), np.zeros(0), "there are no samples"),
        (np.array([["a"]], dtype=object), np.zeros(1), "inputs = a object array of shape .1, 1."),
        (np.zeros((1, 2)), np.array(["a"]), "targets = a <U1 array of shape .1,."),
        (np.float64(3), np.zeros(1), "the inputs are the number 3.0"),
        (np.array([[0, 1], [2, np.nan]]), np.zeros(2), "inputs hold nan in row 1, column 1 .counted from 0."),
        (np.zeros((2, 1)), np.array([0, np.inf]), "targets hold inf in row 1 .counted from 0."),
    ],
)
def test_unusable_samples(inputs, targets, message):
    with pytest.raises((ArgumentError, DataError), match=message):
        Samples(inputs, targets)


def test_the_first_bad_value_is_found_far_down_and_in_images():
    inputs = np.zeros((9000, 2, 2, 1), np.float32)
    inputs[8500, 1, 0, 0] = -np.inf
    with pytest.raises(DataError, match=r"-inf in row 8500, position \(1, 0, 0\)"):
        Samples(inputs, np.zeros(9000, np.int64))


def sequences():
    return Samples(np.arange(24.0).reshape(4, 3, 2), np.arange(4), frozen([0.5, 0, 2, 1]), frozen([3, 1, 2, 3]))


def test_weights_and_lengths_are_taken_along():
    taken = sequences().take(np.array([3, 0]))
    assert (taken.targets.tolist(), taken.weights.tolist(), taken.lengths.tolist()) == ([3, 0], [1, 0.5], [3, 3])
    assert (
        repr(taken)
        == "Samples(inputs: (2, 3, 2) float64, targets: (2,) int64, weights: (2,) float64, lengths: (2,) int64)"
    )


def test_joined_parts_without_weights_and_lengths_count_in_full():
    plain = Samples(np.zeros((2, 3, 2)), np.array([7, 8]))
    both = joined([sequences(), plain])
    assert both.targets.tolist() == [0, 1, 2, 3, 7, 8]
    assert both.weights.tolist() == [0.5, 0, 2, 1, 1, 1]
    assert both.lengths.tolist() == [3, 1, 2, 3, 3, 3]
    assert joined([plain, plain]).arrays.keys() == {"inputs", "targets"}


@pytest.mark.parametrize(
    ("extra", "message"),
    [
        ({"weights": np.ones(3)}, "there are 4 inputs and 3 weights; every input needs one weight"),
        ({"weights": np.array([1, np.nan, 1, 1])}, "the weights hold nan in row 1"),
        (
            {"weights": np.array([1, 1, -0.5, 1])},
            "the weight in row 2 .counted from 0. is -0.5; weights must not be neg",
        ),
        ({"weights": np.zeros(4)}, "all weights are 0"),
        ({"weights": np.ones((4, 2))}, "the weights have the shape .4, 2.; give one number for each sample"),
        ({"lengths": np.array([1, 2, 0, 3])}, "the length in row 2 .counted from 0. is 0; lengths must be from 1 to 3"),
        ({"lengths": np.array([4, 2, 0, 3])}, "the length in row 0 .counted from 0. is 4; lengths must be from 1 to 3"),
        ({"lengths": np.ones(4)}, "the lengths are float64 of shape .4,."),
        ({"lengths": np.ones(5, int)}, "there are 4 inputs and 5 lengths; every input needs one length"),
    ],
)
def test_unusable_weights_and_lengths(extra, message):
    with pytest.raises(DataError, match=message):
        Samples(np.zeros((4, 3, 2)), np.arange(4), **extra)


def test_inputs_without_time_have_no_lengths():
    with pytest.raises(DataError, match=r"the inputs have the shape \(4,\); give one whole number of time steps"):
        Samples(np.zeros(4), np.arange(4), lengths=np.ones(4, int))


def test_joined_samples_of_one_part_are_not_copied():
    alone = sequences()
    assert joined([alone]).inputs is alone.inputs
