import math

import numpy as np
import pytest

from whence.data import Preprocessing, Samples, load
from whence.errors import ArgumentError, NonFiniteError
from whence.nn import CrossEntropy, Embedding, Flatten, Linear, MeanSquaredError, ReLU, Sequential, mlp
from whence.optim import SGD, Adam, schedule
from whence.training import Callback, evaluate, fit


def frozen(array):
    array.flags.writeable = False
    return array


def table(count=23, features=5, classes=3, seed=0):
    rng = np.random.default_rng(seed)
    return Samples(frozen(rng.normal(size=(count, features))), frozen(rng.integers(0, classes, count)))


def network(seed=1, dtype=np.float64):
    return Sequential(Linear(5, 7), ReLU(), Linear(7, 3), dtype=dtype, seed=seed)


class Watching(Callback):
    def __init__(self):
        self.events = []
        self.sizes = []

    def on_start(self, training):
        self.events.append("start")

    def on_batch_end(self, training):
        self.events.append(("batch", training.epoch, training.step, training.position))

    def on_epoch_end(self, training):
        self.events.append(("epoch", training.epoch))

    def on_end(self, training):
        self.events.append("end")


def test_fit_runs_the_five_line_loop_to_the_bit():
    samples, net, twin = table(), network(), network()
    fit(net, CrossEntropy(), SGD(0.1, momentum=0.9), samples, epochs=3, batch_size=4, seed=5)
    rng, loss_fn, optimizer = np.random.default_rng(5), CrossEntropy(), SGD(0.1, momentum=0.9)
    for _ in range(3):
        order = rng.permutation(len(samples))
        for start in range(0, len(samples), 4):
            rows = order[start : start + 4]
            logits, tape = twin.forward(samples.inputs[rows])
            _, delta = loss_fn(logits, samples.targets[rows])
            gradient = twin.backward(delta, tape)
            optimizer.step(twin.theta, gradient)
    assert np.array_equal(net.theta, twin.theta)


def test_callbacks_are_told_of_every_batch_ragged_ones_included():
    watching = Watching()
    fit(network(), CrossEntropy(), SGD(0.1), table(10), epochs=2, batch_size=4, callbacks=[watching])
    assert watching.events == [
        "start",
        ("batch", 0, 1, 1),
        ("batch", 0, 2, 2),
        ("batch", 0, 3, 3),
        ("epoch", 1),
        ("batch", 1, 4, 1),
        ("batch", 1, 5, 2),
        ("batch", 1, 6, 3),
        ("epoch", 2),
        "end",
    ]


def test_max_steps_ends_inside_an_epoch_and_measures_it():
    training = fit(network(), CrossEntropy(), SGD(0.1), table(10), max_steps=5, batch_size=4)
    assert (training.step, training.epoch, training.epochs) == (5, 2, 2)
    assert [record["step"] for record in training.history] == [3, 5]


def test_the_smaller_of_both_limits_counts():
    training = fit(network(), CrossEntropy(), SGD(0.1), table(10), epochs=1, max_steps=50, batch_size=4)
    assert training.step == 3


def test_a_batch_size_of_none_takes_all_samples():
    training = fit(network(), CrossEntropy(), SGD(0.1), table(10), epochs=2, batch_size=None)
    assert training.steps_per_epoch == 1


def test_batches_drawn_with_replacement_are_all_full():
    sizes = []

    class Sizes(CrossEntropy):
        def __call__(self, outputs, targets, sample_weight=None):
            sizes.append(len(outputs))
            return super().__call__(outputs, targets, sample_weight)

    fit(network(), Sizes(), SGD(0.1), table(10), max_steps=7, batch_size=4, replacement=True)
    measured_on_all = 10
    assert [size for size in sizes if size != measured_on_all] == [4] * 7


def test_the_same_seed_gives_the_same_bits_and_another_seed_does_not():
    thetas = []
    for seed in (3, 3, 4):
        net = network()
        fit(net, CrossEntropy(), SGD(0.1), table(), epochs=2, batch_size=4, seed=seed)
        thetas.append(net.theta)
    assert np.array_equal(thetas[0], thetas[1])
    assert not np.array_equal(thetas[0], thetas[2])


def test_the_callers_arrays_are_left_alone():
    inputs, targets = np.random.default_rng(0).normal(size=(9, 5)), np.arange(9) % 3
    before = inputs.copy(), targets.copy()
    fit(network(), CrossEntropy(), SGD(0.1), (inputs, targets), epochs=2, batch_size=4)
    assert np.array_equal(inputs, before[0])
    assert np.array_equal(targets, before[1])


def test_training_and_validation_are_measured_on_the_same_footing():
    samples, net = table(), network()
    training = fit(net, CrossEntropy(), SGD(0.1), samples, validation=samples, epochs=3, batch_size=4)
    for record in training.history:
        assert record["train_loss"] == record["validation_loss"]
        assert record["train_accuracy"] == record["validation_accuracy"]


def test_the_network_ends_with_the_weights_of_its_best_epoch():
    data = load("digits")
    net = mlp(data.input_shape, [16], data.outputs, seed=2)
    loss_fn = CrossEntropy()
    training = fit(
        net, loss_fn, SGD(1.5), data.train, validation=data.validation, epochs=8, preprocessing=data.preprocessing
    )
    best = max(training.history, key=lambda r: (r["validation_accuracy"], -r["validation_loss"]))
    assert training.best_epoch == best["epoch"]
    measured = evaluate(net, loss_fn, data.validation, data.preprocessing)
    assert measured["accuracy"] == best["validation_accuracy"]
    assert measured["loss"] == best["validation_loss"]


def test_patience_stops_when_the_validation_no_longer_improves():
    validation = Samples(table(40).inputs, (table(40).targets + 1) % 3)
    training = fit(
        network(), CrossEntropy(), SGD(0.5), table(40), validation=validation, epochs=500, batch_size=8, patience=3
    )
    assert training.stop
    assert training.epoch == training.best_epoch + 3
    assert len(training.history) == training.epoch < 500


def test_patience_without_validation_is_refused():
    with pytest.raises(ArgumentError, match="early stopping needs validation samples"):
        fit(network(), CrossEntropy(), SGD(0.5), table(), epochs=5, patience=3)


def test_the_schedule_sets_the_rate_of_every_step():
    rates = []

    class Rates(Callback):
        def on_batch_end(self, training):
            rates.append(training.optimizer.learning_rate)

    fit(
        network(),
        CrossEntropy(),
        SGD(0.8),
        table(8),
        epochs=4,
        batch_size=4,
        schedule=schedule("step(2, 0.5)"),
        callbacks=[Rates()],
    )
    assert rates == [0.8] * 4 + [0.4] * 4


def test_the_rate_is_the_optimizers_own_again_after_a_schedule():
    optimizer = SGD(0.8)
    for _ in range(2):
        training = fit(
            network(), CrossEntropy(), optimizer, table(8), epochs=4, batch_size=4, schedule=schedule("step(2, 0.5)")
        )
        assert [record["learning_rate"] for record in training.history] == [0.8, 0.8, 0.4, 0.4]
    assert optimizer.learning_rate == 0.8


def test_weight_decay_spares_biases_without_being_told():
    optimizer = SGD(0.1, weight_decay=0.1)
    net = network()
    fit(net, CrossEntropy(), optimizer, table(), epochs=1)
    assert np.array_equal(optimizer.decays, net.decays)


def test_a_regression_records_its_errors():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(50, 5))
    y = x @ rng.normal(size=(5, 2))
    net = Sequential(Linear(5, 2), dtype=np.float64)
    training = fit(net, MeanSquaredError(), Adam(0.05), (x, y), epochs=100, batch_size=None)
    last = training.history[-1]
    assert last["train_r2"] > 0.99 > training.history[0]["train_r2"]
    assert last["train_rmse"] == pytest.approx(math.sqrt(last["train_loss"]), rel=1e-9)


def test_a_learning_rate_that_explodes_stops_at_the_batch_and_names_the_array():
    net = network()
    with pytest.raises(NonFiniteError) as caught:
        fit(net, CrossEntropy(), SGD(1e200), table(), epochs=50, batch_size=4)
    message = str(caught.value)
    assert "the loss is" in message
    assert "layer" in message and "Linear" in message
    assert "try a learning rate below 1e+200" in message


def test_targets_that_are_too_large_are_named_when_training_explodes():
    x = np.random.default_rng(0).normal(size=(50, 5))
    with pytest.raises(NonFiniteError, match=r"scale the targets \(they reach 2e\+05\) or the inputs$"):
        fit(Sequential(Linear(5, 1)), MeanSquaredError(), SGD(10), (x, np.full((50, 1), -2e5)), epochs=50)


def test_a_gradient_that_is_not_finite_is_named_before_it_spoils_the_network():
    class Steep(CrossEntropy):
        def __call__(self, outputs, targets, sample_weight=None):
            loss, delta = super().__call__(outputs, targets, sample_weight)
            return loss, delta * np.array([1, np.inf, 1])

    for optimizer in (SGD(0.1, clip_norm=5), SGD(0.1)):
        net = network()
        before = net.theta.copy()
        with pytest.raises(NonFiniteError) as caught:
            fit(net, Steep(), optimizer, table(), epochs=1)
        assert np.array_equal(net.theta, before)
        message = str(caught.value)
        assert message.startswith("the gradient is not finite at step 1 (epoch 1)")
        assert "the first array that is not finite is the gradient of the bias of layer 3 (Linear(7, 3));" in message
        clipped = "although gradients longer than 5 are clipped, and" in message
        advised = "try a learning rate below 0.1, clip the gradient's norm, or scale the inputs" in message
        assert clipped == (optimizer.clip_norm is not None) and advised != clipped


def test_clipping_is_not_advised_where_gradients_are_clipped():
    with pytest.raises(NonFiniteError, match=r"^the loss is .*, although gradients longer than 5 are clipped, and the"):
        fit(network(), CrossEntropy(), SGD(1e200, clip_norm=5), table(), epochs=50, batch_size=4)


def test_a_batch_that_is_not_finite_is_named():
    class Broken(Preprocessing):
        def __call__(self, inputs, dtype=np.float32):
            return np.full_like(inputs, np.inf)

    with pytest.raises(NonFiniteError, match="the batch itself"):
        fit(network(), CrossEntropy(), SGD(0.1), table(), epochs=1, preprocessing=Broken())


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({}, "nothing says when training ends"),
        ({"epochs": 0}, "epochs is 0; it must be at least 1"),
        ({"max_steps": -3}, "max_steps is -3; it must be at least 1"),
        ({"epochs": 1, "batch_size": 0}, "batch size is 0"),
        ({"epochs": 1, "patience": 0}, "patience is 0; it must be at least 1 epoch"),
    ],
)
def test_limits_that_make_no_sense_are_refused(arguments, message):
    with pytest.raises(ArgumentError, match=message):
        fit(network(), CrossEntropy(), SGD(0.1), table(), **arguments)


def test_a_network_that_reads_indices_is_given_them_as_they_are():
    rng = np.random.default_rng(0)
    tokens = frozen(rng.integers(0, 4, (60, 5)))
    net = Sequential(Embedding(4, 6), Flatten(), Linear(30, 2), input_shape=(5,), seed=0)
    training = fit(net, CrossEntropy(), Adam(0.05), (tokens, tokens[:, 2] % 2), epochs=30, batch_size=20)
    assert training.history[-1]["train_accuracy"] == 1
