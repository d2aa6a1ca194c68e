import numpy as np
import pandas as pd
import pytest

from whence.data.tables.roles.numerals import PLAIN, Numerals, numerals_of


def series(*texts):
    return pd.Series(texts, dtype=object)


@pytest.mark.parametrize(
    ("texts", "numbers"),
    [
        (["1,023", "12,000,000", "5"], [1023, 12_000_000, 5]),
        (["$1,023.50", "-$3", "$-4"], [1023.5, -3, -4]),
        (["17%", "3.5 %"], [17, 3.5]),
        (["1.234,56", "3", "-0,5"], [1234.56, 3, -0.5]),
        (["€ 3", "€ 12.5"], [3, 12.5]),
        (["3 €", "1 €"], [3, 1]),
        (["USD 5", "USD 6"], [5, 6]),
        (["1 023", "5"], [1023, 5]),
        (["1\u00a0023,5", "2"], [1023.5, 2]),
        (["1'000", "5"], [1000, 5]),
        (["(1,023)", "4,000"], [-1023, 4000]),
        (["\u22125", "6"], [-5, 6]),
        (["36 months", "60 months"], [36, 60]),
        (["1,23,456", "2,000"], [123456, 2000]),
        (["0,123", "1,456"], [0.123, 1.456]),
        (["1e5", "2,5"], [1e5, 2.5]),
    ],
)
def test_numbers_as_people_write_them(texts, numbers):
    cells = series(*texts)
    assert numerals_of(cells)[0].read(cells).tolist() == numbers


@pytest.mark.parametrize(
    "text", ["a", "Q1", "3+", "12:30", "1_000", "inf", "nan", "192.168.1.1", "5kg", "1-2", "", "."]
)
def test_what_is_no_number(text):
    cells = series(text, "2")
    assert np.isnan(numerals_of(cells)[0].read(cells)).tolist() == [True, False]


def test_missing_cells_stay_missing():
    assert np.isnan(PLAIN.read(series("1", None, np.nan))).tolist() == [False, True, True]


def test_one_column_has_one_unit():
    cells = series("$3", "€4", "5")
    numerals, _ = numerals_of(cells)
    assert numerals.read(cells)[[0, 2]].tolist() == [3, 5]
    assert np.isnan(numerals.read(cells)[1])


@pytest.mark.parametrize(
    ("texts", "is_ambiguous"),
    [(["1,023", "2,000"], True), (["1,023", "2,000.5"], False), (["1,02", "3"], False), (["€ 1.234"], True)],
)
def test_numbers_that_could_be_others_are_told(texts, is_ambiguous):
    assert numerals_of(series(*texts))[1] is is_ambiguous


def test_new_numbers_are_read_by_the_convention_that_was_learned():
    assert Numerals(".", ",").read(series("1.000", "2,5", "1,000.5")).tolist()[:2] == [1000, 2.5]
    assert np.isnan(Numerals(".", ",").read(series("1,000.5"))).all()


def test_the_marks_of_the_file_decide_what_a_dot_is():
    cells = series("263", "1.343", "2.462.500")
    assert numerals_of(cells, ",")[0].read(cells).tolist() == [263, 1343, 2462500]
    some = series("263", "1.343")
    assert numerals_of(some, ",")[0].read(some).tolist() == [263, 1343]
    assert numerals_of(some, ".")[0].read(some).tolist() == [263, 1.343]
