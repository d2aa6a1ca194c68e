"""``whence trace`` on what a learner's script saved, from the script to the slip."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from whence.trace import load_traces

SCRIPT = """
import numpy as np

rng = np.random.default_rng(0)
X = rng.normal(size=(8, 3))
y = rng.integers(0, 2, size=8)
W1, b1 = rng.normal(size=(3, 4)), np.zeros(4)
W2, b2 = rng.normal(size=(4, 2)), np.zeros(2)
lr = 0.1

# forward
net1 = X @ W1 + b1
h1 = 1 / (1 + np.exp(-net1))
scores = h1 @ W2 + b2
shares = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
loss = -np.log(shares[range(8), y]).mean()

# backward
dscores = shares.copy()
dscores[range(8), y] -= 1
dscores /= 8
dW2 = h1.T @ dscores
db2 = dscores.sum(axis=0)
dh1 = dscores @ W2.T
dnet1 = dh1 * SLOPE
dW1 = X.T @ dnet1
db1 = dnet1.sum(axis=0)

np.savez(
    "mine.npz", X=X, y=y, W1=W1, b1=b1, W2=W2, b2=b2, lr=lr, net1=net1, h1=h1, scores=scores, shares=shares,
    loss=loss, dscores=dscores, dW2=dW2, db2=db2, dh1=dh1, dnet1=dnet1, dW1=dW1, db1=db1,
    W1_new=W1 - lr * dW1, b1_new=b1 - lr * db1, W2_new=W2 - lr * dW2, b2_new=b2 - lr * db2, epochs=np.array("ten"),
)
"""
NETWORK = ["--arch", "3, 4 sigmoid, 2", "--loss", "cross_entropy"]


@pytest.fixture
def script(working_folder):
    """Run the script with a slope of the sigmoid, right or wrong."""

    def run(slope):
        Path("mine.py").write_text(SCRIPT.replace("SLOPE", slope), encoding="utf-8")
        subprocess.run([sys.executable, "mine.py"], check=True)

    return run


def test_a_right_script_is_told_so_and_its_step_is_a_trace_for_every_view(whence, script):
    script("h1 * (1 - h1)")
    said = whence("trace", "mine.npz", *NETWORK).stdout
    assert "All 16 arrays that could be compared are the same." in said
    assert "CrossEntropy of 8 samples, SGD with learning rate 0.1" in said
    assert "not compared   epochs" in said
    with np.load("mine.npz") as mine:
        [step] = load_traces("step.safetensors")
        assert step["dW1"] == pytest.approx(mine["dW1"])
        asked = json.loads(whence("why", "step.safetensors", "dW1[2,1]", "--json").stdout)
        assert asked["value"] == pytest.approx(mine["dW1"][2, 1])
    assert "on samples 0 to 7 of mine.npz, with the learning rate 0.1" in whence("show", "step.safetensors").stdout
    whence("sheet", "step.safetensors")
    assert "dz1 = da1 ⊙" in whence("formulas", "step.safetensors", "--numbers").stdout
    assert "step.safetensors is a saved trace" in whence("check", "step.safetensors", code=1).stderr


def test_the_slip_of_a_script_is_found_with_the_cell_and_both_numbers(whence, script):
    script("net1 * (1 - net1)")
    said = whence("trace", "mine.npz", *NETWORK, "-o", "other.safetensors", code=1).stdout
    [step] = load_traces("other.safetensors")
    with np.load("mine.npz") as mine:
        row, column = np.unravel_index(np.abs(mine["dnet1"] - step["dz1"]).argmax(), (8, 4))
    line = next(line for line in said.splitlines() if line.startswith("The first that differs is dz1 = dnet1: "))
    assert f"dnet1[{row},{column}] = " in line and f"but dz1[{row},{column}] = " in line
    assert "    dz1[n, j] = da1[n, j] · slope1[n, j]\n" in said
    assert "slope1 is not in mine.npz, so the slip may be in it." in said
    assert "perhaps because of it: dW1, db1, W1_new, b1_new" in said
    assert f"whence why other.safetensors 'dz1[{row},{column}]'" in said


def test_a_factor_and_weights_after_the_update_are_hinted_at(whence, script):
    script("8 * h1 * (1 - h1)")
    assert "Everywhere it is 8 times the number here." in whence("trace", "mine.npz", *NETWORK, code=1).stdout
    with np.load("mine.npz") as mine:
        np.savez("after.npz", **{**mine, "W1": mine["W1"] + 0.1})
    said = whence("trace", "after.npz", *NETWORK, code=1).stdout
    assert "are the parameters in the file those before the update?" in said


def test_settings_are_asked_for_where_only_an_update_differs(whence, script):
    script("h1 * (1 - h1)")
    said = whence("trace", "mine.npz", *NETWORK, "-l", "0.3", code=1).stdout
    assert "The step was made with learning rate 0.3: has the program another one" in said


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["nowhere.npz", *NETWORK], "cannot read nowhere.npz"),
        ([".", *NETWORK], "cannot read ."),
        (["mine.npz", *NETWORK, "-o", "step.pdf"], "step.pdf ends in .pdf"),
        (["mine.npz", "--arch", "3, 5 sigmoid, 2"], "W1 should have the shape (3, 5), but found is W1 (3, 4)"),
        (["mine.npz", "--arch", "3, 4 sigmoid, 2 softmax"], "leave out the last layer, Softmax()"),
        (["mine.npz", *NETWORK, "W1"], "'W1' is not a pair of names"),
        (["mine.npz", *NETWORK, "W1=W1", "W1=W2"], "W1 is given twice, as W1 and as W2"),
        (["mine.npz", *NETWORK, "W1=nothing"], "there is no array of the program 'nothing'"),
    ],
)
def test_mistakes_are_met_with_one_sentence(whence, script, arguments, sentence):
    script("h1 * (1 - h1)")
    assert sentence in whence("trace", *arguments, code=1).stderr
