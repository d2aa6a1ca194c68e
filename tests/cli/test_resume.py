import json
import os
import shutil
import signal
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest
from runs import assert_same_run, metrics, wait_for_epochs

from exhaustive import exhaustive, one_of
from whence.cli.options.table import Settings
from whence.cli.runs.run_folder import claimed
from whence.cli.training_plan import make_plan
from whence.training import load_checkpoint

LONG = (
    *("-m", "60", "-s", "64,64", "--optimizer", "adam", "--dropout", "0.2", "--batch-norm", "--schedule", "cosine"),
    *("--threads", "1"),
)


@exhaustive
def test_a_run_that_was_killed_twice_goes_on_to_the_same_bits(start, whence):
    process = start("train", *LONG, "--out", "whole", "--quiet")
    process.communicate()
    assert process.returncode == 0
    process = start("train", *LONG, "--out", "killed", "--quiet")
    for epochs in (10, 35):
        wait_for_epochs(process, "killed", epochs)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        assert len(metrics("killed")) < 60
        assert not Path("killed/report.txt").exists()
        process = start("train", "--resume", "killed", "--quiet")
    process.communicate()
    assert process.returncode == 0
    assert_same_run("whole", "killed")
    assert Path("killed/report.txt").exists()


def test_control_c_saves_a_checkpoint_and_says_how_to_go_on(start, whence):
    process = start("train", "-m", "100000", "-s", "32,32", "--dropout", "0.1", "--out", "mine", "--threads", "1")
    wait_for_epochs(process, "mine", 5)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=240)
    assert process.returncode == 130
    assert said.endswith("Interrupted; the checkpoint is saved. Continue with: whence train --resume mine\n")
    assert "Traceback" not in said
    process = start("train", "--resume", "mine", "--quiet")
    wait_for_epochs(process, "mine", len(metrics("mine")) + 5)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=240)
    assert process.returncode == 130
    assert [record["epoch"] for record in metrics("mine")] == list(range(1, len(metrics("mine")) + 1))


@pytest.mark.exhaustive
def test_a_run_that_was_stopped_before_its_first_checkpoint_begins_anew(whence, trained):
    shutil.copytree(trained, "begun")
    for name in ("model.safetensors", "checkpoint.safetensors", "metrics.jsonl"):
        Path("begun", name).unlink()
    said = whence("train", "--resume", "begun", "-m", "4").stdout
    assert said.startswith("begun begins anew: it was stopped before its first checkpoint\n")
    assert_same_run("begun", trained)


def test_what_a_kill_left_over_is_removed_when_the_run_is_taken_again(whence, trained):
    left, own = (Path(trained, f".{name}.0123abcd.part") for name in ("checkpoint.safetensors", "notes.txt"))
    left.touch()
    own.touch()
    with claimed(Path(trained)):
        left.touch()
        whence("train", "--resume", trained, code=1)
        assert left.exists()
    whence("train", "--resume", trained, "--quiet")
    assert not left.exists()
    assert own.exists()


SIGNALLED_TWICE = """
import os, signal, sys
from whence.cli import main
from whence.training import Checkpointing

first, second, event = signal.Signals[sys.argv[1]], signal.Signals[sys.argv[2]], sys.argv[3]
real = getattr(Checkpointing, event)

def twice(self, training):
    if training.step == 100 or event == "on_end":
        os.kill(os.getpid(), first)
        os.kill(os.getpid(), second)
    real(self, training)

setattr(Checkpointing, event, twice)
if event == "on_interrupt":
    Checkpointing.on_batch_end = lambda self, training: training.step == 100 and os.kill(os.getpid(), first)
main(sys.argv[4:])
"""


@pytest.mark.usefixtures("heeded_hangup")
@one_of(
    ("event", "first", "second", "code", "kept"),
    [
        ("on_start", "SIGINT", "SIGTERM", 143, "Stopped at once; nothing is saved yet"),
        ("on_batch_end", "SIGINT", "SIGINT", 130, "Stopped at once; the last checkpoint is after 0 epochs, 0 steps"),
        ("on_batch_end", "SIGHUP", "SIGTERM", 143, "Stopped at once; the last checkpoint is after 0 epochs, 0 steps"),
        ("on_interrupt", "SIGINT", "SIGINT", 130, "Interrupted; the checkpoint is saved"),
        ("on_interrupt", "SIGTERM", "SIGHUP", 143, "Interrupted; the checkpoint is saved"),
        ("on_end", "SIGTERM", "SIGINT", 130, "Stopped at once; the last checkpoint is after 0 epochs, 0 steps"),
    ],
)
def test_a_second_signal_waits_for_the_save_or_says_what_is_kept(start, whence, event, first, second, code, kept):
    arguments = ("train", "-m", "4", "-s", "8", "--out", "mine", "--threads", "1", "--quiet")
    program = SIGNALLED_TWICE.replace("step == 100", "step in (0, 100)" if event == "on_start" else "step == 100")
    process = start(first, second, event, *arguments, program=program)
    _, said = process.communicate(timeout=240)
    assert said == f"\n{kept}. Continue with: whence train --resume mine\n"
    assert process.returncode == code
    whence("train", "--resume", "mine", "--quiet")
    assert len(metrics("mine")) == 4


@pytest.mark.exhaustive
def test_control_c_during_the_last_save_ends_the_program_too(start):
    program = SIGNALLED_TWICE.replace("os.kill(os.getpid(), second)", "pass")
    process = start("SIGINT", "SIGINT", "on_end", "train", "-m", "2", "--out", "mine", "--quiet", program=program)
    _, said = process.communicate(timeout=240)
    assert process.returncode == 130
    assert "Interrupted; the checkpoint is saved" in said
    assert load_checkpoint("mine").finished


@pytest.mark.usefixtures("heeded_hangup")
@pytest.mark.parametrize(("name", "code"), [("SIGTERM", 143), ("SIGHUP", 129)])
def test_a_run_that_is_told_to_end_saves_a_checkpoint_too(start, name, code):
    process = start("train", "-m", "100000", "-s", "16", "--out", "mine", "--threads", "1")
    wait_for_epochs(process, "mine", 2)
    process.send_signal(getattr(signal, name))
    _, said = process.communicate(timeout=240)
    assert process.returncode == code
    assert said.endswith("Interrupted; the checkpoint is saved. Continue with: whence train --resume mine\n")


@pytest.mark.usefixtures("heeded_hangup")
@pytest.mark.exhaustive
def test_a_terminal_that_is_gone_does_not_keep_a_checkpoint_from_being_saved(start):
    pty = pytest.importorskip("pty")
    ours, theirs = pty.openpty()
    process = start("train", "-m", "100000", "-s", "16", "--out", "mine", terminal=theirs, start_new_session=True)
    os.close(theirs)
    wait_for_epochs(process, "mine", 2)
    os.close(ours)
    process.send_signal(signal.SIGHUP)
    assert process.wait(timeout=240) == 129
    assert load_checkpoint("mine").state.step > 0


def test_control_c_before_training_is_130_too(whence, monkeypatch):
    def interrupted(*arguments, **options):
        raise KeyboardInterrupt

    monkeypatch.setattr("whence.cli.training_plan.load_dataset", interrupted)
    assert whence("train", code=130).stderr == "\nInterrupted.\n"


def test_a_run_that_its_patience_stopped_is_finished(whence):
    whence("train", "-m", 500, "--patience", 2, "--out", "early", "--quiet")
    epochs = len(metrics("early"))
    assert epochs < 500
    assert whence("train", "--resume", "early").stdout.startswith(f"early is already finished, after {epochs} epochs")
    assert len(metrics("early")) == epochs


def test_a_finished_run_says_so_and_stays_as_it_is(whence, trained):
    before = Path(trained, "model.safetensors").read_bytes(), metrics(trained)
    said = whence("train", "--resume", trained).stdout
    assert said.startswith("run is already finished, after 4 epochs, 160 steps\n")
    assert (Path(trained, "model.safetensors").read_bytes(), metrics(trained)) == before
    assert json.loads(whence("train", "--resume", trained, "--json").stdout)["epochs"] == 4


def test_a_finished_run_goes_on_to_the_bits_of_one_that_was_longer_from_the_start(whence):
    options = ("-s", "16", "--dropout", "0.2", "--optimizer", "adam", "--quiet")
    whence("train", *options, "-m", "5", "--out", "whole")
    whence("train", *options, "-m", "2", "--out", "run")
    said = whence("train", "--resume", "run", "-m", "5").stdout
    assert said.startswith("run continues after 2 epochs, 80 steps\n\n")
    assert_same_run("whole", "run")
    config = tomllib.loads(Path("run/config.toml").read_text())
    assert config["max-iter"] == 5
    assert config["record"]["resumed"] == [{"step": 80, "max-iter": 5}]
    assert whence("train", "--resume", "run").stdout.startswith("run is already finished, after 5 epochs")


def test_a_limit_that_is_no_more_than_was_trained_is_refused(whence, trained):
    said = whence("train", "--resume", trained, "-m", "4", code=2).stderr
    assert said == (
        "Error: max-iter is 4, but run has had 4 epochs; --max-iter is the number of all epochs, so give more than 4\n"
    )
    whence("train", "-s", "4", "--max-steps", "50", "--out", "short", "--quiet")
    said = whence("train", "--resume", "short", "-m", "9", code=2).stderr
    assert "max-steps is 50, but short has had 50 steps" in said
    said = whence("train", "--resume", "short", "--max-steps", "60").stdout
    assert "max-steps cut epoch 2 short, and a new one begins here" in said


def test_a_run_that_its_patience_stopped_goes_on_with_more_of_it(whence):
    options = ("-s", "4", "-l", "3", "-m", "30", "--quiet")
    whence("train", *options, "--patience", "1", "--out", "run")
    done = len(metrics("run"))
    assert done < 30
    said = whence("train", "--resume", "run", "-m", "40", code=2).stderr
    assert "run was stopped by its patience after 1 epoch without improvement" in said
    assert "add --patience with more than 1" in said
    whence("train", *options, "--patience", "3", "--out", "whole")
    whence("train", "--resume", "run", "--patience", "3", "--quiet")
    assert_same_run("whole", "run")


def test_a_schedule_as_long_as_the_training_is_said_to_change(whence):
    whence("train", "-s", "4", "-m", "2", "--schedule", "warmup(5) * cosine", "--out", "run", "--quiet")
    said = whence("train", "--resume", "run", "-m", "3").stdout
    assert "the schedule warmup(5) * cosine is as long as the training: from here on" in said
    assert "the learning rate is that of 120 steps, up to here it was that of 80, so the numbers differ" in said


@pytest.mark.exhaustive
def test_another_number_of_threads_is_said_and_recorded_even_when_it_was_edited(whence, monkeypatch):
    monkeypatch.setattr("whence.cli.threads.cores", lambda: 2)
    monkeypatch.setattr("whence.cli.threads._WORTH_SHARING_PRODUCTS", 0)
    whence("train", "-s", "4", "-m", "1", "--threads", "1", "--out", "run", "--quiet")
    assert "trained with 1 thread; with another number" in whence("summary", "run").stdout
    config = Path("run/config.toml")
    config.write_text(config.read_text().replace("threads = 1", "threads = 2", 1))
    told = "threads: 2, up to here 1; large matrix products then add in another order, so the last bits can differ"
    assert told in whence("train", "--resume", "run", "-m", "2").stdout
    assert tomllib.loads(config.read_text())["record"]["resumed"] == [{"step": 40, "max-iter": 2, "threads": 2}]
    assert "trained with 2 threads" in whence("summary", "run").stdout
    assert "threads:" not in whence("train", "--resume", "run", "-m", "3").stdout
    said = whence("train", "--resume", "run", "--threads", "1", "-m", "4", "--json").stderr
    assert "threads: 1, up to here 2" in said


@pytest.mark.exhaustive
def test_convolutions_have_the_same_bits_for_any_number_of_threads(whence, monkeypatch):
    monkeypatch.setattr("whence.cli.threads.cores", lambda: 2)
    monkeypatch.setattr("whence.cli.threads._WORTH_SHARING_BATCHES", 0)
    arch = ("--arch", "conv 2 3, relu, flatten, linear")
    whence("train", *arch, "-m", "1", "--threads", "1", "--out", "run", "--quiet")
    assert "trained with 1 thread; any number gives the same bits" in whence("summary", "run").stdout
    said = whence("train", "--resume", "run", "-m", "2", "--threads", "2").stdout
    assert "threads: 2, up to here 1; the same bits for any number of threads" in said


def test_a_resumed_run_takes_no_other_settings(whence, trained):
    said = whence("train", "--resume", trained, "-l", "0.2", "--batch-norm", code=2).stderr
    assert "leave out learning-rate, batch-norm" in said or "leave out batch-norm, learning-rate" in said
    assert "config" in whence("train", "--resume", trained, "--config", "x.toml", code=2).stderr
    assert "data" in whence("train", "r2", "--resume", trained, code=2).stderr


def test_changed_data_are_refused(whence):
    rows = [f"{i},{i % 2}" for i in range(40)]
    Path("table.csv").write_text("\n".join(["a,even", *rows]))
    whence("train", "table.csv", "-m", "2", "--quiet")
    Path("table.csv").write_text("\n".join(["a,even", *rows[:-1], "99,1"]))
    said = whence("train", "--resume", "runs/table-1", code=1).stderr
    assert "the data table are not the data that runs/table-1 was trained on" in said


def test_data_are_found_from_another_working_folder(whence, monkeypatch):
    Path("table.csv").write_text("\n".join(["a,even", *[f"{i},{i % 2}" for i in range(40)]]))
    whence("train", "table.csv", "-m", "2", "--quiet")
    Path("elsewhere").mkdir()
    monkeypatch.chdir("elsewhere")
    whence("train", "--resume", "../runs/table-1", "--quiet")
    assert "../runs/table-1 on table" in whence("evaluate", "../runs/table-1").stdout


@pytest.mark.parametrize(
    ("folder", "told"),
    [("absent", "there is no run absent; "), (".", ". is not the folder of a run: it has no config.toml; ")],
)
def test_a_folder_without_a_run_is_refused(whence, folder, told):
    assert told in whence("train", "--resume", folder, code=1).stderr


def test_a_run_without_its_record_or_its_checkpoint_is_refused(whence, trained):
    config = Path(trained, "config.toml")
    text = config.read_text()
    config.write_text(text.partition("[record]")[0])
    assert "has no record of the data it was made with" in whence("train", "--resume", trained, code=1).stderr
    config.write_text(text)
    Path(trained, "checkpoint.safetensors").write_bytes(b"not a checkpoint")
    assert "checkpoint.safetensors" in whence("train", "--resume", trained, code=1).stderr


def test_a_run_in_progress_cannot_be_resumed_at_the_same_time(start, whence):
    pytest.importorskip("fcntl")
    process = start("train", "-m", "100000", "-s", "32", "--out", "mine", "--quiet")
    wait_for_epochs(process, "mine", 2)
    assert "another run is using the folder mine" in whence("train", "--resume", "mine", code=1).stderr


def test_a_run_goes_on_with_its_own_preprocessing():
    plan = make_plan(Settings(data="digits"))
    other = replace(plan.dataset.preprocessing, scale=1 / 255)
    changed = plan.with_preprocessing(other)
    assert changed.dataset.preprocessing is other
    assert changed.model.preprocessing is other


@pytest.mark.parametrize("command", [("train", "--resume", "run"), ("why", "run", "loss"), ("evaluate", "run")])
@pytest.mark.parametrize(
    "before, after, told",
    [
        ("seed = 1", "seed = 2", "seed is 2, but was 1"),
        ("max-iter = 1", "max-iter = 3", "max-iter is 3, but was 1"),
        ("batch-size = 32", "", "batch-size is None, but was 32"),
    ],
)
def test_an_edited_setting_is_refused(whence, once, command, before, after, told):
    once("short", lambda: whence("train", "-s", "4", "-m", "1", "--threads", "1", "--out", "run", "--quiet"))
    config = Path("run/config.toml")
    config.write_text(config.read_text().replace(before, after, 1))
    result = whence(*command, code=1)
    assert f"run/config.toml was edited since the run was made: {told}; undo it" in result.stderr


def test_limits_that_are_raised_openly_are_no_edits(whence):
    whence("train", "-s", "4", "-m", "1", "--threads", "1", "--out", "run", "--quiet")
    whence("train", "--resume", "run", "-m", "2", "--quiet")
    assert "epoch" in whence("train", "--resume", "run").stdout
