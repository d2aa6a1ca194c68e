"""Training loops in NumPy and R: the same outputs as whence's own training, with the same first parameters."""

from __future__ import annotations

import re
import shutil

import numpy as np
import pytest

from whence.errors import ArgumentError
from whence.interop.programs import write_training
from whence.interop.programs.training import program as training_program
from whence.nn import (
    LSTM,
    BatchNorm,
    CrossEntropy,
    Dropout,
    Linear,
    MeanSquaredError,
    ReLU,
    Sequential,
    Sigmoid,
    SumOfSquaredErrors,
    Tanh,
)
from whence.optim import SGD, Adam

X = np.array([[1.0, 0, 1, 0], [1, 0, 1, 1], [0, 1, 0, 1]])
Y = np.array([[1.0], [1], [0]])
UNIT = {"weight_init": "uniform(0, 1)", "bias_init": "uniform(0, 1)"}
LANGUAGES = ["numpy", "r"]


def published():
    """The network 4-3-1 that was published for R."""
    return Sequential(Linear(4, 3, **UNIT), Sigmoid(), Linear(3, 1, **UNIT), Sigmoid(), dtype=np.float64)


def written(folder, language, *arguments, **options):
    """The receipt of a training loop, and its text."""
    path = folder / "training"
    receipt = write_training(path, *arguments, language, **options)
    if language == "r" and shutil.which("Rscript") is None:
        pytest.skip("Rscript is not installed")
    return receipt, path.read_text(encoding="utf-8")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_published_network_is_trained_in_twelve_steps(tmp_path, language):
    receipt, text = written(tmp_path, language, published(), SumOfSquaredErrors(), SGD(0.1), X, Y, rounds=5000)
    assert receipt.difference < 1e-12
    assert receipt.inputs == 3
    titles = [title.lstrip() for title in re.findall(r"# (Step \d+: .*)", text)]
    assert len(titles) == 12
    assert titles[2:4] == ["Step 3: the weighted sums of layer 1", "Step 4: the activation of layer 1"]
    assert titles[7:] == [
        "Step 8: the delta of the output layer",
        "Step 9: the error at layer 1",
        "Step 10: the delta of layer 1",
        "Step 11: the new weights",
        "Step 12: the new biases",
    ]
    product = "dW1 = x.T @ dz1" if language == "numpy" else "dW1 <- t(x) %*% dz1"
    assert product in text


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("optimizer", "loss_fn", "y"),
    [
        (SGD(0.1, momentum=0.9, weight_decay=0.01, clip_norm=0.5), CrossEntropy(), np.array([0, 1, 2])),
        (Adam(0.01), MeanSquaredError(), np.eye(3)),
    ],
    ids=["sgd", "adam"],
)
def test_other_losses_and_optimizers_are_stated_by_their_formulas(tmp_path, language, optimizer, loss_fn, y):
    net = Sequential(Linear(4, 3), ReLU(), BatchNorm(), Tanh(), Linear(3, 3), dtype=np.float64)
    receipt, _ = written(tmp_path, language, net, loss_fn, optimizer, X, y, rounds=20)
    assert receipt.difference < 1e-12


@pytest.mark.parametrize(
    ("layer", "message"),
    [
        (Dropout(0.5), "Dropout.* draws new numbers in every step"),
        (LSTM(4, 3), "LSTM.* goes through time step by step"),
    ],
)
def test_a_layer_that_cannot_be_trained_so_is_named(tmp_path, layer, message):
    of_sequences = isinstance(layer, LSTM)
    x = X[:, np.newaxis] if of_sequences else X
    net = Sequential(layer, Linear(3 if of_sequences else 4, 1), input_shape=x.shape[1:], dtype=np.float64)
    with pytest.raises(ArgumentError, match=message):
        write_training(
            tmp_path / "training.py", net, MeanSquaredError(), SGD(0.1), x, np.zeros((3, *x.shape[1:-1], 1)), "numpy"
        )


def test_no_file_stays_where_the_outputs_differ(tmp_path, monkeypatch):
    right = training_program._InNumPy.formula
    monkeypatch.setattr(
        training_program._InNumPy,
        "formula",
        lambda self, formula: [line.replace("x.T", "2 * x.T") for line in right(self, formula)],
    )
    with pytest.raises(ArgumentError, match=r"answers differ from whence's .* no file was written"):
        write_training(tmp_path / "training.py", published(), SumOfSquaredErrors(), SGD(0.1), X, Y, "numpy", rounds=20)
    assert not list(tmp_path.iterdir())
