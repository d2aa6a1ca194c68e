"""Sweeps, in a journal file; other storages are in test_sweep_storages.py."""

import json
import re
import signal
import subprocess
import time
import tomllib
from pathlib import Path

import pytest
from runs import assert_same_run, metrics

from whence.cli.options.table import OPTIONS
from whence.cli.sweep.claims import is_complete, next_claim
from whence.cli.sweep.plan import read_sweep
from whence.cli.sweep.study import open_study

pytest.importorskip("optuna", reason="Optuna is not installed; pip install optuna")

RANGES = """
data = "digits"
max-iter = 2
learning-rate = {low = 1e-3, high = 1, log = true}
hidden-layer-sizes = {low = 4, high = 16}
optimizer = {choices = ["sgd", "adam"]}
[sweep]
trials = 4
pruner = "none"
"""
AT_BATCH = """
import os, signal, sys
from whence.cli import main
from whence.cli.sweep.trial_run import _Reporting

batch, sent = int(sys.argv[1]), signal.Signals[sys.argv[2]]

def on_batch_end(self, training):
    global batch
    batch -= 1
    if batch == 0:
        os.kill(os.getpid(), sent)

_Reporting.on_batch_end = on_batch_end
main(sys.argv[3:])
"""
"""The program, which sends itself a signal at the batch of so many that trials have."""
BATCHES_OF_A_TRIAL = 2 * 40


@pytest.fixture
def ranges(working_folder):
    Path("small.toml").write_text(RANGES, encoding="utf-8")
    return "small.toml"


@pytest.fixture
def swept(whence, once, ranges):
    """The folder of a sweep with one worker."""
    once("sweep", lambda: whence("sweep", ranges, "--quiet"))
    return Path("sweeps/small")


def rows_of(folder):
    lines = Path(folder, "trials.csv").read_text(encoding="utf-8").splitlines()
    return [dict(zip(lines[0].split(","), line.split(","), strict=True)) for line in lines[1:]]


def test_each_trial_is_a_run(whence, swept):
    assert [row["trial"] for row in rows_of(swept)] == ["0", "1", "2", "3"]
    for number in range(4):
        assert len(metrics(swept / f"trial-{number}")) == 2
    assert "dW1" in whence("why", swept / "trial-1", "dW1[0, 0]").stdout
    assert whence("show", swept / "trial-1").stdout
    whence("doctor", swept / "trial-1")


def test_the_best_settings_make_the_best_run_to_the_bit(whence, swept):
    best = min(rows_of(swept), key=lambda row: float(row["loss"]))
    whence("train", "--config", swept / "best.toml", "--out", "again", "--quiet")
    assert_same_run("again", swept / f"trial-{best['trial']}")


def test_a_sweep_ends_with_its_best_trials(whence, swept, ranges):
    said = whence("sweep", ranges)
    assert said.stderr == "small goes on after 4 trials\n"
    losses = re.findall(r"^\d +(\d\.\d{4}) ", said.stdout, re.MULTILINE)
    assert losses == sorted(losses) and len(losses) == 4
    found = json.loads(whence("sweep", ranges, "--json").stdout)
    assert found["trials"] == 4 and Path(found["best"]["run"], "model.safetensors").exists()
    assert (
        tomllib.loads((swept / "best.toml").read_text())["learning-rate"] == found["best"]["settings"]["learning-rate"]
    )


def test_more_trials_are_those_of_a_longer_sweep(whence, swept, ranges):
    whence("sweep", ranges, "--trials", 6, "--out", "whole", "--quiet")
    whence("sweep", ranges, "--trials", 6, "--quiet")
    assert rows_of(swept) == rows_of("whole")


@pytest.mark.parametrize("sent", ["SIGKILL", pytest.param("SIGINT", marks=pytest.mark.exhaustive)])
def test_a_trial_that_lost_its_worker_goes_on_to_the_same_bits(start, whence, swept, ranges, sent):
    for batches in (BATCHES_OF_A_TRIAL + 60, BATCHES_OF_A_TRIAL):
        process = start(batches, sent, "sweep", ranges, "--out", "stopped", program=AT_BATCH)
        said = process.communicate()[1]
        assert process.returncode == (-signal.SIGKILL if sent == "SIGKILL" else 130)
    if sent == "SIGINT":
        assert said.endswith("Interrupted after 2 trials; the same command goes on.\n")
    whence("sweep", ranges, "--out", "stopped", "--quiet")
    assert rows_of("stopped") == rows_of(swept)
    for number in range(4):
        assert metrics(f"stopped/trial-{number}") == metrics(swept / f"trial-{number}")


@pytest.mark.exhaustive
def test_workers_share_the_trials_and_a_killed_one_is_replaced(start, ranges):
    process = start("sweep", ranges, "--workers", 2, "--trials", 10)
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    if not children.exists():
        pytest.skip("there is no /proc that lists child processes")
    while not list(Path().glob("sweeps/small/trial-*/metrics.jsonl")):
        time.sleep(0.01)
    workers = [int(child) for child in children.read_text().split()]
    commands = {child: Path(f"/proc/{child}/cmdline").read_bytes() for child in workers}
    subprocess.run(
        ["kill", "-9", str(next(child for child in workers if b"spawn_main" in commands[child]))], check=True
    )
    said = process.communicate()
    assert process.returncode == 0, said
    assert [int(row["trial"]) for row in rows_of("sweeps/small")] == list(range(10))
    assert {row["ending"] for row in rows_of("sweeps/small")} == {"complete"}


def test_a_trial_that_another_process_makes_is_left_to_it(ranges):
    sweep = read_sweep(Path(ranges), {}, None)
    study, other = open_study(sweep), open_study(sweep)
    with next_claim(study, sweep) as made, next_claim(other, sweep) as second:
        assert (made.trial.number, second.trial.number) == (0, 1)
        with next_claim(other, sweep) as third, next_claim(other, sweep) as last, next_claim(other, sweep) as none:
            assert (third.trial.number, last.trial.number, none) == (2, 3, None)
    with next_claim(other, sweep) as again:  # whose worker is gone
        assert again.trial.number == 0
        assert not is_complete(other, sweep)


@pytest.mark.parametrize("sampler", ["random", "tpe"])
def test_a_trial_that_was_killed_between_two_choices_makes_the_same_ones(ranges, sampler):
    whole, killed = (read_sweep(Path(ranges), {"sampler": sampler}, Path(name)) for name in ("whole", "killed"))
    with next_claim(open_study(whole), whole) as made:
        settings = whole.settings_of(made.trial)
    with next_claim(open_study(killed), killed) as made:
        key, first = next(iter(killed.ranges.items()))
        first.chosen_by(made.trial, OPTIONS[key].name)
    with next_claim(open_study(killed), killed) as again:
        assert list(again.trial.params) == ["learning-rate"] and again.trial.number == 0
        assert killed.settings_of(again.trial) == settings


def test_hopeless_trials_are_pruned_and_diverged_ones_are_told(whence, working_folder):
    Path("bad.toml").write_text(
        'data = "digits"\nmax-iter = 3\nhidden-layer-sizes = [8, 8, 8]\nactivation = "identity"\n'
        "learning-rate = {choices = [0.05, 1e-6, 1000]}\n"
        '[sweep]\ntrials = 9\nsampler = "random"\npruner = "median(n_startup_trials=1)"\n',
        encoding="utf-8",
    )
    said = whence("sweep", "bad.toml")
    endings = {(row["learning-rate"], row["ending"]) for row in rows_of("sweeps/bad")}
    assert endings >= {("0.05", "complete"), ("1e-06", "pruned"), ("1000.0", "diverged")}
    assert "pruned after epoch 1" in said.stdout and "diverged" in said.stdout


def test_the_picture_is_drawn(rendered, whence, ranges):
    whence("sweep", ranges, "--quiet")
    assert Path("sweeps/small/sweep.png").read_bytes().startswith(b"\x89PNG")


def test_a_measure_that_is_better_if_higher(whence, ranges):
    whence("sweep", ranges, "--trials", 3, "--measure", "accuracy", "--quiet")
    found = json.loads(whence("sweep", ranges, "--trials", 3, "--measure", "accuracy", "--json").stdout)
    assert found["best"]["accuracy"] == max(float(row["accuracy"]) for row in rows_of("sweeps/small"))


@pytest.mark.parametrize(
    ("edit", "code", "said"),
    [
        (
            ("low = 1e-3, high = 1", "low = 2, high = 1"),
            2,
            "learning-rate is from 2.0 to 1.0; give a low that is below",
        ),
        (("low = 1e-3", "low = 0"), 2, "low of small.toml: learning-rate is 0; expected a number above 0"),
        (("low = 1e-3, ", ""), 2, "learning-rate is a table of high, log; a range has low and high"),
        (("log = true", "log = true, step = 0.1"), 2, "has a step and is logarithmic"),
        (("low = 4, high = 16", "low = 4, high = 16, step = 0.5"), 2, "step of small.toml: hidden-layer-sizes is 0.5"),
        (('["sgd", "adam"]', "[]"), 2, "optimizer has the choices []; give a list"),
        (('["sgd", "adam"]', '["sgd", "sgd"]'), 2, "has the choice sgd twice; keep one"),
        (('["sgd", "adam"]', '["sgd", "adan"]'), 2, "did you mean 'adam'"),
        (('{choices = ["sgd", "adam"]}', "{low = 1, high = 2}"), 2, "optimizer is not a number"),
        (("max-iter = 2", "max-iter = 2\ntest = {low = 0.1, high = 0.2}"), 2, "by it trials are compared"),
        (("max-iter = 2", 'max-iter = 2\nout = "here"'), 2, "is for a single run; leave it out"),
        (("max-iter = 2", 'max-iter = 2\nloss = {choices = ["cross_entropy", "mse"]}'), 2, "losses cannot be compared"),
        (("max-iter = 2", "max-iter = 2\nlearning-rat = 1"), 2, "did you mean 'learning-rate'"),
        (('pruner = "none"', 'pruner = "nun"'), 2, "there is no pruner 'nun'"),
        (('pruner = "none"', 'sampler = "tpe(colour=3)"'), 2, "there is no option 'colour'"),
        (('pruner = "none"', 'measure = "losses"'), 2, "did you mean 'loss'"),
        (('pruner = "none"', 'measure = "rmse"'), 1, "the validation samples have no rmse"),
        (("max-iter = 2", "max-iter = 2\nvalidation = 0"), 1, "has none; set validation"),
        (("max-iter = 2", "max-iter = 2\nbatch-size = 5000"), 1, "batch-size is 5,000, but training has"),
    ],
)
def test_what_is_wrong_in_a_file_is_said_once(whence, ranges, edit, code, said):
    Path(ranges).write_text(RANGES.replace(*edit), encoding="utf-8")
    told = whence("sweep", ranges, code=code).stderr
    assert said in told
    assert told.count("Error: ") == 1


def test_a_sampler_whose_library_is_missing_is_refused_before_any_trial(whence, ranges, monkeypatch):
    monkeypatch.setattr("whence.cli.sweep.samplers.find_spec", {"torch": True}.get)
    for sampler, library in {"cmaes": "cmaes", "gp": "scipy", "qmc": "scipy"}.items():
        text = RANGES.replace('pruner = "none"', f'sampler = "{sampler}"')
        Path(ranges).write_text(text, encoding="utf-8")
        said = whence("sweep", ranges, code=1).stderr
        assert f"the sampler {sampler} needs {library}, which is not installed; install it with: pip" in said
    assert not Path("sweeps").exists()


def test_an_error_of_a_worker_is_said_once(start, ranges):
    Path(ranges).write_text(RANGES.replace("max-iter = 2", "max-iter = 2\nvalidation = 0"), encoding="utf-8")
    process = start("sweep", ranges, "--workers", 2)
    said = process.communicate()[1]
    assert process.returncode == 1
    assert said.count("\n") == 1 and "has none; set validation = 0.1" in said


def test_a_file_without_ranges_is_refused(whence, working_folder):
    Path("one.toml").write_text('data = "digits"\n', encoding="utf-8")
    assert "has no range to choose from" in whence("sweep", "one.toml", code=2).stderr
    assert "cannot read gone.toml" in whence("sweep", "gone.toml", code=2).stderr


def test_a_single_training_with_ranges_is_sent_to_the_sweep(whence, ranges):
    assert "whence sweep small.toml" in whence("train", "--config", ranges, code=2).stderr


def test_a_study_of_another_sweep_is_refused(whence, swept, ranges):
    Path(ranges).write_text(RANGES.replace("high = 16", "high = 32"), encoding="utf-8")
    said = whence("sweep", ranges, code=1).stderr
    assert 'hidden-layer-sizes is {"low": 4, "high": 32}, but was {"low": 4, "high": 16}' in said


def test_other_data_of_the_same_name_are_refused(whence, working_folder):
    rows = [f"{i % 7},{i % 5},{'ab'[i % 2]}\n" for i in range(60)]
    Path("t.csv").write_text("x,y,kind\n" + "".join(rows), encoding="utf-8")
    text = 'data = "t.csv"\nmax-iter = 1\nlearning-rate = {low = 0.01, high = 0.1}\n[sweep]\ntrials = 1\n'
    Path("t.toml").write_text(text, encoding="utf-8")
    whence("sweep", "t.toml", "--quiet")
    Path("t.csv").write_text("x,y,kind\n" + "".join(rows[::-1]), encoding="utf-8")
    assert "the data here are not those of the other trials" in whence("sweep", "t.toml", "-n", 2, code=1).stderr


@pytest.mark.parametrize("text", ["hello\nworld\n", "hello"])
def test_a_file_that_is_no_journal_is_refused(whence, ranges, text):
    notes = Path("notes.txt")
    notes.write_text(text, encoding="utf-8")
    assert "notes.txt is not a journal" in whence("sweep", ranges, "--storage", notes, code=1).stderr
    assert notes.read_text(encoding="utf-8") == text


@pytest.mark.parametrize("length", [1, 60])
def test_half_a_line_that_a_full_disk_or_a_kill_left_in_the_journal_harms_nothing(whence, swept, ranges, length):
    journal = swept / "journal.log"
    whole = journal.read_bytes()
    journal.write_bytes(whole + whole.splitlines()[-1][:length])
    whence("sweep", ranges, "-n", 5, "--quiet")
    assert journal.read_bytes().startswith(whole)
    assert [row["trial"] for row in rows_of(swept)] == ["0", "1", "2", "3", "4"]
    whence("sweep", ranges, "-n", 5, "--quiet")


def test_the_best_settings_are_written_also_where_the_picture_cannot_be(whence, ranges):
    Path("sweeps/small/sweep.png").mkdir(parents=True)
    assert "cannot write sweeps/small/sweep.png" in whence("sweep", ranges, "-n", 1, "--quiet", code=1).stderr
    assert tomllib.loads(Path("sweeps/small/best.toml").read_text(encoding="utf-8"))["data"] == "digits"
