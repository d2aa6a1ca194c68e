"""``whence export --to numpy|r|c|javascript``: programs as a user runs them, and where the command must refuse."""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from exhaustive import one_of, one_of_each
from whence.data import load
from whence.interop.programs.in_numpy import formula as numpy_formula
from whence.training import load_model

TABLE = '''age,kind,wage
31,cook,10
,Clerk,12.5
45,"cook, ""chief""",11
29,,9
52,guard,14
38,clerk,13
27,guard,8.5
61,cook,15
'''


@pytest.fixture
def wages(whence, once):
    """A run on a table with numbers, categories with odd names and missing cells."""

    def make():
        Path("wages.csv").write_text(TABLE, encoding="utf-8")
        options = ("--target", "wage", "--missing", "indicator", "-s", 4, "-m", 2, "--validation", 0)
        whence("train", "wages.csv", *options, "--out", "run", "--quiet")

    once("wages of programs", make)
    return "run"


LANGUAGES = ["numpy", "r", "c", "javascript"]
in_one_language = one_of("language", LANGUAGES)
TOOLS = {"numpy": sys.executable, "r": "Rscript", "c": "gcc", "javascript": "node"}
FILES = {"numpy": "model.py", "r": "model.R", "c": "model.c", "javascript": "model.mjs"}


@pytest.fixture
def answers(whence):
    """Export a run, and return the rows that the program prints for a text on standard input, without the header."""

    def run(language, given, *options):
        if shutil.which(TOOLS[language]) is None:
            pytest.skip(f"{TOOLS[language]} is not installed")
        whence("export", "run", "--to", language, *options)
        command = [TOOLS[language], f"run/{FILES[language]}"]
        if language == "c":
            subprocess.run(["gcc", "-std=c99", "-o", "model", "run/model.c", "-lm"], check=True)
            command = ["./model"]
        done = subprocess.run(command, input=given, capture_output=True, encoding="utf-8", check=True)
        assert not done.stderr
        return [*csv.reader(done.stdout.splitlines())][1:]

    return run


def test_the_receipt_says_how_far_the_program_is_from_whence(whence, trained):
    said = json.loads(whence("export", trained, "--to", "numpy", "--json").stdout)
    assert said["inputs"] == 64
    assert said["difference"] < 1e-12
    assert 0 < said["difference_of_run"] < 1e-5
    assert "gives what whence gives, on 64 inputs of digits" in whence("export", trained, "--to", "numpy").stdout


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_program_reads_pictures_and_names_their_classes(answers, trained, language):
    images = load("digits").train.inputs[:5]
    rows = answers(language, "\n".join(" ".join(map(str, image.ravel())) for image in images) + "\n")
    model = load_model(trained)
    assert [row[0] for row in rows] == list(model.predict(images))
    found = np.array([row[1:] for row in rows], float)
    np.testing.assert_allclose(found, model.probabilities(images), rtol=0, atol=1e-5)


@in_one_language
@pytest.mark.filterwarnings("ignore::whence.errors.DataWarning")  # that missing cells are filled in
def test_a_program_reads_a_table_as_whence_does(answers, wages, language):
    found = np.array(answers(language, TABLE), float)
    np.testing.assert_allclose(found, load_model(wages).predict("wages.csv"), rtol=1e-5)


@pytest.mark.filterwarnings("ignore::whence.errors.DataWarning")
def test_c_reads_a_table_as_spreadsheets_write_it(answers, wages):
    given = f"\N{BYTE ORDER MARK}{TABLE}".replace("\n", "\r\n")
    assert answers("c", given) == answers("c", TABLE)


@pytest.mark.filterwarnings("ignore::whence.errors.DataWarning")
def test_a_file_in_r_may_have_any_name_that_ends_so(whence, wages):
    for name in ("mine.R", "mine.r"):
        whence("export", wages, "--to", "r", "-o", name)
        assert Path(name).is_file()


@in_one_language
def test_a_cell_of_a_picture_that_is_no_number_is_refused(answers, trained, language):
    with pytest.raises(subprocess.CalledProcessError) as error:
        answers(language, " ".join(["0"] * 63 + ["x"]) + "\n")
    assert re.search("no number|could not convert|must have 64 numbers", error.value.stderr)


MISFITS = [
    ("", "no lines|header|lacks the columns"),
    ("age,wage\n31,10\n", "header|lacks the columns kind"),
    ("age,kind\n31,cook\n31\n", "fewer cells|another number of cells|did not have"),
    ("age,kind\n31,cook,10\n", "more cells|another number of cells|did not have"),
    ('age,kind\n"1,023",cook\n', "row 1.*the cell 1,023 (of column age )?is no number"),
    ("age,kind\n31,cook\n0x10,cook\n", "row 2.*the cell 0x10 (of column age )?is no number"),
    ("age,kind\n31,cook\n1-2,cook\n", "row 2.*the cell 1-2 (of column age )?is no number"),
]
IN_TURN = [
    (LANGUAGES[(place + turn) % len(LANGUAGES)], *misfit)
    for turn in range(len(LANGUAGES))
    for place, misfit in enumerate(MISFITS)
]


@one_of_each(("language", "table", "said"), IN_TURN, lambda language, table, said: table)
@pytest.mark.filterwarnings("ignore::whence.errors.DataWarning")
def test_a_table_that_does_not_fit_is_refused(answers, wages, language, table, said):
    with pytest.raises(subprocess.CalledProcessError) as error:
        answers(language, table)
    assert re.search(said, error.value.stderr)
    assert "is no number" not in said or "column age" in error.value.stderr
    assert "TypeError" not in error.value.stderr and "Traceback" not in error.value.stderr


@in_one_language
def test_names_of_classes_may_be_anything(whence, answers, language):
    names = ['say "hi", you', "пять \\ 5%d", "if*/"]
    rows = "".join(f'{k % 3 + k / 100},"{names[k % 3].replace(chr(34), chr(34) * 2)}"\n' for k in range(30))
    Path("odd.csv").write_text(f"class*/,kind\n{rows}", encoding="utf-8")
    whence("train", "odd.csv", "--target", "kind", "-s", 4, "-m", 3, "--out", "run", "--quiet")
    found = [row[0] for row in answers(language, "class*/\n0\n1.1\n2.2\n")]
    assert set(found) <= set(names)
    assert found == list(load_model("run").predict({"class*/": [0, 1.1, 2.2]}))


def test_quantised_c_tells_what_it_costs(whence, trained, answers):
    if shutil.which("gcc") is None:
        pytest.skip("gcc is not installed")
    exact = json.loads(whence("export", trained, "--to", "c", "--json").stdout)
    said = json.loads(whence("export", trained, "--to", "c", "--quantise", "int8", "--json").stdout)
    memory, quality = said["remark"].split("; ")
    assert int(memory.split()[0].replace(",", "")) < 0.4 * int(exact["remark"].split()[0].replace(",", ""))
    assert quality.startswith("accuracy")
    assert abs(float(quality.split()[-2])) < 3
    images = load("digits").train.inputs[:20]
    rows = answers("c", "\n".join(" ".join(map(str, image.ravel())) for image in images), "--quantise", "int8")
    model = load_model(trained)
    np.testing.assert_allclose(np.array([row[1:] for row in rows], float), model.probabilities(images), atol=0.1)


def test_names_tell_variants_apart_and_a_new_training_removes_them(whence, monkeypatch):
    monkeypatch.setattr("shutil.which", lambda name: None)
    whence("train", "-m", 1, "-s", 4, "--out", "varied", "--quiet")
    for more in ([], ["--quantise", "int8"], ["--dtype", "float64"]):
        whence("export", "varied", "--to", "c", *more)
    assert {file.name for file in Path("varied").glob("*.c")} == {"model.c", "model_int8.c", "model_float64.c"}
    whence("train", "-m", 1, "-s", 4, "--out", "varied", "--quiet", "--force")
    assert not [*Path("varied").glob("*.c")]


def test_c_can_compute_in_double(whence, trained):
    if shutil.which("gcc") is None:
        pytest.skip("gcc is not installed")
    said = json.loads(whence("export", trained, "--to", "c", "--dtype", "float64", "--json").stdout)
    assert said["difference"] < 1e-12


def test_an_absent_interpreter_is_named(whence, trained, monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda tool: None)
    said = whence("export", trained, "--to", "r").stdout
    assert said.strip() == "run/model.R is written, but not run: no Rscript found"
    assert Path("run/model.R").is_file()


def test_no_file_stays_where_the_answers_differ(whence, trained, monkeypatch):
    monkeypatch.setitem(numpy_formula._CALLS, "max0", "np.maximum(0.1, {})")
    said = whence("export", trained, "--to", "numpy", code=1).stderr
    assert "the program's answers differ from whence's by up to" in said
    assert not list(Path("run").glob("*model.py*"))


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["--with-preprocessing"], 2, "--with-preprocessing is for --to onnx; a program in numpy always has"),
        (["-o", "model.txt"], 1, "model.txt"),
        (["--quantise", "int8"], 2, "--quantise is for --to c"),
        (["--dtype", "float32"], 2, "--dtype is for --to c"),
    ],
)
def test_what_does_not_fit_a_program_is_refused(whence, trained, arguments, code, message):
    assert message in whence("export", trained, "--to", "numpy", *arguments, code=code).stderr


SALES = "day,kind,sold\n" + "".join(
    f"2020-{month:02}-0{day},{'ab'[day % 2]},{day * month % 7 + 0.5}\n" for month in range(1, 13) for day in range(1, 4)
)


@in_one_language
def test_a_program_reads_dates_as_whence_does(whence, answers, language):
    Path("days.csv").write_text(SALES, encoding="utf-8")
    whence("train", "days.csv", "--target", "sold", "-m", 3, "-s", 4, "--out", "run", "--quiet")
    found = np.array(answers(language, SALES), float)
    np.testing.assert_allclose(found, load_model("run").predict("days.csv"), rtol=1e-5)


@in_one_language
def test_what_is_no_date_is_refused_with_its_row(whence, answers, language):
    Path("days.csv").write_text(SALES, encoding="utf-8")
    whence("train", "days.csv", "--target", "sold", "-m", 1, "-s", 2, "--out", "run", "--quiet")
    for cell in ("2020-02-30", "1.2.2020"):
        with pytest.raises(subprocess.CalledProcessError) as error:
            answers(language, f"day,kind\n2020-01-01,a\n{cell},b\n")
        assert re.search("row 2.*column day.* is no date|row 2, column day: the cell .* is no date", said(error))


def said(error):
    """What a program said on standard error, which must not be of its language."""
    assert "Traceback" not in error.value.stderr and "TypeError" not in error.value.stderr
    return error.value.stderr


@pytest.fixture
def series(whence):
    """A run on a time series with a column of dates, and predictions of two rows."""
    Path("days.csv").write_text(SALES, encoding="utf-8")
    options = ("--window", 4, "--horizon", 2, "--target", "sold", "--difference", 2, "-m", 2, "-s", 4)
    whence("train", "days.csv", *options, "--out", "run", "--quiet")
    return "run"


@in_one_language
@pytest.mark.filterwarnings("ignore::whence.errors.DataWarning")  # that steps from row to row differ
def test_a_program_reads_the_windows_of_a_series(answers, series, language):
    found = np.array(answers(language, SALES), float)
    assert found.shape == (33, 2)
    np.testing.assert_allclose(found, load_model(series).predict("days.csv"), rtol=1e-4, atol=1e-5)


@one_of("language", ["numpy", "r", "javascript"])
@pytest.mark.filterwarnings("ignore::whence.errors.DataWarning")
def test_the_rows_of_a_series_are_brought_into_order(answers, series, language):
    header, *rows = SALES.splitlines()
    given = "\n".join([header, *rows[20:], *rows[:20]]) + "\n"
    np.testing.assert_array_equal(np.array(answers(language, given)), np.array(answers(language, SALES)))


@one_of(
    ("rows", "message"),
    [
        (["2020-01-02,a,1", "2020-01-01,a,1"], "row 2, column day: the rows are not in the order of their dates"),
        (["2020-01-02,a,1"] * 3, "the table has fewer rows than a window of 4"),
        ([",a,1"], "row 1, column day: the cell has no value"),
    ],
)
@pytest.mark.filterwarnings("ignore::whence.errors.DataWarning")
def test_c_says_what_a_series_lacks(answers, series, rows, message):
    for end in ("\n", ""):
        with pytest.raises(subprocess.CalledProcessError) as error:
            answers("c", "\n".join(["day,kind,sold", *rows]) + end)
        assert message in said(error)


@one_of("language", ["numpy", "r", "javascript"])
@pytest.mark.filterwarnings("ignore::whence.errors.DataWarning")
def test_a_series_of_too_few_rows_is_refused(answers, series, language):
    with pytest.raises(subprocess.CalledProcessError) as error:
        answers(language, "\n".join(SALES.splitlines()[:4]))
    assert "the table has 3 rows, fewer than a window of 4" in said(error)


VERSE = "Ein Männlein steht im Walde\nganz still und stumm\n" * 30


@in_one_language
def test_a_program_reads_a_text(whence, answers, language):
    Path("verse.txt").write_text(VERSE, encoding="utf-8")
    options = ("--window", 16, "--arch", "embed 3, lstm 4, linear", "-m", 1, "--out", "run", "--quiet")
    whence("train", "text", "verse.txt", *options)
    model, text = load_model("run"), VERSE[:16]
    rows = answers(language, text.replace("\n", "\r\n"))
    expected = model.probabilities(model.preprocessing.vocabulary.encode(text)[np.newaxis])[0]
    np.testing.assert_allclose(np.array([row[1:] for row in rows], float), expected, rtol=0, atol=1e-6)
    assert [row[0] for row in rows] == [model.classes[place] for place in expected.argmax(axis=-1)]
    for given, message in [("Ein Öl", "does not know"), ("", "" if language == "c" else "no text")]:
        if message:
            with pytest.raises(subprocess.CalledProcessError) as error:
                answers(language, given)
            assert message in said(error)


def test_titanic_is_predicted_as_evaluate_finds(whence, answers, shared_data):
    table = Path(os.environ["WHENCE_DATA"], "tables", "titanic.csv")
    options = ("--target", "survived", "--drop", "alive", "-s", 8, "-m", 2, "--out", "run", "--quiet")
    whence("train", table, *options)
    rows = answers("numpy", table.read_text(encoding="utf-8"))
    survived = [line.split(",")[0] for line in table.read_text(encoding="utf-8").splitlines()[1:]]
    found = json.loads(whence("evaluate", "run", table, "--json").stdout)
    right = np.mean([row[0] == truth for row, truth in zip(rows, survived, strict=True)])
    assert right == pytest.approx(found["all_accuracy"], abs=1e-4)


PUBLISHED = "a,b,c,d,y\n1,0,1,0,1\n1,0,1,1,1\n0,1,0,1,0\n"


@pytest.mark.parametrize(("language", "file"), [("numpy", "training.py"), ("r", "training.R")])
def test_the_training_of_a_run_is_written_step_by_step(whence, language, file):
    Path("three.csv").write_text(PUBLISHED, encoding="utf-8")
    options = (
        "--target",
        "y",
        "--task",
        "regression",
        "--arch",
        "linear 3, sigmoid, linear 1, sigmoid",
        "--loss",
        "sse",
    )
    whence(
        "train", "three.csv", *options, "--validation", 0, "--test", 0, "-l", 0.1, "-m", 2, "--out", "run", "--quiet"
    )
    said = whence("export", "run", "--to", language, "--training", 200).stdout
    assert f"run/{file}" in said
    assert ("on 3 of 3 samples of three" in said) == (shutil.which(TOOLS[language]) is not None)
    assert "# Step 12: the new biases" in Path("run", file).read_text(encoding="utf-8")


def test_a_training_loop_is_refused_in_other_languages(whence, trained):
    said = whence("export", trained, "--to", "c", "--training", 2, code=2).stderr
    assert "--training is for --to numpy and --to r" in said


def test_the_documentation_shows_the_receipt_as_it_is(whence, trained):
    if shutil.which("gcc") is None:
        pytest.skip("gcc is not installed")
    docs = (Path(__file__).parents[2] / "docs" / "programs.md").read_text(encoding="utf-8")
    header = " ".join(whence("export", trained, "--to", "c").stdout.splitlines()[2].split())
    assert header in " ".join(docs.split())
