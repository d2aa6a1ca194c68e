"""Dates as people write them in tables, as numbers of days and as places in the year, the week and the day."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

    from whence.arrays import Array

ISO = "ISO8601"
_DAYS = (
    "%m/%d/%Y", "%d/%m/%Y", "%Y/%m/%d", "%d.%m.%Y", "%d-%m-%Y", "%m-%d-%Y", "%m/%d/%y", "%d/%m/%y", "%d.%m.%y",
    "%d-%b-%Y", "%d-%b-%y", "%d %b %Y", "%d %B %Y", "%b %d, %Y", "%B %d, %Y", "%b %Y", "%B %Y", "%b-%Y",
)  # fmt: skip
_TIMES = ("", " %H:%M", " %H:%M:%S", " %I:%M %p", " %I:%M:%S %p")
_LOOKS_LIKE_DATE = re.compile(r"\w+[-/. ,]+\w+.*\d.*|\d.*")
_COMPACT = "%Y%m%d"
_FEW = 20
_MOST = 0.9
CYCLES = {"year": 365.2425, "week": 7.0, "day": 1.0}
"""The cycles of dates and their lengths in days."""


def date_format(cells: pd.Series) -> tuple[str, bool] | None:
    """Return the format in which most of a column's cells are dates, and whether another fits as well.

    Of formats that fit equally well, it is the one with the month first.

    Parameters
    ----------
    cells : (N,) Series of str, or of whole numbers such as 20240131
        The cells of a column.

    Returns
    -------
    tuple of str and bool, or None
        A format of `datetime.datetime.strptime` or ``"ISO8601"``; None if fewer than nine cells in ten are dates.
    """
    present = cells.dropna().drop_duplicates()
    if cells.dtype.kind in "iuf":
        return (_COMPACT, False) if _fits(present, _COMPACT) else None
    few = present.iloc[:_FEW]
    if few.empty or few.map(lambda text: bool(_LOOKS_LIKE_DATE.fullmatch(text))).mean() < _MOST:
        return None
    if _fits(present, ISO):
        return ISO, False
    formats = [form for form in (day + time for day in _DAYS for time in _TIMES) if _fits(few, form)]
    readings = {form: days_of(present, form) for form in formats}
    dates = {form: int(np.isfinite(days).sum()) for form, days in readings.items()}
    best = max(formats, key=lambda form: dates[form], default=None)
    if best is None or dates[best] < _MOST * len(present):
        return None
    differing = (days for form, days in readings.items() if not np.array_equal(days, readings[best], equal_nan=True))
    return best, any(np.isfinite(days).sum() == dates[best] for days in differing)


def days_of(cells: pd.Series, form: str) -> Array:
    """Return dates as days since 1970 began, with fractions for times of day.

    Parameters
    ----------
    cells : (N,) Series of str
        The cells.
    form : str
        Their format.

    Returns
    -------
    (N,) float64 array
        NaN for missing cells and for texts that are not dates of this format.
    """
    import pandas as pd

    if cells.dtype.kind in "iuf":
        cells = cells.map(lambda number: f"{number:.0f}", na_action="ignore").astype(object)
    stamps = pd.to_datetime(cells, format=form, errors="coerce", utc=True)
    days: Array = ((stamps - pd.Timestamp(0, tz="UTC")) / pd.Timedelta(days=1)).to_numpy(np.float64)
    return days


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


def _fits(cells: pd.Series, form: str) -> bool:
    return bool(np.isfinite(days_of(cells, form)).mean() >= _MOST)
