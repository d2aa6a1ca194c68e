import math
from dataclasses import replace

import numpy as np
import pytest

from whence import fit
from whence.data import Dataset, Preprocessing, Samples
from whence.nn import MeanSquaredError, mlp
from whence.nn.mlp import read_activation
from whence.training import evaluate

ACTIVATIONS = ("sigmoid", "tanh", "relu", "softplus", "elu", "elu(alpha=0.3)", "silu", "gelu", "leaky_relu", "identity")


def numbers(targets, standardised=True):
    """Return a data set whose targets are a linear function of one input."""
    targets = np.asarray(targets, np.float64).reshape(len(targets), -1)
    inputs = (targets - targets.mean(axis=0))[:, :1] / (targets.std() or 1)
    known = {"target_shift": targets.mean(axis=0), "target_scale": 1 / np.where(targets.std(axis=0), targets.std(), 1)}
    preprocessing = Preprocessing(**known) if standardised else Preprocessing()
    return Dataset("line", Samples(inputs, targets), None, None, None, preprocessing)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_an_activation_stays_within_its_range_and_comes_close_to_it(name):
    layer = read_activation(name)
    outputs, _ = layer.forward(np.linspace(-20, 40, 600_001))
    for bound, reached in zip(layer.output_range, (outputs.min(), outputs.max()), strict=True):
        if math.isfinite(bound):
            assert reached == pytest.approx(bound, abs=0.2 if name == "leaky_relu" else 2e-5)
        else:
            assert abs(reached) > 15


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_every_output_activation_can_learn_numbers_of_any_size(name):
    data = numbers(np.linspace(20_000, 90_000, 60))
    net = mlp((1,), [16], 1, output_activation=name, activation="tanh", seed=1)
    data = data.with_targets_in(*net.output_range)
    fit(net, "mse", "adam(0.02)", data.train, epochs=150, preprocessing=data.preprocessing)
    assert evaluate(net, MeanSquaredError(), data.train, data.preprocessing)["r2"] > 0.99


def test_a_bounded_range_is_used_up_to_a_tenth_of_it():
    data = numbers([[5, 1], [50, 3], [20, 2]]).with_targets_in(0, 1)
    scaled = data.preprocessing.targets(data.train.targets, data.train.inputs, np.float64)
    assert scaled.min(axis=0).tolist() == pytest.approx([0.1, 0.1])
    assert scaled.max(axis=0).tolist() == pytest.approx([0.9, 0.9])
    np.testing.assert_allclose(data.preprocessing.restored(scaled, data.train.inputs), data.train.targets, rtol=1e-12)
    (remark,) = data.remarks
    assert remark == (
        "the targets, 1 to 50 in training, are scaled to 0.1 to 0.9, since the output activation gives numbers from "
        "0 to 1; predictions are scaled back"
    )


@pytest.mark.parametrize(("low", "high", "ends"), [(0, math.inf, (0.1, None)), (-math.inf, 1, (None, 0.9))])
def test_a_half_open_range_begins_a_tenth_from_its_end(low, high, ends):
    data = numbers([1.0, 2.0, 6.0]).with_targets_in(low, high)
    scaled = data.preprocessing.targets(data.train.targets, data.train.inputs, np.float64)
    assert scaled.std() == pytest.approx(1)
    for found, expected in zip((scaled.min(), scaled.max()), ends, strict=True):
        assert expected is None or found == pytest.approx(expected)


def test_targets_within_the_range_classes_and_unbounded_outputs_are_left_alone():
    inside = numbers([0.0, 0.5, 1.0], standardised=False)
    assert inside.with_targets_in(0, 1).preprocessing is inside.preprocessing
    assert numbers([5.0, 7.0]).with_targets_in(-math.inf, math.inf).remarks == ()
    labels = replace(inside, train=Samples(np.zeros((2, 1)), np.array([0, 1])), classes=("a", "b"))
    assert labels.with_targets_in(0, 1) is labels


def test_targets_that_do_not_vary_lie_in_the_middle():
    data = numbers([7.0, 7.0, 7.0], standardised=False).with_targets_in(0, 1)
    assert data.preprocessing.targets(data.train.targets, data.train.inputs, np.float64).ravel().tolist() == [0.5] * 3


def test_samples_of_weight_zero_do_not_count():
    data = numbers([1.0, 2.0, 1e6])
    data = replace(data, train=replace(data.train, weights=np.array([1.0, 1.0, 0.0])))
    scaled = data.with_targets_in(0, 1).preprocessing.targets(data.train.targets, data.train.inputs, np.float64)
    assert scaled.ravel()[:2].tolist() == pytest.approx([0.1, 0.9])
