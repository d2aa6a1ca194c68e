"""Faults of the data are told by the samples alone, before a trial is made."""

import numpy as np
import pytest

from whence.data import Samples
from whence.doctor import Patient
from whence.doctor.examination import Examination
from whence.doctor.faults import known_rules
from whence.doctor.faults.registry import Floor
from whence.nn import CrossEntropy, MeanSquaredError
from whence.nn.architecture import network
from whence.optim import Adam

rng = np.random.default_rng(0)


def clusters(count, classes=4):
    """Return points around the corners of a square, and at which corner they are."""
    corner = rng.integers(0, classes, count)
    return rng.normal(size=(count, 2)) + 6 * np.stack([corner % 2, corner // 2], axis=1), corner


def slope(count):
    """Return points, and a smooth function of them."""
    x = rng.uniform(-1, 1, (count, 2))
    return x, x[:, :1] + np.sin(2 * x[:, 1:])


def findings(train, test):
    """Return the rules on data that suspect something in a training that was not made, and where."""
    numbers = train[1].ndim == 2
    net = network("linear 4, relu, linear", (2,), outputs=1 if numbers else 4, seed=1)
    training = {
        "net": net,
        "loss_fn": MeanSquaredError() if numbers else CrossEntropy(),
        "optimizer": Adam(0.01),
        "train": Samples(*train),
        "epochs": 1,
    }
    patient = Patient(
        training=training, net=net, test=Samples(*test), classes=None if numbers else tuple("abcd"), finished=True
    )
    exam = Examination(patient, 1.0)
    names = (
        "shifted_labels", "labels_by_chance", "labels_of_other_shares", "samples_in_both_parts", "split_in_order",
    )  # fmt: skip
    rules = [rule for rule in known_rules() if rule.floor is Floor.DATA and rule.look.__name__ in names]
    return [(rule.fault, found.where) for rule in rules for found in rule.look(exam)]


@pytest.mark.parametrize("drawn", [clusters, slope])
def test_sound_data_have_no_fault(drawn):
    assert findings(drawn(300), drawn(200)) == []


def test_samples_in_both_parts():
    x, y = clusters(300)
    assert findings((x, y), (x[50:200], y[50:200])) == [("target-leaks", "the split")]


def test_few_values_that_repeat_everywhere_are_no_leak():
    x, y = clusters(300)
    assert findings((np.round(x / 6), y), (np.round(clusters(200)[0] / 6), clusters(200)[1] * 0 + y[:200])) == []


def test_labels_of_other_samples_than_those_held_out():
    x, y = clusters(300)
    assert ("labels-wrong", "the training labels") in findings((x, rng.permutation(y)), clusters(200))


def test_a_class_that_is_called_another():
    x, y = clusters(1200)
    named = np.where((y == 1) & (rng.random(1200) < 0.9), 2, y)
    assert ("labels-wrong", "the training labels") in findings((x, named), clusters(800))


def test_a_class_that_is_rare_is_not_called_another():
    x, y = clusters(600)
    kept = (y != 1) | (rng.random(600) < 0.1)
    assert findings((x[kept], y[kept]), clusters(300)) == []


@pytest.mark.parametrize(("drawn", "where"), [(clusters, "the labels"), (slope, "the targets")])
def test_targets_of_the_row_before(drawn, where):
    x, y = drawn(400)
    assert ("labels-wrong", where) in findings((x, np.roll(y, 1, axis=0)), drawn(200))


def test_the_last_value_of_a_series_does_not_tell_that_targets_are_shifted():
    series = np.cumsum(rng.normal(size=402))
    x, y = np.stack([series[:-2], series[1:-1]], axis=1), series[2:, np.newaxis] - series[1:-1, np.newaxis]
    moved = np.concatenate([np.diff(x, axis=1), x[:, :1]], axis=1)
    assert findings((moved[:300], y[:300]), (moved[300:], y[300:])) == []


@pytest.mark.parametrize("drawn", [clusters, slope])
def test_a_split_in_the_order_of_the_target(drawn):
    x, y = drawn(500)
    order = np.argsort(y, axis=0, kind="stable").ravel()
    x, y = x[order], y[order]
    cut = int(np.searchsorted(y.ravel(), 2)) if y.ndim == 1 else 350
    assert ("not-shuffled", "the split, by the target") in findings((x[:cut], y[:cut]), (x[cut:], y[cut:]))
