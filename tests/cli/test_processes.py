"""``whence train`` in several processes: one run, one output, and every error once."""

import importlib
import json
import random
from pathlib import Path

import pytest

from exhaustive import one_of
from training.parallel.launch import in_processes, needs_mpi

pytestmark = needs_mpi
SMALL = ["digits", "--max-steps", "3", "--batch-size", "64", "--threads", "1"]


def test_a_run_is_written_once_and_goes_on_whence_with_the_same_bits(tmp_path, whence):
    shared, alone = tmp_path / "shared", tmp_path / "alone"
    done = in_processes(2, "whence", "train", *SMALL, "--out", shared, "--json")
    assert json.loads(done.stdout)["steps"] == 3
    assert done.stderr.count("measuring") <= 1
    whence("train", *SMALL, "--chunks", "4", "--out", alone, "--quiet")
    assert (shared / "model.safetensors").read_bytes() == (alone / "model.safetensors").read_bytes()
    whence("train", "--resume", shared, "--max-steps", "30", "--quiet")
    in_processes(2, "whence", "train", "--resume", alone, "--max-steps", "30", "--quiet")
    assert (shared / "model.safetensors").read_bytes() == (alone / "model.safetensors").read_bytes()


@pytest.mark.exhaustive
def test_a_run_in_chunks_is_replayed_with_its_bits(tmp_path, whence):
    run = tmp_path / "run"
    whence("train", "digits", "--max-iter", "1", "--batch-size", "64", "--batch-norm", "--chunks", "3", "--out", run)
    assert whence("why", run, "W1[3, 5]", "--step", "4").stdout.startswith("W1[3,5] = ")
    assert "rounding" in whence("why", run, "W1[3, 5]", "--training").stdout


@pytest.mark.exhaustive
def test_a_process_may_be_killed_at_any_moment(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(Path(__file__).parents[2] / "benchmarks")
    killed_ranks = importlib.import_module("killed_ranks")
    kills, same = killed_ranks.survives(tmp_path, 2, 12, random.Random(1))
    assert (kills, same) == (2, True)


@one_of(
    ("arguments", "said"),
    [
        (["nowhere.csv"], "Error: there is no file or folder nowhere.csv; check the path"),
        ([*SMALL, "--chunks", "1"], "Error: there are 2 processes, but a batch is computed in 1 chunks; start at most"),
        (["digits", "--max-steps", "none"], "Error: max-steps is 'none'; expected a whole number"),
        (["-"], "Error: standard input reaches only one of several processes; give the path of a file"),
    ],
)
def test_an_error_is_said_once(tmp_path, arguments, said):
    done = in_processes(2, "whence", "train", *arguments, "--quiet", "--out", tmp_path / "run", fails=True)
    assert done.stderr.count(said) == 1
    assert done.stderr.count("Error: ") == 1
