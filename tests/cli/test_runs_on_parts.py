"""Runs on folders of many files."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image
from runs import assert_same_run

from exhaustive import one_of


def samples_of_parts():
    for number in range(5):
        x = np.random.default_rng(number).normal(size=(30, 4)).astype(np.float32)
        yield number, x, (x[:, 0] > 0).astype(int)


@pytest.fixture
def kept_in_files(working_folder, monkeypatch):
    """The working folder, where all inputs stay in their files."""
    for module in ("stored_rows", "data.parts", "data.numpy_files", "data.images.picture_folder"):
        monkeypatch.setattr(f"whence.{module}.LARGE", 0)
    monkeypatch.setattr("whence.data.parts.MOST_KEPT_BYTES", 600)
    return working_folder


@pytest.fixture
def parts(kept_in_files):
    """A folder of archives."""
    folder = kept_in_files / "parts"
    folder.mkdir()
    for number, x, y in samples_of_parts():
        np.savez(folder / f"{number}.npz", x=x, y=y)
    return folder


@pytest.fixture
def pictures(kept_in_files):
    """A folder of pictures, dark strokes on light in one class."""
    folder = kept_in_files / "pictures"
    for i in range(60):
        pixels = np.random.default_rng(i).integers(0, 40, (8, 8), dtype=np.uint8)
        pixels[:, 3 if i % 2 else 5] = 250
        file = folder / "ab"[i % 2] / f"{i}.png"
        file.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(pixels).save(file)
    return folder


@pytest.fixture
def tables(kept_in_files):
    """A folder of Parquet files."""
    folder = kept_in_files / "tables"
    folder.mkdir()
    for number, x, y in samples_of_parts():
        columns = {f"c{i}": x[:, i] for i in range(4)}
        pq.write_table(pa.table({**columns, "kind": y}), folder / f"{number}.parquet", row_group_size=20)
    return folder


def test_a_run_on_parts_goes_on_to_the_same_bits_and_is_looked_at_as_any_other(whence, parts):
    for folder, epochs in (("whole", 4), ("stopped", 2)):
        whence("train", parts, "-m", epochs, "-b", 8, "--out", folder, "--quiet")
    whence("train", "--resume", "stopped", "-m", 4, "--quiet")
    assert_same_run("whole", "stopped")
    assert "test" in whence("evaluate", "whole").stdout
    assert "dW1" in whence("why", "whole", "dW1[0, 0]").stdout


@one_of("kind", ["parts", "tables", "pictures"])
def test_every_command_looks_at_data_that_stay_in_their_files(whence, request, kind):
    folder = request.getfixturevalue(kind)
    whence("train", folder, "-m", 2, "-b", 8, "--hidden-layer-sizes", 4, "--out", "run", "--quiet")
    file = sorted(folder.rglob("*.png"))[0] if kind == "pictures" else Path("x.npy")
    if kind != "pictures":
        np.save(file, next(samples_of_parts())[1][:1])
    model = next(Path("run").glob("model.*"))
    for command in (
        ("data", "show", folder),
        ("evaluate", "run"),
        ("evaluate", "run", folder),
        ("doctor", "run"),
        ("history", "run", "--frames", 3),
        ("history", "run", "--suspects"),
        ("check", "run"),
        ("check", model, "--data", folder),
        ("show", "run"),
        ("why", "run", "W1[0, 0]", "--training"),
        ("why", "run", "z2[0, 0]", "--training", "--predict", file, "--save", "number.png"),
        ("formulas", "run", "--numbers"),
        ("sheet", "run", "--output", "sheet.xlsx"),
        ("export", "run", "--to", "onnx"),
        ("export", "run", "--to", "numpy"),
        ("predict", "run", file),
    ):
        assert whence(*command).exit_code == 0, command


def test_a_run_on_some_columns_of_parts_is_not_resumed_on_others(whence, tables):
    whence("train", tables, "--drop", "c0", "-m", 1, "--out", "run", "--quiet")
    config = Path("run") / "config.toml"
    said = config.read_text(encoding="utf-8")
    assert '"c0"' in said
    config.write_text(said.replace('"c0"', '"c2"'), encoding="utf-8")
    assert "are not the data that run was trained on" in whence("train", "--resume", "run", "-m", 2, code=1).stderr


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
