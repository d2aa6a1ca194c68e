"""Formats of cells: a colour for each role and a number format for each block."""

from __future__ import annotations

from typing import Any

import numpy as np

ROLES = {
    "given": "#FFF2B3",
    "parameter": "#CFE8CF",
    "carried": "#E4F1F5",
    "computed": "#FFFFFF",
    "updated": "#FBD9C0",
    "recorded": "#E3E5E8",
    "blank": "#E7E0F7",
}
_SHADES = {"given": "#C79A00", "carried": "#5E9DB3", "computed": "#8A97A5"}
_INK, _FAINT, _BAND, _LINE = "#1F2933", "#7B8794", "#3E4C59", "#CBD2D9"
FORMATS: dict[str, dict[str, Any]] = {
    "title": {"bold": True, "font_size": 14, "font_color": _INK},
    "band": {"bold": True, "font_color": "#FFFFFF", "bg_color": _BAND},
    "heading": {"bold": True, "font_color": _INK},
    "formula": {"italic": True, "font_size": 9, "font_color": _FAINT},
    "row label": {"font_size": 8, "font_color": _FAINT, "align": "right"},
    "column label": {"font_size": 8, "font_color": _FAINT, "align": "center"},
    "text": {"font_color": _INK, "valign": "top"},
    "link": {"font_color": "#1F5FBF", "underline": 1, "valign": "top"},
}


class Styles:
    """The formats of one workbook, each created once."""

    def __init__(self, workbook: Any) -> None:
        self._workbook = workbook
        self._made: dict[tuple[tuple[str, Any], ...], Any] = {}

    def number(self, role: str, number_format: str) -> Any:
        """Return the format of a number."""
        return self._format(num_format=number_format, bg_color=ROLES[role], font_color=_INK, border=1)

    def swatch(self, role: str) -> Any:
        """Return the format of a role in the legend."""
        return self._format(bg_color=ROLES[role], font_color=_INK, border=1, font_size=9)

    def __getitem__(self, name: str) -> Any:
        """Return the format of this name in `FORMATS`."""
        return self._format(**FORMATS[name])

    def _format(self, **properties: Any) -> Any:
        if properties.get("border"):
            properties["border_color"] = _LINE
        key = tuple(sorted(properties.items()))
        if key not in self._made:
            self._made[key] = self._workbook.add_format(properties)
        return self._made[key]


def shades(role: str) -> tuple[str, str]:
    """Return the colours of the smallest and the largest value of an image: the role's colour and a darker one."""
    return ROLES[role], _SHADES.get(role, _SHADES["computed"])


def number_format(values: np.ndarray, *, given: bool) -> str:
    """Return the number format of a block: integers as such, four decimals where they suffice, otherwise scientific.

    An exact zero is shown as 0, so that a rectifier's zeros differ from small numbers.
    """
    finite = np.abs(np.asarray(values, np.float64)[np.isfinite(values)])
    if (finite == np.round(finite, 4 if given else 0)).all():
        return "General"
    decimals = "0.0000" if 0.005 <= finite.max() < 100_000 else "0.00E+00"
    return f"{decimals};-{decimals};0"
