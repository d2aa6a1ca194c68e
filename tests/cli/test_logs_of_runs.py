"""``--log``: also the run that was killed has whole lines, and the one that goes on has every epoch once."""

import csv
import signal
from pathlib import Path

import pytest
from runs import metrics, wait_for_epochs


def epochs(path="log.csv"):
    return [int(row["epoch"]) for row in csv.DictReader(Path(path).read_text().splitlines())]


@pytest.mark.exhaustive
def test_a_run_that_was_killed_goes_on_with_its_logs(start, whence):
    logs = "--log", "log.csv", "--log", "log.jsonl", "--log", "board"
    process = start("train", "-m", "40", "-s", "8", "--out", "killed", "--threads", "1", "--quiet", *logs)
    wait_for_epochs(process, "killed", 5)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert epochs() == list(range(1, len(epochs()) + 1)) and Path("log.csv").read_text().endswith("\n")
    whence("train", "--resume", "killed", "--quiet")
    assert epochs() == list(range(1, 41))
    assert Path("log.jsonl").read_bytes() == Path("killed/metrics.jsonl").read_bytes()
    assert [float(row["train_loss"]) for row in csv.DictReader(Path("log.csv").read_text().splitlines())] == [
        record["train_loss"] for record in metrics("killed")
    ]


def test_the_log_of_another_run_is_kept_unless_force_is_given(whence):
    Path("log.csv").write_text("epoch,step\n1,40\n")
    said = whence("train", "-m", "1", "-s", "none", "--log", "log.csv", code=2).stderr
    assert said == (
        "Error: log.csv holds the log of another training; choose another path for the log, or remove it first, or add "
        "--force\n"
    )
    assert not Path("runs").exists()
    whence("train", "-m", "1", "-s", "none", "--log", "log.csv", "--force", "--quiet")
    assert epochs() == [1]


def test_a_log_of_another_kind_is_misuse(whence):
    said = whence("train", "--log", "log.xlsx", code=2).stderr
    assert "log.xlsx ends in .xlsx, which is no kind of log; give a file that ends in .csv or .jsonl, or a" in said
    assert not Path("runs").exists()


def test_a_log_without_a_folder_is_refused_before_the_run_has_one(whence):
    assert "there is no folder absent" in whence("train", "--log", "absent/log.csv", code=1).stderr
    assert not Path("runs").exists()


def test_a_resumed_run_goes_on_with_the_log_that_was_given_last(whence):
    whence("train", "-m", "1", "-s", "none", "--out", "run", "--log", "log.csv", "--quiet")
    whence("train", "--resume", "run", "-m", "2", "--log", "other.csv", "--quiet")
    whence("train", "--resume", "run", "-m", "3", "--quiet")
    assert (epochs(), epochs("other.csv")) == ([1], [1, 2, 3])
    whence("train", "--config", "run/config.toml", "--quiet")  # repeats it in another run, which has no log
    assert epochs("other.csv") == [1, 2, 3]
