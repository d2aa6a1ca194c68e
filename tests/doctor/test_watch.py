"""The watch ends what is hopeless, and nothing else."""

import numpy as np
import pytest

from whence import fit
from whence.data import Samples
from whence.doctor import Watch
from whence.errors import ArgumentError
from whence.nn import CrossEntropy
from whence.nn.architecture import network
from whence.optim import SGD

rng = np.random.default_rng(0)
X = rng.normal(size=(200, 4)).astype(np.float32)
LOOK = 64
"""The first epoch after which a training of 200 samples is looked at: 64 · 200 are 50 · 256 samples."""
SAMPLES = Samples(X, (X[:, 0] * X[:, 1] > 0).astype(np.int64))


def watched(arch, rate, epochs=60, prepare=lambda net: None, samples=SAMPLES):
    net, watch = network(arch, (4,), outputs=2, seed=1), Watch()
    prepare(net)
    training = fit(net, CrossEntropy(), SGD(rate), samples, epochs=epochs, callbacks=[watch])
    return training, watch.finding


def all_dead(net):
    net.layers[0].bias[:] = -1e3


def all_zero(net):
    net.theta[:] = 0


def test_a_training_that_learns_is_left_alone():
    training, finding = watched("linear 16, relu, linear", 0.3)
    assert training.epoch == 60 and finding == ""


def test_one_that_begins_with_a_plateau_is_left_alone():
    training, finding = watched("linear 8, tanh, linear 8, tanh, linear", 0.02)
    assert training.epoch == 60 and finding == ""


@pytest.mark.parametrize(
    ("prepare", "said"), [(all_dead, ", and all units of a1 are 0 for every sample"), (all_zero, "")]
)
def test_one_whose_weights_have_no_gradient_is_ended_at_the_first_look(prepare, said):
    training, finding = watched("linear 8, relu, linear" if said else "linear 8, tanh, linear", 0.1, 100, prepare)
    assert training.epoch == LOOK
    assert finding == f"the gradients of all weights are exactly zero after epoch {LOOK}{said}"


def test_one_that_is_worse_than_no_inputs_and_does_not_fall_is_ended():
    training, finding = watched("linear 8, sigmoid, linear 8, sigmoid, linear", 300.0, epochs=400)
    assert training.epoch < 400
    assert "and was never below 0.6" in finding and "that of a prediction without inputs" in finding


def test_batches_of_unknown_samples_cannot_be_watched():
    with pytest.raises(ArgumentError, match="a watch needs samples, but fit was given batches"):
        fit(
            network("linear", (4,), outputs=2),
            CrossEntropy(),
            SGD(0.1),
            [(X, np.zeros(len(X), int))],
            epochs=1,
            callbacks=[Watch()],
        )
