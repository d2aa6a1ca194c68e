"""``whence history RUN --suspects``: probably wrong labels, in the terminal, as a table and as pictures."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from whence.data import load


@pytest.fixture
def exchanged(whence, once):
    """The folder of a run on digits of which ten have wrong labels: numbers 0, 50, 100 and so on."""

    def make():
        digits = load("digits").train.take(slice(500))
        targets = digits.targets.copy()
        targets[::50] = (targets[::50] + 3) % 10
        np.savez("digits.npz", x_train=digits.inputs, y_train=targets)
        options = ["--validation", 0, "--test", 0, "-s", 16, "-l", 0.3, "-m", 10, "--out", "run", "--quiet"]
        whence("train", "digits.npz", *options)

    once("exchanged", make)
    return "run"


def test_wrong_labels_are_listed_with_the_right_ones(whence, exchanged):
    found = json.loads(whence("history", exchanged, "--suspects", "--count", 14, "--json").stdout)
    assert len(found) == 14
    wrong = [each for each in found if each["sample"] % 50 == 0]
    assert len(wrong) >= 9
    assert sum((int(each["rather"]) + 3) % 10 == int(each["target"]) for each in wrong) >= 8
    for each in found:
        assert each["first"] + each["others"] + each["own"] == pytest.approx(each["last"])


def test_the_text_says_what_is_shown_of_each(whence, exchanged):
    said = whence("history", exchanged, "--suspects", "--count", 3).stdout
    assert said.startswith("The most suspect of 500 training samples")
    header, _, *rows = said.splitlines()[2:7]
    assert header.split("  ") == [
        "sample",
        "target",
        "rather",
        "when met",
        "at first",
        "by others",
        "by itself",
        "at the end",
    ]
    assert len(rows) == 3
    assert "\nPerhaps wrong: " in said


@pytest.mark.parametrize(("language", "words"), [("ru", "от себя"), ("zh", "由自身")])
def test_other_languages(whence, exchanged, language, words):
    said = whence("history", exchanged, "--suspects", "--language", language).stdout
    assert words in said and "sample" not in said


def test_they_are_written_as_a_table_and_as_pictures(whence, exchanged, rendered):
    said = whence("history", exchanged, "--suspects", "--count", 12, "-o", "s.csv", "--save", "s.png").stdout
    assert "s.csv: 12 samples\ns.png: 12 samples\n" in said
    with Path("s.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [*rows[0]] == ["sample", "target", "rather", "met", "first", "others", "own", "last"]
    assert len(rows) == 12
    with Image.open("s.png") as image:
        assert image.format == "PNG"


def test_rows_of_a_table_are_named_and_numbers_too_large_for_the_rest_are_found(whence):
    rng = np.random.default_rng(3)
    x = rng.normal(size=(60, 2)).round(3)
    y = (x.sum(1) + 10 * (np.arange(60) == 7)).round(3)
    lines = [f"{a},{b},{c}" for (a, b), c in zip(x, y, strict=True)]
    Path("sums.csv").write_text("\n".join(["a,b,sum", *lines]))
    options = ["--validation", 0, "--test", 0, "--quiet", "-m", 20, "--out", "run"]
    whence("train", "sums.csv", "--target", "sum", *options)
    (found,) = json.loads(whence("history", "run", "--suspects", "--count", 1, "--json").stdout)
    assert found["place"] == "sums.csv, row 8 (line 9)"
    assert found["target"] == y[7]
    assert "--save draws images" in whence("history", "run", "--suspects", "--save", "s.png", code=1).stderr


def test_a_text_has_no_labels_that_could_be_wrong(whence):
    Path("rhyme.txt").write_text("the cat sat on the mat.\n" * 30, encoding="utf-8")
    options = ["--arch", "embed 2, linear", "-b", 4, "--window", 16, "-m", 1, "--quiet", "--out", "run"]
    whence("train", "text", "rhyme.txt", *options)
    said = whence("history", "run", "--suspects", code=1).stderr
    assert "run was trained on a text, of which no part has a label of its own" in said


@pytest.mark.parametrize(
    ("more", "code", "said"),
    [
        (["-o", "s.txt"], 2, "s.txt ends in .txt, which cannot be written here"),
        (["--save", "s.gif"], 2, "s.gif ends in .gif, which cannot be written here"),
        (["--save", "none/s.png"], 1, "there is no folder none"),
    ],
)
def test_wrong_options(whence, trained, more, code, said):
    assert said in whence("history", trained, "--suspects", *more, code=code).stderr
