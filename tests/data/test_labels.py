import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from whence.data.labels import against_rest, are_class_labels, class_index, encode_labels, positive_class
from whence.errors import DataError, UnknownNameError


def frozen(values, dtype=None):
    array = np.array(values, dtype=dtype)
    array.flags.writeable = False
    return array


@pytest.mark.parametrize(
    ("labels", "indices", "classes"),
    [
        ([3, 10, 3, 7], [0, 2, 0, 1], ("3", "7", "10")),
        ([3.0, 10.0], [0, 1], ("3", "10")),
        (["dog", "cat", "dog"], [1, 0, 1], ("cat", "dog")),
        ([True, False], [1, 0], ("False", "True")),
        ([[1], [0], [1]], [1, 0, 1], ("0", "1")),
        ([[0, 0, 1], [1, 0, 0]], [2, 0], ("0", "1", "2")),
        ([[0.0, 1.0], [1.0, 0.0]], [1, 0], ("0", "1")),
    ],
)
def test_labels_of_every_kind(labels, indices, classes):
    found, names = encode_labels(frozen(labels))
    assert found.dtype == np.int64
    assert found.tolist() == indices
    assert names == classes


def test_given_classes_decide_the_order():
    indices, classes = encode_labels(frozen(["b", "a"]), ("b", "c", "a"))
    assert (indices.tolist(), classes) == ([0, 2], ("b", "c", "a"))
    assert encode_labels(frozen([[0, 1]]), ("x", "y"))[1] == ("x", "y")


@given(st.lists(st.sampled_from(["a", "b", "ä", "1", "-"]), min_size=1))
def test_names_of_indices_are_the_labels_again(labels):
    indices, classes = encode_labels(frozen(labels))
    assert [classes[i] for i in indices] == labels
    assert list(classes) == sorted(set(labels))


@pytest.mark.parametrize(
    ("labels", "classes", "message"),
    [
        ([1.0, np.nan], None, r"the label in row 1 \(counted from 0\) is nan, NaN"),
        ([1.0, 2.5], None, r"the label in row 1 \(counted from 0\) is 2.5, not a whole number"),
        ([0, 1, 4], ("0", "1"), r"the label in row 2 \(counted from 0\): there is no class '4'; there are 0, 1"),
        (["cat", "dgo"], ("cat", "dog"), r"row 1 .*: there is no class 'dgo'; did you mean 'dog'\?"),
        ([[1, 0], [1, 1]], None, r"the one-hot label in row 1 \(counted from 0\) sums to 2; expected exactly one 1"),
        ([[1, 0], [0, 0]], None, "row 1 .* sums to 0"),
        ([[0.2, 0.8]], None, "numbers other than 0 and 1; expected one-hot rows"),
        ([[1, 0]], ("a", "b", "c"), "the one-hot labels have 2 columns for 3 classes"),
        (
            [1.0, 2.0**53 + 2],
            None,
            r"the label in row 1 \(counted from 0\) is 9.*, too large for a label",
        ),
        ([1.0, np.inf], None, r"the label in row 1 \(counted from 0\) is inf, too large for a label"),
        (np.zeros((2, 2, 2)), None, r"the labels have the shape \(2, 2, 2\)"),
        (np.array([{}, {}], dtype=object), None, "the labels have the dtype object"),
    ],
)
def test_wrong_labels(labels, classes, message):
    with pytest.raises(DataError, match=message):
        encode_labels(frozen(labels), classes)


@pytest.mark.parametrize(
    ("targets", "expected"),
    [
        (["a", "b"], True),
        ([True, False], True),
        ([0, 1, 1], True),
        ([[1.0], [1.0], [0.0]], True),
        (list(range(20)) * 2, True),
        (list(range(21)) * 2, False),
        (list(range(10)), False),
        ([0.5, 1.0, 0.5, 1.0], False),
        ([np.nan, 1.0], False),
        ([np.inf, 1.0], False),
        ([1e300, 1.0], False),
        ([[0, 1], [1, 0]], True),
        ([[0.3, 0.7], [1.0, 0.0]], False),
    ],
)
def test_the_rule_for_what_is_a_class(targets, expected):
    assert are_class_labels(frozen(targets)) is expected


def test_class_index():
    assert class_index("b", ("a", "b")) == 1
    with pytest.raises(UnknownNameError, match="there is no class '2'; there are a, b"):
        class_index("2", ("a", "b"))


def test_one_class_told_from_the_rest():
    assert positive_class(against_rest("7")) == "7"
    for classes in (None, ("a", "b"), ("not a", "b"), ("not a", "a", "b")):
        assert positive_class(classes) is None
