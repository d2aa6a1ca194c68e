"""Where one number came from, as text: formula, numbers, result, largest contributions, sources."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from whence.formula import Entry, write, write_number
from whence.formula.contributions import Contribution, Source, Terms, longest_sum, outside, terms_of, without_outside
from whence.formula.filling import fill
from whence.trace import Trace, TracedCell
from whence.trace.trace import cell_name
from whence.views.text.given import say_given
from whence.wording import counted

Paint = Callable[[str, str], str]
"""Colours a text according to its role: ``"cell"``, ``"source"``, ``"positive"``, ``"negative"`` or ``"faint"``."""

_BAR_WIDTH = 24
_EIGHTHS = " ▏▎▍▌▋▊▉█"
_TERMS_BEFORE_BARS = 4
_MOST_SOURCES_OF_BARS = 10


@dataclass(frozen=True)
class Explained:
    """A cell with all that there is to say about it.

    Parameters
    ----------
    cell : TracedCell
        Its value and formula.
    terms : Terms or None
        The terms of the longest sum in its formula; None if it was given.
    whole : bool
        Whether that sum is the cell itself, rather than something within its formula.
    filled : str
        The formula's right-hand side with the places filled in, or in words where it was given.
    function : str
        The function in whence that computed it; empty if it was given.
    sources : list of Source
        The entries that it was made from, those of the largest terms first.
    outside : list of Entry
        What the filled formula names beyond the ends of arrays.
    """

    cell: TracedCell
    terms: Terms | None
    whole: bool
    filled: str
    function: str
    sources: list[Source]
    outside: list[Entry]

    @property
    def name(self) -> str:
        """The cell as the command takes it: ``dW1[3,5]``."""
        return cell_name(self.cell.array, self.cell.index)


def explain(trace: Trace, name: str, index: tuple[int, ...], *, terms: int = 8, digits: int = 4) -> Explained:
    """Return everything about one cell.

    Parameters
    ----------
    trace : Trace
        The trace.
    name, index : str and tuple of int
        The cell.
    terms : int
        How many terms of a sum are written out; of a longer one, only a few are, and the largest are listed.
    digits : int
        How many significant digits numbers show at least.
    """
    formula = trace.formulas.get(name)
    if formula is None:
        return Explained(trace.cell(name, *index), None, False, _said(trace, (name, index)), "", [], [])
    filled = fill(formula, index, trace.arrays)
    longest = longest_sum(filled, trace.arrays)
    long = _is_long(longest, terms)
    cell = trace.cell(name, *index, digits=digits, terms=min(terms, _TERMS_BEFORE_BARS) if long else terms)
    sources = list(cell.sources)
    if long:
        largest = [source for term in longest.largest(terms) for source in term.sources(trace.arrays)]
        sources = list(dict.fromkeys([*largest, *sources]))
    whole = len(terms_of(filled, trace.arrays)) == len(longest)
    kept = without_outside(filled, trace.arrays)
    return Explained(
        cell, longest, whole, write(kept), trace.origins[name].function, sources, outside(kept, trace.arrays)
    )


def why_text(
    trace: Trace,
    name: str,
    index: tuple[int, ...],
    *,
    depth: int = 1,
    terms: int = 8,
    digits: int = 4,
    paint: Paint = lambda text, role: text,
) -> str:
    """Return where a cell came from, for a terminal.

    Parameters
    ----------
    trace, name, index, terms, digits
        As for `explain`.
    depth : int
        How far the tree of sources goes back.
    paint : callable
        Colours parts of the text; by default nothing is coloured.
    """
    explained = explain(trace, name, index, terms=terms, digits=digits)
    cell = explained.cell
    value = write_number(cell.value, digits)
    if cell.formula is None:
        return f"{paint(explained.name, 'cell')} = {value}, {explained.filled}"
    lines = [
        f"{cell.text}    {paint(f'computed by {explained.function}', 'faint')}",
        "",
        f"{paint(explained.name, 'cell')} = {explained.filled}",
        *([f"{' ' * len(explained.name)} = {cell.numbers}"] if cell.numbers != value else []),
        f"{' ' * len(explained.name)} = {paint(value, 'cell')}",
        "",
    ]
    if about := _about_terms(explained, terms, digits, paint):
        lines += [*about, ""]
    tree = _Tree(trace, terms, digits, paint)
    tree.seen.add((name, index))
    tree.grow(explained, depth, "")
    return "\n".join([*lines, "It was made from:", *tree.lines] if tree.lines else lines[:-1])


def why_json(
    trace: Trace, name: str, index: tuple[int, ...], *, depth: int = 1, terms: int = 8, digits: int = 4
) -> dict[str, Any]:
    """Return the same as `why_text`, as JSON."""
    explained = explain(trace, name, index, terms=terms, digits=digits)
    found: dict[str, Any] = {"cell": explained.name, "value": explained.cell.value}
    if explained.cell.formula is None:
        return {**found, "given": explained.filled}
    return {
        **found,
        "formula": explained.cell.text,
        "function": explained.function,
        "filled": explained.filled,
        "numbers": explained.cell.numbers,
        **_terms_json(explained.terms, terms),
        "sources": [
            why_json(trace, *source, depth=depth - 1, terms=terms, digits=digits)
            if depth > 1
            else {"cell": cell_name(*source), "value": float(trace[source[0]][source[1]])}
            for source in explained.sources
        ],
    }


def _terms_json(found: Terms | None, terms: int) -> dict[str, Any]:
    if found is None:
        return {}
    largest = [{"term": write(term.expression), "value": term.value} for term in found.largest(terms)]
    return {"terms": len(found), "zeros": found.zeros, "outside": found.outside, "largest": largest}


def _is_long(found: Terms, terms: int) -> bool:
    """Whether a sum has more terms than are written out."""
    return len(found) - found.outside > terms


def _about_terms(explained: Explained, terms: int, digits: int, paint: Paint) -> list[str]:
    """Return the largest terms of the longest sum as bars, and how many others there are of which kind."""
    found = explained.terms
    if found is None:
        return []
    apart = [f"{write(entry)} lies outside its array, and counts as zero." for entry in explained.outside]
    if not _is_long(found, terms):
        return [*apart, *_outside(found)]
    of = "its" if explained.whole else "the"
    within = "" if explained.whole else " that are compared" if found.kind == "Max" else " of the sum in it"
    shown = found.largest(terms)
    if not shown:
        return [*apart, f"All {of} {len(found) - found.outside:,} terms{within} are exactly zero.", *_outside(found)]
    bars = _bars(shown, _rest(found, len(shown)), digits, paint)
    lines = [f"The largest of {of} {len(found):,} terms{within}:", *bars]
    if found.kind == "Sum" and found.zeros:
        lines.append(f"  {found.zeros:,} {'is' if found.zeros == 1 else 'are'} exactly zero")
    return [*apart, *lines, *_outside(found)]


def _rest(found: Terms, shown: int) -> tuple[str, float | None]:
    """Return how many terms there are besides those that are shown, and for a sum, what they add up to."""
    if found.kind == "Max":
        return counted(len(found) - shown, "other"), None
    others = found.by_size()[shown:]
    nonzero = others[found.values[others] != 0]
    if not len(nonzero):
        return "", None
    return f"{counted(len(nonzero), 'other')}, together", float(found.values[nonzero].sum())


def _outside(found: Terms) -> list[str]:
    """Return how many terms of a sum lie outside, if there are several terms and any of them do."""
    apart, count = found.outside, len(found)
    if not apart or count == 1:
        return []
    lie = "lies outside its array, and counts" if apart == 1 else "lie outside their arrays, and count"
    return [f"{apart:,} of the {count:,} terms {lie} as zero."]


def _bars(shown: list[Contribution], rest: tuple[str, float | None], digits: int, paint: Paint) -> list[str]:
    rows = [(write(term.expression), term.value) for term in shown] + ([rest] if rest[0] else [])
    numbers = ["" if value is None else write_number(value, digits) for _, value in rows]
    longest = max((abs(term.value) for term in shown), default=0.0)
    bars = [paint(_bar(term.value, longest), "negative" if term.value < 0 else "positive") for term in shown]
    bars += [""] * (len(rows) - len(shown))
    widths = max(map(len, [text for text, _ in rows])), max(map(len, numbers))
    return [
        f"  {text:<{widths[0]}}  {number:>{widths[1]}}  {bar}".rstrip()
        for (text, _), number, bar in zip(rows, numbers, bars, strict=True)
    ]


def _bar(value: float, longest: float) -> str:
    eighths = round(abs(value / longest) * _BAR_WIDTH * 8) if longest else 0
    return ("█" * (eighths // 8) + _EIGHTHS[eighths % 8]).rstrip()


class _Tree:
    """Sources below sources, as lines with branches; a cell is taken apart only where it comes first."""

    def __init__(self, trace: Trace, terms: int, digits: int, paint: Paint) -> None:
        self.trace, self.terms, self.digits, self.paint = trace, terms, digits, paint
        self.lines: list[str] = []
        self.seen: set[Source] = set()

    def grow(self, explained: Explained, depth: int, margin: str) -> None:
        """Add a line for each source of a cell, and below it those of its own sources."""
        long = explained.terms is not None and _is_long(explained.terms, self.terms)
        limit = min(2 * self.terms, _MOST_SOURCES_OF_BARS) if long else 2 * self.terms
        shown, rest = explained.sources[:limit], len(explained.sources) - limit
        for place, source in enumerate(shown):
            last = place == len(shown) - 1 and rest <= 0
            again = source in self.seen
            self.seen.add(source)
            self.lines.append(self.line(source, f"{margin}{'└─' if last else '├─'} ", again and depth > 1))
            if depth > 1 and not again:
                inner = explain(self.trace, *source, terms=self.terms, digits=self.digits)
                self.grow(inner, depth - 1, f"{margin}{'   ' if last else '│  '}")
        if rest > 0:
            self.lines.append(self.paint(f"{margin}└─ … and {rest:,} more", "faint"))

    def line(self, source: Source, branch: str, above: bool) -> str:
        """Return a source with its value and what it was made from, or what it was if it was given."""
        name, index = source
        value = write_number(float(self.trace[name][index]), self.digits)
        made = name in self.trace.formulas
        said = f"{' = ' if made else ', '}{_said(self.trace, source)}{', as above' if above and made else ''}"
        return f"{self.paint(branch, 'faint')}{self.paint(cell_name(name, index), 'source')} = {value}{said}"


def _said(trace: Trace, cell: Source) -> str:
    """Return a cell's formula with the places filled in, or in words what it was if it was given."""
    name, index = cell
    formula = trace.formulas.get(name)
    if formula is None:
        return say_given(trace, name, index)
    return write(without_outside(fill(formula, index, trace.arrays), trace.arrays))
