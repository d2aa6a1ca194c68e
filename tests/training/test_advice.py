import numpy as np
import pytest

from whence import fit
from whence.data import Preprocessing, Samples
from whence.nn import CrossEntropy, mlp
from whence.training.advice import reason, shortfall

RNG = np.random.default_rng(2)
X = RNG.normal(size=(200, 4)).astype(np.float32)
SAMPLES = Samples(X, (X[:, 0] * X[:, 1] > 0).astype(np.int64))
FALLING, FLAT, RISING = (
    [{"train_loss": loss} for loss in row] for row in ([3.0, 2, 1], [1.0, 0.7, 0.7], [0.7, 0.9, 5])
)


def said(net, history=FLAT, samples=SAMPLES):
    before = net.theta.copy()
    sentence = reason(net, CrossEntropy(), Preprocessing(), samples, history, 0.1)
    assert np.array_equal(net.theta, before)
    return sentence


def made(hidden=(8,), **options):
    return mlp((4,), hidden, 2, seed=1, **options)


def test_what_hinders_learning_is_named_with_what_was_measured():
    dead = made()
    dead.layers[0].bias[...] = -100
    assert said(dead) == (
        "all units of layer 2, ReLU(), are 0 (dead) for every sample: try a smaller --learning-rate than 0.1 or "
        "--activation leaky_relu"
    )
    saturated = made(activation="sigmoid")
    saturated.layers[0].bias[...] = 100
    assert "Sigmoid(), are the same (saturated) for every sample" in said(saturated)
    assert "all weights are 0" in said(made(weight_init="zeros"))
    assert "the gradient vanishes on its way back" in said(made([8] * 9, activation="sigmoid"))
    assert "the inputs vary by only 0.00" in said(made(), samples=Samples(X / 300, SAMPLES.targets))
    assert "the training loss rose to 5 from 0.7: try a smaller --learning-rate than 0.1" in said(made(), RISING)
    assert "the training loss still falls: train longer" in said(made(), FALLING)
    assert "no longer falls: try more or larger hidden layers" in said(made())


def test_a_network_with_dropout_and_batch_norm_is_left_as_it_is():
    net = made(dropout=0.5, batch_norm=True)
    fit(net, "cross_entropy", "sgd", SAMPLES, epochs=1)
    state = {name: array.copy() for name, array in net.state_dict().items()}
    said(net)
    for name, array in net.state_dict().items():
        np.testing.assert_array_equal(array, state[name])


@pytest.mark.parametrize(
    ("measures", "found", "sentence"),
    [
        ({"accuracy": 0.9}, {"always a": {"accuracy": 0.6}, "linear model": {"accuracy": 0.8}}, None),
        ({"accuracy": 0.9}, {"linear model": {"accuracy": 0.92}}, None),
        (
            {"accuracy": 0.8},
            {"always a": {"accuracy": 0.6}, "linear model": {"accuracy": 0.95}},
            "the accuracy of 80.00% on test data is less than that of a linear model, 95.00%",
        ),
        (
            {"accuracy": 0.6},
            {"always a": {"accuracy": 0.6}},
            'the accuracy of 60.00% on test data is only that of "always a", 60.00%',
        ),
        (
            {"rmse": 3.0, "r2": -0.5},
            {"always the mean": {"r2": -0.1}},
            'the R² of -0.5000 on test data is less than that of "always the mean", -0.1000',
        ),
        ({"accuracy": 1.0}, {"linear model": {"accuracy": 1.0}}, None),
        ({"r2": float("nan")}, {"always the mean": {"r2": float("nan")}}, None),
        ({"accuracy": 0.1, "bits": 3.0}, {"character frequencies": {"accuracy": 0.2}}, None),
    ],
)
def test_a_baseline_that_is_not_reached_is_said(measures, found, sentence):
    assert shortfall(measures, found, 100, "test") == sentence
