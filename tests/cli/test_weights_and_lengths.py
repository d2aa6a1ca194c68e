import json
from pathlib import Path

import numpy as np
import pytest

from whence.data import class_weights, load
from whence.training import evaluate, load_model


@pytest.fixture
def sequences(working_folder):
    """Sequences of up to 6 steps; what lies after their ends is made of large numbers."""
    rng = np.random.default_rng(0)
    lengths = rng.integers(1, 7, 60)
    x = rng.normal(size=(60, 6, 2))
    y = (x[:, 0, 0] > 0).astype(int)
    x[np.arange(6) >= lengths[:, np.newaxis]] = 1e3
    np.savez("sequences.npz", x=x, y=y, lengths=lengths, weights=rng.choice([0.5, 1, 2], 60))
    np.savez("padded.npz", x=np.where(x == 1e3, -1e3, x)[:5], lengths=lengths[:5])
    np.savez("cut.npz", x=x[:5], lengths=lengths[:5])
    return x, y, lengths


def test_weights_and_lengths_in_an_archive_are_used_from_training_to_the_cell(whence, sequences):
    arguments = ("--arch", "lstm 3, last, linear", "--max-iter", 2, "--out", "run", "--json")
    found = json.loads(whence("train", "sequences.npz", *arguments).stdout)
    model, data = load_model("run"), load("sequences.npz", seed=1)
    measured = evaluate(model.net, model.loss_fn, data.test, model.preprocessing)
    assert found["test_loss"] == pytest.approx(measured["loss"], rel=1e-6)
    assert found["test_accuracy"] == pytest.approx(measured["accuracy"], rel=1e-6)
    report = json.loads(whence("evaluate", "run", "--json").stdout)
    assert report["test_loss"] == pytest.approx(found["test_loss"], rel=1e-6)
    assert np.array(report["confusion_matrix"]).sum() == len(data.test)
    sums = np.bincount(data.test.targets, data.test.weights)
    assert [one["support"] for one in report["report"].values()] == pytest.approx(sums)
    assert "measures and support are by the weights of the samples" in whence("evaluate", "run").stdout
    cut, padded = (whence("predict", "run", name, "--csv").stdout for name in ("cut.npz", "padded.npz"))
    assert cut.replace("cut.npz", "") == padded.replace("padded.npz", "")
    said = whence("why", "run", "loss", "--batch", 3).stdout
    assert "ω[" in said


def test_traced_steps_are_on_samples_that_count(whence, working_folder):
    x, y = np.random.default_rng(0).normal(size=(30, 3)), np.arange(30) % 2
    weights = np.r_[0, 0, 2, 0, np.ones(26)]
    parts = {f"{name}_{part}": array for part in ("train", "test") for name, array in (("x", x), ("y", y))}
    np.savez("weighted.npz", **parts, weights_train=weights, weights_test=weights)
    whence("train", "weighted.npz", "-s", "none", "--validation", 0, "--max-iter", 1, "--out", "run")

    def traced(*arguments):
        return (
            whence("why", "run", "loss", *arguments)
            .stdout.splitlines()[-1]
            .partition(", on ")[2]
            .partition(" of weighted")[0]
        )

    assert traced() == "samples 2, 4, 5 and 6"
    assert traced("--batch", 3) == "samples 2, 4 and 5"
    assert traced("--samples", 4) == "sample 4"
    said = whence("why", "run", "loss", "--samples", 1, code=1).stderr
    assert "sample 1 has the weight 0, so it trains nothing; try 2" in said
    whence("check", "run", "--batch", 1)


def test_lengths_without_a_layer_that_uses_them_are_refused(whence, sequences):
    said = whence("train", "sequences.npz", "--arch", "flatten, linear", "--max-iter", 1, "--out", "run", code=1)
    assert "no recurrent layer and no Last, which use them; leave them out" in said.stderr


def test_class_weights_go_into_the_loss_the_report_and_a_resumed_run(whence):
    arguments = ("digits", "-s", "none", "--max-iter", 1, "--out", "run")
    said = whence("train", *arguments, "--class-weights", "balanced").stdout
    train = load("digits", seed=1).train
    weights = class_weights("balanced", [str(digit) for digit in range(10)], train.targets)
    assert load_model("run").loss_fn.class_weights == weights
    line = f"class weights: 0={weights[0]:.4g}, 1={weights[1]:.4g}"
    assert line in said
    assert line in Path("run/report.txt").read_text(encoding="utf-8")
    whence("train", "--resume", "run")
    assert load_model("run").loss_fn.class_weights == weights


def test_class_weights_of_one_class_against_the_rest(whence):
    arguments = ("digits", "--positive", 3, "-s", "none", "--max-iter", 1, "--out", "run", "--class-weights", "3=4")
    assert "class weights: not 3=1, 3=4" in whence("train", *arguments).stdout
    assert load_model("run").loss_fn.positive_weight == 4


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("digits", "--class-weights", "ten=2"), "there is no class 'ten'"),
        (("digits", "--class-weights", "2"), "class weights are '2'; expected"),
        (("r2", "--class-weights", "balanced"), "class-weights are for classes, but r2 has numbers as targets"),
        (
            ("digits", "--class-weights", "balanced", "--loss", "cross_entropy(class_weights=1x2)"),
            "class_weights is given twice",
        ),
    ],
)
def test_class_weights_that_cannot_be_end_in_one_sentence(whence, arguments, message):
    assert message in whence("train", *arguments, code=2).stderr
