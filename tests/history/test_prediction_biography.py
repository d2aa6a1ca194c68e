"""Which samples changed a number that a network makes: every share is that of its term of the gradient, exactly."""

from types import SimpleNamespace

import numpy as np
import pytest

from whence.data import Samples, load
from whence.errors import ArgumentError
from whence.formula import Tensor, scalar, sign
from whence.history import prediction_biography
from whence.history.gradient_terms import TermsOfSteps
from whence.nn import CrossEntropy, Linear, MeanSquaredError, ReLU, Sequential
from whence.nn.architecture import network
from whence.optim import SGD, Optimizer, optimizers
from whence.training import Callback, fit

DIGITS = load("digits")
ASKED = DIGITS.test.take(slice(1))
TINY = "flatten, linear 5, tanh, linear 10"
NETWORKS = {
    TINY: (8, 8, 1),
    "flatten, linear 5, sigmoid, dropout 0.2, linear 10": (8, 8, 1),
    "conv 2 3 padding=1 stride=2, relu, pool 2, conv 2 2 groups=2, flatten, linear 10": (8, 8, 1),
    "conv_transpose 2 2 stride=2, gelu, layer_norm, pool 4, flatten, linear 10": (8, 8, 1),
    "residual(conv 1 3 padding=1, relu), batch_norm, flatten, linear 10": (8, 8, 1),
    "lstm 3, last, linear 10": (8, 8),
    "gru 3 bidirectional=true, last, linear 10": (8, 8),
    "rnn 3 num_layers=2, last, linear 10": (8, 8),
}


def arguments(notation=TINY, optimizer="sgd(0.1)", **settings):
    shape = NETWORKS.get(notation, (8, 8, 1))
    train = DIGITS.train.take(slice(40))
    train = Samples(train.inputs.reshape(-1, *shape) / 16, train.targets)
    made = {"batch_size": 8, "epochs": 1, "seed": 4, "measure_train": False, **settings}
    net = network(notation, shape, seed=3, dtype=np.float64)
    return {"net": net, "loss_fn": CrossEntropy(), "optimizer": optimizers.read(optimizer), "train": train, **made}


def asked(shape=(8, 8, 1)):
    return Samples(ASKED.inputs.reshape(-1, *shape) / 16, ASKED.targets)


def gradient_by_sample(net, backward):
    """Return what each sample adds to the gradient: the backward pass with the deltas of all others zero."""
    delta = backward.passing.deltas[len(net)]
    only = (np.where(np.arange(len(delta)) == n, delta.T, 0.0).T for n in range(len(delta)))
    return np.array([net.backward(each, backward.tape) for each in only])


class Recording(Callback):
    """Keeps what brute force needs of every step."""

    watches = True

    def __init__(self, asked, cell):
        self.asked, self.cell, self.steps = asked, cell, []

    def slope(self, net):
        outputs, tape = net.forward(self.asked.inputs, training=False)
        delta = np.zeros_like(outputs)
        delta[self.cell] = 1
        return net.backward(delta, tape)

    def on_gradient(self, training, backward):
        by_sample = gradient_by_sample(training.net, backward)
        self.steps.append(
            SimpleNamespace(rows=backward.batch.rows, by_sample=by_sample, before=self.slope(training.net))
        )

    def on_batch_end(self, training):
        step, optimizer = self.steps[-1], training.optimizer
        step.asked = (step.before + self.slope(training.net)) / 2
        step.clip, step.number = optimizer.clip, optimizer.steps
        step.squares = None if "v" not in optimizer.state else optimizer.state["v"].copy()


def change(optimizer, decays, steps, first, gradient):
    """Return how a gradient in one step alone changes the asked number in this and all later steps, scales held."""
    u, m, total = np.zeros_like(gradient), np.zeros_like(gradient), 0.0
    kind, rate, decay = type(optimizer).__name__, optimizer.learning_rate, optimizer.weight_decay * decays
    for number, step in enumerate(steps[first:]):
        before = u.copy()
        g = step.clip * gradient if number == 0 else np.zeros_like(gradient)
        g, u = (g, u - rate * decay * u) if kind == "AdamW" else (g + decay * u, u)
        if kind == "SGD":
            m = optimizer.momentum * m + g
            u = u - rate * (g + optimizer.momentum * m if optimizer.nesterov else m)
        elif kind == "RMSprop":
            m = optimizer.momentum * m + g / (np.sqrt(step.squares) + optimizer.eps)
            u = u - rate * m
        else:
            m = optimizer.beta1 * m + (1 - optimizer.beta1) * g
            scale = np.sqrt(step.squares / (1 - optimizer.beta2**step.number)) + optimizer.eps
            u = u - rate * m / (1 - optimizer.beta1**step.number) / scale
        total += step.asked @ (u - before)
    return total


@pytest.mark.parametrize(
    "optimizer",
    [
        "sgd(0.1)",
        "sgd(0.1, momentum=0.9, weight_decay=0.05)",
        "sgd(0.1, momentum=0.8, nesterov=true, clip_norm=0.5)",
        "adam(0.01, weight_decay=0.05)",
        "adamw(0.01, weight_decay=0.5, clip_norm=0.5)",
        "rmsprop(0.01, momentum=0.5, weight_decay=0.05)",
    ],
)
def test_a_share_is_what_the_samples_term_changes_in_all_later_steps(optimizer):
    recording = Recording(asked(), (0, 7))
    given = arguments(optimizer=optimizer)
    fit(**given, callbacks=[recording])
    steps, made = recording.steps, given["optimizer"]
    found = prediction_biography(arguments(optimizer=optimizer), asked(), [("z2", (0, 7))])
    for number, step in enumerate(steps):
        for row, gradient in zip(step.rows, step.by_sample, strict=True):
            expected = change(made, given["net"].decays, steps, number, gradient)
            assert found.samples[row] == pytest.approx(expected, rel=0, abs=1e-12)
    assert found.clipped == sum(step.clip < 1 for step in steps)
    assert (found.clipped > 0) == ("clip" in optimizer)
    assert (found.decay != 0) == ("decay" in optimizer)
    assert found.given_scales == (not optimizer.startswith("sgd"))


@pytest.mark.parametrize("notation", NETWORKS)
def test_terms_of_every_kind_of_layer(notation, rng):
    class Comparison(Callback):
        watches = True
        terms = TermsOfSteps()

        def on_gradient(self, training, backward):
            net = training.net
            direction = rng.normal(size=net.theta.shape)
            added = self.terms.of(training, backward).along(direction)
            assert added.sum() == pytest.approx(backward.gradient @ direction, abs=1e-12)
            if "batch_norm" not in notation:  # which mixes the samples
                assert np.allclose(added, gradient_by_sample(net, backward) @ direction, rtol=0, atol=1e-12)

    fit(**arguments(notation, batch_size=9), callbacks=[Comparison()])


def test_an_embedding_and_a_state_that_goes_on(tmp_path):
    path = tmp_path / "text.txt"
    path.write_text("the quick brown fox jumps over the lazy dog. " * 4, encoding="utf-8")
    data = load(f"text:{path}", window=8, validation=0, test=0)
    size = len(data.preprocessing.vocabulary)
    net = network(f"embed 4 num_embeddings={size}, lstm 5, linear {size}", (8,), seed=3, dtype=np.float64)
    given = {"net": net, "loss_fn": CrossEntropy(), "optimizer": SGD(0.1), "train": data.train, "streams": True}
    given |= {"preprocessing": data.preprocessing, "batch_size": 4, "epochs": 3}
    found = prediction_biography(given, data.train.take(slice(1)), [("loss", ())])
    assert found.values[-1] - found.values[0] == pytest.approx(found.samples.sum(), rel=0.02)


def test_the_whole_change_is_explained_but_for_little():
    number = [("z2", (0, 7)), ("z2", (0, 1))]
    found = prediction_biography(arguments(epochs=4, optimizer="sgd(0.05, momentum=0.5)"), asked(), number)
    given = arguments(epochs=4, optimizer="sgd(0.05, momentum=0.5)")
    first = given["net"](asked().inputs)[0]
    fit(**given)
    last = given["net"](asked().inputs)[0]
    assert found.number == "z2[0,7] − z2[0,1]"
    assert len(found.values) == 21
    assert found.values[[0, -1]] == pytest.approx([first[7] - first[1], last[7] - last[1]])
    assert found.values[0] + found.samples.sum() + found.decay + found.unexplained == pytest.approx(found.values[-1])
    assert abs(found.unexplained) < 0.01 * abs(found.values[-1] - found.values[0])
    assert found.epochs.sum() == pytest.approx(found.samples.sum())


def test_a_training_that_is_stopped_has_the_epochs_that_it_made():
    class Stopping(Callback):
        def on_epoch_end(self, training):
            training.stop = training.epoch == 2

    found = prediction_biography(arguments(epochs=4, callbacks=[Stopping()]), asked(), [("loss", ())])
    assert (len(found.epochs), len(found.values)) == (2, 11)
    assert found.epochs.sum() == pytest.approx(found.samples.sum())


def test_running_statistics_have_a_part_of_their_own():
    given = arguments("flatten, linear 5, batch_norm, tanh, linear 10", "sgd(0.02)", epochs=4)
    found = prediction_biography(given, asked(), [("z3", (0, 7))])
    change = found.values[-1] - found.values[0]
    assert found.mixing
    assert abs(found.statistics) > 0.05 * abs(change)
    assert abs(found.unexplained) < 0.02 * abs(change)


def test_without_the_samples_that_raised_a_logit_most_it_is_lower():
    def given(rows):
        made = arguments(optimizer="sgd(0.3)", batch_size=None, epochs=40)  # the order of batches would be chance
        return {**made, "train": DIGITS.train.take(rows), "preprocessing": DIGITS.preprocessing}

    def logits(rows):
        training = given(rows)
        fit(**training)
        return training["net"](DIGITS.preprocessing(ASKED.inputs, np.float64))[0]

    rows = np.arange(300)
    before = logits(rows)
    label = before.argmax()
    found = prediction_biography(given(rows), ASKED, [("z2", (0, label))])
    strongest, weakest = np.argsort(-found.samples)[:15], np.argsort(np.abs(found.samples))[:15]
    falls = [before[label] - logits(np.setdiff1d(rows, removed))[label] for removed in (strongest, weakest)]
    assert falls[0] > 3 * abs(falls[1])


def test_a_probability_has_the_slope_that_its_formula_says():
    for cell in [("p", (0, 7)), ("loss", ())]:
        found = prediction_biography(arguments(optimizer="sgd(0.01)"), asked(), [cell])
        assert found.samples.sum() == pytest.approx(found.values[-1] - found.values[0], rel=0.01)


def test_a_training_with_chance_and_a_schedule_is_made_again_with_the_same_bits():
    notation = "flatten, linear 5, sigmoid, dropout 0.2, linear 10"
    settings = {"epochs": 3, "schedule": "warmup(5) * cosine", "replacement": True}
    given = arguments(notation, "adam(0.01)", **settings)
    found = prediction_biography(given, asked(), [("z2", (0, 7))])
    same = arguments(notation, "adam(0.01)", **settings)
    fit(**same)
    assert np.array_equal(given["net"].theta, same["net"].theta)
    assert abs(found.unexplained) < 0.02 * abs(found.values[-1] - found.values[0])


def test_a_training_with_a_schedule_and_much_validation_is_made_again():
    held_out = DIGITS.train.take(slice(50, 1100))
    given = arguments(epochs=3, schedule="cosine", validation=Samples(held_out.inputs / 16, held_out.targets))
    assert len(prediction_biography(given, asked(), [("z2", (0, 7))]).epochs) == 3


def test_a_layer_that_is_used_twice(rng):
    shared = Linear(4, 4)
    x, y = rng.normal(size=(20, 4)), rng.normal(size=(20, 4))
    net = Sequential(shared, ReLU(), shared, dtype=np.float64, seed=1)
    given = {"net": net, "loss_fn": MeanSquaredError(), "optimizer": SGD(0.01, momentum=0.5), "train": (x, y)}
    found = prediction_biography({**given, "epochs": 4, "batch_size": 8}, Samples(x[:1], y[:1]), [("loss", ())])
    assert found.values[-1] - found.values[0] == pytest.approx(found.samples.sum(), rel=0.02)


@pytest.mark.parametrize(
    ("sample", "cells", "message"),
    [
        (asked(), [("W1", (0, 0))], "W1 is no output of the network"),
        (asked(), [("z2", (0, 10))], "10 is outside axis 1"),
        (asked(), [("z2", (1, 0))], "1 is outside axis 0"),
        (asked(), [], "0 cells were given; give one, or two for their difference"),
        (DIGITS.test.take(slice(2)), [("loss", ())], "sample has 2 rows; a prediction is that of one"),
    ],
)
def test_what_cannot_be_asked(sample, cells, message):
    with pytest.raises(ArgumentError, match=message):
        prediction_biography(arguments(), sample, cells)


def test_batches_of_unknown_samples():
    given = arguments()
    given = {**given, "train": [(given["train"].inputs, given["train"].targets)]}
    del given["batch_size"], given["seed"]
    with pytest.raises(ArgumentError, match="give samples as train"):
        prediction_biography(given, asked(), [("loss", ())])


class Doubling(Callback):
    def on_gradient(self, training, backward):
        return 2 * backward.gradient


def test_gradients_that_a_callback_changes_are_refused():
    with pytest.raises(ArgumentError, match="a callback changes gradients"):
        prediction_biography(arguments(callbacks=[Doubling()]), asked(), [("loss", ())])


class BySign(Optimizer):
    def update(self, theta, gradient):
        theta -= self.learning_rate * np.sign(gradient)

    def update_formulas(self, start, gradient, element):
        return [Tensor("θ_new")[element] << start - scalar("η") * sign(gradient)]


class ByHalf(BySign):
    """Whose formulas say something else than it does."""

    def update_formulas(self, start, gradient, element):
        return [Tensor("θ_new")[element] << start - scalar("η") * gradient / 2]


@pytest.mark.parametrize(("kind", "message"), {BySign: "not linear", ByHalf: "what its formulas say"}.items())
def test_optimizers_that_are_not_linear_or_not_what_they_say(kind, message):
    with pytest.raises(ArgumentError, match=message):
        prediction_biography({**arguments(), "optimizer": kind(0.01)}, asked(), [("loss", ())])
