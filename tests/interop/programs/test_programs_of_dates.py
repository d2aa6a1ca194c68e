"""Dates in programs: days since 1970 began, as whence reads them, in every language and format."""

from __future__ import annotations

import csv
import datetime
import io
import shutil
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from exhaustive import exhaustive, one_of
from interop.programs.test_programs_of_layers import require
from whence.data.tables.columns import DateColumn, NumberColumn
from whence.data.tables.preprocessing import TablePreprocessing
from whence.data.tables.roles.dates import COMPACT, CYCLES, ISO, QUARTER, SINCE, WEEK, date_as_text, days_of, is_format
from whence.data.tables.series.time_windows import windows
from whence.data.tables.table_columns import TableColumns
from whence.errors import ArgumentError
from whence.interop.programs.given import text_of
from whence.interop.programs.languages import LANGUAGES
from whence.interop.programs.program import program_of
from whence.interop.programs.receipt import run
from whence.nn import Linear, MeanSquaredError, Sequential
from whence.training import Model

CLOCKS = ("", " %H:%M", " %H:%M:%S", " %I:%M %p", " %I:%M:%S %p")
DAYS = ("%m/%d/%Y", "%d.%m.%Y", "%d/%m/%y", "%d-%b-%Y", "%B %d, %Y", "%b %y")
FORMATS = (
    ISO,
    QUARTER,
    WEEK,
    COMPACT,
    *SINCE,
    f"{ISO} or %d.%m.%Y",
    *(day + clock for day in DAYS for clock in CLOCKS),
)
MOMENTS = [
    datetime.datetime(*parts)
    for parts in [
        (1969, 12, 31, 23, 59, 59),
        (1970, 1, 1),
        (1999, 12, 31, 12, 0, 1),
        (2000, 2, 29, 0, 5),
        (2020, 12, 28, 11, 59, 59),
        (2021, 1, 3, 1, 2, 3),
        (2026, 12, 31, 12, 30),
        (2066, 8, 1, 23, 0),
    ]
]
SPELLINGS = """
2020 2020-1 2020/01 2020.1 2020|01 202001 2020-01-05 2020-1-5 2020/1/05 2020.01.05 2020.1.5 2020|01|05 2020|1|5
20200105 2020111 202011 202001|5 2020-0105 202001-05 2020-01/05 2020-005 2020||01|05 2020-01-|5 20-01-05 02020-01-05
0000-01-01 0001-01-01 9999-12-31 2020-02-29 2019-02-29 2021-04-31 2020-13-01 2020-00-01 2020-01-00 2020-01-32 -2020
-2020-01-05 00000105 2020-01-05T 2020-01-05x 2020-01-05Z 2020-01T10 2020T10 2020-01|10:20 now today nat NOW
20200105T10 20200105T1020 20200105T102030 20200105T102030.5 20200105|10:20 20200105|1020 20200105T1 20200105|1:20
2020-01-05T10 2020-01-05|10 2020-01-05T1 2020-01-05|1:20 2020-01-05T1:2 2020-01-05T1020 2020-01-05|102030
2020-01-05T102 2020-01-05T1020:30 2020-01-05T10:2030 2020-01-05t10:20 2020-01-05||10:20 2020/01/05T10:20
2020|01|05|10:20 2020.01.05|10:20:30 2020-1-5|1:2:3 2020-01-05|24:00 2020-01-05|10:60 2020-01-05|10:20:60
2020-01-05|10:20:30.5 2020-01-05|10:20:30. 2020-01-05|10:20:30,5 2020-01-05|10:20:30.123456 2020-01-05|10:20.5
2020-01-05T10:20Z 2020-01-05T10:20z 2020-01-05|10:20|Z 2020-01-05|10:20||Z 2020-01-05T10Z 2020-01-05T1020Z
2020-01-05|10:20+02 2020-01-05|10:20-02 2020-01-05|10:20+2 2020-01-05|10:20+0200 2020-01-05|10:20+200
2020-01-05|10:20+240 2020-01-05|10:20+020 2020-01-05|10:20+02:0 2020-01-05|10:20+2:30 2020-01-05|10:20-02:30
2020-01-05|10:20||+02 2020-01-05|10:20+|02 2020-01-05|10:20+02: 2020-01-05|10:20+ 2020-01-05|10:20+00:60
2020-01-05|10:20+23:59 2020-01-05|10:20-23:59 2020-01-05|10:20+24:00 2020-01-05|10:20+99:99 2020-01-05|10:20-00:30
2020-01-05T10+02 2020-01-05T1020+0230 2020-01-05T102030-02:30 2020-01-05T10:20:30.5+02 2020-01-05|10:20UTC
2020Q1 2020|Q1 2020-Q4 2020/Q1 2020||Q1 2020.Q1 2020q1 2020|q1 2020Q5 2020Q0 2020Q12 0000Q1
Q1|2020 Q12020 q1|2020 1Q2020 4Q/2021 1Q|2020 1q2020 Q1
2020W05 2020-W05 2020W05-7 2020-W057 2020W057 2020-W05-7 2020w05 2020-w05 2020W5 2020W00 2020W53 2021W53 2009-W53-7
2020W54 2020-W05-0 2020-W05-8 2020|W05 2020-W05|7 2015W017 0000W05
44000 44000.5 +44000 -1 44000. .5 +.5 1e4 1E4 1e 1,5 0x10 1_000 4|4 . - +-1 1577836800 1577836800500 inf
5.1.2020 05.01.2020 5.|1.2020 005.1.2020 5.1.20 5,1,2020 31.4.2020 29.02.1900 29.02.2000 5.1.2020|10:00 5.01.0000
5/1/20 5/1/68 5/1/69 5/1/2 5/1/2020 1/|5/2020 1/||5/2020 1/|15/2020 13/1/2020 0/1/20 31/12/99
1/5/2020|10:20:30 1/5/2020|10:20:30.5 1/5/2020||10:20:30 1/5/2020|1:2:3 1/5/2020|24:00:00 1/5/2020|10:20:60
1/5/2020|10:20:61 1/5/2020|10:20:62 1/5/2020|10:60:00 1/5/2020T10:20:30 1/5/2020|10:20:30Z 1/5/2020|10:20
1/5/2020|10:20|am 1/5/2020|10:20|PM 1/5/2020|12:20|Am 1/5/2020|0:20|am 1/5/2020|13:20|pm 1/5/2020|10:20am
1/5/2020|10:20||pM 1/5/2020|10:20:30|PM 1/5/2020|10:20:61|am 1/5/2020|10:20|p.m.
5-jan-2020 5-JAN-2020 |5-Jan-2020 5-january-2020 5-Sept-2020 5-01-2020 5|Jan|2020 5-Jan|-2020 31-feb-2020
January|5,|2020 JANUARY|5,|2020 may|||5,||2020 jan|5,|2020 may|5,2020 may|5|,|2020 may|05,|2020
may|3,|2020|12:00|am jan|20 JAN||20 January|20 jan|2020 jan20
""".split()
"""Texts that are dates in some format, or nearly; they hold spaces for bars."""
REFUSALS = {
    "numpy": ('raise ValueError(f"the cell {cell} of column {name} is no date in the format {form}")', "return -1e9"),
    "c": ("stop(message);\n    return NAN;\n}\n", "return -1e9;\n}\n"),
    "javascript": (
        "throw new Error(`the cell ${cell} of column ${name} is no date in the format ${form}`)",
        "return -1e9",
    ),
    "r": (
        'stop("the cell ", cell, " of column ", name, " is no date in the format ", form, call. = FALSE)',
        "return(-1e9)",
    ),
}
"""What programs do with a cell that is no date, and what they do here in its place, so that they go on."""


def texts_of(form):
    """Dates in a format."""
    first = form.split(" or ")[0]
    if first in (ISO, QUARTER, WEEK, *SINCE):
        days = [moment.toordinal() - 719163 for moment in MOMENTS]
        return [date_as_text(day, first) for day in days]
    return [moment.strftime(first) for moment in MOMENTS]


def program_for(columns):
    """A computation that answers the inputs of columns."""
    preprocessing = TablePreprocessing(columns=TableColumns(tuple(columns)))
    count = len(preprocessing.columns.inputs)
    net = Sequential(Linear(count, count, bias=False), input_shape=(count,), dtype=np.float64)
    net.theta[...] = np.eye(count).ravel()
    return program_of(Model(net, MeanSquaredError(), preprocessing, None, "dates"))


def program_of_dates(language, columns):
    """A program that answers the inputs of columns of dates."""
    return LANGUAGES[language].write(program_for(columns), LANGUAGES[language].file)


def answers_of(language, columns, cells, change=("", "")):
    """The answers of such a program for the cells of its columns; of its text, one part may be changed before."""
    require(language)
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow([column.name for column in columns])
    writer.writerows(zip(*cells, strict=True))
    tool = shutil.which(LANGUAGES[language].tool)
    program = program_of_dates(language, columns)
    old, new = change
    assert old in program
    printed = run(program.replace(old, new, 1), LANGUAGES[language], tool, file.getvalue())
    return np.array([row.split(",") for row in printed.splitlines()], float)


@pytest.mark.parametrize("language", ["numpy", "c", "javascript", pytest.param("r", marks=exhaustive)])
def test_programs_read_the_dates_that_whence_reads_and_no_others(language):
    texts = sorted(
        {text for form in FORMATS for text in texts_of(form)} | {text.replace("|", " ").strip() for text in SPELLINGS}
    )
    if np.isnan(days_of(pd.Series(["0001-01-01"]), ISO)).all():  # pandas before 3 counts nanoseconds, and has neither
        texts = [text for text in texts if text not in ("0001-01-01", "9999-12-31")]
    assert all(map(is_format, FORMATS))
    columns = [DateColumn(f"c{place}", fill=0.5, format=form) for place, form in enumerate(FORMATS)]
    expected = np.transpose([days_of(pd.Series(texts, dtype=object), form) for form in FORMATS])
    assert (np.isfinite(expected).sum(axis=0) > 5).all()
    answers = answers_of(language, columns, [texts] * len(FORMATS), REFUSALS[language])
    wrong = ~np.isclose(answers, np.where(np.isnan(expected), -1e9, expected), rtol=0, atol=1e-9)
    assert not wrong.any(), [
        (texts[row], FORMATS[column], expected[row, column], answers[row, column]) for row, column in np.argwhere(wrong)
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_cell_that_is_no_date_is_refused(language):
    with pytest.raises(ArgumentError, match=r"row 2.*no date"):
        answers_of(language, [DateColumn("day", format=ISO)], [["2020-01-05", "2020-01-05 10:20+99:99"]])


@pytest.mark.parametrize("language", LANGUAGES)
def test_cycles_and_missing_dates_are_encoded_as_whence_does(language):
    column = DateColumn("day", fill=18000.25, indicator=True, strays=("later",), format=ISO, cycles=tuple(CYCLES))
    cells = ["2020-02-03 04:05:06", "", "later", "1969-07-20T20:17Z"]
    expected = np.zeros((4, 8))
    column.encode(pd.Series([None if cell == "" else cell for cell in cells], dtype=object), expected)
    np.testing.assert_allclose(answers_of(language, [column], [cells]), expected, rtol=0, atol=1e-9)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_program_holds_no_code_for_fields_that_its_dates_lack(language):
    text = program_of_dates(language, [DateColumn("day", format="%d.%m.%Y")])
    for word in ("seconds", "week", "January", "january", "86400)", "months"):
        assert word not in text


@one_of("count", [300, 2_500, 40_000])
@pytest.mark.parametrize(
    ("form", "most"),
    [
        (QUARTER, 390),
        ("%b-%y", 1_150),
        (WEEK, 5_100),
        ("%d.%m.%y", 36_000),
        (COMPACT, 36_000),
        ("%d/%m/%y %H:%M", np.inf),
        *((form, np.inf) for form in (ISO, *SINCE)),
    ],
)
def test_rows_of_a_time_series_are_given_in_the_order_of_their_dates_which_differ_as_far_as_they_can(form, most, count):
    program = program_for([NumberColumn("a")])
    table = replace(program.table, window=2, time=DateColumn("day", format=form))
    rows = np.arange(count)[:, np.newaxis]
    text = text_of(replace(program, table=table), [each[np.newaxis] for each in windows(rows, 2, "the table")])
    days = days_of(pd.read_csv(io.StringIO(text), dtype=str)["day"], form)
    assert len(days) == count
    assert (np.diff(days) >= 0).all()
    assert len(np.unique(days)) >= min(count, most)
