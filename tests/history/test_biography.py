"""A parameter is its first value and what every sample added to it: exactly, for every layer and optimizer."""

import sys

import numpy as np
import pytest

from whence.data import Batches, Samples, load
from whence.data.images.augmentation import Augmentation
from whence.data.preprocessing import Preprocessing
from whence.errors import ArgumentError, TooLargeError
from whence.formula import Tensor, maximum, scalar
from whence.history import ParameterWatcher, biography, prediction_biography
from whence.history.kept_terms import KeptTerms
from whence.nn import CrossEntropy, Linear, MeanSquaredError, ReLU, Sequential
from whence.nn.architecture import network
from whence.nn.naming import name_layers, slots_by_name
from whence.optim import SGD, Optimizer, optimizers
from whence.training import Callback, Checkpointing, Model, fit, load_checkpoint

DIGITS = load("digits")
OPTIMIZERS = [
    "sgd(0.1)",
    "sgd(0.1, momentum=0.9, weight_decay=0.01)",
    "sgd(0.05, momentum=0.8, nesterov=true, clip_norm=0.5)",
    "adam(0.01, weight_decay=0.01)",
    "adamw(0.01, weight_decay=0.1, clip_norm=0.5)",
    "rmsprop(0.01, momentum=0.5, centered=true)",
    "rmsprop(0.01)",
    "adagrad(0.05)",
]
NETWORKS = {
    "flatten, linear 5, sigmoid, dropout 0.2, linear 10": (8, 8, 1),
    "flatten, linear 5, batch_norm, tanh, linear 10": (8, 8, 1),
    "conv 2 3 padding=1 stride=2, relu, batch_norm, pool 2, flatten, linear 10": (8, 8, 1),
    "conv_transpose 2 2 stride=2, gelu, layer_norm, pool 4, flatten, linear 10": (8, 8, 1),
    "residual(conv 1 3 padding=1, relu), flatten, linear 10": (8, 8, 1),
    "lstm 3, last, linear 10": (8, 8),
    "gru 3 bidirectional=true, last, linear 10": (8, 8),
    "rnn 3 num_layers=2, last, linear 10": (8, 8),
}


def arguments(notation="flatten, linear 5, relu, linear 10", optimizer="sgd(0.1)", dtype=np.float64, **settings):
    shape = NETWORKS.get(notation, (8, 8, 1))
    train = DIGITS.train.take(slice(50))
    train = Samples(train.inputs.reshape(-1, *shape) / 16, train.targets)
    made = {"batch_size": 8, "epochs": 3, "seed": 4, "measure_train": False, **settings}
    net = network(notation, shape, seed=3, dtype=dtype)
    return {"net": net, "loss_fn": CrossEntropy(), "optimizer": optimizers.read(optimizer), "train": train, **made}


def cells_of(net, rng, count=2):
    """Return some cells of every parameter."""
    named = name_layers(net.layers)
    return [
        (named[slot.layer].parameters[slot.name], tuple(int(rng.integers(length)) for length in slot.shape))
        for slot in net.slots
        for _ in range(count)
    ]


def stored(net, cells):
    named = name_layers(net.layers)
    views = {named[slot.layer].parameters[slot.name]: slot.view(net.theta) for slot in net.slots}
    return np.array([views[name][index] for name, index in cells])


def gap(found):
    """Return how far first values and shares are from the last values, at most."""
    return np.abs(found.first + found.decay + found.samples.sum(0) - found.last).max()


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_parts_add_up_to_the_parameter_with_every_optimizer(optimizer, rng):
    given, same = arguments(optimizer=optimizer), arguments(optimizer=optimizer)
    cells = cells_of(given["net"], rng)
    first = stored(given["net"], cells)
    found = biography(given, cells)
    fit(**same)
    assert np.array_equal(found.first, first)
    assert np.array_equal(found.last, stored(same["net"], cells))
    assert (found.first != found.last).any()
    assert gap(found) < 1e-14
    assert np.allclose(found.epochs.sum(0), found.samples.sum(0), atol=1e-14)
    assert found.given_scales == (not optimizer.startswith("sgd"))
    assert (found.clipped > 0) == ("clip" in optimizer)
    assert (found.decay != 0).any() == ("decay" in optimizer)


@pytest.mark.parametrize("notation", NETWORKS)
def test_parts_add_up_in_every_kind_of_layer(notation, rng):
    # the gradient of a bias before batch norm is rounding alone, which Adam would make large
    optimizer = "sgd(0.1, momentum=0.9)" if "batch_norm" in notation else "adam(0.01, clip_norm=1)"
    given = arguments(notation, optimizer)
    cells = cells_of(given["net"], rng)
    found = biography(given, cells)
    assert np.array_equal(found.last, stored(given["net"], cells))
    assert gap(found) < 1e-14
    assert found.mixing == ("batch_norm" in notation)
    for place, name in enumerate(found.cells):
        if name in found.positions:
            assert np.isclose(found.positions[name].sum(), found.samples[:, place].sum(), atol=1e-14)


class StoredNumbers(Callback):
    """Keeps what some cells, and their momentum, were after every step, and their gradients."""

    def __init__(self, net, cells):
        slots = slots_by_name(net.layers, net.slots)
        self.places = [slots[name].start + np.ravel_multi_index(index, slots[name].shape) for name, index in cells]
        self.values, self.momenta, self.gradients = [self.of(net.theta)], [np.zeros(len(cells))], []

    def of(self, flat):
        return flat[self.places].astype(np.float64)

    def on_gradient(self, training, backward):
        self.gradients.append(self.of(backward.gradient))

    def on_batch_end(self, training):
        self.values.append(self.of(training.net.theta))
        self.momenta.append(self.of(training.optimizer.state["v"]))


def test_rounding_in_single_precision_is_that_of_every_update(rng):
    given = arguments(optimizer="sgd(0.1, momentum=0.9)", dtype=np.float32, epochs=20)
    cells = cells_of(given["net"], rng, count=20)
    watching = StoredNumbers(given["net"], cells)
    found = biography({**given, "callbacks": [watching]}, cells)
    value, momentum = np.zeros((2, len(cells)))  # what the rounding of all steps so far has made of these
    for step, gradient in enumerate(watching.gradients):
        (before, after), (v, v_new) = (each[step : step + 2] for each in (watching.values, watching.momenta))
        momentum = 0.9 * momentum + (v_new - (0.9 * v + gradient))
        value = value - 0.1 * momentum + (after - (before - 0.1 * v_new))
    assert np.abs(found.rounding - value).max() < 1e-13
    assert np.abs(found.rounding).max() > 1e-8
    assert 0 < np.abs(found.unexplained).max() < 1e-6


def test_what_is_missing_from_the_shares_is_left_unexplained(monkeypatch):
    cell, sums = ("W1", (20, 3)), KeptTerms.sums
    whole = biography(arguments(dtype=np.float32), [cell])
    most = int(np.abs(whole.samples[:, 0]).argmax())

    def lacking(kept, effects):
        for samples, added in sums(kept, effects):
            added[:, most] *= 0.9995
            yield samples, added

    monkeypatch.setattr(KeptTerms, "sums", lacking)
    found = biography(arguments(dtype=np.float32), [cell])
    missing = found.unexplained - whole.unexplained
    assert np.abs(missing) > 1e-6
    assert np.allclose(missing, 0.0005 * whole.samples[most], rtol=1e-3)
    assert np.array_equal(found.rounding, whole.rounding)


@pytest.mark.parametrize("before", ["", "dropout 0.2, ", "flatten, linear 6, "])
@pytest.mark.parametrize("augmentation", [None, Augmentation("shift 1")])
def test_inputs_that_are_the_same_in_all_steps_and_others(before, augmentation, rng):
    given = arguments(optimizer="adam(0.01)", augmentation=augmentation)
    given["net"] = network(f"{before}flatten, linear 5, relu, linear 10", (8, 8, 1), seed=3, dtype=np.float64)
    cells = [*cells_of(given["net"], rng), ("W1", (20, 3)), ("W1", (21, 3))]  # the last two in one column
    found = biography(given, cells)
    assert np.abs(found.last - found.first).max() > 1e-3
    assert gap(found) < 1e-14


def test_samples_that_are_drawn_twice_in_a_batch_count_twice(rng):
    given = arguments(replacement=True)
    found = biography(given, cells_of(given["net"], rng))
    assert gap(found) < 1e-14


def test_a_layer_that_is_used_twice(rng):
    shared = Linear(4, 4)
    x, y = rng.normal(size=(20, 4)), rng.normal(size=(20, 4))
    net = Sequential(shared, ReLU(), shared, dtype=np.float64, seed=1)
    given = {"net": net, "loss_fn": MeanSquaredError(), "optimizer": SGD(0.1, momentum=0.5), "train": (x, y)}
    found = biography({**given, "epochs": 4, "batch_size": 8}, cells_of(net, rng))
    assert gap(found) < 1e-15


def test_windows_of_a_text_that_carries_its_state_on(tmp_path, rng):
    path = tmp_path / "text.txt"
    path.write_text("the quick brown fox jumps over the lazy dog. " * 12, encoding="utf-8")
    data = load(f"text:{path}", window=8, validation=0, test=0)
    size = len(data.preprocessing.vocabulary)
    notation = f"embed 4 num_embeddings={size}, lstm 5, linear {size}"
    net = network(notation, data.train.inputs.shape[1:], seed=3, dtype=np.float64)
    given = {"net": net, "loss_fn": CrossEntropy(), "optimizer": optimizers.read("adam(0.01)"), "train": data.train}
    given |= {"preprocessing": data.preprocessing, "batch_size": 8, "epochs": 2, "streams": True}
    found = biography(given, cells_of(net, rng))
    assert np.abs(found.last - found.first).max() > 1e-3
    assert gap(found) < 1e-14


def test_what_clipping_took_away():
    cells = [("W1", (20, 3)), ("b2", (9,))]
    clipped = biography(arguments(optimizer="sgd(0.1, clip_norm=0.5)", max_steps=1), cells)
    free = biography(arguments(optimizer="sgd(0.1)", max_steps=1), cells)
    assert clipped.clipped == 1
    assert np.abs(clipped.clipping).min() > 1e-4
    assert np.allclose(clipped.samples.sum(0) - clipped.clipping, free.samples.sum(0), rtol=0, atol=1e-15)
    assert not free.clipping.any()


def test_shares_of_a_gradient_that_is_rounding_alone_cancel():
    found = biography(arguments("flatten, linear 5, batch_norm, tanh, linear 10", "adam(0.01)"), [("b1", (2,))])
    assert found.cancelling[0] > 1e4
    assert biography(arguments(), [("W1", (20, 3))]).cancelling[0] < 1e3


@pytest.mark.parametrize("optimizer", ["sgd(0.1)", "adam(0.01)"])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_shares_that_cancel_within_each_sample_are_no_other_optimizer(optimizer, dtype):
    notation = "conv 2 3, instance_norm, relu, flatten, linear 10"
    found = biography(arguments(notation, optimizer, dtype), [("b1", (1,)), ("W1", (0, 0, 0, 1))])
    assert found.cancelling[0] > 1e4 > found.cancelling[1]
    assert np.allclose(sum(found.rows.values()), found.last, rtol=0, atol=1e-15)


def test_a_parameter_that_stays_zero_cancels_nothing():
    given = arguments()
    given["net"].theta[:] = 0
    assert biography(given, [("W1", (20, 3))]).cancelling.tolist() == [0]


def test_epochs_that_were_planned_but_not_made():
    class Ending(Callback):
        def on_epoch_end(self, training):
            training.stop |= training.epoch == 2

    found = biography(arguments(epochs=9, callbacks=[Ending()]), [("W1", (20, 3))])
    assert found.epochs.shape == (2, 1)
    assert np.allclose(found.epochs.sum(0), found.samples.sum(0), rtol=0, atol=1e-15)


@pytest.mark.parametrize("optimizer", ["sgd(0.1)", "sgd(0.1, momentum=0.9)", "adam(0.01)"])
def test_a_training_that_goes_on_from_a_checkpoint(tmp_path, optimizer):
    given = arguments(optimizer=optimizer, epochs=1)
    model = Model(given["net"], given["loss_fn"], Preprocessing(), DIGITS.classes, "digits")
    fit(**given, callbacks=[Checkpointing(tmp_path, model)])
    training = arguments(optimizer=optimizer, resume=load_checkpoint(tmp_path))
    sample, cell = training["train"].take(slice(1)), ("W1", (20, 3))
    if optimizer == "sgd(0.1)":
        assert gap(biography(training, [cell])) < 1e-15
        return
    with pytest.raises(ArgumentError, match="begins with gradients of earlier steps, whose samples are not known"):
        biography(training, [cell])
    with pytest.raises(ArgumentError, match="begins with gradients of earlier steps, whose samples are not known"):
        prediction_biography(training, sample, [("z2", (0, 7))])


def test_more_cells_than_memory(monkeypatch):
    module = sys.modules[ParameterWatcher.__module__]
    monkeypatch.setattr(module, "physical_memory", lambda: 2 * 10 * 50 * 9 * 8)
    cells = [("W1", (row, 0)) for row in range(10)]
    biography(arguments(max_steps=1), cells)
    said = r"50 samples in 11 cells need 0\.0 GB, more than half of this machine's memory; watch at most 10 cells"
    with pytest.raises(TooLargeError, match=said):
        biography(arguments(max_steps=1), [*cells, ("W1", (10, 0))])


def test_the_last_values_are_those_of_the_last_step_also_where_the_best_epoch_is_another(rng):
    held_out = DIGITS.train.take(slice(50, 60))
    given = arguments(optimizer="sgd(5)", validation=Samples(held_out.inputs / 16, held_out.targets))
    cells = cells_of(given["net"], rng)
    watching = LastValues(cells)
    found = biography({**given, "callbacks": [watching]}, cells)
    assert np.array_equal(found.last, watching.last)
    assert not np.array_equal(found.last, stored(given["net"], cells))


class Looking(ParameterWatcher):
    """Looks at the biography in the midst of the training too."""

    def on_batch_end(self, training):
        super().on_batch_end(training)
        if training.step == 9:
            self.look(training)
            self.found = self.biography()
            self.copied = self.found.samples.copy()


@pytest.mark.parametrize("optimizer", ["sgd(0.1, momentum=0.9, weight_decay=0.01)", "adam(0.01)"])
def test_a_biography_in_the_midst_of_a_training(optimizer):
    cells = [("W1", (20, 3)), ("b2", (1,)), ("W1", (35, 0))]
    looking = Looking(cells)
    fit(**arguments(optimizer=optimizer, callbacks=[looking]))
    until = biography(arguments(optimizer=optimizer, max_steps=9), cells)
    whole, never_looked = looking.biography(), biography(arguments(optimizer=optimizer), cells)
    for found, expected in ((looking.found, until), (whole, never_looked)):
        assert found.steps == expected.steps
        assert np.array_equal(found.last, expected.last)
        assert np.abs(found.samples - expected.samples).max() < 1e-14
        assert gap(found) < 1e-14
    assert np.array_equal(looking.found.samples, looking.copied)


class LastValues(Callback):
    def __init__(self, cells):
        self.cells = cells

    def on_end(self, training):
        self.last = stored(training.net, self.cells)


def test_a_cell_that_is_no_parameter():
    with pytest.raises(ArgumentError, match="z1 is no parameter of the network, which has W1, b1, W2, b2"):
        biography(arguments(), [("z1", (0, 0))])


def test_a_cell_outside_its_parameter():
    with pytest.raises(ArgumentError, match=r"W1 is \(64, 5\); 99 is outside axis 0"):
        biography(arguments(), [("W1", (99, 0))])


def test_no_cells():
    with pytest.raises(ArgumentError, match="no cells were given"):
        biography(arguments(), [])


def test_batches_of_unknown_samples():
    given = arguments()
    x, y = given["train"].inputs, given["train"].targets
    given = {**given, "train": [(x, y)]}
    del given["batch_size"], given["seed"]
    with pytest.raises(ArgumentError, match="give samples as train"):
        biography(given, [("b1", (0,))])


def test_batches_of_samples_have_biographies():
    given = arguments()
    samples = given["train"]
    given = {**given, "train": Batches(samples, Preprocessing(), 8, rng=np.random.default_rng(1), dtype=np.float64)}
    del given["batch_size"], given["seed"]
    assert gap(biography(given, [("b1", (0,))])) < 1e-15


class Doubling(Callback):
    def on_gradient(self, training, backward):
        return 2 * backward.gradient


def test_gradients_that_a_callback_changes_are_refused():
    with pytest.raises(ArgumentError, match="a callback changes gradients"):
        biography(arguments(callbacks=[Doubling()]), [("W1", (20, 3))])


class ByFormulas(Optimizer):
    """Changes θ by ``part`` of it and the gradient."""

    def update(self, theta, gradient):
        theta -= self.learning_rate * self.compute(theta, gradient)

    def update_formulas(self, start, gradient, element):
        return [Tensor("θ_new")[element] << start - scalar("η") * self.stated(start, gradient)]


PARTS = {
    "the sign": (lambda θ, g: np.sign(g), lambda θ, g: g / maximum(g, -g)),
    "a square": (lambda θ, g: g * g, lambda θ, g: g**2),
    "a product": (lambda θ, g: g * g, lambda θ, g: g * g),
    "an exponentiated gradient": (lambda θ, g: θ * g, lambda θ, g: θ * g),
    "a constant": (lambda θ, g: g + 1, lambda θ, g: g + 1),
}


@pytest.mark.parametrize("part", PARTS)
def test_optimizers_that_are_not_linear_are_refused_even_if_they_change_little(part):
    optimizer = ByFormulas(1e-6)
    optimizer.compute, optimizer.stated = PARTS[part]
    given = arguments("flatten, linear 5, sigmoid, linear 10")
    with pytest.raises(ArgumentError, match="not linear in the gradient"):
        biography({**given, "optimizer": optimizer}, [("b2", (1,))])
