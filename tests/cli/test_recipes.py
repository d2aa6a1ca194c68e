import gzip
import itertools
import json
import os
from pathlib import Path

import numpy as np
import pytest

from exhaustive import exhaustive, one_of
from whence.data import load
from whence.nn import Sequential
from whence.training import load_model

RECIPES = Path(__file__).parents[2] / "recipes"


def train(whence, recipe, *options):
    config = ("--config", RECIPES / f"{recipe}.toml", "--threads", 1)  # other tests work beside it
    return json.loads(whence("train", *config, "--json", "--out", "run", "--force", *options).stdout)


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


@pytest.fixture(scope="module")
def lessons():
    """What was computed in plain NumPy before, by its seed."""
    return {}


@pytest.fixture
def in_plain_numpy(whence, lessons):
    def outputs(seed):
        if seed not in lessons:
            lessons[seed] = the_lesson_in_plain_numpy(whence, seed)
        return lessons[seed]

    return outputs


def the_lesson_in_plain_numpy(whence, seed):
    """Return what the network of this seed predicts after the lesson's 5000 steps, in NumPy without whence."""
    train(whence, "r2", "--seed", seed, "--max-iter", 1)
    wh, bh, wo, bo = _parameters_before_training()
    x, y = load("r2").train.inputs, load("r2").train.targets
    for _ in range(5000):
        hidden = sigmoid(x @ wh + bh)
        output = sigmoid(hidden @ wo + bo)
        delta_output = (y - output) * output * (1 - output)
        delta_hidden = delta_output @ wo.T * hidden * (1 - hidden)
        wo, bo = wo + 0.1 * hidden.T @ delta_output, bo + 0.1 * delta_output.sum(axis=0)
        wh, bh = wh + 0.1 * x.T @ delta_hidden, bh + 0.1 * delta_hidden.sum(axis=0)
    return sigmoid(sigmoid(x @ wh + bh) @ wo + bo)


@one_of("seed", [4, 1, 2, 3, *range(5, 11)])
def test_the_lesson_in_steps_comes_near_its_targets(in_plain_numpy, seed):
    outputs = in_plain_numpy(seed)
    assert np.abs(outputs[:, 0] - [1, 1, 0]).max() < 0.08


@pytest.mark.parametrize("seed", [4, pytest.param(5, marks=exhaustive)])
def test_the_lesson_in_steps_is_the_same_loop_as_in_plain_numpy(whence, in_plain_numpy, seed):
    expected = in_plain_numpy(seed)
    train(whence, "r2", "--seed", seed)
    predicted = load_model("run/checkpoint.safetensors").predict(load("r2").train.inputs)
    np.testing.assert_allclose(predicted, expected, rtol=0, atol=1e-12)


def _parameters_before_training():
    net = Sequential.from_config(load_model("run/checkpoint.safetensors").net.config())
    return list(net.state_dict().values())


def test_the_loss_of_the_exclusive_or_falls_at_every_iteration(whence):
    train(whence, "r3")
    losses = [json.loads(line)["train_loss"] for line in Path("run/metrics.jsonl").read_text().splitlines()]
    assert len(losses) == 1500
    assert all(later < earlier for earlier, later in itertools.pairwise(losses))
    data = load("r3").train
    outputs = load_model("run/model.safetensors").predict(data.inputs)
    assert ((outputs > 0.5) == (data.targets > 0.5)).all()


@pytest.fixture(scope="module")
def a_part_of_mnist(tmp_path_factory):
    """A folder with the first 6,400 training images of MNIST and its first 1,000 test images."""
    folder = tmp_path_factory.mktemp("mnist")
    for stem, count in (("train", 6_400), ("t10k", 1_000)):
        for kind, header, size in (("images-idx3", 16, 784), ("labels-idx1", 8, 1)):
            with gzip.open(Path(os.environ["WHENCE_DATA"], "mnist", f"{stem}-{kind}-ubyte.gz")) as file:
                content = bytearray(file.read(header + count * size))
            content[4:8] = count.to_bytes(4, "big")
            Path(folder, f"{stem}-{kind}-ubyte").write_bytes(content)
    return folder


@pytest.mark.usefixtures("shared_data")
@pytest.mark.parametrize(
    ("recipe", "options", "accuracy"),
    [
        ("r1-he", ("-m", 1), 0.90),
        pytest.param("r4", ("-m", 1), 0.88, marks=exhaustive),
        ("r5-neuron", ("--max-steps", 200), 0.98),
        ("mnist-97", (), 0.965),
        pytest.param("mnist-98", (), 0.978, marks=exhaustive),
    ],
)
def test_a_recipe_for_mnist_begins_well(whence, recipe, options, accuracy):
    found = train(whence, recipe, *options)
    assert found["test_accuracy"] > accuracy
    assert found["validation_accuracy"] is None or recipe == "r1-he"


@pytest.mark.usefixtures("shared_data")
@pytest.mark.parametrize(
    ("recipe", "steps", "accuracy"),
    [
        ("r5-ten", 100, 0.85),
        pytest.param("mnist-99", 150, 0.9, marks=exhaustive),
        pytest.param("lenet5", 150, 0.9, marks=exhaustive),
        pytest.param("mnist-rows-lstm", 100, 0.6, marks=exhaustive),
    ],
)
def test_a_recipe_for_mnist_begins_well_on_a_part_of_it(whence, a_part_of_mnist, recipe, steps, accuracy):
    found = train(whence, recipe, "--dir", a_part_of_mnist, "--max-steps", steps)
    assert found["test_accuracy"] > accuracy
    assert found["validation_accuracy"] is None


@exhaustive
@pytest.mark.usefixtures("shared_data")
def test_the_recipe_for_text_begins_well_on_a_part_of_it(whence):
    text = Path(os.environ["WHENCE_DATA"], "text", "tinyshakespeare.txt").read_text(encoding="utf-8")
    Path("tinyshakespeare.txt").write_text(text[:300_000], encoding="utf-8")
    assert train(whence, "shakespeare-lstm", "--max-steps", 40)["validation_loss"] < 2.9
