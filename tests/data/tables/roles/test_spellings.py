import numpy as np
import pandas as pd
import pytest

from whence.data.tables.roles.spellings import as_text, as_texts, categories_of, category_indices


def series(*cells):
    return pd.Series(cells, dtype=object)


def test_whole_numbers_are_texts_without_a_fraction():
    assert as_texts(pd.Series([1.0, 2.5, None])).tolist()[:2] == ["1", "2.5"]
    assert as_texts(pd.Series([1, 2])).tolist() == ["1", "2"]
    assert as_texts(pd.Series([1e300])).tolist() == ["1e+300"]


@pytest.mark.parametrize(
    ("texts", "categories"),
    [
        (["True", "TRUE", "yes", "no", "False", "True"], {"True": ("True", "TRUE", "yes"), "False": ("False", "no")}),
        (["Male", "male", "male", "f"], {"male": ("male", "Male"), "f": ("f",)}),
        (["yes", "no", "no"], {"no": ("no",), "yes": ("yes",)}),
        (["N", "S", "no"], {"N": ("N",), "S": ("S",), "no": ("no",)}),
    ],
)
def test_spellings_of_one_category(texts, categories):
    assert categories_of(series(*texts)) == categories


def test_cells_are_known_by_any_spelling():
    assert category_indices(series("YES", "No", None, "maybe"), ("no", "yes")).tolist() == [1, 0, -1, -1]
    assert category_indices(series("male", "FEMALE"), ("female", "male")).tolist() == [1, 0]
    assert category_indices(series("no", "N"), ("E", "N")).tolist() == [-1, 1]


def test_a_spelling_of_two_categories_is_neither():
    assert category_indices(series("a", "A", "b"), ("A", "a", "B")).tolist() == [1, 0, 2]
    assert category_indices(series("é", "Ab"), ("AB", "aB")).tolist() == [-1, -1]


@pytest.mark.parametrize(("value", "text"), [(3.0, "3"), (-2.5, "-2.5"), (np.float64("inf"), "inf"), ("x", "x")])
def test_a_value_as_text(value, text):
    assert as_text(value) == text
