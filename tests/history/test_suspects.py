"""Samples with wrong labels had to lower their loss themselves; what they did is exact in every kind of layer."""

import numpy as np
import pytest

from whence.data import Samples, load
from whence.errors import ArgumentError
from whence.history import suspects
from whence.nn import BinaryCrossEntropy, CrossEntropy, Linear, MeanSquaredError, ReLU, Sequential, SumOfSquaredErrors
from whence.nn.architecture import network
from whence.optim import SGD, optimizers
from whence.training import Callback, evaluate, fit

DIGITS = load("digits")
NETWORKS = {
    "flatten, linear 5, relu, linear 10": (8, 8, 1),
    "flatten, linear 5, sigmoid, dropout 0.2, linear 10": (8, 8, 1),
    "conv 2 3 padding=1 stride=2, relu, pool 2, flatten, linear 10": (8, 8, 1),
    "conv 4 3 groups=1, relu, conv 4 3 groups=4, flatten, linear 10": (8, 8, 1),
    "conv_transpose 2 2 stride=2, gelu, layer_norm, pool 4, flatten, linear 10": (8, 8, 1),
    "residual(conv 1 3 padding=1, relu), flatten, linear 10": (8, 8, 1),
    "lstm 3, last, linear 10": (8, 8),
    "gru 3 bidirectional=true, last, linear 10": (8, 8),
    "rnn 3 num_layers=2, last, linear 10": (8, 8),
}
FIRST = "flatten, linear 5, relu, linear 10"


def arguments(notation=FIRST, optimizer="sgd(0.1)", loss=None, dtype=np.float64, **settings):
    train = DIGITS.train.take(slice(20))
    train = Samples(train.inputs.reshape(-1, *NETWORKS.get(notation, (8, 8, 1))) / 16, train.targets)
    made = {"batch_size": 8, "epochs": 2, "seed": 4, "measure_train": False, "train": train, **settings}
    net = network(notation, made["train"].inputs.shape[1:], seed=3, dtype=dtype)
    return {"net": net, "loss_fn": loss or CrossEntropy(), "optimizer": optimizers.read(optimizer), **made}


class OneByOne(Callback):
    """Makes the backward pass of each sample alone: the product of its part of the gradient and that of its loss."""

    watches = True

    def __init__(self, effect):
        self.effect, self.own = effect, np.zeros(20)
        self.losses, self.met, self.epochs = ([[] for _ in range(20)] for _ in range(3))

    def on_gradient(self, training, backward):
        batch, delta = backward.batch, backward.passing.deltas[len(training.net)]
        self.products = []
        for place, row in enumerate(batch.rows):
            one = slice(place, place + 1)
            part, alone = np.zeros_like(delta), np.zeros_like(delta)
            part[one] = delta[one]
            lengths = None if batch.lengths is None else batch.lengths[one]
            loss, alone[one] = training.loss_fn(backward.logits[one], batch.y[one], None, lengths)
            gradients = [training.net.backward(each, backward.tape).copy() for each in (part, alone)]
            self.products.append((row, gradients[0] * gradients[1], loss))
            has_probabilities = isinstance(training.loss_fn, CrossEntropy)
            contradicted = contradiction(backward.logits[place], batch.y[place], loss) if has_probabilities else loss
            self.met[row].append(contradicted)

    def on_batch_end(self, training):
        for row, product, loss in self.products:
            self.own[row] += max((self.effect(training.optimizer) * product).sum(), -loss)
            self.losses[row].append(loss)
            self.epochs[row].append(training.epoch)


def contradiction(logits, target, loss):
    """Return the cross-entropy of a label if there were but one other class; of other targets the loss."""
    if np.ndim(target) or isinstance(target, np.floating):
        return loss
    return np.logaddexp(0, np.delete(logits, target).max() - logits[target])


def of_momentum(optimizer):
    return -optimizer.learning_rate * optimizer.clip / (1 - optimizer.momentum)


def of_adam(optimizer):
    scale = np.sqrt(optimizer.state["v"] / (1 - optimizer.beta2**optimizer.steps)) + optimizer.eps
    return -optimizer.learning_rate / (1 - optimizer.beta1**optimizer.steps) / scale


EFFECTS = {
    "sgd(0.1)": of_momentum,
    "sgd(0.1, momentum=0.8, weight_decay=0.01)": of_momentum,
    "sgd(0.1, momentum=0.8, nesterov=true, clip_norm=0.5)": of_momentum,
    "adam(0.01)": of_adam,
}


def assert_exact(optimizer="sgd(0.1)", **given):
    found = suspects(arguments(optimizer=optimizer, **given))
    expected = OneByOne(EFFECTS[optimizer])
    fit(**arguments(optimizer=optimizer, callbacks=[expected], **given))
    assert (expected.own <= 0).all() and (expected.own < 0).any()
    assert np.allclose(found.own, expected.own, rtol=1e-10, atol=1e-13)
    met = [
        np.average(each, weights=1 - np.array(epochs) / 2) if each else np.nan
        for each, epochs in zip(expected.met, expected.epochs, strict=True)
    ]
    assert np.allclose(found.met, met, rtol=1e-10, atol=1e-13, equal_nan=True)


@pytest.mark.parametrize("notation", NETWORKS)
def test_own_parts_are_exact_in_every_kind_of_layer(notation):
    assert_exact(notation=notation)


@pytest.mark.parametrize("optimizer", EFFECTS)
def test_own_parts_are_exact_with_the_effect_of_the_optimizer(optimizer):
    assert_exact(optimizer, schedule="cosine")


WEIGHTED = Samples(DIGITS.train.inputs[:20] / 16, DIGITS.train.targets[:20], weights=np.arange(20) % 5 + 0.0)
IMAGES = DIGITS.train.inputs[:20, :, :, 0]
TOKENS = Samples(IMAGES.reshape(20, 64)[:, :9].astype(int), WEIGHTED.targets)
PADDED = Samples(IMAGES / 16, (IMAGES[..., 0] * 9 // 16).astype(int), lengths=np.arange(20) % 8 + 1)
NUMBERS = Samples(WEIGHTED.inputs, np.linspace(-1, 1, 200).reshape(20, 10))


@pytest.mark.parametrize(
    "given",
    [
        {"train": WEIGHTED},
        {"loss": CrossEntropy(class_weights=[1, 2, 3, 4, 5, 6, 7, 8, 9, 10])},
        {"train": NUMBERS, "loss": SumOfSquaredErrors()},
        {"train": NUMBERS, "loss": MeanSquaredError()},
        {"loss": MeanSquaredError()},
        {"replacement": True},
        {"train": TOKENS, "notation": "embed 3 num_embeddings=17, lstm 4, last, linear 10"},
        {"train": PADDED, "notation": "rnn 4, linear 10"},
    ],
    ids=[
        "weights",
        "class weights",
        "sums",
        "numbers",
        "squared errors of classes",
        "replacement",
        "tokens",
        "lengths",
    ],
)
def test_own_parts_are_exact_however_the_loss_counts_the_samples(given):
    assert_exact(**given)


def test_own_parts_are_exact_for_a_layer_that_is_used_twice(rng):
    x, y = rng.normal(size=(20, 4)), rng.normal(size=(20, 4))

    def given(callbacks=()):
        shared = Linear(4, 4)
        net = Sequential(shared, ReLU(), shared, dtype=np.float64, seed=1)
        made = {"net": net, "loss_fn": MeanSquaredError(), "optimizer": SGD(0.1), "train": (x, y), "epochs": 2}
        return {**made, "batch_size": 8, "callbacks": callbacks}

    expected = OneByOne(of_momentum)
    fit(**given([expected]))
    assert np.allclose(suspects(given()).own, expected.own, rtol=1e-10, atol=1e-15)


@pytest.fixture(scope="module")
def planted():
    """A training on digits, of which every tenth has a wrong label, with the losses after each of its epochs."""
    rng = np.random.default_rng(5)
    train = DIGITS.train.take(slice(600))
    wrong = rng.choice(600, 60, replace=False)
    targets = train.targets.copy()
    targets[wrong] = (targets[wrong] + rng.integers(1, 10, 60)) % 10

    class Losses(Callback):
        def __init__(self):
            self.each = []

        def on_epoch_end(self, training):
            outputs = training.net(training.preprocessing(train.inputs, np.float32))
            self.each.append(-np.log(CrossEntropy().predictions(outputs)[np.arange(600), targets]))

    losses, net = Losses(), network("flatten, linear 32, relu, linear 10", (8, 8, 1), seed=1)
    training = {"net": net, "loss_fn": "cross_entropy", "optimizer": "sgd(0.1)", "epochs": 40}
    samples = Samples(train.inputs, targets)
    found = suspects({**training, "train": samples, "preprocessing": DIGITS.preprocessing, "callbacks": [losses]})
    return found, samples, wrong, train.targets, np.array(losses.each), net


def test_parts_add_up_to_the_last_loss(planted):
    found, samples, _, _, losses, net = planted
    assert np.allclose(found.last, losses[-1], rtol=1e-4, atol=1e-5)
    assert np.allclose(found.first + found.own + found.others, found.last)
    assert np.isclose(
        found.last.mean(), evaluate(net, CrossEntropy(), samples, DIGITS.preprocessing)["loss"], rtol=1e-5
    )
    assert found.said.shape == (600, 10) and np.allclose(found.said.sum(1), 1)


def test_wrong_labels_are_found_better_than_by_their_losses(planted):
    found, _, wrong, _, losses, _ = planted

    def hold(order):
        return np.isin(wrong, order[:60]).mean()

    assert hold(found.order) >= 0.95
    assert hold(found.order) > hold(np.argsort(-losses[-1]))
    assert hold(found.order) >= hold(np.argsort(-losses.mean(0)))


def test_wrong_labels_lowered_their_loss_against_the_others(planted):
    found, _, wrong, true, _, _ = planted
    right = np.setdiff1d(np.arange(600), wrong)
    assert (found.others[wrong] > 0).mean() > 0.95
    assert np.median(found.others[wrong]) > 3 * np.median(found.others[right])
    assert (found.said[wrong].argmax(1) == true[wrong]).mean() > 0.7


def test_one_output_has_the_probabilities_of_two_classes(rng):
    x = rng.normal(size=(20, 2))
    net = Sequential(Linear(2, 1), dtype=np.float64, seed=1)
    given = {"net": net, "loss_fn": BinaryCrossEntropy(), "optimizer": "sgd(0.1)", "train": (x, (x[:, 0] > 0) * 1)}
    said = suspects({**given, "epochs": 2, "batch_size": 5}).said
    assert said.shape == (20, 2)
    assert np.allclose(said.sum(1), 1)


def test_samples_that_no_batch_has_are_no_suspects_and_not_said_anything_of():
    found = suspects(arguments(train=WEIGHTED))
    assert sorted(found.order) == [row for row in range(20) if row % 5]
    assert np.isnan(found.said[::5]).all() and not np.isnan(found.said[1::5]).any()
    assert not found.own[::5].any()


def test_batches_of_unknown_samples():
    given = {**arguments(), "train": [(WEIGHTED.inputs, WEIGHTED.targets)]}
    del given["batch_size"], given["seed"]
    with pytest.raises(ArgumentError, match="give samples as train"):
        suspects(given)


def test_a_stream():
    with pytest.raises(ArgumentError, match="reads its samples as one stream"):
        suspects(arguments("lstm 3, last, linear 10", streams=True))
