"""``whence export --to onnx``: the file, its receipt, and where it must refuse."""

from __future__ import annotations

import json
import os
import re
import runpy
import sys
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pandas as pd
import pytest

from whence.interop.onnx.operators import recurrent
from whence.training import load_model

TABLE = """age,kind,hired,wage
31,cook,2020-03-01,10
,Clerk,2020-07-12,12.5
45,cook,2021-01-30,11
29,,2019-11-02,9
52,guard,2020-05-05,14
38,clerk,2021-06-17,13
27,guard,2019-02-28,8.5
61,cook,2020-09-09,15
"""


@pytest.fixture
def wages(whence, once):
    """A run on a table with numbers, categories, dates and missing cells."""

    def make():
        Path("wages.csv").write_text(TABLE, encoding="utf-8")
        options = ("--target", "wage", "--missing", "indicator", "-s", 4, "-m", 2, "--validation", 0)
        whence("train", "wages.csv", *options, "--out", "run", "--quiet")

    once("wages", make)
    return "run"


def run_file(path, inputs):
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    return session.run(None, inputs)[0], session.get_modelmeta().custom_metadata_map


def test_the_file_holds_the_network_and_the_receipt_says_how_it_was_proved(whence, trained):
    said = whence("export", trained, "--to", "onnx").stdout
    assert said.startswith("run/model.onnx (0.01 MB) gives what whence gives, on inputs of digits:")
    assert [line.split()[0] for line in said.splitlines()[4:]] == ["onnxruntime", "onnx.reference"]
    file = onnx.load("run/model.onnx")
    assert (file.ir_version, file.opset_import[0].version) == (8, 17)
    images = np.random.default_rng(0).uniform(size=(5, 8, 8, 1)).astype(np.float32)
    outputs, metadata = run_file("run/model.onnx", {"x": images})
    np.testing.assert_allclose(outputs, load_model(trained).net(images), rtol=0, atol=1e-5)
    assert json.loads(metadata["classes"]) == list("0123456789")


def test_with_preprocessing_it_takes_pixels_and_gives_probabilities(whence, trained):
    found = json.loads(whence("export", trained, "--to", "onnx", "--with-preprocessing", "--json").stdout)
    assert [(each["inputs"], each["batches"]) for each in found["runs"]] == [(256, [1, 7, 256]), (8, [1, 7, 8])]
    images = np.random.default_rng(0).integers(0, 17, (5, 8, 8, 1)).astype(np.uint8)
    outputs, _ = run_file(found["file"], {"image": images})
    model = load_model(trained)
    np.testing.assert_allclose(outputs, model.loss_fn.probabilities(model.net(images / 16)), rtol=0, atol=1e-6)


def test_a_table_is_taken_by_columns(whence, wages):
    whence("export", wages, "--to", "onnx", "--with-preprocessing", "-o", "wages.onnx")
    table = pd.DataFrame({
        "age": [40.0, np.nan, 33.0, np.inf],
        "kind": ["cook", "CLERK", "", "never seen"],
        "hired": ["2020-01-01", "2020-06-30", "2021-03-03", "2019-12-24"],
    })  # fmt: skip
    days = (pd.to_datetime(table["hired"]) - pd.Timestamp(0)) / pd.Timedelta(days=1)
    inputs = {name: column.to_numpy()[:, np.newaxis] for name, column in {**table, "hired": days}.items()}
    outputs, metadata = run_file("wages.onnx", inputs)
    with pytest.warns(match="kind|age|hired"):
        expected = load_model(wages).predict(table.replace("", None))
    np.testing.assert_allclose(outputs, expected, rtol=1e-6)
    assert json.loads(metadata["targets"]) == ["wage"]


def test_a_time_series_is_taken_by_columns_and_predicted_in_its_unit(whence):
    rows = [f"{step},{100 + 5 * step + step % 3}" for step in range(40)]
    Path("sales.csv").write_text("\n".join(["step,sold", *rows]), encoding="utf-8")
    whence("train", "sales.csv", "--target", "sold", "--window", 4, "--horizon", 2, "-m", 2, "--out", "run", "--quiet")
    whence("export", "run", "--to", "onnx", "--with-preprocessing")
    model = load_model("run")
    window = {"step": np.arange(40.0, 44), "sold": np.array([301.0, 306, 310, 317])}
    outputs, _ = run_file(
        "run/model_with_preprocessing.onnx", {name: numbers[np.newaxis] for name, numbers in window.items()}
    )
    raw = np.stack([window[name] for name in model.preprocessing.columns.inputs], axis=-1)[np.newaxis]
    np.testing.assert_allclose(outputs, model.predict(raw), rtol=1e-6)


def test_a_text_of_any_length_is_taken_as_the_numbers_of_its_characters(whence):
    Path("rhyme.txt").write_text("row, row, row your boat, gently down the stream\n" * 40, encoding="utf-8")
    options = ("--arch", "embed 4, lstm 6, linear", "--window", 12, "-m", 1, "--out", "run", "--quiet")
    whence("train", "text", "rhyme.txt", *options)
    whence("export", "run", "--to", "onnx")
    tokens = np.random.default_rng(0).integers(0, 5, (3, 20))
    outputs, metadata = run_file("run/model.onnx", {"x": tokens})
    model = load_model("run")
    np.testing.assert_allclose(outputs, model.net(tokens), rtol=0, atol=1e-5)
    assert "".join(json.loads(metadata["characters"])) == model.preprocessing.vocabulary.characters


def test_no_file_stays_where_the_outputs_differ(whence, monkeypatch):
    Path("rhyme.txt").write_text("row, row, row your boat, gently down the stream\n" * 40, encoding="utf-8")
    options = ("--arch", "embed 4, lstm 6, linear", "--window", 12, "-m", 1, "--out", "run", "--quiet")
    whence("train", "text", "rhyme.txt", *options)
    monkeypatch.setitem(recurrent.GATES_IN_ONNX, recurrent.LSTM, [0, 1, 2, 3])
    said = whence("export", "run", "--to", "onnx", code=1).stderr
    assert "differ from whence's by up to" in said
    assert not list(Path("run").glob("*.onnx*"))


@pytest.mark.parametrize("library", ["onnx", "onnxruntime"])
def test_an_absent_library_is_named_with_its_pip_line(whence, trained, monkeypatch, library):
    monkeypatch.setitem(sys.modules, library, None)
    said = whence("export", trained, "--to", "onnx", code=1).stderr
    assert f"needs {library}, which is not installed; install it with: pip install {library}" in said
    assert "whence-nn[onnx]" in said
    assert not Path("run/model.onnx").exists()


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["absent", "--to", "onnx"], 1, "there is no run or model file absent"),
        (["run"], 2, "Missing option '--to'"),
        (["run", "--to", "keras"], 2, "'keras' is not one of 'onnx', 'torch', 'numpy', 'r', 'c', 'javascript'"),
        (["run", "--to", "onnx", "-o", "model.txt"], 1, "model.txt"),
        (["run", "--to", "onnx", "-o", "absent/model.onnx"], 1, "absent"),
        (["run/model.safetensors", "--to", "onnx"], 1, "run/model.safetensors"),
    ],
)
def test_what_cannot_be_exported_is_refused_in_one_sentence(whence, trained, arguments, code, message):
    said = whence("export", *arguments, code=code).stderr
    assert message in said
    assert len(said.strip().splitlines()[-1]) < 300


def test_the_program_of_the_documentation_finds_what_evaluate_does(whence, shared_data, monkeypatch, capsys):
    docs = Path(__file__).parents[2] / "docs"
    table = Path(os.environ["WHENCE_DATA"], "tables", "titanic.csv")
    options = ("--target", "survived", "--drop", "alive", "-s", 8, "-m", 2, "--out", "run", "--quiet")
    whence("train", table, *options)
    whence("export", "run", "--to", "onnx", "--with-preprocessing")
    monkeypatch.setattr(sys, "argv", ["onnx_table.py", "run/model_with_preprocessing.onnx", str(table), "survived"])
    runpy.run_path(str(docs / "onnx_table.py"))
    found = json.loads(whence("evaluate", "run", table, "--json").stdout)
    assert capsys.readouterr().out.startswith(f"{found['all_accuracy']:.2%} of 891 rows")
    promised = re.search(r"```console\n(?:.*\n)*?(\s+inputs.*)\n", (docs / "onnx.md").read_text(encoding="utf-8"))[1]
    assert promised in whence("export", "run", "--to", "onnx").stdout
