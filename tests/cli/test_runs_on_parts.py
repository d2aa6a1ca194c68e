"""Runs on folders of many files."""

import numpy as np
import pytest
from runs import assert_same_run


@pytest.fixture
def parts(working_folder, monkeypatch):
    """A folder of archives that stay in their files."""
    monkeypatch.setattr("whence.stored_rows.LARGE", 0)
    monkeypatch.setattr("whence.data.parts.LARGE", 0)
    monkeypatch.setattr("whence.data.parts.MOST_KEPT_BYTES", 600)
    folder = working_folder / "parts"
    folder.mkdir()
    for number in range(5):
        x = np.random.default_rng(number).normal(size=(30, 4)).astype(np.float32)
        np.savez(folder / f"{number}.npz", x=x, y=(x[:, 0] > 0).astype(int))
    return folder


def test_a_run_on_parts_goes_on_to_the_same_bits_and_is_looked_at_as_any_other(whence, parts):
    for folder, epochs in (("whole", 4), ("stopped", 2)):
        whence("train", parts, "-m", epochs, "-b", 8, "--out", folder, "--quiet")
    whence("train", "--resume", "stopped", "-m", 4, "--quiet")
    assert_same_run("whole", "stopped")
    assert "test" in whence("evaluate", "whole").stdout
    assert "dW1" in whence("why", "whole", "dW1[0, 0]").stdout


@pytest.mark.parametrize("change", ["a part missing", "another number", "a part more"])
def test_a_run_whose_parts_are_others_is_refused_in_one_sentence(whence, parts, change):
    whence("train", parts, "-m", 1, "--out", "run", "--quiet")
    with np.load(parts / "2.npz") as archive:
        arrays = dict(archive)
    if change == "a part missing":
        (parts / "2.npz").unlink()
    elif change == "a part more":
        np.savez(parts / "5.npz", **arrays)
    else:
        arrays["x"][3, 1] += 1
        np.savez(parts / "2.npz", **arrays)
    said = whence("train", "--resume", "run", "-m", 2, code=1).stderr
    assert said.startswith("Error: the data parts are not the data that run was trained on (the SHA-256 differs); ")
    assert said.count("\n") == 1
