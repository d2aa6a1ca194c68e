"""Dates as people write them in tables, as numbers of days and as places in the year, the week and the day."""

from __future__ import annotations

import datetime
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

    from whence.arrays import Array

ISO = "ISO8601"
_DAYS = (
    "%m/%d/%Y", "%d/%m/%Y", "%Y/%m/%d", "%d.%m.%Y", "%d-%m-%Y", "%m-%d-%Y", "%m/%d/%y", "%d/%m/%y", "%d.%m.%y",
    "%d-%b-%Y", "%d-%b-%y", "%d %b %Y", "%d %B %Y", "%b %d, %Y", "%B %d, %Y", "%b %Y", "%B %Y", "%b-%Y", "%b-%y",
    "%b %y",
)  # fmt: skip
_TIMES = ("", " %H:%M", " %H:%M:%S", " %I:%M %p", " %I:%M:%S %p")
QUARTER, WEEK = "quarter", "week"
_FORMATS = (ISO, QUARTER, WEEK, *(day + time for day in _DAYS for time in _TIMES))
OR = " or "
"""What stands between the formats of a column that is written in several."""
_LOOKS_LIKE_DATE = re.compile(r"\w+[-/. ,]+\w+.*\d.*|Q?\d.*")
_QUARTER_PARTS = re.compile(r"(\d{4})[-/ ]?Q([1-4])|(?:Q([1-4])|([1-4])Q)[-/ ]?(\d{4})")
_WEEK_PARTS = re.compile(r"(\d{4})-?W(\d\d)(?:-?([1-7]))?")
COMPACT, EXCEL, UNIX, UNIX_MILLISECONDS = "%Y%m%d", "excel", "unix", "unix-ms"
SINCE = {EXCEL: (-25569.0, 1.0), UNIX: (0.0, 86_400.0), UNIX_MILLISECONDS: (0.0, 86_400_000.0)}
"""Numbers that count from some day: that day, in days since 1970 began, and how many make a day."""
_UNPADDED = re.compile(r"(?!\d{8}$)[\d ]+")
"""Numbers that are no compact dates, as they have not two digits for month and day, though pandas reads some."""
_BELIEVABLE = {EXCEL: (-5479.0, 36525.0), UNIX: (3287.0, 47482.0), UNIX_MILLISECONDS: (3287.0, 47482.0)}
"""The days that such numbers stand for if they are dates: from 1955 to 2070, or from 1979 to 2100."""
_ZONED = re.compile(r"[+Zz]|[T:].*-|\d \d.*-")
"""What every text of ISO 8601 with a zone matches, and none with a time alone."""
_MISREAD = re.compile(r"now|today|.*[ſıİ].*", re.DOTALL)
"""No dates: pandas reads two of them as the moment at which it does, and fails at letters like s and i."""
_FIRST = -719_162
"""The day on which the year 1 began, as calendars have no year 0."""
_FEW = 20
_LEAST_NUMBER = 20_090
_FEWEST_COMPACT = 5
_MOST = 0.9
_MOST_FORMATS = 3
DAY_TO_SHOW = 18_627.0
"""The last day of 2020, whose day, month and year differ."""
CYCLES = {"year": 365.2425, "week": 7.0, "day": 1.0}
"""The cycles of dates and their lengths in days."""


def date_format(cells: pd.Series) -> tuple[str, bool] | None:
    """Return the format in which most of a column's cells are dates, and whether another fits as well.

    Of formats that fit equally well, it is the one with the month first. Where no format fits most cells, but up to
    three do together and no cell could be two dates by them, it is all of them: ``"ISO8601 or %d.%m.%Y"``.

    Parameters
    ----------
    cells : (N,) Series of str, or of whole numbers such as 20240131
        The cells of a column.

    Returns
    -------
    tuple of str and bool, or None
        A format as for `days_of`; None if fewer than nine cells in ten are dates.
    """
    if cells.dtype.kind in "iuf":
        return (form, False) if (form := _format_of_numbers(cells)) else None
    present = cells.dropna().drop_duplicates()
    if not _look_like_dates(present):
        return None
    if _fits(present, ISO):
        return ISO, False
    few = present.iloc[np.unique(np.linspace(0, len(present) - 1, _FEW).astype(int))]
    shares = {form: np.isfinite(days_of(few, form)).mean() for form in _FORMATS}
    readings = {form: days_of(present, form) for form in _FORMATS if shares[form] >= _MOST}
    dates = {form: int(np.isfinite(days).sum()) for form, days in readings.items()}
    best = max(readings, key=lambda form: dates[form], default=None)
    if best is None or dates[best] < _MOST * len(present):
        return _together({form: days_of(present, form) for form in _FORMATS if shares[form]})
    return best, _differs(readings[best], list(readings.values()))


def is_format(form: str) -> bool:
    """Return whether `days_of` knows a format."""
    parts = form.split(OR)
    return len(parts) <= _MOST_FORMATS and all(part in (*_FORMATS, COMPACT, *SINCE) for part in parts)


def days_of(cells: pd.Series, form: str) -> Array:
    """Return dates as days since 1970 began, with fractions for times of day.

    Parameters
    ----------
    cells : (N,) Series of str
        The cells.
    form : str
        Their format: one of `datetime.datetime.strptime`; ``"ISO8601"``; ``"quarter"``, 2000Q1; ``"week"``, 2020-W05;
        ``"excel"``, days as Excel counts them; ``"unix"`` or ``"unix-ms"``, seconds or milliseconds since 1970; or
        several of these with `` or `` between them, of which the first that fits a cell counts.

    Returns
    -------
    (N,) float64 array
        NaN for missing cells and for texts that are not dates of this format.
    """
    import pandas as pd

    first, *others = form.split(OR)
    if others:
        days = days_of(cells, first)
        return np.where(np.isnan(days), days_of(cells, OR.join(others)), days)
    if form in SINCE:
        start, per_day = SINCE[form]
        counts: Array = pd.to_numeric(cells, errors="coerce").to_numpy(np.float64)
        return np.where(np.isfinite(counts), start + counts / per_day, np.nan)
    if cells.dtype.kind in "iuf":
        cells = cells.map(lambda number: f"{number:.0f}", na_action="ignore").astype(object)
    if form == COMPACT:
        cells = cells.mask(cells.map(lambda cell: bool(_UNPADDED.fullmatch(str(cell)))).astype(bool))
    elif form in (QUARTER, WEEK):
        first_day = _first_of_quarter if form == QUARTER else _first_of_week
        cells, form = cells.map({text: first_day(text) for text in cells.dropna().unique()}).astype(object), ISO
    cells = cells.mask(cells.map(lambda cell: bool(_MISREAD.fullmatch(str(cell)))).astype(bool))
    start, day = pd.Timestamp(0, tz="UTC").as_unit("s"), pd.Timedelta(days=1).as_unit("s")  # nanoseconds end in 2262
    found = np.full(len(cells), np.nan)
    zoned = cells.map(lambda cell: bool(_ZONED.search(str(cell)))).to_numpy(bool)
    for rows in (zoned, ~zoned):  # apart, for pandas before 3 gives a text the zone of the one before it
        stamps = pd.to_datetime(cells[rows], format=form, errors="coerce", utc=True)
        found[rows] = ((stamps - start) / day).to_numpy(np.float64)
    return np.where(found < _FIRST, np.nan, found)


def date_as_text(days: float, form: str) -> str:
    """Return how a day, given as for `days_of`, is written in a format, or the first of several."""
    form = form.split(OR)[0]
    if form in SINCE:
        start, per_day = SINCE[form]
        return f"{(days - start) * per_day:.0f}"
    day = datetime.date(1970, 1, 1) + datetime.timedelta(int(days))
    if form == QUARTER:
        return f"{day.year}Q{(day.month + 2) // 3}"
    return day.isoformat() if form == ISO else day.strftime("%G-W%V" if form == WEEK else form)


def clashing_dates(cells: pd.Series) -> list[str]:
    """Return two texts that show in which formats the dates of a column are written, if some could be of either."""
    present = cells.dropna().drop_duplicates()
    if not _look_like_dates(present):
        return []
    first, second = "%m/%d/%Y", "%d/%m/%Y"
    for mark in "/.-":
        days = [days_of(present, form.replace("/", mark)) for form in (first, second)]
        only = [np.isfinite(one) & ~np.isfinite(other) for one, other in (days, days[::-1])]
        if all(one.any() for one in only) and np.isfinite(days).any(axis=0).mean() >= _MOST:
            return [str(present[one].iloc[0]) for one in only]
    return []


def cycles_of(days: Array) -> tuple[str, ...]:
    """Return the cycles of which dates cover several turns and several places: ``year``, ``week``, ``day``.

    Within one year the day alone says as much as its place in the year; and dates that are all on the first of a month
    have no week.

    Parameters
    ----------
    days : (N,) float64 array
        Days since 1970 began; NaN where missing.
    """
    days = days[np.isfinite(days)]
    if len(days) == 0:
        return ()
    dates = days.astype("datetime64[D]")
    months, years = dates.astype("datetime64[M]"), dates.astype("datetime64[Y]")
    varies = {
        "year": len(np.unique(years)) > 1 and len(np.unique(months - years.astype("datetime64[M]"))) > 1,
        "week": np.ptp(days) >= 14 and len(np.unique(dates - months)) > 1 and len(np.unique(dates.astype(int) % 7)) > 1,
        "day": np.ptp(days) >= 2 and len(np.unique(days % 1)) > 1,
    }
    return tuple(cycle for cycle, does in varies.items() if does)


def formats_text(form: str) -> str:
    """Return a sentence on the formats of a column that is written in several; empty for one."""
    forms = form.split(OR)
    return f"written in {len(forms)} formats, {' and '.join(forms)}" if len(forms) > 1 else ""


def _format_of_numbers(cells: pd.Series) -> str | None:
    """Return the format by which numbers are believable dates, if there is one."""
    numbers = cells.dropna()
    if cells.dtype == np.uint8 or numbers.empty or numbers.min() < _LEAST_NUMBER or (numbers % 1 != 0).any():
        return None
    if numbers.min() >= 19_000_101 and numbers.max() <= 21_001_231 and _fits(numbers, COMPACT):
        return COMPACT
    for form, (first, last) in _BELIEVABLE.items():
        days = days_of(numbers, form)
        if first <= days.min() and days.max() <= last:
            return form
    return None


def is_sure_of_numbers(cells: pd.Series, form: str) -> bool:
    """Return whether numbers are dates beyond chance: all of several of eight digits, of which one in 27 is a date."""
    different = cells.dropna().drop_duplicates()
    return form == COMPACT and len(different) >= _FEWEST_COMPACT and bool(np.isfinite(days_of(different, form)).all())


def _together(readings: dict[str, Array]) -> tuple[str, bool] | None:
    """Return the few formats by which most cells are dates together, if no cell is read by two of them differently."""
    chosen: list[str] = []
    left = np.ones(len(next(iter(readings.values()), ())), bool)
    while left.any() and readings and len(chosen) < _MOST_FORMATS:
        best = max(readings, key=lambda form: int((np.isfinite(readings[form]) & left).sum()))
        chosen.append(best)
        left &= ~np.isfinite(readings[best])
    days = [readings[form] for form in chosen]
    if (
        len(chosen) < 2
        or left.mean() > 1 - _MOST
        or any(_clash(days[i], one) for i in range(len(days)) for one in days[:i])
    ):
        return None
    return OR.join(chosen), any(_differs(one, list(readings.values())) for one in days)


def _clash(one: Array, other: Array) -> bool:
    both = np.isfinite(one) & np.isfinite(other)
    return bool((one[both] != other[both]).any())


def _differs(days: Array, readings: Sequence[Array]) -> bool:
    """Return whether another reading makes other dates of the same cells."""
    dates = np.isfinite(days)
    return any(np.isfinite(other[dates]).all() and not np.array_equal(other[dates], days[dates]) for other in readings)


def _first_of_quarter(text: str) -> str | None:
    parts = _QUARTER_PARTS.fullmatch(text)
    return parts and f"{parts[1] or parts[5]}-{3 * int(parts[2] or parts[3] or parts[4]) - 2:02d}-01"


def _first_of_week(text: str) -> str | None:
    parts = _WEEK_PARTS.fullmatch(text)
    if parts is None or not 1 <= int(parts[2]) <= 53:
        return None
    try:
        return datetime.date.fromisocalendar(int(parts[1]), int(parts[2]), int(parts[3] or 1)).isoformat()
    except ValueError:  # a year without a week 53
        return None


def _look_like_dates(present: pd.Series) -> bool:
    few = present.iloc[:_FEW]
    return not few.empty and bool(few.map(lambda text: bool(_LOOKS_LIKE_DATE.fullmatch(text))).mean() >= _MOST)


def _fits(cells: pd.Series, form: str) -> bool:
    return bool(np.isfinite(days_of(cells, form)).mean() >= _MOST)
