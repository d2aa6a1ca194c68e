import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from whence.cli import main

PEOPLE = "".join(f"{age}, {work}, {pay}\n" for age, work, pay in [(39, "a", "low"), (50, "b", "high")] * 20)


@pytest.fixture
def people():
    """A file without a header."""
    Path("people.data").write_text(PEOPLE)
    return "people.data"


def with_input(text, *arguments):
    result = CliRunner().invoke(main, [str(argument) for argument in arguments], input=text)
    assert result.exit_code == 0, result.stderr
    return result


def test_a_file_without_a_header_loses_no_row(whence, people):
    said = whence("train", people, "-m", 2, "--out", "run").stdout
    assert "28 training, 4 validation, 8 test samples" in said
    assert "people.data begins with data, not with names, so its columns are called column 1, column 2" in said
    Path("new.data").write_text("40, b\n")
    (prediction,) = json.loads(whence("predict", "run", "new.data", "--json").stdout)["predictions"]
    assert prediction["class"] in ("low", "high")
    assert "40" in whence("evaluate", "run", people).stdout


def test_a_header_can_be_denied_and_demanded(whence, people):
    Path("words.csv").write_text("a,b\n" + "c,d\ne,f\n" * 8)
    assert "column 1" in whence("data", "show", "words.csv", "--no-header").stdout
    assert "column 1" not in whence("data", "show", "words.csv").stdout
    said = whence("data", "show", people, "--header").stdout
    assert any(line.startswith("low ") for line in said.splitlines()) and "begins with data" not in said
    whence("train", "words.csv", "--no-header", "-m", 1, "--out", "run", "--quiet", "--target", "column 2")
    assert "header = false" in Path("run/config.toml").read_text()
    Path("new.csv").write_text("a,b\nc,d\n")
    assert len(json.loads(whence("predict", "run", "new.csv", "--json").stdout)["predictions"]) == 2


def test_markers_of_missing_cells(whence):
    Path("a.csv").write_text("x,y\n" + "-999,a\n3,b\n4,a\n5,b\n" * 8)
    assert "8" in whence("data", "show", "a.csv", "--missing-markers", "-999").stdout.splitlines()[4].split()
    whence("train", "a.csv", "--missing-markers", "-999", "-m", 1, "--out", "run", "--quiet")
    Path("new.csv").write_text("x\n-999\n")
    assert "1 missing cell filled in" in whence("predict", "run", "new.csv").stderr


def test_standard_input(whence, people):
    said = with_input(PEOPLE, "train", "-", "-m", 2, "--out", "run").stdout
    assert "standard-input: 28 training" in said
    assert Path("run/standard-input").read_text() == PEOPLE
    assert "loss" in whence("why", "run", "loss").stdout
    assert "test" in whence("evaluate", "run").stdout
    assert "-, row 1" in with_input("39, a\n40, b\n", "predict", "run", "-").stdout
    assert "40" in with_input(PEOPLE, "evaluate", "run", "-").stdout
    assert "category" in with_input(PEOPLE, "data", "show", "-").stdout


def test_how_a_file_to_predict_from_was_read_is_said(whence, people):
    whence("train", people, "-m", 1, "--out", "run", "--quiet")
    Path("new.csv").write_text("40|b\n41|a\n")
    assert "the cells of new.csv are divided by vertical bars" in whence("predict", "run", "new.csv").stderr


def test_a_trained_table_may_be_predicted_from_in_another_format(whence):
    openpyxl = pytest.importorskip("openpyxl")
    Path("a.csv").write_text("x;y\n" + "1,5;a\n3,25;b\n" * 12)
    whence("train", "a.csv", "-m", 1, "--out", "run", "--quiet")
    book = openpyxl.Workbook()
    for row in (["x"], [1.5], [3]):
        book.active.append(row)
    book.save("new.xlsx")
    Path("new.json").write_text('[{"x": 1.5}, {"x": 3}]')
    found = [json.loads(whence("predict", "run", f"new.{end}", "--json").stdout) for end in ("xlsx", "json")]
    assert [p["probability"] for p in found[0]["predictions"]] == [p["probability"] for p in found[1]["predictions"]]
