"""A replayed step has the bits of the step that the training made."""

import itertools

import numpy as np
import pytest

import traced_networks as networks
from whence.data import Batch, Batches, load
from whence.errors import ArgumentError
from whence.history import replay_steps
from whence.nn import CrossEntropy
from whence.nn.architecture import network
from whence.optim import Adam
from whence.training import Callback, fit

DIGITS = load("digits").train.take(slice(50))


class Recording(Callback):
    """Keeps of every step the samples, the loss, the gradient, and the parameters after it."""

    def __init__(self):
        self.steps = []

    def on_gradient(self, training, backward):
        self.steps.append([backward.batch.rows.tolist(), backward.loss, backward.gradient.copy()])

    def on_batch_end(self, training):
        self.steps[-1].append(training.net.theta.copy())


def text(tmp_path):
    path = tmp_path / "text.txt"
    path.write_text("the quick brown fox jumps over the lazy dog. " * 12, encoding="utf-8")
    return load(f"text:{path}", window=8, validation=0, test=0)


def mlp(tmp_path):
    return load("digits"), "flatten, linear 6, batch_norm, relu, dropout 0.3, linear 10", {"schedule": "cosine"}


def cnn(tmp_path):
    return load("digits"), "conv 2 3, batch_norm, relu, pool 2, flatten, linear 10", {"replacement": True}


def lstm(tmp_path):
    data = text(tmp_path)
    size = len(data.preprocessing.vocabulary)
    return data, f"embed 4 num_embeddings={size}, lstm 5, dropout 0.2, linear {size}", {"streams": True}


@pytest.mark.parametrize("make", [mlp, cnn, lstm], ids=lambda make: make.__name__)
@pytest.mark.parametrize("number", sorted(np.random.default_rng(6).choice(range(1, 22), 10, replace=False).tolist()))
def test_arrays_are_those_of_the_training(make, number, tmp_path):
    data, notation, settings = make(tmp_path)
    train = data.train if settings.get("streams") else DIGITS

    def arguments():
        net = network(notation, data.train.inputs.shape[1:], seed=3)
        optimizer = Adam(0.01, clip_norm=1.0)
        given = {"preprocessing": data.preprocessing, "batch_size": 8, "epochs": 3, "seed": 4, **settings}
        return {"net": net, "loss_fn": CrossEntropy(), "optimizer": optimizer, "train": train, **given}

    recording = Recording()
    fit(**arguments(), callbacks=[recording])
    rows, loss, gradient, theta = recording.steps[number - 1]

    (step,), (samples,) = replay_steps(arguments(), number)
    parameters = [name for layer in step.layers for name in layer.parameters]
    assert samples == rows
    assert float(step["loss"]) == loss
    assert np.array_equal(np.concatenate([step[f"d{name}"].ravel() for name in parameters]), gradient)
    assert np.array_equal(np.concatenate([step[f"{name}_new"].ravel() for name in parameters]), theta)
    assert step["τ"] == number
    assert networks.worst(step)[1] <= 1e-5, networks.worst(step)


def test_consecutive_steps_begin_where_the_one_before_ended(tmp_path):
    data, notation, settings = lstm(tmp_path)
    net = network(notation, data.train.inputs.shape[1:])
    given = {"preprocessing": data.preprocessing, "batch_size": 8, "epochs": 3, "schedule": "cosine", **settings}
    training = {"net": net, "loss_fn": CrossEntropy(), "optimizer": Adam(0.01), "train": data.train, **given}
    steps, samples = replay_steps(training, 4, count=3)
    assert [step["τ"] for step in steps] == [4, 5, 6]
    assert len({float(step["η"]) for step in steps}) == 3
    assert len({tuple(rows) for rows in samples}) == 3
    for before, after in itertools.pairwise(steps):
        assert np.array_equal(before["W1_new"], after["W1"])


def test_other_samples_are_shown_the_weights_of_the_step():
    batches = Batches(DIGITS, load("digits").preprocessing, 2, rng=None)
    instead = [batches.take(np.array([7, 3]))]

    def replayed(**others):
        net = network("flatten, linear 10", (8, 8, 1), seed=3)
        return replay_steps(of_one_epoch(net), 3, **others)

    (own,), _ = replayed()
    (step,), (samples,) = replayed(instead=instead)
    assert samples == [7, 3]
    assert np.array_equal(step["W1"], own["W1"])
    assert len(step["x"]) == 2


def test_a_step_beyond_the_training_is_refused():
    net = network("flatten, linear 10", (8, 8, 1))
    with pytest.raises(ArgumentError, match="step is 8, but the training has 7 steps; give at most that"):
        replay_steps(of_one_epoch(net), 8)


def test_batches_instead_have_to_fit_and_to_be_known():
    net = network("flatten, linear 10", (8, 8, 1))
    unknown = Batch(np.zeros((1, 8, 8, 1)), np.array([0]))
    with pytest.raises(ArgumentError, match="instead has 1 batch; give 2 with the rows"):
        replay_steps(of_one_epoch(net), 1, count=2, instead=[unknown])
    with pytest.raises(ArgumentError, match="instead has 1 batch; give 1 with the rows"):
        replay_steps(of_one_epoch(net), 1, instead=[unknown])
    pairs = [(np.zeros((1, 8, 8, 1), np.float32), np.array([0]))] * 2
    training = {"net": net, "loss_fn": CrossEntropy(), "optimizer": Adam(), "train": pairs, "epochs": 1}
    with pytest.raises(ArgumentError, match="training has batches whose samples are not known"):
        replay_steps(training, 1)


def test_what_fit_does_not_take_is_refused():
    with pytest.raises(ArgumentError, match="training does not hold the arguments of fit: missing a required argument"):
        replay_steps({"epochs": 1}, 1)


def of_one_epoch(net):
    return {"net": net, "loss_fn": CrossEntropy(), "optimizer": Adam(), "train": DIGITS, "epochs": 1, "batch_size": 8}
