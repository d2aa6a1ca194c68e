"""Suspect samples: who changed their loss."""

from __future__ import annotations

from whence.arguments import PositiveInt, checks_arguments
from whence.formula import write_number
from whence.history import Suspects
from whence.views.markup import element, html
from whence.views.notebook.tables import table
from whence.views.texts import Language, Texts

_NUMBERS = ("met", "first", "others", "own", "last")


@checks_arguments
def suspects_html(found: Suspects, *, count: PositiveInt = 20, language: Language = "en") -> str:
    """Return the most suspect samples as an HTML table: their numbers, and the parts of their losses.

    Parameters
    ----------
    found : Suspects
        What was found.
    count : int
        The largest number of samples.
    language : str
        The language: ``"en"``, ``"ru"`` or ``"zh"``.
    """
    texts = Texts("suspects", language)
    head = [texts(f"column.{name}") for name in ("sample", *_NUMBERS)]
    rows = (
        [str(row), *(write_number(float(getattr(found, name)[row]), 4) for name in _NUMBERS)]
        for row in map(int, found.order[:count])
    )
    said = [texts("title", count=len(found.order)), texts("explanation")]
    scales = [texts("scales")] if found.given_scales else []
    title, *explanations = (element("p", text) for text in (*said, *scales))
    return html(element("div", title, table(head, rows), *explanations))
