import math
import statistics
import time

import numpy as np
import pytest

from whence.data import Batch, Batches, Preprocessing, Samples, load
from whence.errors import ArgumentError, NonFiniteError, ShapeError, TrainingInterrupted
from whence.nn import LSTM, CrossEntropy, Embedding, Flatten, Last, Linear, MeanSquaredError, ReLU, Sequential, mlp
from whence.optim import SGD, Adam, schedule
from whence.training import Callback, Verdict, evaluate, fit
from whence.training.parallel import Division


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
        def __call__(self, outputs, targets, weights=None, lengths=None):
            sizes.append(len(outputs))
            return super().__call__(outputs, targets, weights)

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
    training = fit(net, loss_fn, SGD(1.5), data.test, validation=data.train, epochs=8, preprocessing=data.preprocessing)
    best = min(training.history, key=lambda r: r["validation_loss"])
    assert training.best_epoch == best["epoch"] < 8
    measured = evaluate(net, loss_fn, data.train, data.preprocessing)
    assert measured["accuracy"] == best["validation_accuracy"]
    assert measured["loss"] == best["validation_loss"]


@pytest.mark.parametrize(("left_out", "together"), [(0, 10), (50, 20)])
def test_few_validation_targets_are_taken_over_several_epochs(left_out, together):
    samples = table(100)
    validation = Samples(samples.inputs, samples.targets[::-1].copy(), np.arange(100) >= left_out)
    training = fit(network(), CrossEntropy(), SGD(3.0), samples, validation=validation, epochs=40)
    losses = [record["validation_loss"] for record in training.history]
    means = [statistics.mean(losses[max(0, epoch - together) : epoch]) for epoch in range(1, 41)]
    assert [training.recent_loss(epoch) for epoch in range(1, 41)] == pytest.approx(means)
    assert training.best_epoch == 1 + int(np.argmin(means)) != 1 + int(np.argmin(losses))


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


def test_the_schedule_may_be_a_text():
    rates = [
        [record["learning_rate"] for record in training.history]
        for training in (
            fit(network(), "cross_entropy", "sgd(0.8)", table(8), epochs=4, batch_size=4, schedule=told)
            for told in ("warmup(5) * step(2, 0.5)", schedule("warmup(5) * step(2, 0.5)"))
        )
    ]
    assert rates[0] == rates[1] == pytest.approx([0.32, 0.64, 0.4, 0.4])


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
        def __call__(self, outputs, targets, weights=None, lengths=None):
            loss, delta = super().__call__(outputs, targets, weights)
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
        ({}, "neither epochs nor max_steps was given"),
        ({"epochs": 0}, "epochs = 0; it must be a whole number of at least 1"),
        ({"max_steps": -3}, "max_steps = -3; it must be a whole number of at least 1"),
        ({"epochs": 1, "batch_size": 0}, "batch_size = 0"),
        ({"epochs": 1, "patience": 0}, "patience = 0; it must be a whole number of at least 1"),
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


def prepared(samples, size=4):
    rows = [slice(start, start + size) for start in range(0, len(samples), size)]
    return [(samples.inputs[part], samples.targets[part]) for part in rows]


class Once:
    """Batches with a length that come only once."""

    def __init__(self, batches):
        self.batches = iter(batches)
        self.count = len(batches)

    def __len__(self):
        return self.count

    def __iter__(self):
        return self.batches


def test_batches_are_taken_as_they_come():
    samples, thetas = table(10), []
    own = Batches(samples, Preprocessing(), 4, rng=None, dtype=np.float64)
    generator = (pair for pair in 2 * prepared(samples))
    records = [Batch(x, y) for x, y in prepared(samples)]
    for given, limits in (
        (own, {"epochs": 2}),
        (prepared(samples), {"epochs": 2}),
        (records, {"epochs": 5, "max_steps": 6}),
        (generator, {"max_steps": 6}),
    ):
        net = network()
        training = fit(net, CrossEntropy(), SGD(0.1), given, validation=samples, **limits)
        assert training.step == 6
        assert training.history[-1]["train_loss"] > 0
        thetas.append(training.net.theta)
    assert all(np.array_equal(theta, thetas[0]) for theta in thetas)


def test_batches_of_a_data_set_are_those_that_fit_makes_of_its_samples():
    samples, nets = table(), [network(), network()]
    batches = Batches(samples, Preprocessing(), 4, rng=np.random.default_rng(5), dtype=np.float64)
    histories = [
        fit(nets[0], CrossEntropy(), SGD(0.1), samples, epochs=3, batch_size=4, seed=5).history,
        fit(nets[1], CrossEntropy(), SGD(0.1), batches, epochs=3).history,
    ]
    assert np.array_equal(nets[0].theta, nets[1].theta)
    for first, second in zip(*histories, strict=True):
        assert {**first, "seconds": 0} == {**second, "seconds": 0}


def test_batches_that_end_too_early_are_told_and_settings_for_samples_refused():
    samples = table(10)
    with pytest.raises(ArgumentError, match="the batches are a generator, which has no length; give max_steps"):
        fit(network(), CrossEntropy(), SGD(0.1), (pair for pair in prepared(samples)), epochs=2)
    with pytest.raises(ArgumentError, match="the batches ended after 3 of 5; a generator can be iterated"):
        fit(network(), CrossEntropy(), SGD(0.1), (pair for pair in prepared(samples)), max_steps=5)
    with pytest.raises(ArgumentError, match="the batches ended after 0 of 3"):
        fit(network(), CrossEntropy(), SGD(0.1), Once(prepared(samples)), epochs=2)
    with pytest.raises(ArgumentError, match="preprocessing are for samples, but batches were given"):
        fit(network(), CrossEntropy(), SGD(0.1), prepared(samples), epochs=2, batch_size=8)


def test_a_sample_of_weight_two_counts_as_two_and_one_of_weight_zero_not_at_all():
    samples, weights = table(12), frozen(np.array([2.0, 1, 0] * 4))
    weighted = Samples(samples.inputs, samples.targets, weights)
    repeated = samples.take(np.repeat(np.arange(12), weights.astype(int)))
    records, nets = [], []
    for given in (weighted, repeated):
        net = network()
        for measure_train in (True, False):
            records += fit(
                net,
                CrossEntropy(),
                SGD(0.2),
                given,
                validation=given,
                epochs=3,
                batch_size=None,
                measure_train=measure_train,
            ).history
        nets.append(net)
    np.testing.assert_allclose(nets[0].theta, nets[1].theta, rtol=1e-12)
    for first, second in zip(records[:6], records[6:], strict=True):
        for name in ("train_loss", "validation_loss", "validation_accuracy"):
            assert first[name] == pytest.approx(second[name], rel=1e-12)


def test_the_loss_of_an_epoch_counts_each_batch_by_its_weights():
    losses = []

    class Losses(Callback):
        def on_gradient(self, training, backward):
            losses.append((backward.loss, backward.batch.weights.sum()))

    samples = Samples(table(10).inputs, table(10).targets, np.linspace(0.1, 3, 10))
    training = fit(
        network(), CrossEntropy(), SGD(0.1), samples, epochs=2, batch_size=4, measure_train=False, callbacks=[Losses()]
    )
    assert len(losses) == 6
    for record, epoch in zip(training.history, (losses[:3], losses[3:]), strict=True):
        values, weights = np.array(epoch).T
        assert record["train_loss"] == pytest.approx(np.average(values, weights=weights), rel=1e-6)


@pytest.mark.parametrize("labels", ["each step", "whole sequence"])
def test_what_lies_after_the_end_of_a_sequence_changes_no_bit(labels):
    rng = np.random.default_rng(2)
    lengths, inputs = rng.integers(1, 6, 9), rng.normal(size=(9, 5, 3))
    targets = rng.integers(0, 2, (9, 5) if labels == "each step" else 9)
    after = np.arange(5) >= lengths[:, np.newaxis]
    runs = []
    for filling in (0, 7):
        inputs[after] = filling
        if labels == "each step":
            targets[after] = filling % 2
        samples = Samples(inputs.copy(), targets.copy(), lengths=lengths)
        last = [Last()] if labels == "whole sequence" else []
        net = Sequential(LSTM(3, 4), *last, Linear(4, 2), input_shape=(5, 3), dtype=np.float64, seed=1)
        training = fit(net, CrossEntropy(), Adam(0.05), samples, validation=samples, epochs=2, batch_size=4)
        runs.append((net.theta, [{**record, "seconds": 0} for record in training.history]))
    assert np.array_equal(runs[0][0], runs[1][0])
    assert runs[0][1] == runs[1][1]


def test_a_callback_sees_each_backward_pass_and_which_samples_it_was_made_of():
    seen = []

    class Watch(Callback):
        def on_gradient(self, training, backward):
            seen.append(backward.batch.rows)
            logits, tape = training.net.forward(backward.batch.x)
            loss, delta = training.loss_fn(logits, backward.batch.y)
            assert np.array_equal(backward.logits, logits)
            assert backward.loss == loss
            assert np.array_equal(backward.gradient, training.net.backward(delta, tape))
            assert len(backward.tape) == len(training.net.layers)
            assert np.array_equal(backward.batch.x, training.train.inputs[backward.batch.rows])

    nets = [network(), network()]
    fit(nets[0], CrossEntropy(), SGD(0.1), table(10), epochs=2, batch_size=4, callbacks=[Watch()])
    fit(nets[1], CrossEntropy(), SGD(0.1), table(10), epochs=2, batch_size=4)
    assert sorted(np.concatenate(seen)) == sorted([*range(10), *range(10)])
    assert np.array_equal(nets[0].theta, nets[1].theta)


class Times(Callback):
    def __init__(self, factor):
        self.factor = factor

    def on_gradient(self, training, backward):
        return backward.gradient * self.factor


def test_callbacks_may_replace_the_gradient_one_after_the_other():
    nets = [network(), network()]
    fit(nets[0], CrossEntropy(), SGD(0.5), table(), epochs=1, callbacks=[Times(0.5), Times(0.25)])
    fit(nets[1], CrossEntropy(), SGD(0.0625), table(), epochs=1)
    np.testing.assert_allclose(nets[0].theta, nets[1].theta, rtol=1e-14)


@pytest.mark.parametrize(
    ("factor", "error", "message"),
    [
        (np.nan, NonFiniteError, "the gradient that Times returned is not finite"),
        (
            np.ones((2, 1)),
            ShapeError,
            r"the gradient that Times returned is float64 of shape \(2, 66\); expected float64 of shape",
        ),
        (1j, ShapeError, r"the gradient that Times returned is complex128 of shape \(66,\); expected float64 of shape"),
    ],
)
def test_a_gradient_that_cannot_be_stepped_with_is_refused(factor, error, message):
    net = network()
    before = net.theta.copy()
    with pytest.raises(error, match=message) as caught:
        fit(net, CrossEntropy(), SGD(0.1), table(), epochs=1, callbacks=[Times(factor)])
    assert np.array_equal(net.theta, before)
    if error is NonFiniteError:
        assert caught.value.training.net is net


def test_a_function_is_no_callback():
    with pytest.raises(ArgumentError, match=r"callbacks = .*; it must be a list in which each is a Callback"):
        fit(network(), CrossEntropy(), SGD(0.1), table(), epochs=1, callbacks=[print])


def test_after_a_failure_the_training_is_still_there():
    with pytest.raises(NonFiniteError) as caught:
        fit(network(), CrossEntropy(), SGD(1e3, momentum=0.99), table(), epochs=5000, batch_size=4)
    training = caught.value.training
    assert training.step > 0
    assert len(training.history) >= training.epoch > 0
    assert training.history[0]["epoch"] == 1


def agreeing(moment, verdict):
    """Return what makes the decision at one moment another than this process would."""
    moments = []

    def agree(own):
        moments.append(own)
        return verdict if len(moments) == moment else own

    return agree


def deciding(agree):
    """Return the division of a training whose other processes have their share in each decision."""
    division = Division()
    division.ranks.agreed = agree
    return division


def test_processes_can_agree_on_the_end():
    arguments = {"epochs": 3, "batch_size": 8}  # 3 steps in an epoch: 2 decisions for each, and 2 after it
    training = fit(
        network(), CrossEntropy(), SGD(0.1), table(), **arguments, parallel=deciding(agreeing(8, Verdict.STOP))
    )
    assert (training.step, training.stop) == (3, True)
    with pytest.raises(TrainingInterrupted, match="training was interrupted after step 2") as interrupted:
        fit(
            network(), CrossEntropy(), SGD(0.1), table(), **arguments, parallel=deciding(agreeing(4, Verdict.INTERRUPT))
        )
    assert interrupted.value.training.step == 2
    with pytest.raises(NonFiniteError, match="what another process computed is not finite at step 4"):
        fit(network(), CrossEntropy(), SGD(0.1), table(), **arguments, parallel=deciding(agreeing(9, Verdict.FAIL)))


def test_every_process_decides_at_the_same_moments_whatever_it_decides():
    moments = []
    fit(
        network(),
        CrossEntropy(),
        SGD(0.1),
        table(),
        epochs=2,
        batch_size=8,
        parallel=deciding(lambda own: moments.append(own) or own),
    )
    assert moments == [Verdict.CONTINUE] * 16


def test_of_two_epochs_with_the_same_accuracy_the_one_with_the_smaller_loss_is_better():
    class Kept(Callback):
        def __init__(self):
            self.thetas = []

        def on_epoch_end(self, training):
            self.thetas.append(training.net.theta.copy())

    kept, samples, net = Kept(), table(6), network()
    training = fit(
        net, CrossEntropy(), SGD(0.05), samples, validation=samples, epochs=5, batch_size=None, callbacks=[kept]
    )
    records = training.history
    assert len({record["validation_accuracy"] for record in records}) == 1
    losses = [record["validation_loss"] for record in records]
    assert losses == sorted(losses, reverse=True)
    assert training.best_epoch == 5
    assert np.array_equal(net.theta, kept.thetas[-1])


def test_of_two_epochs_that_are_equally_good_the_first_is_kept():
    class Unmoved(Callback):
        def on_gradient(self, training, backward):
            return np.zeros_like(backward.gradient)

    samples = table(1000)
    training = fit(network(), CrossEntropy(), SGD(0.1), samples, validation=samples, epochs=3, callbacks=[Unmoved()])
    assert len({record["validation_loss"] for record in training.history}) == 1
    assert training.best_epoch == 1


def test_seconds_count_from_the_start_of_the_training():
    begin = time.perf_counter()
    training = fit(network(), CrossEntropy(), SGD(0.1), table(6), epochs=2)
    assert 0 <= training.history[-1]["seconds"] <= round(time.perf_counter() - begin, 3) + 0.001
