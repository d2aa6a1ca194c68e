"""Dates in programs: days since 1970 began, as whence reads them, in every language and format."""

from __future__ import annotations

import csv
import datetime
import io
import shutil

import numpy as np
import pandas as pd
import pytest

from interop.programs.test_programs_of_layers import require
from whence.data.tables.columns import DateColumn
from whence.data.tables.preprocessing import TablePreprocessing
from whence.data.tables.roles.dates import COMPACT, CYCLES, ISO, QUARTER, SINCE, WEEK, date_as_text, days_of, is_format
from whence.data.tables.table_columns import TableColumns
from whence.errors import ArgumentError
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
OTHERS = {
    ISO: ["2020", "2020-2", "2020-02-03T04:05Z", "2020-02-03 04:05:06.789", "2020-02-03T23:05:06 -0730", "2020/2/3"],
    QUARTER: ["2020-Q4", "Q3 1999", "4Q/2021"],
    WEEK: ["2020-W53", "2015W017", "2009-W53-7"],
    "%d-%b-%Y": ["3-JAN-2020", "03-sep-1980"],
    "%B %d, %Y %I:%M %p": ["may 3,  2020 12:00 am"],
}
REFUSED = {
    ISO: ["2021-02-29", "2020-13-01", "2020-02-03T24:00", "2020-02-03T", "1.2.2020", "20", "2020-02-03x"],
    QUARTER: ["2020Q5"],
    WEEK: ["2021-W53", "2020-W00", "2020-W54"],
    "excel": ["0x10", "1,5"],
    "%d.%m.%Y": ["31.4.2020", "29.02.1900", "1.1.20", "1.1.2020 10:00"],
    "%m/%d/%Y %I:%M %p": ["1/2/2020 0:30 am", "1/2/2020 13:00 pm", "1/2/2020 1:00"],
}


def texts_of(form):
    """Dates in a format."""
    first = form.split(" or ")[0]
    if first in (ISO, QUARTER, WEEK, *SINCE):
        days = [moment.toordinal() - 719163 for moment in MOMENTS]
        return [date_as_text(day, first) for day in days] + OTHERS.get(form, [])
    return [moment.strftime(first) for moment in MOMENTS] + OTHERS.get(form, [])


def program_of_dates(language, columns):
    """A program that answers the inputs of columns of dates."""
    preprocessing = TablePreprocessing(columns=TableColumns(tuple(columns)))
    count = len(preprocessing.columns.inputs)
    net = Sequential(Linear(count, count, bias=False), input_shape=(count,), dtype=np.float64)
    net.theta[...] = np.eye(count).ravel()
    program = program_of(Model(net, MeanSquaredError(), preprocessing, None, "dates"))
    return LANGUAGES[language].write(program, LANGUAGES[language].file)


def answers_of(language, columns, cells):
    """The answers of such a program for the cells of its columns."""
    require(language)
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow([column.name for column in columns])
    writer.writerows(zip(*cells, strict=True))
    tool = shutil.which(LANGUAGES[language].tool)
    printed = run(program_of_dates(language, columns), LANGUAGES[language], tool, file.getvalue())
    return np.array([row.split(",") for row in printed.splitlines()], float)


@pytest.mark.parametrize("language", LANGUAGES)
def test_dates_are_the_days_that_whence_reads(language):
    assert all(map(is_format, FORMATS))
    most = max(len(texts_of(form)) for form in FORMATS)
    columns = [DateColumn(f"c{place}", fill=0.5, format=form) for place, form in enumerate(FORMATS)]
    cells = [[*texts_of(form), *[""] * (most - len(texts_of(form)))] for form in FORMATS]
    expected = [
        np.where(np.array(texts) == "", 0.5, days_of(pd.Series(texts, dtype=object), form))
        for texts, form in zip(cells, FORMATS, strict=True)
    ]
    assert np.isfinite(expected).all()
    np.testing.assert_allclose(answers_of(language, columns, cells), np.transpose(expected), rtol=0, atol=1e-11)


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_whence_does_not_read_is_refused(language):
    require(language)
    tool = shutil.which(LANGUAGES[language].tool)
    for form, texts in REFUSED.items():
        assert np.isnan(days_of(pd.Series(texts, dtype=object), form)).all()
        program = program_of_dates(language, [DateColumn("day", format=form)])
        for text in texts if language == "numpy" else texts[-1:]:  # as each is a process of its own
            with pytest.raises(ArgumentError, match=r"row 1.*no date"):
                run(program, LANGUAGES[language], tool, f'day\n"{text}"\n')


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
