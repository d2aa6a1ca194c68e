"""The page of an exercise: blanks that nothing gives away, answers that are checked, hints, and the key."""

from __future__ import annotations

import numpy as np
import pytest

from whence.formula.cell import cell_name
from whence.nn import CrossEntropy, Linear, ReLU, Sequential
from whence.optim import SGD
from whence.trace import trace
from whence.views.exercise import make_exercise
from whence.views.page import page_html, write_page

from .driving import GO, address, go, load

EVERY_ARRAY = f"""async (cells) => {{
    const [seen, go] = [[], {GO}];
    for (const cell of cells) {{
        await go(cell);
        seen.push(document.documentElement.outerHTML);
    }}
    return seen.join();
}}"""


@pytest.fixture(scope="module")
def exercise():
    rng = np.random.default_rng(0)
    net = Sequential(Linear(2, 3), ReLU(), Linear(3, 2), dtype="float64", seed=1)
    return make_exercise([trace(net, CrossEntropy(), SGD(0.1), rng.normal(size=(3, 2)), np.array([0, 1, 1]))], 4)


@pytest.fixture
def open_exercise(watched, tmp_path, exercise):
    def opened(preferences=None, **options):
        write_page(tmp_path / "page.html", exercise.trace, exercise=exercise, **options)
        tab = watched()
        load(tab, address(tmp_path / "page.html", preferences=preferences))
        return tab

    return opened


def enter(tab, number):
    tab.fill("#answer", number)
    tab.click("[data-key=check]")


def test_the_page_and_its_file_show_no_answer(open_exercise, exercise):
    tab = open_exercise({"decimals": 8})
    cells = [f"{name}[{','.join('0' * array.ndim)}]" if array.ndim else name for name, array in exercise.trace.items()]
    seen = tab.evaluate(EVERY_ARRAY, cells).replace("−", "-")
    file = page_html(exercise.trace, exercise=exercise)
    assert f"{exercise.trace['W1'][0, 0]:.8f}" in seen, "other numbers are shown with as many digits"
    for answer in exercise.answers:
        text = f"{abs(answer):.7f}"[:-1]
        assert text not in seen, seen[seen.find(text) - 300 : seen.find(text) + 50]
        assert f"{abs(answer):.7f}"[:-1] not in file


def test_the_loss_and_the_prediction_in_sight_are_unknown_too(open_exercise, exercise):
    tab = open_exercise()
    sample, _ = next(index for name, index in exercise.blanks if name == "z1")
    assert "loss ?" in tab.text_content("#outcome")
    item = tab.query_selector_all("#outcome li")[sample]
    assert "?" in item.text_content() and not set("✓✗") & set(item.text_content())


def test_nothing_can_be_changed_since_what_follows_would_give_it_away(open_exercise):
    tab = open_exercise()
    go(tab, "W1[0,0]")
    assert tab.query_selector("#edit") is None


@pytest.mark.exhaustive
def test_all_answers_as_they_are_shown_are_right_in_order(open_exercise, exercise):
    tab = open_exercise()
    for place, answer in enumerate(exercise.answers):
        assert tab.text_content("#equation .result") == "?"
        enter(tab, f"{answer:.3f}".replace(".", ","))
        assert "Right." in tab.text_content("#below")
        assert f"{place + 1} of {len(exercise.answers)} found" in tab.text_content("#exercise")
        assert tab.text_content("#equation .result") != "?"
        if place + 1 < len(exercise.answers):
            tab.click("[data-key=next]")
    assert "All cells are found." in tab.text_content("#below")


def test_a_wrong_answer_may_ask_for_the_formula_with_its_numbers(open_exercise):
    tab = open_exercise()
    assert tab.query_selector("#equation a") is None
    enter(tab, "77")
    assert "Not right yet." in tab.text_content("#below") and "✗" in tab.text_content("#exercise")
    assert tab.text_content("#equation .result") == "?"
    tab.click("[data-key=hint]")
    assert len(tab.query_selector_all("#equation a")) >= 3
    assert tab.text_content("#equation .result") == "?"


@pytest.mark.parametrize("wrong", [0.0021, -0.0021])
def test_more_than_one_in_the_last_decimal_is_wrong(open_exercise, exercise, wrong):
    tab = open_exercise()
    enter(tab, f"{exercise.answers[0] + wrong:.4f}")
    assert "±0.001" in tab.text_content("#below") and "Not right yet." in tab.text_content("#below")


@pytest.mark.exhaustive
def test_what_follows_from_a_blank_shows_when_it_can_be_computed(open_exercise, exercise):
    tab = open_exercise()
    sample, _ = next(index for name, index in exercise.blanks if name == "z1")
    following = ("M", (sample,))
    for blank, answer in zip(exercise.blanks, exercise.answers, strict=True):
        assert result_at(tab, following) == result_at(tab, ("dW2", (0, 0))) == "?"
        assert result_at(tab, blank) == "?"
        enter(tab, f"{answer:.3f}")
        if blank[0] == "z2":
            break
    assert result_at(tab, following) != "?"
    assert result_at(tab, ("loss", ())) == "?", "it is asked for"


def result_at(tab, cell):
    """Go to a cell, and return what stands for its number."""
    go(tab, cell_name(*cell))
    return tab.text_content("#equation .result")


def test_the_key_has_every_number_and_asks_for_none(open_exercise, exercise):
    tab = open_exercise(solved=True)
    assert tab.text_content("#equation .result") != "?"
    assert "key" in tab.text_content("#exercise") and tab.query_selector("#answer") is None
    assert len(tab.query_selector_all("#exercise a")) == len(exercise.blanks)


def test_answers_are_still_there_when_the_page_is_loaded_anew(open_exercise, exercise):
    tab = open_exercise()
    enter(tab, repr(float(exercise.answers[0])))
    assert tab.locator(".verdict.right").count() == 1
    load(tab)
    assert tab.locator(".verdict.right").count() == 1
