"""What is said of the numbers of a column: how they are read, with an example for each way of writing them."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from whence.data.tables.files.header import NUMBER
from whence.data.tables.roles.numerals import Numerals, may_be_code
from whence.wording import counted, listed

if TYPE_CHECKING:
    import pandas as pd

_MARKS = re.compile(r"[.,]")
_WITHOUT_DIGITS = dict.fromkeys(map(ord, "0123456789.,'()+-\u2212\u2019 \u00a0\u2009\u202f"))
_SHOWN = 3


def number_note(texts: pd.Series, numerals: Numerals, *, ambiguous: bool) -> str:
    """Return how numbers are read, which goes without saying of those written in the plain way.

    Where they could be others, or are in several units, there is an example for each way in which they are written.

    Parameters
    ----------
    texts : (N,) Series of str
        The cells that are numbers.
    numerals : Numerals
        How they are written.
    ambiguous : bool
        Whether all could be other numbers as well.
    """
    examples: dict[tuple[str, ...], tuple[str, float]] = {}
    counts: Counter[tuple[str, ...]] = Counter()
    for text, count in texts.value_counts(sort=False).items():
        marks = _MARKS.findall(text)[-1:] if ambiguous else []
        way = (*marks, text.translate(_WITHOUT_DIGITS))
        counts[way] += count
        plain = NUMBER.fullmatch(text) and "," not in text and not may_be_code(text)
        if way not in examples and (marks or not (ambiguous or plain)):
            examples[way] = text, numerals.number(text)
    if not examples:
        return ""
    said = [f"{text} is {number:.10g}" for text, number in examples.values()]
    if len(said) > 1:
        said = [f"{one} ({counted(counts[way], 'cell')})" for one, way in zip(said, examples, strict=True)]
    seconds = " seconds" if numerals.is_clock else ""
    doubt = ", though it could be another number" if ambiguous else ""
    if ambiguous and len(said) > 1:
        doubt = ", though each could be another number: if so, write all in one way"
    notes = [f"{listed(said[:_SHOWN])}{seconds}{doubt}"]
    units = {way[-1] for way in counts} - {""}
    if (
        bare := sum(count for way, count in counts.items() if not way[-1])
        if numerals.unit and (len(units) > 1 or "%" in units)
        else 0
    ):
        counts_in = "per cent" if numerals.unit == "%" else numerals.unit
        mark = "%" if numerals.unit == "%" else "unit"
        notes.append(f"{counted(bare, 'cell has', 'cells have')} no {mark} and count in {counts_in} too")
    return "; ".join(notes)
