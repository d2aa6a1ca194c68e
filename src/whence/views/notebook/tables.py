"""Tables for notebooks, which give them colours and lines of their own."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from xml.etree.ElementTree import Element

from whence.views.markup import element

_LEFT = "text-align: left"


def table(head: Sequence[str], rows: Iterable[Sequence[str | Element]]) -> Element:
    """Return a table whose first column names the rows; a cell is a text, or an element ``td``."""
    return element(
        "table",
        element("tr", *(_heading(name, **_aligned(place)) for place, name in enumerate(head))),
        *(element("tr", _heading(first, style=_LEFT), *map(_cell, cells)) for first, *cells in rows),
    )


def _heading(name: str | Element, **style: str) -> Element:
    """Return a heading, or a plain cell where it would be empty, which readers who hear the page would stumble over."""
    return element("td" if name == "" else "th", name, **style)


def _cell(content: str | Element) -> Element:
    return element("td", content) if isinstance(content, str) else content


def _aligned(place: int) -> dict[str, str]:
    return {} if place else {"style": _LEFT}
