import json
import os
import shutil
import signal

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from whence.array_file import read_arrays, write_arrays
from whence.data import Preprocessing, Samples
from whence.errors import ModelFileError, NonFiniteError, TrainingInterrupted
from whence.nn import CrossEntropy, MeanSquaredError, mlp
from whence.optim import SGD, Adam, schedule
from whence.training import Callback, Checkpointing, Model, fit, load_checkpoint, load_model
from whence.training.checkpoint import kept_checkpoints
from whence.training.model_file import KIND, VERSION

RNG = np.random.default_rng(0)
TRAIN = Samples(RNG.normal(size=(50, 4)), RNG.integers(0, 3, 50))
VALIDATION = Samples(RNG.normal(size=(20, 4)), RNG.integers(0, 3, 20))
EPOCHS, STEPS_PER_EPOCH = 6, 7


class Killed(BaseException):
    """Stands for a process that is gone."""


class KillAt(Callback):
    def __init__(self, step):
        self.step = step

    def on_batch_end(self, training):
        if training.step == self.step:
            raise Killed


class InterruptAt(KillAt):
    def __init__(self, step, number=signal.SIGINT):
        super().__init__(step)
        self.number = number

    def on_batch_end(self, training):
        if training.step == self.step:
            os.kill(os.getpid(), self.number)


class SpoilAfter(Callback):
    """Spoils the network at the first batch after some epochs, once the checkpoint is written."""

    def __init__(self, epochs):
        self.epochs = epochs

    def on_batch_end(self, training):
        if training.epoch == self.epochs:
            training.net.theta[:] = np.inf


def train(
    folder,
    *,
    optimizer=None,
    extra=(),
    resume=None,
    spelling="plateau(0.5, 1)",
    epochs=EPOCHS,
    within=60,
    keep=None,
    **limits,
):
    net = mlp((4,), [6], 3, dropout=0.3, batch_norm=True, seed=1)
    model = Model(net, CrossEntropy(), Preprocessing(), ("a", "b", "c"), "table")
    return fit(
        net,
        model.loss_fn,
        optimizer or Adam(0.01),
        TRAIN,
        validation=VALIDATION,
        epochs=epochs,
        batch_size=8,
        schedule=spelling and schedule(spelling),
        callbacks=[*extra, Checkpointing(folder, model, interval=0, interval_within=within, keep_every=keep)],
        seed=4,
        resume=resume,
        **limits,
    )


def metrics(folder):
    lines = (folder / "metrics.jsonl").read_text().splitlines()
    return [{key: value for key, value in json.loads(line).items() if key != "seconds"} for line in lines]


def arrays(folder, name):
    """The arrays of a file, without the records of epochs, which hold what the clock says."""
    found = read_arrays(folder / name, dict, kind=KIND, version=VERSION)[0]
    return {name: array for name, array in found.items() if name != "history/records"}


def assert_same_run(folder, whole):
    assert metrics(folder) == metrics(whole)
    for name in ("model.safetensors", "checkpoint.safetensors"):
        ours, theirs = arrays(folder, name), arrays(whole, name)
        assert ours.keys() == theirs.keys()
        assert all(np.array_equal(ours[key], theirs[key]) for key in ours)


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    folder = tmp_path_factory.mktemp("whole")
    train(folder)
    return folder


@pytest.mark.parametrize("callback", [KillAt, InterruptAt])
@settings(max_examples=12, deadline=None)
@given(step=st.integers(1, EPOCHS * STEPS_PER_EPOCH))
@example(step=STEPS_PER_EPOCH)
@example(step=EPOCHS * STEPS_PER_EPOCH)
def test_a_run_that_was_stopped_goes_on_to_the_same_bits(callback, step, whole, tmp_path_factory):
    folder = tmp_path_factory.mktemp("stopped")
    with pytest.raises((Killed, KeyboardInterrupt)):
        train(folder, extra=[callback(step)])
    checkpoint = load_checkpoint(folder)
    made = checkpoint.state.step
    assert made == (step if callback is InterruptAt else step // STEPS_PER_EPOCH * STEPS_PER_EPOCH) or (
        callback is KillAt and made == step - STEPS_PER_EPOCH
    )
    train(folder, resume=checkpoint)
    assert_same_run(folder, whole)


@pytest.mark.usefixtures("heeded_hangup")
@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP"])
def test_a_run_that_was_told_to_end_goes_on_to_the_same_bits(name, whole, tmp_path):
    number = getattr(signal, name)
    before = signal.getsignal(number)
    with pytest.raises(TrainingInterrupted) as interrupted:
        train(tmp_path, extra=[InterruptAt(17, number)])
    assert interrupted.value.signal is number
    assert signal.getsignal(number) is before
    assert load_checkpoint(tmp_path).state.step == 17
    train(tmp_path, resume=load_checkpoint(tmp_path))
    assert_same_run(tmp_path, whole)


def test_a_lost_terminal_that_nohup_has_ignored_does_not_end_a_run(whole, tmp_path):
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        train(tmp_path, extra=[InterruptAt(17, signal.SIGHUP)])
    finally:
        signal.signal(signal.SIGHUP, before)
    assert_same_run(tmp_path, whole)


@pytest.mark.parametrize("step", [1, 17, 21])
def test_a_checkpoint_within_an_epoch_goes_on_to_the_same_bits(step, whole, tmp_path):
    with pytest.raises(Killed):
        train(tmp_path, extra=[KillAt(step + 1)], within=0)
    assert load_checkpoint(tmp_path).state.step == step
    train(tmp_path, resume=load_checkpoint(tmp_path))
    assert_same_run(tmp_path, whole)


def test_a_network_that_was_never_trained_is_no_model(tmp_path):
    with pytest.raises(Killed):
        train(tmp_path, extra=[KillAt(3)])
    with pytest.raises(ModelFileError, match=r"no model yet: .* go on with: whence train --resume"):
        load_model(tmp_path)
    with pytest.raises(ModelFileError, match="a network before its first step of training"):
        load_model(tmp_path / "checkpoint.safetensors")
    with pytest.raises(KeyboardInterrupt):
        train(tmp_path, extra=[InterruptAt(3)])
    assert not (tmp_path / "model.safetensors").exists()
    assert len(load_model(tmp_path / "checkpoint.safetensors").net) == len(load_checkpoint(tmp_path).model.net)


def test_a_run_that_was_stopped_twice_goes_on_to_the_same_bits(whole, tmp_path):
    with pytest.raises(Killed):
        train(tmp_path, extra=[KillAt(17)])
    with pytest.raises(KeyboardInterrupt):
        train(tmp_path, extra=[InterruptAt(24)], resume=load_checkpoint(tmp_path))
    train(tmp_path, resume=load_checkpoint(tmp_path))
    assert_same_run(tmp_path, whole)


@pytest.mark.parametrize(
    ("step", "limits"),
    [
        (11, {"max_steps": 11}),
        (10, {"max_steps": 11, "replacement": True}),
        (7, {"patience": 1}),
        (14, {"patience": 1, "measure_train": False}),
    ],
)
def test_a_run_that_was_stopped_at_its_limit_goes_on_to_the_same_bits(step, limits, tmp_path):
    folders = [tmp_path / "whole", tmp_path / "stopped"]
    for folder in folders:
        folder.mkdir()
    train(folders[0], **limits)
    with pytest.raises(KeyboardInterrupt):
        train(folders[1], extra=[InterruptAt(step)], **limits)
    assert not load_checkpoint(folders[1]).finished
    train(folders[1], resume=load_checkpoint(folders[1]), **limits)
    assert load_checkpoint(folders[1]).finished
    assert_same_run(folders[1], folders[0])


class StopAt(KillAt):
    """Asks for the end at a step, and is interrupted in the same epoch."""

    def on_batch_end(self, training):
        training.stop |= training.step == self.step
        if training.step == self.step + 2:
            os.kill(os.getpid(), signal.SIGINT)


def test_an_epoch_that_is_to_be_the_last_is_made_to_its_end(tmp_path):
    with pytest.raises(KeyboardInterrupt):
        train(tmp_path, extra=[StopAt(9)])
    assert train(tmp_path, resume=load_checkpoint(tmp_path)).step == 14


class Halve(Callback):
    def on_epoch_end(self, training):
        training.optimizer.learning_rate /= 2


def test_a_rate_that_a_callback_set_goes_along(tmp_path):
    folders = [tmp_path / "whole", tmp_path / "stopped"]
    for folder in folders:
        folder.mkdir()
    train(folders[0], extra=[Halve()], spelling=None)
    with pytest.raises(KeyboardInterrupt):
        train(folders[1], extra=[Halve(), InterruptAt(17)], spelling=None)
    train(folders[1], extra=[Halve()], spelling=None, resume=load_checkpoint(folders[1]))
    assert_same_run(folders[1], folders[0])


@pytest.mark.parametrize("optimizer", [SGD(0.01), Adam(0.01, beta1=0.8)])
def test_another_optimizer_cannot_be_resumed(optimizer, whole, tmp_path):
    with pytest.raises(ModelFileError, match="the checkpoint was made with another optimizer than"):
        train(tmp_path, optimizer=optimizer, resume=load_checkpoint(whole))


def test_another_loss_cannot_be_resumed(whole, tmp_path, monkeypatch):
    checkpoint = load_checkpoint(whole)
    monkeypatch.setattr(checkpoint.model.loss_fn, "label_smoothing", 0.5)
    with pytest.raises(ModelFileError, match=r"made with the loss CrossEntropy\(label_smoothing=0.5\), and this"):
        train(tmp_path, resume=checkpoint)


def test_without_the_state_of_the_generators_the_bits_differ(whole, tmp_path):
    with pytest.raises(KeyboardInterrupt):
        train(tmp_path, extra=[InterruptAt(17)])
    checkpoint = load_checkpoint(tmp_path)
    checkpoint.state.net_rng = np.random.default_rng(99).bit_generator.state
    train(tmp_path, resume=checkpoint)
    assert metrics(tmp_path) != metrics(whole)


def test_the_model_file_holds_the_best_epoch_and_the_checkpoint_the_last(whole):
    records = metrics(whole)
    best = min(records, key=lambda r: r["validation_loss"])
    assert load_checkpoint(whole).state.best_epoch == best["epoch"]
    model, checkpoint = arrays(whole, "model.safetensors"), arrays(whole, "checkpoint.safetensors")
    assert all(np.array_equal(model[name], checkpoint[f"best/{name}"]) for name in model)
    assert best["epoch"] == len(records) or any(not np.array_equal(model[name], checkpoint[name]) for name in model)


def test_a_checkpoint_can_be_used_as_a_model(whole):
    assert load_model(whole / "checkpoint.safetensors").probabilities(TRAIN.inputs[:2]).shape == (2, 3)


def test_a_finished_checkpoint_says_so(whole, tmp_path):
    assert load_checkpoint(whole).finished
    with pytest.raises(Killed):
        train(tmp_path, extra=[KillAt(9)])
    assert not load_checkpoint(tmp_path).finished


def test_another_optimizer_state_goes_along(tmp_path):
    first = tmp_path / "first"
    second = tmp_path / "second"
    for folder in (first, second):
        folder.mkdir()
    train(first, optimizer=SGD(0.1, momentum=0.9, nesterov=True), spelling="cosine")
    with pytest.raises(Killed):
        train(second, optimizer=SGD(0.1, momentum=0.9, nesterov=True), spelling="cosine", extra=[KillAt(20)])
    resumed = load_checkpoint(second)
    train(second, optimizer=SGD(0.1, momentum=0.9, nesterov=True), spelling="cosine", resume=resumed)
    assert_same_run(second, first)


def test_another_network_cannot_be_resumed(whole):
    net = mlp((4,), [5], 3)
    with pytest.raises(ModelFileError, match="the checkpoint was made with another network"):
        fit(net, CrossEntropy(), Adam(0.01), TRAIN, epochs=1, batch_size=8, resume=load_checkpoint(whole))


def test_a_model_file_is_no_checkpoint(whole, tmp_path):
    (tmp_path / "checkpoint.safetensors").write_bytes((whole / "model.safetensors").read_bytes())
    with pytest.raises(ModelFileError, match="not the state of its training; start a new run"):
        load_checkpoint(tmp_path)


@pytest.mark.parametrize("kept", [None, 0, 0.5, 0.99, 1.5])
def test_metrics_that_are_missing_short_torn_or_long_are_written_again_from_the_checkpoint(kept, whole, tmp_path):
    with pytest.raises(KeyboardInterrupt):
        train(tmp_path, extra=[InterruptAt(24)])
    path = tmp_path / "metrics.jsonl"
    content = path.read_bytes()
    path.unlink()
    if kept is not None:
        path.write_bytes((content * 2)[: int(len(content) * kept)])
    train(tmp_path, resume=load_checkpoint(tmp_path))
    assert_same_run(tmp_path, whole)


def of_before(folder, whole):
    """Write a checkpoint as version 0.1.0 did, with the records of epochs in the metrics alone."""
    found, description = read_arrays(whole / "checkpoint.safetensors", dict, kind=KIND, version=VERSION)
    del found["history/records"]
    write_arrays(folder / "checkpoint.safetensors", found, {**description, "version": 1}, kind=KIND, version=1)


def test_a_checkpoint_of_before_has_its_records_in_the_metrics(whole, tmp_path):
    of_before(tmp_path, whole)
    shutil.copy(whole / "metrics.jsonl", tmp_path)
    assert load_checkpoint(tmp_path).history == load_checkpoint(whole).history


def test_metrics_that_are_too_short_for_a_checkpoint_of_before_are_refused(whole, tmp_path):
    of_before(tmp_path, whole)
    lines = (whole / "metrics.jsonl").read_text().splitlines(keepends=True)
    (tmp_path / "metrics.jsonl").write_text("".join(lines[:-1]))
    with pytest.raises(ModelFileError, match="has 5 epochs, but the checkpoint was made after 6"):
        load_checkpoint(tmp_path)


def test_metrics_are_on_the_disk_when_a_checkpoint_is(whole, tmp_path, monkeypatch):
    synced = []
    real = os.fsync

    def fsync(descriptor):
        synced.append(os.readlink(f"/proc/self/fd/{descriptor}").rpartition("/")[2])
        real(descriptor)

    if not os.path.exists("/proc/self/fd"):
        pytest.skip("open files have no names here")
    monkeypatch.setattr(os, "fsync", fsync)
    train(tmp_path, epochs=1)
    *_, metrics, checkpoint, folder = synced
    assert metrics == "metrics.jsonl"
    assert checkpoint.startswith(".checkpoint.safetensors.")
    assert folder == tmp_path.name


def test_an_explosion_keeps_the_last_good_checkpoint(tmp_path):
    with pytest.raises(NonFiniteError, match="the weight of layer 1"):
        train(tmp_path, extra=[SpoilAfter(2)])
    checkpoint = load_checkpoint(tmp_path)
    assert np.isfinite(checkpoint.model.net.theta).all()
    with pytest.raises(NonFiniteError, match="the weight of layer 1"):
        train(tmp_path, extra=[SpoilAfter(2)], within=0)
    checkpoint = load_checkpoint(tmp_path)
    assert np.isfinite(checkpoint.model.net.theta).all()


class SpoilAt(KillAt):
    """Spoils the network by a step that ends an epoch, or at which Ctrl-C is pressed."""

    def __init__(self, step, layer, name, *, interrupt=False):
        super().__init__(step)
        self.layer, self.name, self.interrupt = layer, name, interrupt

    def on_batch_end(self, training):
        if training.step == self.step:
            layer = training.net.layers[self.layer]
            {**layer.views, **layer.buffers}[self.name][...] = np.inf
            if self.interrupt:
                os.kill(os.getpid(), signal.SIGINT)


@pytest.mark.parametrize("interrupt", [False, True])
@pytest.mark.parametrize(("layer", "name"), [(0, "bias"), (1, "running_var")])
def test_a_network_that_is_not_finite_is_no_checkpoint(layer, name, interrupt, tmp_path):
    with pytest.raises(NonFiniteError, match=rf"^step 14 \(epoch 2\) made .* is the {name} of layer {layer + 1}"):
        train(tmp_path, extra=[SpoilAt(14, layer, name, interrupt=interrupt)], measure_train=False)
    assert load_checkpoint(tmp_path).state.epoch == 1


def test_what_is_not_a_number_is_null_in_the_metrics_and_comes_back(tmp_path):
    net = mlp((4,), [3], 1)
    model = Model(net, MeanSquaredError(), Preprocessing(), None, "table")
    train, alike = (TRAIN.inputs, TRAIN.inputs[:, :1]), (TRAIN.inputs[:5], np.ones((5, 1)))
    fit(net, model.loss_fn, SGD(0.1), train, validation=alike, epochs=1, callbacks=[Checkpointing(tmp_path, model)])
    assert '"validation_r2": null' in (tmp_path / "metrics.jsonl").read_text()
    assert np.isnan(load_checkpoint(tmp_path).history[0]["validation_r2"])


def test_a_checkpoint_is_written_only_when_the_interval_is_over(tmp_path):
    class Recorder(Callback):
        epochs = ()

        def on_epoch_end(self, training):
            self.epochs += (load_checkpoint(tmp_path).state.epoch,)

    net = mlp((4,), [6], 3, seed=1)
    model = Model(net, CrossEntropy(), Preprocessing(), ("a", "b", "c"), "table")
    for interval, expected in ((0, (1, 2, 3)), (60, (0, 0, 0))):
        recorder = Recorder()
        writing = Checkpointing(tmp_path, model, interval=interval)
        fit(net, model.loss_fn, SGD(0.1), TRAIN, epochs=3, callbacks=[writing, recorder])
        assert recorder.epochs == expected


def test_a_training_goes_on_with_the_same_bits_from_each_kept_checkpoint(whole, tmp_path):
    train(tmp_path, keep=2)
    kept = kept_checkpoints(tmp_path)
    assert list(kept) == [2, 4, 6]
    for epoch, path in kept.items():
        assert load_checkpoint(path).state.step == epoch * STEPS_PER_EPOCH
        (tmp_path / "again").mkdir(exist_ok=True)
        train(tmp_path / "again", resume=load_checkpoint(path))
        assert_same_run(tmp_path / "again", whole)


def test_no_checkpoints_are_kept_unless_asked_for(whole):
    assert kept_checkpoints(whole) == {}
