import numpy as np
import pytest

from whence.data import Samples
from whence.errors import DataError


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
        (np.array([["a"]], dtype=object), np.zeros(1), "inputs are an array of shape .1, 1. and dtype object"),
        (np.zeros((1, 2)), np.array(["a"]), "targets are an array of shape .1,. and dtype <U1"),
        (np.float64(3), np.zeros(1), "inputs are an array of shape .. and dtype float64"),
        (np.array([[0, 1], [2, np.nan]]), np.zeros(2), "inputs hold nan in row 1, column 1 .counted from 0."),
        (np.zeros((2, 1)), np.array([0, np.inf]), "targets hold inf in row 1 .counted from 0."),
    ],
)
def test_unusable_samples(inputs, targets, message):
    with pytest.raises(DataError, match=message):
        Samples(inputs, targets)


def test_the_first_bad_value_is_found_far_down_and_in_images():
    inputs = np.zeros((9000, 2, 2, 1), np.float32)
    inputs[8500, 1, 0, 0] = -np.inf
    with pytest.raises(DataError, match=r"-inf in row 8500, position \(1, 0, 0\)"):
        Samples(inputs, np.zeros(9000, np.int64))
