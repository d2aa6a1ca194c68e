"""What a prediction is made of, as text: for tables and texts too, and over many epochs."""

from __future__ import annotations

import re

import numpy as np
import pytest

from whence.data import load
from whence.formula.digits import read_number
from whence.history import PredictionBiography
from whence.views.text import prediction_json, prediction_text
from whence.views.text.pictures import draw_pictures


def made(samples, epochs=1, **changed):
    shares = np.asarray(samples, np.float64)
    parts = np.array_split(shares, epochs)
    others = changed.get("decay", 0.0) + changed.get("statistics", 0.0) + 0.01
    values = np.array([0.5, 0.5 + shares.sum() + others])
    given = {"decay": 0.0, "statistics": 0.0, "unexplained": 0.01, "clipped": 0, "given_scales": False, "mixing": False}
    return PredictionBiography(
        "z2[0,1]", values, shares, np.array([part.sum() for part in parts]), **{**given, **changed}
    )


@pytest.fixture(scope="module")
def text_data(tmp_path_factory):
    path = tmp_path_factory.mktemp("text") / "text.txt"
    path.write_text("the quick brown fox jumps over the lazy dog. " * 12, encoding="utf-8")
    return load(f"text:{path}", window=8, validation=0, test=0)


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    path = tmp_path_factory.mktemp("table") / "flowers.csv"
    rows = [f"{n + 0.5},{'red' if n % 3 else 'blue'},{'rose' if n % 2 else 'iris'}" for n in range(20)]
    path.write_text("\n".join(["length,colour,kind", *rows]), encoding="utf-8")
    return load(path, validation=0, test=0)


def test_the_shown_parts_add_up(table):
    shares = np.linspace(-1, 2, len(table.train))
    said = prediction_text(made(shares, decay=-0.25, statistics=0.5), table, 3)
    head, parts, *_ = said.split("\n\n")
    numbers = [read_number(re.search(r"\s(−?\d[\d.]*)(\s+[█▏▎▍▌▋▊▉]+)?$", line)[1]) for line in parts.splitlines()]
    assert head.startswith("z2[0,1] of sample 3 (")
    assert len(numbers) == 5
    assert sum(numbers) == pytest.approx(0.5 + shares.sum() - 0.25 + 0.5 + 0.01, abs=1e-3)
    assert "Over time" not in said  # there is one epoch
    assert "⣿" not in said


def test_a_text_of_windows_of_one_character(tmp_path):
    path = tmp_path / "text.txt"
    path.write_text("abab" * 20, encoding="utf-8")
    data = load(f"text:{path}", window=1, validation=0, test=0)
    said = prediction_text(made(np.ones(len(data.train))), data, 3)
    assert re.match(r"z2\[0,1\] of sample 3 \([ab]\) = ", said)


def test_rows_of_a_table_have_the_names_of_columns(table):
    shares = np.zeros(len(table.train))
    shares[4] = 1.0
    said = prediction_text(made(shares), table, "new.csv")
    assert re.search(r"\n  sample 4 \((rose|iris)\)  1  █+\n\n  4  length \d+\.5, colour.(red|blue)$", said)


def test_samples_of_texts_have_their_context(text_data):
    shares = np.zeros(len(text_data.train))
    shares[0] = -1.0
    said = prediction_text(made(shares), text_data, 2)
    assert said.endswith("\n  sample 0  −1  ████████████████████████\n\n  0  'the quic'")
    assert "raised it most" not in said


@pytest.mark.parametrize(("language", "words"), [("en", "epochs 1 to 3"), ("ru", "эпохи 1–3"), ("zh", "第 1–3 轮")])
def test_many_epochs_are_told_in_spans(table, language, words):
    said = prediction_text(made(np.arange(len(table.train)), epochs=15), table, 0, language=language)
    spans = [line for line in said.splitlines() if re.match(r"  (epoch|эпох|第 )", line)]
    assert len(spans) == 10
    said = prediction_text(made(np.arange(len(table.train)), epochs=25), table, 0, language=language)
    assert words in said


def test_json_has_the_same_numbers(table):
    shares = np.linspace(-1, 2, len(table.train))
    found = prediction_json(made(shares, clipped=1, given_scales=True), table, terms=2)
    assert [each["sample"] for each in found["raised"]] == [len(shares) - 1, len(shares) - 2]
    assert [each["sample"] for each in found["lowered"]] == [0, 1]
    assert sum(found["classes"].values()) == pytest.approx(shares.sum())
    assert (found["clipped"], found["given_scales"]) == (1, True)


def test_a_picture_is_drawn_with_a_dot_for_each_bright_pixel():
    image = np.zeros((28, 28, 1), np.uint8)
    image[0, 0] = image[27, 27] = 200
    first, *_, last, caption = draw_pictures([image], ["12"])
    assert first[2] == "⠁"
    assert last[2 + 13] == "⢀"
    assert caption == "  12"


def test_a_large_picture_is_made_smaller():
    lines = draw_pictures([np.tile(np.arange(100.0)[:, None, None], (1, 60, 3))], ["a"])
    assert len(lines) <= 9
