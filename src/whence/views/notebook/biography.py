"""The biography of parameters: a table with a row for each."""

from __future__ import annotations

import numpy as np

from whence.arguments import checks_arguments
from whence.formula import write_number
from whence.history import Biography
from whence.views.markup import html
from whence.views.notebook.tables import table
from whence.views.texts import Language, Texts

_MOST_ROWS = 20


@checks_arguments
def biography_html(biography: Biography, *, language: Language = "en") -> str:
    """Return what parameters are made of as an HTML table, with a row for each of the first 20.

    Parameters
    ----------
    biography : Biography
        The biography.
    language : str
        The language: ``"en"``, ``"ru"`` or ``"zh"``.
    """
    texts = Texts("why", language)
    parts = {
        **{texts(f"life.{name}", count=len(biography.samples)): added for name, added in biography.rows.items()},
        "=": biography.last,
    }
    rows = [
        [cell, *(write_number(float(number), 4) for number in numbers)]
        for cell, numbers in zip(biography.cells[:_MOST_ROWS], np.transpose([*parts.values()]), strict=False)
    ]
    return html(table(["", *parts], rows + [["…"]] * (len(biography.cells) > _MOST_ROWS)))
