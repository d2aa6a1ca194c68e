"""Training on texts: states that are carried, stops that leave no trace, and evaluation that counts every character."""

import math
import os
import signal
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exhaustive import exhaustive
from user_layers import CausalAttention, CausalMean, Decay
from whence.array_file import read_arrays, write_arrays
from whence.data import Preprocessing, Samples
from whence.data.images.augmentation import Augmentation
from whence.data.texts.preprocessing import TextPreprocessing
from whence.data.texts.text_file import sequences
from whence.data.texts.vocabulary import Vocabulary
from whence.errors import ArgumentError, ModelFileError
from whence.nn import CrossEntropy, Embedding, Linear, Sequential, layers
from whence.nn.architecture import network
from whence.optim import Adam
from whence.training import Callback, Checkpointing, Model, evaluate, fit, load_checkpoint, load_model
from whence.training.model_file import KIND, VERSION

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
    return Model(net, CrossEntropy(), TextPreprocessing(vocabulary=VOCABULARY), tuple(VOCABULARY.characters), "it")


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


@pytest.fixture(
    scope="module", params=[ARCHITECTURES[0], *(pytest.param(each, marks=exhaustive) for each in ARCHITECTURES[1:])]
)
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
    assert checkpoint.state.step == step
    resumed = train(folder, notation, resume=checkpoint)
    assert without_seconds(resumed.history) == without_seconds(unbroken.history)
    for name in ("model.safetensors", "checkpoint.safetensors"):
        ours, theirs = (
            read_arrays(place / name, dict, kind=KIND, version=VERSION)[0] for place in (folder, unbroken_folder)
        )
        assert ours.keys() == theirs.keys()
        clocked = {"history/records"}
        assert all(np.array_equal(ours[key], theirs[key]) for key in ours.keys() - clocked)


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


def with_layer(layer):
    net = Sequential(Embedding(len(VOCABULARY), 3), layer, Linear(3, len(VOCABULARY)), dtype=np.float64)
    return Model(net, CrossEntropy(), TextPreprocessing(vocabulary=VOCABULARY), tuple(VOCABULARY.characters), "it")


@pytest.mark.parametrize(
    ("layer", "carries"), [(Decay, True), (CausalAttention, True), (CausalMean, False)], ids=lambda item: str(item)
)
@pytest.mark.parametrize("count", [1, 7, 40])
def test_a_text_is_read_through_by_layers_that_carry_and_sequence_by_sequence_by_others(layer, carries, count):
    model = with_layer(layer())
    text = Samples(np.resize(TRAIN.inputs, (count, 8)), np.resize(TRAIN.targets, (count, 8)))
    shape = (1, -1) if carries else text.inputs.shape
    logits, _ = model.net.forward(text.inputs.reshape(shape), training=False)
    expected, _ = model.loss_fn(logits, text.targets.reshape(shape))
    found = evaluate(model.net, model.loss_fn, text, model.preprocessing)
    assert found["loss"] == pytest.approx(expected, abs=1e-12)


def test_a_text_is_not_measured_by_weights():
    model = make()
    with pytest.raises(ArgumentError, match="a text is one stream, in which samples have no weights or lengths"):
        evaluate(model.net, model.loss_fn, replace(TRAIN, weights=np.ones(len(TRAIN))), model.preprocessing)


def test_a_training_with_a_layer_of_ones_own_goes_on_to_the_same_bits(tmp_path, monkeypatch):
    monkeypatch.setattr(layers, "_entries", {**layers._entries, "decay": Decay})
    monkeypatch.setattr(layers, "_spellings", {**layers._spellings, "decay": "decay"})

    def run(folder, extra=(), resume=None):
        folder.mkdir(exist_ok=True)
        model = with_layer(Decay())
        return fit(model.net, model.loss_fn, Adam(0.01), TRAIN, epochs=2, batch_size=STREAMS, streams=True, seed=4,
                   preprocessing=model.preprocessing, callbacks=[*extra, Checkpointing(folder, model, interval=0)],
                   resume=resume)  # fmt: skip

    unbroken = run(tmp_path / "whole")
    with pytest.raises(KeyboardInterrupt):
        run(tmp_path / "stopped", [InterruptAt(STEPS_PER_EPOCH + 3)])
    checkpoint = load_checkpoint(tmp_path / "stopped")
    assert checkpoint.arrays["carried/1.y"].shape == (STREAMS, 3)
    assert np.array_equal(run(tmp_path / "stopped", resume=checkpoint).net.theta, unbroken.net.theta)


def test_a_checkpoint_of_version_0_1_0_goes_on_to_the_same_bits(tmp_path):
    """It wrote the state ``0.h`` of layer 1 as ``1/0.h``, with an axis of one time step."""
    folder = tmp_path / "stopped"
    folder.mkdir()
    unbroken = train(tmp_path, ARCHITECTURES[2])
    with pytest.raises(KeyboardInterrupt):
        train(folder, ARCHITECTURES[2], extra=[InterruptAt(STEPS_PER_EPOCH + 2)])
    checkpoint = load_checkpoint(folder)
    old = {
        name.replace("carried/1.", "carried/1/"): array[:, np.newaxis] if name.startswith("carried/") else array
        for name, array in checkpoint.arrays.items()
    }
    assert {"carried/1/0.h", "carried/1/1.0.h", "carried/1/1.0.c"} < old.keys()
    resumed = train(folder, ARCHITECTURES[2], resume=replace(checkpoint, arrays=old))
    assert np.array_equal(resumed.net.theta, unbroken.net.theta)


def without(arrays, description, name):
    del arrays[name]


def cut(arrays, description, name):
    arrays[name] = arrays[name][:, 1:]


def fewer(arrays, description, name):
    arrays[name] = arrays[name][1:]


def ended(arrays, description, name):
    description["training"]["position"] = 0


@pytest.mark.parametrize("harm", [without, cut, fewer, ended])
def test_a_carried_state_that_is_not_that_of_the_network_is_refused(harm, tmp_path):
    with pytest.raises(KeyboardInterrupt):
        train(tmp_path, ARCHITECTURES[2], extra=[InterruptAt(STEPS_PER_EPOCH + 2)])
    path = tmp_path / "checkpoint.safetensors"
    arrays, description = read_arrays(path, dict, kind=KIND, version=VERSION)
    harm(arrays, description, next(name for name in arrays if name.startswith("carried/")))
    write_arrays(path, arrays, description, kind=KIND, version=VERSION)
    with pytest.raises(ModelFileError, match="lacks what its training needs"):
        load_checkpoint(tmp_path)


def test_the_vocabulary_comes_with_the_file(tmp_path):
    train(tmp_path, ARCHITECTURES[0])
    assert load_model(tmp_path / "model.safetensors").preprocessing.vocabulary == VOCABULARY
