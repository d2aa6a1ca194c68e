"""The textbook network for classes: sigmoid outputs, the squared error, one-hot targets."""

import json

import numpy as np
import pytest

from whence import fit
from whence.data import load
from whence.nn import MeanSquaredError, mlp
from whence.training import evaluate, load_model

SIGMOIDS = ("--activation", "sigmoid", "--output-activation", "sigmoid", "-s", 30)


@pytest.fixture
def textbook(whence, once):
    """The folder of a run of the textbook network on the digits."""
    arguments = ("--loss", "mean_squared_error", *SIGMOIDS, "-l", 10, "-m", 10, "--class-weights", "0=2")
    once("textbook", lambda: whence("train", *arguments, "--out", "run", "--quiet"))
    return "run"


def test_it_is_measured_as_other_classifiers_are(whence, textbook):
    found = json.loads(whence("evaluate", textbook, "--json").stdout)
    assert found["test_accuracy"] > 0.8
    assert np.sum(found["confusion_matrix"]) == sum(one["support"] for one in found["report"].values())
    assert load_model(textbook).loss_fn.class_weights == (2, *[1] * 9)


def test_its_probabilities_sum_to_one_and_name_the_largest_output(textbook):
    model, inputs = load_model(textbook), load("digits").test.inputs
    probabilities = model.probabilities(inputs)
    assert probabilities.min() >= 0
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, rtol=1e-6)
    outputs = model.net(model.preprocessing(inputs))
    assert model.predict(inputs).tolist() == [model.classes[place] for place in outputs.argmax(axis=1)]


def test_its_targets_are_drawn_as_one_hot(whence, textbook):
    label = int(load("digits", seed=1).train.targets[0])
    assert whence("why", textbook, f"y[0,{label}]").stdout.startswith(
        f"y[0,{label}] = 1, 1 if the class of sample 0 is {label}, else 0"
    )
    said = whence("why", textbook, "loss").stdout
    assert "ℓ[n, j]" in said
    assert "ψ[n]" in said
    whence("show", textbook, "-o", "page.html")
    whence("check", textbook, "--batch", 2)
    whence("train", "--resume", textbook)


def test_every_loss_of_single_outputs_takes_classes(whence):
    for loss in ("l1", "huber", "sum_of_squared_errors", "binary_cross_entropy"):
        found = whence("train", "--loss", loss, "-s", 16, "-m", 1, "-l", 0.001, "--out", loss, "--json").stdout
        assert json.loads(found)["test_accuracy"] is not None


def test_in_python_labels_are_enough():
    data = load("digits")
    net = mlp(data.input_shape, [30], 10, output_activation="sigmoid", seed=1)
    fit(net, "mse", "sgd(2)", data.train, epochs=5, preprocessing=data.preprocessing)
    assert evaluate(net, MeanSquaredError(), data.test, data.preprocessing)["accuracy"] > 0.8
