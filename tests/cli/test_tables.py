"""Tables on the command line: what is said of their columns, and predictions for rows unlike those of training."""

import json
from pathlib import Path

import pytest

from exhaustive import one_of


@pytest.fixture
def people():
    """A table with an identifier, missing cells, and a column that tells the target."""
    rows = [f"P{i:03d},{'' if i % 10 == 5 else i % 9},{'abc'[i % 3]},{i % 2},{['no', 'yes'][i % 2]}" for i in range(60)]
    Path("people.csv").write_text("\n".join(["id,age,town,survived,alive", *rows]))
    return "people.csv"


@pytest.fixture
def run(whence, people):
    whence("train", people, "--target", "survived", "--drop", "alive", "-m", 1, "--out", "run", "--quiet")
    return "run"


def test_training_begins_with_what_columns_are_taken_for(whence, people):
    said = whence("train", people, "--target", "survived", "-m", 1, "--out", "run").stdout
    lines = [" ".join(line.split()) for line in said.splitlines()]
    assert "id identifier, left out 60 0 P000" in lines
    assert "age number 9 6 0" in lines
    assert "survived target 2 0 0 2 classes; --task regression takes them as numbers" in lines
    assert "6 missing cells filled in" in said
    assert "alive alone tells the target survived" in said
    assert "id                   identifier" not in said
    assert "identifier, left out" in Path("run/report.txt").read_text("utf-8")


def test_what_columns_were_taken_for_is_kept_and_shown(whence, run, people):
    said = whence("summary", run).stdout
    assert "identifier, left out" in said
    assert "not asked for, left out" in said
    assert json.loads(whence("summary", run, "--json").stdout)["columns"][1] == {
        "name": "age",
        "role": "number",
        "distinct": 9,
        "missing": 6,
        "example": "0",
        "note": "",
    }
    shown = whence("data", "show", people, "--only", "age", "--target", "town").stdout
    assert "town      target" in shown


def test_strange_rows_are_predicted_with_a_warning_or_left_empty(whence, run):
    Path("new.csv").write_text("town,age,extra\na,1,x\nz,,x\nb,old,x\nc,3,x\n")
    result = whence("predict", run, "new.csv", code=1)
    assert [line.split()[-2] for line in result.stdout.splitlines()[2:]] != ["—"] * 4
    assert [line.split()[-1] == "—" for line in result.stdout.splitlines()[2:]] == [False, False, True, False]
    warnings = [line for line in result.stderr.splitlines() if line.startswith("Warning: ")]
    assert len(warnings) == 2
    assert "column 'age': 1 missing cell filled in by" in warnings[0]
    assert "column 'town': 1 row of categories that the training data do not have, such as 'z'" in warnings[1]
    assert "Error: new.csv, row 3 (line 4), column 'age' holds 'old'" in result.stderr
    assert "this row could not be predicted, and has an empty place" in result.stderr


def test_several_rows_that_cannot_be_predicted(whence, run):
    Path("new.csv").write_text("town,age\na,old\nb,older\nc,3\n")
    said = whence("predict", run, "new.csv", code=1).stderr
    assert "this row and 1 more row could not be predicted, and have empty places" in said


def test_empty_places_in_other_formats(whence, run):
    Path("new.csv").write_text("town,age\na,old\nb,3\n")
    as_json = json.loads(whence("predict", run, "new.csv", "--json", code=1).stdout)["predictions"]
    assert as_json[0] == {
        "file": "new.csv", "row": 1, "class": None, "probability": None, "probabilities": {"0": None, "1": None},
    }  # fmt: skip
    assert as_json[1]["class"] in ("0", "1")
    assert whence("predict", run, "new.csv", "--csv", code=1).stdout.splitlines()[1] == "new.csv,1,,,,"


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (
            "z,3",
            "categories that the training data do not have, such as 'z', which count as none of the known, which --",
        ),
        ("a,", "1 missing cell filled in by"),
        ("a,old", "column 'age' holds 'old'"),
    ],
)
def test_strict_refuses_all_of_them(whence, run, rows, message):
    Path("new.csv").write_text(f"town,age\n{rows}\n")
    result = whence("predict", run, "new.csv", "--strict", code=1)
    assert message in result.stderr
    assert result.stdout == ""


def test_several_targets(whence):
    rows = [f"{a},{b},{a + b},{a - b}" for a in range(6) for b in range(5)]
    Path("sums.csv").write_text("\n".join(["a,b,sum,diff", *rows]))
    said = whence("train", "sums.csv", "--target", "sum", "--target", "diff", "-m", 1, "--out", "run").stdout
    assert "of 2 inputs, 2 outputs" in said
    Path("new.csv").write_text("a,b\n1,2\n")
    predictions = json.loads(whence("predict", "run", "new.csv", "--json").stdout)["predictions"]
    assert list(predictions[0]["prediction"]) == ["sum", "diff"]
    header = whence("predict", "run", "new.csv", "--csv").stdout.splitlines()[0]
    assert header == "file,row,prediction of sum,prediction of diff"
    said = whence("evaluate", "run", "sums.csv").stdout
    assert "sample  true sum  true diff  predicted sum  predicted diff" in said
    assert [line.split()[0] for line in said.splitlines() if line.startswith(("target ", "sum ", "diff "))] == [
        "target", "sum", "diff",
    ]  # fmt: skip
    targets = json.loads(whence("evaluate", "run", "sums.csv", "--json").stdout)["targets"]
    assert list(targets) == ["sum", "diff"]
    assert list(targets["sum"]) == ["mae", "rmse", "r2"]
    whence("train", "--config", "run/config.toml", "-m", 1, "--out", "again", "--quiet")


def test_an_evaluation_warns_of_strange_rows(whence, run):
    Path("new.csv").write_text("id,town,age,survived\n1,z,3,1\n2,a,4,0\n")
    assert "Warning: new.csv, column 'town': 1 row of categories" in whence("evaluate", run, "new.csv").stderr


def test_a_table_without_names_has_to_be_as_wide_as_that_of_the_training(whence):
    Path("a.csv").write_text("\n".join(f"{i / 7:.3f},{i % 5},{i % 3}" for i in range(60)))
    whence("train", "a.csv", "-m", 1, "--out", "run", "--quiet")
    Path("wide.csv").write_text("9,1.5,2,1\n9,2.5,3,1\n")
    refused = whence("predict", "run", "wide.csv", code=1).stderr
    assert "wide.csv has 4 columns without names, but the training table had 3, so which is which" in refused
    Path("narrow.csv").write_text("1.5,2\n2.5,3\n")
    said = whence("predict", "run", "narrow.csv").stderr
    assert "its 2 columns are taken for the first of the 3 of the training table" in said
    Path("same.csv").write_text("1.5,2,1\n2.5,3,0\n")
    assert "Warning" not in whence("predict", "run", "same.csv").stderr


@pytest.mark.usefixtures("drawn")
@one_of("name", ["titanic", "flights", "mpg", "penguins", "taxis", "tips"])
def test_real_tables_train_by_the_obvious_command(whence, shared_data, name):
    import os

    path = Path(os.environ["WHENCE_DATA"]) / "tables" / f"{name}.csv"
    said = whence("train", path, "-m", 1, "--out", "run").stdout
    assert " target " in said
