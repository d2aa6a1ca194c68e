import re

import numpy as np
import pytest

from whence.history import Biography, PredictionBiography, Suspects
from whence.views.notebook import biography_html, prediction_html, suspects_html


@pytest.fixture
def life():
    cells = tuple(f"W1[{number},0]" for number in range(22))
    one, each = np.ones(22), np.full((3, 22), 0.25)
    clipping = 1, -0.125 * one
    rest = 1e-9 * one, 1e-10 * one
    return Biography(cells, 5, 2 * one, -0.5 * one, each, each, {}, *rest, 2.25 * one, *clipping, False, False)


def test_a_biography_is_a_table_with_a_row_for_each_parameter(life):
    table = life._repr_html_()
    assert table == biography_html(life)
    assert table.count("<tr>") == 1 + 20 + 1
    numbers = "".join(f"<td>{number}</td>" for number in ("2", "0.875", "−0.125", "−0.5", "1e−9", "1e−10", "2.25"))
    assert f'<th style="text-align: left">W1[3,0]</th>{numbers}' in table
    assert "first value" in table


@pytest.mark.parametrize(("language", "words"), [("ru", "начальное значение"), ("zh", "初始值")])
def test_other_languages(life, language, words):
    assert words in biography_html(life, language=language)


@pytest.fixture
def prediction():
    samples = np.array([0.5, -0.25, 0.0, 1.0])
    return PredictionBiography(
        "z2[0,7]", np.array([0.5, 2.25]), samples, np.ones(1), 0.25, 0.0, 0.25, 0, False, False
    )  # fmt: skip


def test_the_biography_of_a_prediction_is_its_parts_and_the_samples_that_did_most(prediction):
    shown = prediction._repr_html_()
    assert shown == prediction_html(prediction)
    cells = re.findall(r"<t[hd][^>]*>([^<]*)", shown)
    assert cells[1] == "z2[0,7]"
    numbers = [cell for cell in cells if re.fullmatch(r"[−0-9.]+", cell)]
    assert numbers == ["0.5", "1.25", "0.25", "0", "0.25", "2.25", "1", "0.5", "−0.25"]
    assert [cell for cell in cells if cell.startswith("sample ")] == ["sample 3", "sample 0", "sample 1"]


@pytest.mark.parametrize(("language", "words"), [("ru", "начальное значение"), ("zh", "初始值")])
def test_other_languages_of_a_prediction(prediction, language, words):
    assert words in prediction_html(prediction, language=language)


@pytest.fixture
def found():
    """Three samples, of which the second is the most suspect and the third was in no batch."""
    losses = {"first": [2.0, 2.25, 2.0], "own": [-0.5, -1.0, 0.0], "others": [-1.0, 2.0, 0.0], "last": [0.5, 3.25, 2.0]}
    arrays = {name: np.array(values) for name, values in losses.items()}
    return Suspects(**arrays, met=np.array([0.75, 3.5, np.nan]), said=np.zeros((3, 2)), given_scales=True)


def test_suspects_are_a_table_with_the_most_suspect_first(found):
    shown = found._repr_html_()
    assert shown == suspects_html(found)
    cells = re.findall(r"<t[hd][^>]*>([^<]*)", shown)
    assert cells[6:] == ["1", "3.5", "2.25", "2", "−1", "3.25", "0", "0.75", "2", "−1", "−0.5", "0.5"]
    assert "The most suspect of 2 training samples" in shown and "divides by what it keeps" in shown
    assert suspects_html(found, count=1).count("<tr>") == 2


@pytest.mark.parametrize(("language", "words"), [("ru", "пример"), ("zh", "样本")])
def test_other_languages_of_suspects(found, language, words):
    assert words in suspects_html(found, language=language)
