import datetime

import numpy as np
import pandas as pd
import pytest

from whence.data.tables.roles.dates import clashing_dates, cycles_of, date_format, days_of


def series(*cells):
    return pd.Series(cells, dtype=object)


@pytest.mark.parametrize(
    ("texts", "dates"),
    [
        (["2019-03-23 12:00:00", "2019-03-04 00:00:00"], ["2019-03-23T12", "2019-03-04"]),
        (["2019-03", "2019-04"], ["2019-03-01", "2019-04-01"]),
        (["2020-01-01T00:00:00Z", "2020-01-02T00:00:00Z"], ["2020-01-01", "2020-01-02"]),
        (["12/31/2019", "01/02/2020"], ["2019-12-31", "2020-01-02"]),
        (["31/12/2019", "01/02/2020"], ["2019-12-31", "2020-02-01"]),
        (["31.12.2020", "1.2.2021"], ["2020-12-31", "2021-02-01"]),
        (["Jan 2020", "Feb 2020"], ["2020-01-01", "2020-02-01"]),
        (["12-Jan-20", "1-Feb-21"], ["2020-01-12", "2021-02-01"]),
        (["March 3, 2020", "May 14, 2021"], ["2020-03-03", "2021-05-14"]),
        (["2000Q1", "2000Q4"], ["2000-01-01", "2000-10-01"]),
        (["Q2 2001", "Q3 2001"], ["2001-04-01", "2001-07-01"]),
        (["2020-W05", "2021W01"], ["2020-01-27", "2021-01-04"]),
        (["Jan-99", "Feb-05"], ["1999-01-01", "2005-02-01"]),
        (["2022-11-11", "12.11.2022"], ["2022-11-11", "2022-11-12"]),
        (["3/14/2019 6:00 PM", "3/15/2019 6:00 AM"], ["2019-03-14T18", "2019-03-15T06"]),
    ],
)
def test_dates_as_people_write_them(texts, dates):
    cells = series(*texts)
    form, _ = date_format(cells)
    days = np.array(dates, "datetime64[h]").astype(float) / 24
    assert days_of(cells, form).tolist() == pytest.approx(days.tolist())


@pytest.mark.parametrize("texts", [["January", "May"], ["12:30", "13:45"], ["a", "b"], ["3", "4"], ["1,023", "5.6"]])
def test_what_is_no_date(texts):
    assert date_format(series(*texts)) is None


def test_one_date_after_the_twelfth_decides_for_all():
    mostly_either = [f"{day:02d}/03/2019" for day in range(1, 13)] * 3
    assert date_format(series(*mostly_either)) == ("%m/%d/%Y", True)
    assert date_format(series(*mostly_either, "13/03/2019")) == ("%d/%m/%Y", False)


def test_whole_numbers_may_be_dates():
    cells = pd.Series([20190323, 20190404])
    assert date_format(cells) == ("%Y%m%d", False)
    assert np.diff(days_of(cells, "%Y%m%d")).tolist() == [12]
    assert date_format(pd.Series([1, 2, 3])) is None


@pytest.mark.parametrize(
    ("number", "form", "date"),
    [
        (44876, "excel", "2022-11-11"),
        (1_668_124_800, "unix", "2022-11-11"),
        (1_668_124_800_000, "unix-ms", "2022-11-11"),
    ],
)
def test_numbers_may_count_days_seconds_or_milliseconds(number, form, date):
    cells = pd.Series([number, number + 1])
    assert date_format(cells) == (form, False)
    assert days_of(cells, form)[0] == days_of(series(str(number)), form)[0] == days_of(series(date), "ISO8601")[0]


def test_a_cell_that_could_be_of_two_formats_is_not_read_by_either():
    cells = series("31/12/2019", "12/31/2019", "01/02/2020")
    assert date_format(cells) is None
    assert clashing_dates(cells) == ["12/31/2019", "31/12/2019"]
    assert clashing_dates(series("31/12/2019", "30/12/2019", "x")) == []


def test_a_column_in_several_formats_is_read_cell_by_cell():
    cells = series(
        *["2022-11-11"] * 3, "12/13/2022", "13.12.2022", None, *[f"2022-01-{day:02d}" for day in range(1, 9)]
    )
    form, ambiguous = date_format(cells)
    assert sorted(form.split(" or ")) == ["%d.%m.%Y", "%m/%d/%Y", "ISO8601"]
    assert not ambiguous
    assert np.isnan(days_of(cells, form)).sum() == 1


def test_a_time_has_its_own_zone_and_not_that_of_the_cell_before():
    cells = ("2020-01-05 10:20+05:00", "2020-01-05 10:20:30", "2020-01-05T10:20:30Z", "2020-01-05T10:20:30.5")
    seconds = (days_of(series(*cells), "ISO8601") - 18_266) * 86_400
    assert seconds == pytest.approx([5 * 3600 + 20 * 60, 37_230, 37_230, 37_230.5], abs=1e-4)


@pytest.mark.parametrize("form", ["ISO8601", "%d %b %Y", "ISO8601 or %d.%m.%Y"])
def test_the_moment_of_reading_is_no_date(form):
    assert np.isnan(days_of(series("now", "today"), form)).all()


@pytest.mark.parametrize("form", ["%d %b %Y", "%d %B %Y"])
def test_letters_that_only_match_those_of_a_month_are_no_date(form):
    assert np.isnan(days_of(series("1 ſep 2020", "1 Auguſt 2020", "1 Aprıl 2020", "1 APRİL 2020"), form)).all()


def test_compact_dates_have_eight_digits_whatever_holds_them():
    cells = series("20200105", datetime.date(2020, 1, 5), None, "2020111", "202011", "202001 5")
    assert days_of(cells, "%Y%m%d").tolist() == pytest.approx([18266.0] * 2 + [np.nan] * 4, nan_ok=True)
    assert days_of(pd.Series([20200105, np.nan, 2020111]), "%Y%m%d").tolist() == pytest.approx(
        [18266.0, np.nan, np.nan], nan_ok=True
    )


@pytest.mark.parametrize(("text", "form"), [("-2020-01-05", "ISO8601"), ("0000Q1", "quarter"), ("inf", "excel")])
def test_days_before_the_year_1_and_endless_ones_are_no_dates(text, form):
    assert np.isnan(days_of(series(text), form)).all()


def test_missing_and_wrong_dates_are_not_numbers():
    days = days_of(series("2020-01-01", None, "soon"), "ISO8601")
    assert np.isnan(days).tolist() == [False, True, True]


@pytest.mark.parametrize(
    ("first", "last", "step", "cycles"),
    [
        ("2020-01-01", "2020-06-01", "1D", ("week",)),
        ("2020-01-01", "2022-06-01", "1D", ("year", "week")),
        ("2020-01-01", "2022-06-01", "MS", ("year",)),
        ("2020-01-01", "2024-01-01", "YS", ()),
        ("2020-01-01", "2020-01-05", "1h", ("day",)),
        ("2020-01-01", "2020-01-01", "1h", ()),
    ],
)
def test_only_parts_that_recur_and_vary_are_cycles(first, last, step, cycles):
    cells = pd.Series(pd.date_range(first, last, freq=step).astype(str), dtype=object)
    assert cycles_of(days_of(cells, "ISO8601")) == cycles


def test_no_date_has_no_cycle():
    assert cycles_of(np.array([np.nan])) == ()


def test_dates_that_nanoseconds_cannot_count_are_dates():
    days = days_of(pd.Series(["3021-03-28", "1500-01-01"]), "ISO8601")
    expected = np.array(["3021-03-28", "1500-01-01"], "datetime64[D]").astype(float)
    assert ((days == expected) | np.isnan(days)).all()  # pandas before 3 counts nanoseconds, and has neither
