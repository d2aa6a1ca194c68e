import numpy as np
import pandas as pd
import pytest

from whence.data.tables.columns import CategoryColumn, DateColumn, NumberColumn
from whence.data.tables.roles.numerals import Numerals
from whence.errors import DataError


def series(*texts):
    return pd.Series(texts, dtype=object)


def encoded(column, cells):
    out = np.full((len(cells), len(column.inputs)), 9.0)
    filled, wrong = column.encode(cells, out)
    return out, filled.tolist(), wrong.tolist()


def test_numbers_are_one_input():
    out, filled, wrong = encoded(NumberColumn("x", fill=5.0), pd.Series([1.5, np.nan, np.inf]))
    assert out[:, 0].tolist() == [1.5, 5, 5]
    assert (filled, wrong) == ([False, True, True], [False, False, False])


def test_numbers_as_texts_are_read_as_learned_and_strays_are_filled():
    column = NumberColumn("x", fill=0.0, strays=("unknown",), numerals=Numerals(",", ".", "$"))
    out, filled, wrong = encoded(column, series("$1,023", "unknown", "else", None))
    assert out[[0, 1, 3], 0].tolist() == [1023, 0, 0]
    assert (filled, wrong) == ([False, True, False, True], [False, False, True, False])


def test_without_a_fill_a_missing_cell_is_wrong():
    assert encoded(NumberColumn("x"), pd.Series([1.0, np.nan]))[1:] == ([False, False], [False, True])
    assert encoded(CategoryColumn("c", categories=("a",)), series("a", None))[1:] == ([False, False], [False, True])


def test_an_unknown_category_is_none_of_the_known():
    column = CategoryColumn("c", fill="b", categories=("a", "b"))
    assert column.inputs == ("c=a", "c=b")
    out, filled, wrong = encoded(column, series("a", "B", "z", None))
    assert out.tolist() == [[1, 0], [0, 1], [0, 0], [0, 1]]
    assert (filled, wrong) == ([False, False, False, True], [False] * 4)
    assert column.unseen(series("a", "B", "z", None)).tolist() == [False, False, True, False]


def test_categories_may_be_numbers_in_the_file():
    assert encoded(CategoryColumn("c", categories=("1", "2")), pd.Series([2.0, 1.0]))[0].tolist() == [[0, 1], [1, 0]]


def test_dates_are_days_and_places_in_cycles():
    column = DateColumn("when", fill=0.0, cycles=("week", "day"))
    assert column.inputs == ("when", *(f"when {part} of {c}" for c in ("week", "day") for part in ("sine", "cosine")))
    out, filled, wrong = encoded(column, series("1970-01-08T06:00", None, "soon"))
    assert out[0].tolist() == pytest.approx(
        [7.25, np.sin(np.pi / 14), np.cos(np.pi / 14), 1, 0], abs=1e-9
    )  # a quarter of a day after a whole week
    assert out[1].tolist() == [0, 0, 1, 0, 1]
    assert (filled, wrong) == ([False, True, False], [False, False, True])
    assert column.standardised == (True, False, False, False, False)


@pytest.mark.parametrize(
    ("number", "is_far"), [(-9999.0, True), (9.0, False), (30.0, False), (31.0, True), (np.nan, False)]
)
def test_a_number_outside_the_training_range_by_more_than_its_width_is_far(number, is_far):
    column = NumberColumn("x").fitted(pd.Series([10.0, 20.0, np.nan]), "drop")
    assert (column.fill, column.span) == (None, (10.0, 20.0))
    cells = pd.Series([number, 15.0])
    assert column.far(cells, encoded(column, cells)[0]).tolist() == [is_far, False]


def test_nothing_is_far_from_what_was_not_kept_or_is_a_category():
    for column in (NumberColumn("x"), CategoryColumn("x", categories=("1",)).fitted(series("1"), "error")):
        assert not column.far(series("9"), np.full((1, 1), 9.0)).any()


@pytest.mark.parametrize(
    ("column", "expected", "fill"),
    [
        (NumberColumn("x", fill=2 / 3, numerals=Numerals(",", ".", "km")), "numbers such as 1,234.5 km", "0.6667"),
        (DateColumn("x", fill=0.0, format="%d.%m.%Y"), "dates such as 31.12.2020", "01.01.1970"),
        (DateColumn("x", fill=100.0, format="quarter"), "dates such as 2020Q4", "1970Q2"),
        (DateColumn("x", fill=0.0, format="week"), "dates such as 2020-W53", "1970-W01"),
        (DateColumn("x", fill=0.0, format="excel"), "dates such as 44196", "25569"),
        (DateColumn("x", fill=0.0, format="ISO8601 or %d.%m.%Y"), "dates such as 2020-12-31", "1970-01-01"),
    ],
)
def test_what_is_expected_and_filled_in_is_told_as_it_is_written(column, expected, fill):
    assert (column.expected, column.fill_text) == (expected, fill)


@pytest.mark.parametrize(("way", "fill"), [("mean", 3.25), ("median", 2), ("most-frequent", 2), ("indicator", 3.25)])
def test_what_fills_missing_numbers(way, fill):
    column = NumberColumn("x").fitted(pd.Series([2.0, 2.0, 1.0, 8.0, np.nan]), way)
    assert column.fill == fill
    assert column.indicator is (way == "indicator")


def test_an_indicator_tells_what_was_missing():
    number = NumberColumn("x").fitted(pd.Series([2.0, np.nan]), "indicator")
    assert number.inputs == ("x", "x missing")
    assert encoded(number, pd.Series([np.nan, 4.0]))[0].tolist() == [[2, 1], [4, 0]]
    category = CategoryColumn("c", categories=("a", "b")).fitted(series("a", None), "indicator")
    assert category.inputs == ("c=a", "c=b", "c missing")
    assert encoded(category, series(None, "b"))[0].tolist() == [[0, 0, 1], [0, 1, 0]]
    whole = NumberColumn("x").fitted(pd.Series([1.0, 2.0]), "indicator")
    assert whole.inputs == ("x",)


def test_the_most_frequent_category_fills_the_first_in_order_if_several():
    column = CategoryColumn("c", categories=("a", "b", "c"))
    assert column.fitted(series("c", "b", "c", None), "mean").fill == "c"
    assert column.fitted(series("c", "b"), "median").fill == "b"


def test_a_column_of_only_missing_cells_cannot_be_filled():
    for column in (NumberColumn("x"), CategoryColumn("x", categories=("a",)), DateColumn("x")):
        with pytest.raises(DataError, match="column 'x' has only missing cells in the training samples"):
            column.fitted(series(None, None), "mean")
