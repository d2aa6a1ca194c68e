"""Where one number came from, as text: formula, numbers, result, largest contributions, sources."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from whence.formula import write, write_number
from whence.trace import Trace, TracedCell
from whence.trace.contributions import Contribution, Source, contributions, fill
from whence.trace.trace import cell_name
from whence.views.text.given import say_given

Paint = Callable[[str, str], str]
"""Colours a text according to its role: ``"cell"``, ``"source"``, ``"positive"``, ``"negative"`` or ``"faint"``."""

_BAR_WIDTH = 24
_EIGHTHS = " ▏▎▍▌▋▊▉█"
_TERMS_BEFORE_BARS = 4


@dataclass(frozen=True)
class Explained:
    """A cell with all that there is to say about it.

    Parameters
    ----------
    cell : TracedCell
        Its value and formula.
    terms : list of Contribution
        What the terms of its sum contribute, the largest first; empty if it was given.
    filled : str
        The formula's right-hand side with the places filled in, or in words where it was given.
    function : str
        The function in whence that computed it; empty if it was given.
    sources : list of Source
        The entries that it was made from, those of the largest terms first.
    """

    cell: TracedCell
    terms: list[Contribution]
    filled: str
    function: str
    sources: list[Source]

    @property
    def name(self) -> str:
        """The cell as the command takes it: ``dW1[3,5]``."""
        return cell_name(self.cell.array, self.cell.index)

    def is_long(self, terms: int) -> bool:
        """Whether the sum has more terms than are written out."""
        return len(self.terms) > terms


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
        How many significant digits numbers show.
    """
    formula = trace.formulas.get(name)
    if formula is None:
        return Explained(trace.cell(name, *index), [], _said(trace, (name, index)), "", [])
    found = contributions(formula, index, trace.arrays)
    cell = trace.cell(name, *index, digits=digits, terms=terms if len(found) <= terms else _TERMS_BEFORE_BARS)
    sources = list(cell.sources)
    if len(found) > terms:
        largest = [source for term in found[:terms] for source in term.sources(trace.arrays)]
        sources = list(dict.fromkeys([*largest, *sources]))
    return Explained(cell, found, _said(trace, (name, index)), trace.origins[name].function, sources)


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
        f"{' ' * len(explained.name)} = {cell.numbers}",
        f"{' ' * len(explained.name)} = {paint(value, 'cell')}",
        "",
    ]
    if explained.is_long(terms):
        lines += [f"The largest of its {len(explained.terms):,} terms:", *_bars(explained, terms, digits, paint), ""]
    tree = _Tree(trace, terms, digits, paint)
    tree.seen.add((name, index))
    tree.grow(explained, depth, "")
    return "\n".join([*lines, "It was made from:", *tree.lines])


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
        "terms": len(explained.terms),
        "largest": [{"term": write(term.expression), "value": term.value} for term in explained.terms[:terms]],
        "sources": [
            why_json(trace, *source, depth=depth - 1, terms=terms, digits=digits)
            if depth > 1
            else {"cell": cell_name(*source), "value": float(trace[source[0]][source[1]])}
            for source in explained.sources
        ],
    }


def _bars(explained: Explained, terms: int, digits: int, paint: Paint) -> list[str]:
    shown = explained.terms[:terms]
    texts = [write(term.expression) for term in shown]
    numbers = [write_number(term.value, digits) for term in shown]
    bars = [paint(_bar(term.value, shown[0].value), "negative" if term.value < 0 else "positive") for term in shown]
    widths = max(map(len, texts)), max(map(len, numbers))
    lines = [
        f"  {text:<{widths[0]}}  {number:>{widths[1]}}  {bar}".rstrip()
        for text, number, bar in zip(texts, numbers, bars, strict=True)
    ]
    return [*lines, f"  and {len(explained.terms) - len(shown):,} more"]


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
        limit = 2 * self.terms
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
    return say_given(trace, name, index) if formula is None else write(fill(formula, index, trace.arrays))
