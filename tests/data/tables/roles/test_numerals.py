import numpy as np
import pandas as pd
import pytest

from whence.data.tables.roles.numerals import PLAIN, Numerals, are_codes, numerals_of


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
        (["2.79D+02", "1.5d-01"], [279, 0.15]),
        (["144.38-", "1,000.00- EUR"], [-144.38, -1000]),
        (["1.234,56-", "3,00"], [-1234.56, 3]),
        (["25.6k", "1.2M", "900"], [25_600, 1_200_000, 900]),
        (["$1.5B", "$2M"], [1.5e9, 2e6]),
        (["4.6 kg", "940 g", "3kg"], [4.6, 0.94, 3]),
        (["1 m", "1 cm", "2km"], [1, 0.01, 2000]),
        (["90 min", "2 h"], [90, 120]),
        (["03:47:00", "1:02:03.5"], [13_620, 3723.5]),
        (["1:02:03", "47:10"], [3723, 2830]),
        (["12:30", "7:05"], [45_000, 25_500]),
        (["75:30", "7:05"], [4530, 425]),
        (["0 days 00:01:00", "2 days 03:47:00.5", "1 day, 0:00:01"], [60, 186_420.5, 86_401]),
    ],
)
def test_numbers_as_people_write_them(texts, numbers):
    cells = series(*texts)
    assert numerals_of(cells)[0].read(cells).tolist() == pytest.approx(numbers)


@pytest.mark.parametrize(
    "text",
    ["a", "Q1", "3+", "12:30", "1_000", "inf", "nan", "192.168.1.1", "1-2", "", "2-", "2.5-", "12D4", "5xy", "."],
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
    [
        (["1,023", "2,000"], True),
        (["1,023", "2,000.5"], False),
        (["1,02", "3"], False),
        (["€ 1.234"], True),
        (["81.257 km", "72,000 km"], True),
        (["81.257", "72,000", "1,234,567"], True),
        (["81.257", "1,072.125"], False),
        (["0.125", "1,234,567"], False),
    ],
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


@pytest.mark.parametrize(
    ("texts", "are"),
    [
        (["01067", "10115"], True),
        (["0", "10"], False),
        (["01", "1.5"], False),
        (["01", "A"], False),
        (["01", "12E4"], True),
        (["12E4"], False),
    ],
)
def test_digits_after_a_zero_are_codes(texts, are):
    assert are_codes(series(*texts, None)) is are


@pytest.mark.parametrize(
    ("numerals", "example"),
    [
        (PLAIN, "1234.5"),
        (Numerals(",", ".", "km"), "1,234.5 km"),
        (Numerals(".", ",", "$"), "$1.234,5"),
        (Numerals(unit="h:mm:ss"), "1:23:45"),
    ],
)
def test_an_example_of_how_numbers_are_written(numerals, example):
    assert numerals.example == example
    assert np.isfinite(numerals.number(example))
