"""Numbers as rows of text with bars."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from whence.formula import write_number
from whence.formula.digits import write_equation

Paint = Callable[[str, str], str]
"""Colours a text according to its role: ``"cell"``, ``"source"``, ``"positive"``, ``"negative"`` or ``"faint"``."""

_WIDTH = 24
_EIGHTHS = " ▏▎▍▌▋▊▉█"


def draw_bars(
    shown: Sequence[tuple[str, float]],
    digits: int,
    paint: Paint,
    *,
    rest: tuple[str, float | None] = ("", None),
    total: float | None = None,
) -> list[str]:
    """Return a line for each text and number, with a bar, and one for the rest, without a bar.

    The written numbers add up to the total, if there is one.
    """
    rows = [*shown, *([rest] if rest[0] else [])]
    values = [value for _, value in rows if value is not None]
    numbers = [write_number(value, digits) for value in values]
    if total is not None:
        numbers = write_equation(values, sum, total, digits).numbers
    numbers += [""] * (len(rows) - len(values))
    longest = max((abs(value) for _, value in shown), default=0.0)
    drawn = [(_bar(value, longest), "negative" if value < 0 else "positive") for _, value in shown]
    bars = [paint(bar, role) if bar else "" for bar, role in [*drawn, ("", "")][: len(rows)]]
    widths = max(map(len, [text for text, _ in rows])), max(map(len, numbers))
    return [
        f"  {text:<{widths[0]}}  {number:>{widths[1]}}  {bar}".rstrip()
        for (text, _), number, bar in zip(rows, numbers, bars, strict=True)
    ]


def _bar(value: float, longest: float) -> str:
    eighths = round(abs(value / longest) * _WIDTH * 8) if longest else 0
    return ("█" * (eighths // 8) + _EIGHTHS[eighths % 8]).rstrip()
