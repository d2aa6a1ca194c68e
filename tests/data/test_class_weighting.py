import json

import numpy as np
import pytest

from whence.data import class_weights
from whence.errors import ArgumentError, DataError, UnknownNameError

CLASSES, TARGETS = ("cat", "dog", "a=b"), np.array([0, 0, 0, 1, 1, 2])


def test_balanced_weights_let_every_class_count_alike():
    assert class_weights("balanced", CLASSES, TARGETS) == pytest.approx((6 / 9, 6 / 6, 6 / 3))
    weights = np.array([1, 1, 2, 2, 2, 0.5])
    balanced = class_weights("balanced", CLASSES, TARGETS, weights)
    sums = [sum(weights[TARGETS == index]) * balanced[index] for index in range(3)]
    assert sums == pytest.approx([8.5 / 3] * 3)
    steps = np.array([[0, 0], [1, 2]])
    assert class_weights("balanced", CLASSES, steps, np.array([1, 2])) == pytest.approx((6 / 6, 6 / 6, 6 / 6))


def test_weights_by_name_leave_the_others_at_one():
    assert class_weights("dog=2, a=b=0.5", CLASSES, TARGETS) == (1, 2, 0.5)
    assert class_weights({"cat": 3}, CLASSES, TARGETS) == (3, 1, 1)
    assert class_weights({"cat": np.int64(3), "dog": np.float32(0.5)}, CLASSES, TARGETS) == (3, 0.5, 1)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("weights.json", json.dumps({"dog": 2, "a=b": 0.5})),
        ("weights.toml", 'dog = 2\n"a=b" = 0.5\n'),
        ("weights.CSV", "dog, 2\na=b,0.5\n"),
    ],
)
def test_weights_in_a_file(tmp_path, name, text):
    (tmp_path / name).write_text(text)
    assert class_weights(tmp_path / name, CLASSES, TARGETS) == (1, 2, 0.5)
    assert class_weights(str(tmp_path / name), CLASSES, TARGETS) == (1, 2, 0.5)


@pytest.mark.parametrize(
    ("told", "error", "message"),
    [
        ("bird=2", UnknownNameError, "class weights: there is no class 'bird'"),
        ("dog=2,cat", ArgumentError, "class weights are 'dog=2,cat'; expected \"balanced\", name=weight"),
        ("balance", ArgumentError, "class weights are 'balance'; expected"),
        ("dog=0", ArgumentError, "the weight of class dog = 0; it must be a number above 0"),
        ("dog=inf", ArgumentError, "the weight of class dog = inf; it must be a number above 0"),
        ("dog=two", ArgumentError, "the weight of class dog = 'two'; it must be a number above 0"),
        ({"dog": True}, ArgumentError, "the weight of class dog = True"),
        ("none.json", DataError, "cannot read the class weights in none.json: No such file"),
    ],
)
def test_weights_that_cannot_be(told, error, message):
    with pytest.raises(error, match=message):
        class_weights(told, CLASSES, TARGETS)


def test_a_class_without_samples_cannot_be_balanced():
    with pytest.raises(ArgumentError, match="class a=b has no training samples, so it cannot be balanced"):
        class_weights("balanced", CLASSES, TARGETS[:5])


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("a.json", "[1, 2]", "a.json holds a list; expected weights by the names of classes"),
        ("a.json", "{", "a.json does not hold class weights"),
        ("a.toml", "dog 2", "a.toml does not hold class weights"),
        ("a.csv", "dog,2,3", "a.csv does not hold class weights"),
    ],
)
def test_files_without_weights(tmp_path, name, text, message):
    (tmp_path / name).write_text(text)
    with pytest.raises(DataError, match=message):
        class_weights(tmp_path / name, CLASSES, TARGETS)


@pytest.mark.parametrize("suffix", ["json", "toml"])
def test_a_file_that_is_nested_too_deeply_is_refused(suffix, tmp_path):
    path = tmp_path / f"weights.{suffix}"
    path.write_text(("" if suffix == "json" else "a = ") + "[" * 100_000)
    with pytest.raises(DataError, match="does not hold class weights"):
        class_weights(path, ["a"], np.zeros(3, np.int64))
