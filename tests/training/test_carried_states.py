"""Training on texts: states that are carried, stops that leave no trace, and evaluation that counts every character."""

import math
import os
import signal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from whence.array_file import read_arrays
from whence.data import Preprocessing, Samples
from whence.data.augment import Augmentation
from whence.data.text import sequences
from whence.data.vocabulary import Vocabulary
from whence.errors import ArgumentError, DataError
from whence.nn import CrossEntropy
from whence.nn.architecture import network
from whence.optim import Adam
from whence.training import Callback, Checkpointing, Model, evaluate, fit, load_checkpoint, load_model, sample_text

TEXT = "a rose is a rose is a rose. the sea is the sea, and so is she. " * 12
VOCABULARY = Vocabulary.of(TEXT)
TRAIN = sequences(TEXT[:600], VOCABULARY, 8, "it")
VALIDATION = sequences(TEXT[600:], VOCABULARY, 8, "it")
EPOCHS, STREAMS = 3, 5
STEPS_PER_EPOCH = len(TRAIN) // STREAMS

ARCHITECTURES = [
    "embed 3, lstm 5, linear",
    "embed 3, gru 4 2 dropout=0.3, linear",
    "embed 4, residual(rnn 4, residual(lstm 4)), dropout 0.2, linear",
]


def make(notation=ARCHITECTURES[0], dtype=np.float32):
    size = len(VOCABULARY)
    net = network(notation, (-1,), outputs=size, symbols=size, dtype=dtype, seed=2)
    return Model(net, CrossEntropy(), Preprocessing(text=VOCABULARY), tuple(VOCABULARY.characters), "it")


class InterruptAt(Callback):
    def __init__(self, step):
        self.step = step

    def on_batch_end(self, training):
        if training.step == self.step:
            os.kill(os.getpid(), signal.SIGINT)


def train(folder, notation, *, extra=(), resume=None):
    model = make(notation)
    return fit(
        model.net,
        model.loss_fn,
        Adam(0.01, clip_norm=0.2),
        TRAIN,
        validation=VALIDATION,
        epochs=EPOCHS,
        batch_size=STREAMS,
        streams=True,
        measure_train=False,
        preprocessing=model.preprocessing,
        callbacks=[*extra, Checkpointing(folder, model, interval=0)],
        seed=4,
        resume=resume,
    )


def without_seconds(history):
    return [{key: value for key, value in record.items() if key != "seconds"} for record in history]


@pytest.mark.parametrize(
    ("notation", "states"),
    [*zip(ARCHITECTURES, [["1.h", "1.c"], ["1.h₀→"], ["1.0.h", "1.1.0.h", "1.1.0.c"]], strict=True)],
)
def test_the_states_are_carried_from_batch_to_batch_but_not_from_epoch_to_epoch(notation, states):
    model = make(notation)
    net = model.net
    seen = []

    class Watch(Callback):
        def on_batch_end(self, training):
            seen.append(training.state)

        def on_epoch_end(self, training):
            assert training.state is None

    optimizer = Adam(1e-12)  # θ stays, so that the states can be computed again from the whole stream
    fit(net, model.loss_fn, optimizer, TRAIN, epochs=1, batch_size=len(TRAIN) // 3, streams=True,
        preprocessing=model.preprocessing, callbacks=[Watch()], seed=1, measure_train=False)  # fmt: skip
    start = int(np.random.default_rng(1).integers(len(TRAIN) - 3 * (len(TRAIN) // 3) + 1))
    rows = start + 3 * np.arange(len(TRAIN) // 3)
    whole = np.concatenate([TRAIN.inputs[rows + step] for step in range(3)], axis=1)
    _, tape = net.forward(whole, training=False)
    expected = net.state_after(tape)
    assert seen[-1].keys() == expected.keys()
    compared = [name for name in expected if "₁" not in name]  # between two layers of a stack values are dropped
    for name in compared:
        np.testing.assert_allclose(seen[-1][name], expected[name], atol=1e-5)
    assert compared == states


@pytest.fixture(scope="module", params=ARCHITECTURES)
def whole(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("whole")
    return request.param, train(folder, request.param), folder


@settings(max_examples=8, deadline=None)
@given(step=st.integers(1, EPOCHS * STEPS_PER_EPOCH - 1))
def test_a_training_that_was_stopped_goes_on_to_the_same_bits(step, whole, tmp_path_factory):
    notation, unbroken, unbroken_folder = whole
    folder = tmp_path_factory.mktemp("stopped")
    with pytest.raises(KeyboardInterrupt):
        train(folder, notation, extra=[InterruptAt(step)])
    checkpoint = load_checkpoint(folder)
    assert checkpoint.state["step"] == step
    resumed = train(folder, notation, resume=checkpoint)
    assert without_seconds(resumed.history) == without_seconds(unbroken.history)
    for name in ("model.safetensors", "checkpoint.safetensors"):
        ours, theirs = (read_arrays(place / name, kind="model", version=1)[0] for place in (folder, unbroken_folder))
        assert ours.keys() == theirs.keys()
        assert all(np.array_equal(ours[key], theirs[key]) for key in ours)


def test_an_augmented_training_that_was_stopped_goes_on_to_the_same_bits(tmp_path):
    rng = np.random.default_rng(0)
    samples = Samples(rng.integers(0, 256, (40, 6, 6, 1)).astype(np.uint8), rng.integers(0, 3, 40))

    def run(folder, extra=(), resume=None):
        folder.mkdir(exist_ok=True)
        net = network("conv 2 3, relu, flatten, dropout 0.2, linear", (6, 6, 1), outputs=3, seed=1)
        model = Model(net, CrossEntropy(), Preprocessing(scale=1 / 255), ("a", "b", "c"), "noise")
        return fit(net, model.loss_fn, Adam(), samples, epochs=3, batch_size=7, preprocessing=model.preprocessing,
                   augmentation=Augmentation("shift 1, rotate 20, scale 0.2, elastic"), seed=3, resume=resume,
                   callbacks=[*extra, Checkpointing(folder, model, interval=0)])  # fmt: skip

    unbroken = run(tmp_path / "whole")
    for step in (1, 6, 11):
        with pytest.raises(KeyboardInterrupt):
            run(tmp_path / "stopped", [InterruptAt(step)])
        resumed = run(tmp_path / "stopped", resume=load_checkpoint(tmp_path / "stopped"))
        assert np.array_equal(resumed.net.theta, unbroken.net.theta)
        assert without_seconds(resumed.history) == without_seconds(unbroken.history)


def test_the_training_loss_is_the_mean_over_the_batches_where_it_is_not_measured():
    losses = []

    class Note(Callback):
        def on_batch_end(self, training):
            losses.append(training.batch_loss)

    model = make()
    training = fit(model.net, model.loss_fn, Adam(), TRAIN, epochs=1, batch_size=STREAMS, streams=True,
                   preprocessing=model.preprocessing, callbacks=[Note()], measure_train=False)  # fmt: skip
    assert training.history[0]["train_loss"] == pytest.approx(np.mean(losses))
    assert "train_accuracy" not in training.history[0]


def test_steps_in_which_the_gradient_was_clipped_are_counted():
    model = make()
    training = fit(model.net, model.loss_fn, Adam(clip_norm=1e-4), TRAIN, epochs=2, batch_size=STREAMS, streams=True,
                   preprocessing=model.preprocessing, measure_train=False)  # fmt: skip
    assert [record["clipped"] for record in training.history] == [STEPS_PER_EPOCH] * 2


@pytest.mark.parametrize("notation", ARCHITECTURES)
@pytest.mark.parametrize("count", [1, 7, 70, 200])
def test_every_character_counts_once_as_if_the_text_were_read_from_its_beginning(notation, count):
    model = make(notation, np.float64)
    text = Samples(np.resize(TRAIN.inputs, (count, 8)), np.resize(TRAIN.targets, (count, 8)))
    found = evaluate(model.net, model.loss_fn, text, model.preprocessing)
    logits, _ = model.net.forward(text.inputs.reshape(1, -1), training=False)
    loss, _ = model.loss_fn(logits, text.targets.reshape(1, -1))
    assert found["loss"] == pytest.approx(loss, abs=1e-6)
    assert found["accuracy"] == pytest.approx((logits.argmax(-1) == text.targets.reshape(1, -1)).mean())
    assert found["bits"] == pytest.approx(loss / math.log(2), abs=1e-6)
    assert found["perplexity"] == pytest.approx(math.exp(loss), abs=1e-4)


def test_the_best_epoch_of_a_text_is_the_one_with_the_smallest_loss():
    from whence.training.loop import _score

    sharp = {"validation_loss": 2.0, "validation_accuracy": 0.6, "validation_bits": 2.9}
    sure = {"validation_loss": 1.9, "validation_accuracy": 0.5, "validation_bits": 2.7}
    assert _score(sure) > _score(sharp)


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    folder = tmp_path_factory.mktemp("run")
    train(folder, ARCHITECTURES[0])
    return load_model(folder / "model.safetensors")


def test_the_vocabulary_comes_with_the_file(model):
    assert model.preprocessing.text == VOCABULARY


def test_the_likeliest_character_follows_at_temperature_zero(model):
    made = "".join(sample_text(model, "a rose", 20, temperature=0, rng=np.random.default_rng(0)))
    text = "a rose"
    for _ in range(20):
        logits, _ = model.net.forward(VOCABULARY.encode(text)[np.newaxis], training=False)
        text += VOCABULARY.characters[int(logits[0, -1].argmax())]
    assert "a rose" + made == text


@pytest.mark.parametrize("notation", ARCHITECTURES)
def test_a_long_prompt_is_read_in_pieces(notation, monkeypatch):
    model = make(notation, np.float64)
    together, forward = [], model.net.forward
    monkeypatch.setattr(model.net, "forward", lambda x, **how: together.append(x.shape) or forward(x, **how))
    made = "".join(sample_text(model, TEXT[:150], 3, temperature=0, rng=np.random.default_rng(0)))
    assert together == [(1, 64), (1, 64), (1, 22), (1, 1), (1, 1)]
    logits, _ = forward(VOCABULARY.encode(TEXT[:150] + made[:2])[np.newaxis], training=False)
    assert made == "".join(VOCABULARY.characters[chosen] for chosen in logits[0, -3:].argmax(axis=1))


def test_draws_follow_the_softmax_at_a_temperature(model):
    logits, _ = model.net.forward(VOCABULARY.encode("the")[np.newaxis], training=False)
    scaled = np.exp(logits[0, -1].astype(float) / 0.7)
    rng = np.random.default_rng(5)
    drawn = [next(sample_text(model, "the", 1, temperature=0.7, rng=rng)) for _ in range(3000)]
    share = np.array([drawn.count(character) for character in VOCABULARY.characters]) / 3000
    np.testing.assert_allclose(share, scaled / scaled.sum(), atol=0.04)


def test_any_temperature_above_zero_gives_characters(model):
    for temperature in (5e-324, 1e-9, 1e9, 1.7e308):
        made = "".join(sample_text(model, "", 10, temperature=temperature, rng=np.random.default_rng(0)))
        assert len(made) == 10 and not VOCABULARY.unknown(made)


@pytest.mark.parametrize(
    ("prompt", "length", "temperature", "sentence"),
    [
        ("a", 0, 1.0, "the length is 0; ask for at least 1 character"),
        ("a", 1, -0.5, r"the temperature is -0\.5; it must be 0 \(the likeliest character\) or a finite number above"),
        ("a", 1, math.nan, "the temperature is nan"),
        ("a", 1, math.inf, "the temperature is inf"),
    ],
)
def test_what_cannot_be_meant_is_refused_at_once(model, prompt, length, temperature, sentence):
    with pytest.raises(ArgumentError, match=sentence):
        sample_text(model, prompt, length, temperature=temperature, rng=np.random.default_rng(0))


def test_unknown_characters_are_named(model):
    with pytest.raises(DataError, match="the network has never seen 'Q' and 'ü'"):
        sample_text(model, "Qü", 5, rng=np.random.default_rng(0))


def test_a_network_that_knows_no_text_is_refused():
    net = network("linear 2", (3,))
    model = Model(net, CrossEntropy(), Preprocessing(), ("a", "b"), "flowers")
    with pytest.raises(ArgumentError, match="the network was trained on flowers, not on text"):
        sample_text(model, "", 5, rng=np.random.default_rng(0))
