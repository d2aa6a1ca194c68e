"""Curves by epoch as a small picture in SVG, readable on light and dark ground."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from xml.etree.ElementTree import Element

from whence.formula import write_number
from whence.views.markup import element
from whence.views.texts import Texts

_COLOURS = {"train": "#3d8bd6", "validation": "#e0762c"}
_WIDTH, _HEIGHT = 360, 170
_LEFT, _RIGHT, _TOP, _BOTTOM = 56, 10, 26, 20
_LARGEST_LINEAR_RANGE = 50


def curve(quantity: str, lines: Mapping[str, Sequence[float]], texts: Texts) -> Element:
    """Return a picture of a quantity by epoch, with a line for each part of the data; logarithmic over wide ranges.

    Parameters
    ----------
    quantity : str
        What was measured: ``"loss"``.
    lines : mapping of str to sequence of float
        The values of all epochs, for ``train`` and ``validation``.
    texts : Texts
        The texts of notebooks.
    """
    values = [value for line in lines.values() for value in line if math.isfinite(value)] or [0.0]
    low, high = min(values), max(values)
    logarithmic = low > 0 and high / low > _LARGEST_LINEAR_RANGE
    scale = math.log if logarithmic else float
    span = scale(high) - scale(low) or 1.0
    epochs = max(map(len, lines.values()))

    def point(epoch: int, value: float) -> str:
        x = _LEFT + (_WIDTH - _LEFT - _RIGHT) * (epoch - 1) / max(1, epochs - 1)
        y = _TOP + (_HEIGHT - _TOP - _BOTTOM) * (scale(high) - scale(value)) / span
        return f"{x:.1f},{y:.1f}"

    drawn = [
        element(
            "polyline",
            points=" ".join(point(epoch, value) for epoch, value in enumerate(line, 1) if math.isfinite(value)),
            fill="none",
            stroke=_COLOURS[part],
            **{"stroke-width": "2", "stroke-linejoin": "round", "stroke-linecap": "round"},
        )
        for part, line in lines.items()
    ]
    title = f"{texts(quantity)} ({texts('logarithmic')})" if logarithmic else texts(quantity)
    frame = f"M{_LEFT},{_TOP}V{_HEIGHT - _BOTTOM}H{_WIDTH - _RIGHT}"
    return element(
        "svg",
        element("path", d=frame, fill="none", stroke="currentColor", opacity="0.4"),
        *drawn,
        _text(0, 12, title, weight="bold"),
        *_legend(list(lines), texts),
        _text(_LEFT - 6, _TOP + 4, write_number(high, 3), anchor="end"),
        _text(_LEFT - 6, _HEIGHT - _BOTTOM, write_number(low, 3), anchor="end"),
        _text(_LEFT, _HEIGHT - 5, "1"),
        _text(_WIDTH - _RIGHT, _HEIGHT - 5, texts("epoch.number", epoch=epochs), anchor="end"),
        viewBox=f"0 0 {_WIDTH} {_HEIGHT}",
        width=str(_WIDTH),
        role="img",
        style="max-width: 100%; margin: 4px 24px 4px 0; font: 12px sans-serif",
        **{"aria-label": title},
    )


def _legend(parts: Sequence[str], texts: Texts) -> list[Element]:
    """Return the names of the lines, in their colours, from the right end."""
    places = zip(reversed(parts), (_WIDTH - _RIGHT, _WIDTH - _RIGHT - 90), strict=False)
    return [_text(x, 12, texts(part), anchor="end", colour=_COLOURS[part]) for part, x in places]


def _text(
    x: int, y: int, content: str, *, anchor: str = "start", colour: str = "currentColor", weight: str = "normal"
) -> Element:
    attributes = {"text-anchor": anchor, "font-weight": weight}
    return element("text", content, x=str(x), y=str(y), fill=colour, **attributes)
