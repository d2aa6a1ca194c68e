import json

import numpy as np
import pytest

from whence.data import load
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
    matrix = np.array(report["confusion_matrix"])
    assert [one["support"] for one in report["report"].values()] == matrix.sum(axis=1).tolist()
    assert "measures are means by the weights of the samples" in whence("evaluate", "run").stdout
    cut, padded = (whence("predict", "run", name, "--csv").stdout for name in ("cut.npz", "padded.npz"))
    assert cut.replace("cut.npz", "") == padded.replace("padded.npz", "")
    said = whence("why", "run", "loss", "--batch", 3).stdout
    assert "w[" in said


def test_lengths_without_a_layer_that_heeds_them_are_refused(whence, sequences):
    said = whence("train", "sequences.npz", "--arch", "flatten, linear", "--max-iter", 1, "--out", "run", code=1)
    assert "no recurrent layer and no Last to heed them; leave them out" in said.stderr
