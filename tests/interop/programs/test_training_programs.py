"""Training loops in NumPy and R: the same outputs as whence's own training, with the same first parameters."""

from __future__ import annotations

import copy
import re
import shutil

import numpy as np
import pytest

from exhaustive import one_of
from whence.errors import ArgumentError
from whence.formula import Formulas, tensors
from whence.interop.programs import write_training
from whence.interop.programs.languages import LANGUAGES as PROGRAMS
from whence.interop.programs.receipt import run
from whence.interop.programs.training import program as training_program
from whence.interop.programs.training import writing as training_writing
from whence.nn import (
    GRU,
    LSTM,
    RNN,
    BatchNorm,
    CrossEntropy,
    Dropout,
    Embedding,
    Last,
    Layer,
    Linear,
    MeanSquaredError,
    ReLU,
    Residual,
    Sequential,
    Sigmoid,
    SumOfSquaredErrors,
    Tanh,
    layers,
)
from whence.nn.context import INFERENCE
from whence.optim import SGD, Adam

X = np.array([[1.0, 0, 1, 0], [1, 0, 1, 1], [0, 1, 0, 1]])
Y = np.array([[1.0], [1], [0]])
UNIT = {"weight_init": "uniform(0, 1)", "bias_init": "uniform(0, 1)"}
LANGUAGES = ["numpy", "r"]
in_one_language = one_of("language", LANGUAGES)


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


@in_one_language
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


SEQUENCES = np.random.default_rng(0).normal(size=(3, 4, 2))
TOKENS = np.random.default_rng(0).integers(0, 5, (3, 4))


@in_one_language
@one_of(
    ("made", "loss_fn", "x", "y"),
    [
        ([RNN(2, 3), Linear(3, 2)], MeanSquaredError(), SEQUENCES, SEQUENCES[:, ::-1]),
        ([LSTM(2, 3), Last(), Linear(3, 4)], CrossEntropy(), SEQUENCES, np.array([0, 3, 1])),
        ([Embedding(5, 2), GRU(2, 3, 2, bidirectional=True), Linear(6, 5)], CrossEntropy(), TOKENS, TOKENS[:, ::-1]),
    ],
    ids=["rnn", "lstm", "gru"],
)
def test_recurrent_networks_are_trained_in_a_loop_over_time(tmp_path, language, made, loss_fn, x, y):
    net = Sequential(*copy.deepcopy(made), input_shape=x.shape[1:], dtype=np.float64)
    receipt, text = written(tmp_path, language, net, loss_fn, Adam(0.01), x, y, rounds=20)
    assert receipt.difference < 1e-12
    loops = (
        ("in range(4):", "in reversed(range(4)):") if language == "numpy" else ("in seq_len(4)", "in rev(seq_len(4))")
    )
    assert all(line in text for line in loops)


@in_one_language
def test_the_masks_of_dropout_are_those_that_whence_draws(tmp_path, language):
    net = Sequential(Linear(4, 6), Residual([Tanh(), Dropout(0.5)]), Dropout(0.2), Linear(6, 1), dtype=np.float64)
    receipt, text = written(tmp_path, language, net, MeanSquaredError(), SGD(0.01), X, Y, rounds=30)
    assert receipt.difference < 1e-12
    assert receipt.largest > 0.1
    assert text.count("draw(0.5, ") == text.count("draw(0.2, ") == 1


@in_one_language
def test_a_program_draws_masks_of_its_own(tmp_path, language):
    net = Sequential(Dropout(0.25), Linear(4, 1), input_shape=(4,), dtype=np.float64)
    x, y = np.ones((500, 4)), np.ones((500, 1))
    _, text = written(tmp_path, language, net, MeanSquaredError(), SGD(0.1), x, y, rounds=1)
    name = re.findall(r"(\w+) (?:=|<-) draw\(", text)[0]
    shown = {"numpy": f"print(*{name}.ravel().tolist())", "r": f"cat({name}, fill = 1e6)"}[language]
    tool = shutil.which(PROGRAMS[language].tool)
    printed = run(f"{text}{shown}\n", PROGRAMS[language], tool, "")
    mask = np.array(printed.splitlines()[-1].split(), float)
    np.testing.assert_allclose(np.unique(mask), [0, 1 / 0.75], rtol=1e-6)
    assert 0.2 < np.mean(mask == 0) < 0.3  # of 2000: more than five standard deviations


def test_a_receipt_tells_masks_apart(tmp_path, monkeypatch):
    right = training_writing._trained_with_masks

    def with_other_masks(*arguments):
        outputs, masks = right(*arguments)
        return outputs, masks.translate(str.maketrans("01", "10"))

    monkeypatch.setattr(training_writing, "_trained_with_masks", with_other_masks)
    net = Sequential(Linear(4, 6), Dropout(0.5), Linear(6, 1), dtype=np.float64)
    with pytest.raises(ArgumentError, match=r"answers differ from whence's .* no file was written"):
        write_training(tmp_path / "training.py", net, MeanSquaredError(), SGD(0.1), X, Y, "numpy", rounds=5)


def test_a_layer_that_draws_other_numbers_is_named(tmp_path, own_classes):
    @layers.register("noisy")
    class Noisy(Layer):
        def forward(self, x, context=INFERENCE):
            return x, {"noise": context.rng.normal(size=x.shape)}

        def backward(self, delta, cache, gradient, *, need_input=True):
            return delta

        def formulas(self, *, training=True):
            x, y, noise, dx, dy = tensors("x y noise dx dy")
            n, j = self.element()
            return Formulas([y[n, j] << x[n, j] + noise[n, j]], [dx[n, j] << dy[n, j]])

    net = Sequential(Noisy(), Linear(4, 1), input_shape=(4,), dtype=np.float64)
    with pytest.raises(ArgumentError, match=r"Noisy\(\) draws numbers in every step that are no masks of dropout"):
        write_training(tmp_path / "training.py", net, MeanSquaredError(), SGD(0.1), X, Y, "numpy")


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
