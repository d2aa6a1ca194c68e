import numpy as np
import pytest

from whence.data import load


def test_xor():
    dataset = load("xor")
    assert dataset.train.inputs.tolist() == [[0, 0], [0, 1], [1, 0], [1, 1]]
    assert dataset.train.targets.tolist() == [0, 1, 1, 0]
    assert dataset.classes == ("0", "1")


def test_the_two_lesson_tables():
    r2, r3 = load("r2"), load("r3")
    assert r2.train.inputs.tolist() == [[1, 0, 1, 0], [1, 0, 1, 1], [0, 1, 0, 1]]
    assert r2.train.targets.tolist() == [[1], [1], [0]]
    assert r3.train.inputs.tolist() == [[0, 0, 1], [0, 1, 1], [1, 0, 1], [1, 1, 1]]
    assert r3.train.targets.tolist() == [[0], [1], [1], [0]]
    for dataset in (r2, r3):
        assert (dataset.validation, dataset.test, dataset.classes) == (None, None, None)
        assert dataset.train.inputs.dtype == dataset.train.targets.dtype == np.float64
        prepared = dataset.preprocessing(dataset.train.inputs, np.float64)
        assert np.array_equal(prepared, dataset.train.inputs)


@pytest.mark.parametrize(("name", "count", "classes"), [("spirals", 600, 3), ("circles", 500, 2), ("moons", 500, 2)])
def test_points_in_the_plane(name, count, classes):
    dataset = load(name, seed=1)
    inputs = np.concatenate([part.inputs for part in dataset.splits.values()])
    targets = np.concatenate([part.targets for part in dataset.splits.values()])
    assert inputs.shape == (count, 2)
    assert np.bincount(targets).tolist() == [count // classes] * classes
    assert list(dataset.splits) == ["train", "validation", "test"]
    assert np.abs(inputs).max() < 2.5
    assert np.linalg.norm(inputs.mean(axis=0)) < 0.25
    assert load(name, seed=1).sha256 == dataset.sha256 != load(name, seed=2).sha256


def test_the_circles_lie_within_one_another_and_the_arms_of_a_spiral_turn():
    circles = load("circles").train
    radius = np.linalg.norm(circles.inputs, axis=1)
    assert radius[circles.targets == 1].mean() == pytest.approx(0.5, abs=0.05)
    assert radius[circles.targets == 0].mean() == pytest.approx(1.0, abs=0.05)
    spirals = load("spirals").train
    inner, outer = (np.linalg.norm(spirals.inputs, axis=1) < 0.3), (np.linalg.norm(spirals.inputs, axis=1) > 0.7)

    def mean_direction(chosen):
        return np.angle(np.sum(spirals.inputs[chosen & (spirals.targets == 0)] @ np.array([1, 1j])))

    assert mean_direction(outer) - mean_direction(inner) != pytest.approx(0, abs=1)
