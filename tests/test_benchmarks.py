"""What the programs in ``benchmarks`` print of a run, and what they say where they cannot begin or go on."""

import importlib.util
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from exhaustive import exhaustive

FOLDER = Path(__file__).parents[1] / "benchmarks"


@pytest.fixture(scope="module")
def recipes():
    spec = importlib.util.spec_from_file_location("recipes", FOLDER / "recipes.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_a_recipe_for_text_has_the_figures_that_it_promises(recipes, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("rhyme.txt").write_text("the cat sat on the mat.\n" * 60, encoding="utf-8")
    Path("rhyme.toml").write_text('data = "text:rhyme.txt"\narch = "embed 4, linear"\nmax-iter = 2\nbatch-size = 2\n')
    result = recipes.run(Path("rhyme.toml"), 3, tmp_path, ["--window", "16"])
    printed = [figure for figure in recipes.FIGURES if recipes.line(figure, [result])]
    assert {"validation_loss", "validation_bits", "validation_accuracy", "seconds_an_epoch"} <= set(printed)
    assert "test_accuracy" not in printed
    records = [json.loads(record) for record in Path("rhyme-3/metrics.jsonl").read_text().splitlines()]
    assert result["best_validation_accuracy"] == max(record["validation_accuracy"] for record in records)


def test_a_figure_of_zero_is_a_figure(recipes):
    results = [{"f1": 0.0, "test_loss": None}, {"f1": 0.5}]
    assert recipes.line("f1", results) == "  f1                         0.2500 ± 0.3536   0.0000 0.5000"
    assert recipes.line("test_loss", results) is None


def test_a_run_that_fails_says_why(recipes, tmp_path):
    (tmp_path / "wrong.toml").write_text('data = "nowhere"\n')
    with pytest.raises(SystemExit, match=r"wrong\.toml, seed 1: Error: there is no data set 'nowhere'"):
        recipes.run(tmp_path / "wrong.toml", 1, tmp_path, [])


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="open files have no names here")
@exhaustive
def test_a_training_that_is_killed_at_any_moment_goes_on_to_the_same_bits():
    done = subprocess.run([sys.executable, FOLDER / "kills.py", "--kills", "20"], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert int(re.search(r"^(\d+) kills, 0 failures$", done.stdout, re.MULTILINE)[1]) >= 20


@exhaustive
@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="there is no /proc that lists child processes")
def test_a_sweep_whose_workers_are_killed_loses_no_trial():
    pytest.importorskip("optuna", reason="Optuna is not installed; pip install optuna")
    program = [sys.executable, FOLDER / "killed_workers.py", "--kills", "4", "--trials", "8"]
    done = subprocess.run(program, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.fullmatch("[1-4] kills; of 8 trials 0 lost, 0 with other bits\n", done.stdout)  # the last find no worker
