"""Logs of trainings: every epoch once, whole lines after a kill, going on after a resume, no foreign file harmed."""

from __future__ import annotations

import csv
import io
import json
import math
import re
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from whence.data import Preprocessing
from whence.errors import ArgumentError, MissingDependencyError, RunFolderError
from whence.interop.logs import CSVLog, JSONLinesLog, TensorBoardLog, log_to
from whence.nn import CrossEntropy, Sequential, mlp
from whence.training import Callback, Checkpointing, Model, fit, load_checkpoint

X = np.random.default_rng(0).normal(size=(12, 3))
Y = (X.sum(1) > 0).astype(int)


def network() -> Sequential:
    return mlp((3,), [2], 2, seed=1)


def train(*callbacks, epochs=3, resume=None, net=None):
    settings = {"epochs": epochs, "batch_size": 4, "callbacks": callbacks, "resume": resume}
    return fit(net or network(), "cross_entropy", "sgd", (X, Y), **settings)


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory):
    """That of a training of two epochs."""
    folder = tmp_path_factory.mktemp("run")
    net = network()
    train(Checkpointing(folder, Model(net, CrossEntropy(), Preprocessing(), ("a", "b"), "toy")), epochs=2, net=net)
    return load_checkpoint(folder)


KINDS = {"log.csv": CSVLog, "log.jsonl": JSONLinesLog, "board": TensorBoardLog}
kinds = pytest.mark.parametrize("name", KINDS)


def written(path: Path, records) -> Path:
    """A log that holds records, as if the process had been killed then, and its file."""
    log_to(path).on_start(SimpleNamespace(history=records))
    return file_of(path)


def file_of(path: Path) -> Path:
    return path if path.suffix else next(path.glob("events.out.tfevents.*"))


def steps(path: Path) -> list[int]:
    """The steps of all epochs in a log."""
    log = log_to(path)
    if isinstance(log, TensorBoardLog):
        return [*dict.fromkeys(step for (step, _), _ in log._held())]
    text = path.read_text()
    assert text.endswith("\n") or not text
    if isinstance(log, CSVLog):
        return [int(row["step"]) for row in csv.DictReader(text.splitlines())]
    return [json.loads(line)["step"] for line in text.splitlines()]


@kinds
def test_the_ending_says_which_log_it_is(name, tmp_path):
    assert type(log_to(tmp_path / name)) is KINDS[name]


def test_another_ending_is_refused(tmp_path):
    with pytest.raises(ArgumentError, match=r"ends in \.txt, .* ends in \.csv or \.jsonl, or a folder for"):
        log_to(tmp_path / "log.txt")


def test_all_digits_of_all_measures_are_in_a_table(tmp_path):
    training = train(CSVLog(tmp_path / "log.csv"))
    rows = [*csv.DictReader((tmp_path / "log.csv").read_text().splitlines())]
    assert [{name: float(cell) for name, cell in row.items()} for row in rows] == training.history


def test_lines_of_json_are_those_of_the_runs_metrics(tmp_path):
    model = Model(net := network(), CrossEntropy(), Preprocessing(), ("a", "b"), "toy")
    train(Checkpointing(tmp_path, model), JSONLinesLog(tmp_path / "log.jsonl"), net=net)
    assert (tmp_path / "log.jsonl").read_bytes() == (tmp_path / "metrics.jsonl").read_bytes()


def test_tensorboard_reads_what_was_measured(tmp_path):
    """By the checks of TensorBoard's own reader: lengths and contents with their masked checksums."""
    from tensorboardX.proto.event_pb2 import Event
    from tensorboardX.record_writer import masked_crc32c

    (record,) = train(TensorBoardLog(tmp_path), epochs=1).history
    (file,) = tmp_path.glob("events.out.tfevents.*")
    content, events = io.BytesIO(file.read_bytes()), []
    while head := content.read(8):
        assert content.read(4) == masked_crc32c(head).to_bytes(4, "little")
        event = content.read(int.from_bytes(head, "little"))
        assert content.read(4) == masked_crc32c(event).to_bytes(4, "little")
        events.append(Event.FromString(event))
    version, event = events
    assert (version.file_version, event.step) == ("brain.Event:2", 3)
    assert abs(event.wall_time - time.time()) < 3600
    expected = {"learning_rate": 0.1, "loss/train": record["train_loss"], "accuracy/train": record["train_accuracy"]}
    assert {value.tag: value.simple_value for value in event.summary.value} == pytest.approx(expected, rel=1e-6)


def test_without_tensorboardx_the_line_that_installs_it_is_named(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "tensorboardX", None)
    with pytest.raises(MissingDependencyError, match=r"pip install .*whence-nn\[track\]"):
        log_to(tmp_path / "board")


@kinds
def test_a_training_that_was_stopped_before_its_first_epoch_begins_anew(name, tmp_path):
    written(tmp_path / name, [])
    train(log_to(tmp_path / name), epochs=2)
    assert steps(tmp_path / name) == [3, 6]


@kinds
def test_a_resumed_training_goes_on_with_its_log(name, tmp_path, checkpoint):
    written(tmp_path / name, checkpoint.history)
    train(log_to(tmp_path / name), epochs=4, resume=checkpoint)
    assert steps(tmp_path / name) == [3, 6, 9, 12]


@kinds
def test_epochs_after_the_checkpoint_are_taken_back_and_a_torn_line_too(name, tmp_path, checkpoint):
    later = {**checkpoint.history[-1], "epoch": 3, "step": 9}
    file = written(tmp_path / name, [*checkpoint.history, later, {**later, "step": 12}])
    file.write_bytes(file.read_bytes()[:-3])
    train(log_to(tmp_path / name), epochs=3, resume=checkpoint)
    assert steps(tmp_path / name) == [3, 6, 9]


@kinds
def test_a_log_that_begins_with_a_resumed_training_is_whole(name, tmp_path, checkpoint):
    train(log_to(tmp_path / name), epochs=3, resume=checkpoint)
    assert steps(tmp_path / name) == [3, 6, 9]


@kinds
def test_after_a_kill_there_are_whole_lines(name, tmp_path):
    """What is on the disk at the end of each epoch, and not only after the last."""
    seen = []

    class Look(Callback):
        def on_epoch_end(self, training):
            seen.append(steps(tmp_path / name))

    train(log_to(tmp_path / name), Look())
    assert seen == [[3], [3, 6], [3, 6, 9]]


@kinds
def test_the_log_of_another_training_is_kept(name, tmp_path, checkpoint):
    train(log_to(tmp_path / name), epochs=1, net=mlp((3,), [2], 2, seed=2))
    path = file_of(tmp_path / name)
    before = path.read_bytes()
    for resume in (None, checkpoint):
        with pytest.raises(
            ArgumentError,
            match="holds the log of another training; choose another path for",
        ):
            train(log_to(tmp_path / name), resume=resume)
    assert path.read_bytes() == before
    train(log_to(tmp_path / name, replace=True), epochs=2)
    assert steps(tmp_path / name) == [3, 6]


@pytest.mark.parametrize("content", [b"my notes", b"hello\n", b"name,age\nEva,3\n", b"\x00" * 100])
@pytest.mark.parametrize("name", ["log.csv", "log.jsonl"])
def test_a_file_of_another_kind_is_kept(name, content, tmp_path, checkpoint):
    path = tmp_path / name
    path.write_bytes(content)
    for resume in (None, checkpoint):
        with pytest.raises(ArgumentError, match="holds something else than the log of a training; choose another"):
            train(log_to(path), resume=resume)
    assert path.read_bytes() == content


def test_what_is_not_finite_is_logged_and_recognised(tmp_path, checkpoint):
    checkpoint.history[-1]["train_r2"] = math.nan
    for name in KINDS:
        written(tmp_path / name, checkpoint.history)
        log_to(tmp_path / name).require_free(checkpoint.history)
    del checkpoint.history[-1]["train_r2"]


def test_a_measure_that_comes_later_gets_a_column(tmp_path):
    class Late(CSVLog):
        def on_epoch_end(self, training):
            if training.epoch == 2:
                training.history[-1]["late"] = 1
            super().on_epoch_end(training)

    train(Late(tmp_path / "log.csv"))
    rows = [*csv.DictReader((tmp_path / "log.csv").read_text().splitlines())]
    assert [row["late"] for row in rows] == ["", "1", ""]


def test_a_log_that_cannot_be_written_is_an_error_at_once(tmp_path):
    with pytest.raises(RunFolderError, match="cannot write"):
        train(CSVLog(tmp_path / "absent" / "log.csv"))
    with pytest.raises(ArgumentError, match="cannot write a log to"):
        train(JSONLinesLog(tmp_path))


def test_the_callback_for_mlflow_of_the_documentation(monkeypatch):
    logged = []
    mlflow = SimpleNamespace(log_params=logged.append, log_metrics=lambda values, step: logged.append((step, values)))
    monkeypatch.setitem(sys.modules, "mlflow", mlflow)
    page = (Path(__file__).parents[3] / "docs" / "logs.md").read_text("utf-8")
    names = {}
    exec(re.search(r"```py\n(.*?)```", page, re.DOTALL)[1], names)
    training = train(names["MLflowLog"](), epochs=2)
    assert logged[0]["loss"] == "CrossEntropy()" and [step for step, _ in logged[1:]] == [3, 6]
    assert logged[1][1]["train_loss"] == training.history[0]["train_loss"]
