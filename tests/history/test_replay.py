"""A training made again is compared with the one that it repeats, and watchers see all of it."""

import copy
import dataclasses

import numpy as np
import pytest

from whence.data import load
from whence.errors import ArgumentError, ReplayError
from whence.history import replay
from whence.nn import CrossEntropy
from whence.nn.architecture import network
from whence.optim import SGD
from whence.training import Callback, Checkpointing, EarlyStopping, Model, fit, load_checkpoint

DIGITS = load("digits")


def arguments(rate=1, **others):
    net = network("flatten, linear 6, batch_norm, relu, dropout 0.3, linear 10", (8, 8, 1), seed=3)
    given = {"net": net, "loss_fn": CrossEntropy(), "optimizer": SGD(rate, momentum=0.9), "batch_size": 16, "seed": 4}
    data = {"train": DIGITS.train.take(slice(80)), "validation": DIGITS.train.take(slice(80, 120))}
    return {**given, **data, "preprocessing": DIGITS.preprocessing, "epochs": 4, **others}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("run")
    given = arguments()
    model = Model(given["net"], given["loss_fn"], DIGITS.preprocessing, DIGITS.classes, "digits")
    fit(**given, callbacks=[Checkpointing(folder, model)])
    return load_checkpoint(folder)


class Watching(Callback):
    def __init__(self):
        self.steps, self.epochs, self.ended = [], [], 0

    def on_batch_end(self, training):
        self.steps.append(training.step)

    def on_epoch_end(self, training):
        self.epochs.append(training.net.theta.copy())

    def on_end(self, training):
        self.ended += 1


def test_watchers_see_the_training_up_to_the_best_epoch(made):
    watching = Watching()
    again = replay(arguments(), [watching], made)
    best = made.state.best_epoch
    assert watching.steps == [*range(1, 5 * best + 1)]
    assert watching.ended == 1
    assert np.array_equal(watching.epochs[-1], made.best_model().net.theta)
    assert np.array_equal(again.net.theta, made.best_model().net.theta)


@pytest.mark.parametrize("epochs", [1, 4])
def test_any_number_of_epochs(made, epochs):
    watching = Watching()
    assert replay(arguments(), [watching], made, epochs=epochs).epoch == len(watching.epochs) == epochs
    if epochs == 4:
        assert np.array_equal(watching.epochs[-1], made.model.net.theta)


def test_more_epochs_than_were_made(made):
    with pytest.raises(ArgumentError, match="epochs is 5, but the training that is repeated has completed 4 epochs"):
        replay(arguments(epochs=5), [], made, epochs=5)


def test_a_training_that_ends_too_early(made):
    with pytest.raises(ArgumentError, match="training ends after 2 epochs, but epochs is 3; give the arguments of"):
        replay(arguments(epochs=2), [], made, epochs=3)


def test_patience_ends_no_replay(made):
    assert replay(arguments(patience=1, callbacks=[]), [], made, epochs=4).epoch == 4


class Nudging(Watching):
    """Changes one parameter in the third epoch, and keeps what was made."""

    def on_batch_end(self, training):
        if training.epoch == 2:
            training.net.layers[-1].weight[0, 0] *= 1.01


@pytest.mark.parametrize("epochs", [1, 4])
def test_the_first_epoch_whose_metrics_differ_is_named(made, epochs):
    with pytest.raises(ReplayError, match=r"learning_rate is 0.9 after epoch 1, but was 1\S*; use the settings"):
        replay(arguments(rate=0.9), [], made, epochs=epochs)


def test_a_replay_that_differs_ends_with_that_epoch(made):
    nudging = Nudging()
    with pytest.raises(ReplayError, match=r"train_loss is .* after epoch 3, but was .*; use the settings"):
        replay(arguments(), [nudging], made, epochs=4)
    assert len(nudging.epochs) == 3


def other_metrics(made, epoch, share):
    """Return the training with another loss of one epoch."""
    records = [dict(record) for record in made.history]
    records[epoch - 1]["train_loss"] *= 1 + share
    return dataclasses.replace(made, history=records)


@pytest.mark.parametrize(("share", "epochs"), [(1e-7, 3), (1e-4, 4)])
def test_metrics_of_unknown_parameters_that_differ(made, share, epochs):
    assert made.state.best_epoch == 1
    watching = Watching()
    with pytest.raises(ReplayError, match=r"train_loss is .* after epoch 3, but was"):
        replay(arguments(), [watching], other_metrics(made, 3, share), epochs=epochs)
    assert len(watching.epochs) == 3


@pytest.mark.parametrize(("epoch", "share"), [(1, 1.0), (4, 1.0), (3, 1e-7)])
def test_other_metrics_of_the_same_parameters_are_no_difference(made, epoch, share):
    assert replay(arguments(), [], other_metrics(made, epoch, share), epochs=4).epoch == 4


def test_parameters_that_differ_by_one_bit_are_noticed_at_the_end_though_all_metrics_are_the_same(made):
    other = copy.deepcopy(made)
    weight = other.model.net.layers[-1].weight
    weight[0, 0] = np.nextafter(weight[0, 0], np.float32(9))
    with pytest.raises(ReplayError, match="is another one: its parameters are others after epoch 4; use the settings"):
        replay(arguments(), [], other, epochs=4)


def test_callbacks_of_the_training_stay(made):
    watching = Watching()
    replay(arguments(callbacks=[watching, EarlyStopping(100)]), [], made, epochs=2)
    assert len(watching.epochs) == 2
