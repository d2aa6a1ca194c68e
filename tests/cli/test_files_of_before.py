"""Runs, models, checkpoints and traces that an earlier version wrote are read, and give the numbers that it gave."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from whence.training import load_model

FILES = Path(__file__).parents[1] / "files_of_0_1"
EXPECTED = json.loads((FILES / "expected.json").read_text())


@pytest.fixture(autouse=True)
def files_of_before(tmp_path, monkeypatch):
    """A copy of the files, with the data where the runs look for them."""
    folder = shutil.copytree(FILES, tmp_path / "before")
    for config in folder.glob("*/config.toml"):
        config.write_text(config.read_text().replace("FOLDER", folder.as_posix()))
    monkeypatch.chdir(folder)


def told(whence, *words):
    return json.loads(whence(*words, "--json").stdout)


def test_a_table_is_predicted_as_before(whence):
    predictions = [each["prediction"] for each in told(whence, "predict", "rooms", "rooms.csv")["predictions"]]
    np.testing.assert_allclose(predictions, EXPECTED["predictions"], rtol=1e-6)


@pytest.mark.parametrize("run", EXPECTED["evaluation"])
def test_a_run_is_evaluated_as_before(whence, run):
    evaluation, expected = told(whence, "evaluate", run), EXPECTED["evaluation"][run]
    measures = {name: value for name, value in expected.items() if isinstance(value, float)}
    assert len(measures) > 5
    assert {name: evaluation[name] for name in measures} == pytest.approx(measures, rel=1e-6)


@pytest.mark.parametrize("asked", EXPECTED["cells"])
def test_a_cell_of_a_run_is_explained_with_the_same_value(whence, asked):
    run, cell = asked.split()
    found = told(whence, "why", run, cell, "--step", "next", "--samples", "0")
    assert found["value"] == pytest.approx(EXPECTED["cells"][asked], rel=1e-5)


def test_without_the_memory_of_the_best_epoch_the_step_after_the_last_is_shown(whence):
    assert ", the one after the last, on " in whence("why", "rooms", "loss").stdout


@pytest.mark.parametrize("cell", EXPECTED["cells of the trace"])
def test_a_cell_of_a_saved_trace_is_explained_with_the_same_value(whence, cell):
    assert told(whence, "why", "step.safetensors", cell)["value"] == EXPECTED["cells of the trace"][cell]


@pytest.mark.parametrize("view, file", [("show", "page.html"), ("sheet", "step.xlsx")])
def test_a_saved_trace_is_drawn(whence, view, file):
    whence(view, "step.safetensors", "-o", file)
    assert Path(file).stat().st_size > 10_000


def test_an_interrupted_training_goes_on_to_the_same_parameters(whence):
    whence("train", "--resume", "tea", "--quiet")
    assert len(Path("tea/metrics.jsonl").read_text().splitlines()) == 3
    theta = load_model("tea").net.theta
    np.testing.assert_allclose(theta, EXPECTED["resumed theta"], rtol=1e-4, atol=1e-6)


def test_the_summary_of_a_model_without_a_digest_says_so(whence):
    assert "no digest: written by whence 0.1" in whence("summary", "rooms").stdout
