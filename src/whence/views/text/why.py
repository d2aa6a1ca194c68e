"""Where one number came from, as text: formula, numbers, result, largest contributions, sources."""

from __future__ import annotations

from typing import Any

from whence.arguments import NotNegativeInt, PositiveInt, checks_arguments
from whence.formula import Cell, write, write_number
from whence.formula.cell import cell_name
from whence.formula.contributions import Terms
from whence.formula.digits import DIGITS
from whence.formula.evaluate import Source
from whence.formula.numbers import Arithmetic
from whence.trace import Trace
from whence.views.text.bars import Paint, draw_bars
from whence.views.text.given import say_given
from whence.views.texts import Language, Texts

_TERMS_ABOVE_BARS = 4
_MAX_SOURCES_BELOW_BARS = 10


@checks_arguments
def why_text(
    trace: Trace,
    name: str,
    index: tuple[int, ...],
    *,
    depth: NotNegativeInt = 1,
    terms: PositiveInt = 8,
    digits: PositiveInt = DIGITS,
    language: Language = "en",
    paint: Paint = lambda text, role: text,
) -> str:
    """Return where a cell came from, for a terminal.

    Parameters
    ----------
    trace : Trace
        The trace.
    name, index : str and tuple of int
        The cell.
    depth : int
        Depth of the tree of sources.
    terms : int
        Maximum number of terms of a sum to write out; of a longer one only the largest are listed.
    digits : int
        Minimum number of significant digits.
    language : str
        ``"en"``, ``"ru"`` or ``"zh"``.
    paint : callable
        Colours parts of the text; by default there are no colours.
    """
    cell, texts = trace.cell(name, *index), Texts("why", language)
    if cell.formula is None:
        value = write_number(cell.value, digits)
        return f"{paint(cell.name, 'cell')} = {value}{texts('comma')}{_origin(trace, cell, texts)}"
    margin, shown = " " * len(cell.name), _in_numbers(cell, terms, digits, texts)
    lines = [
        f"{cell.text}    {paint(texts('computed by', function=cell.function), 'faint')}",
        "",
        f"{paint(cell.name, 'cell')} = {_origin(trace, cell, texts)}",
        *([f"{margin} = {shown.text}"] if shown.text != shown.result else []),
        f"{margin} {shown.sign} {paint(shown.result, 'cell')}{_rounding(cell, shown, texts, paint)}",
        "",
    ]
    if about := _about_terms(cell, terms, digits, texts, paint):
        lines += [*about, ""]
    tree = _Tree(trace, terms, digits, texts, paint)
    tree.seen.add((name, index))
    tree.grow(cell, depth, "")
    return "\n".join([*lines, texts("computed from"), *tree.lines] if tree.lines else lines[:-1])


@checks_arguments
def why_json(
    trace: Trace,
    name: str,
    index: tuple[int, ...],
    *,
    depth: NotNegativeInt = 1,
    terms: PositiveInt = 8,
    digits: PositiveInt = DIGITS,
    language: Language = "en",
) -> dict[str, Any]:
    """Return the content of `why_text` as JSON."""
    cell, texts = trace.cell(name, *index), Texts("why", language)
    found: dict[str, Any] = {"cell": cell.name, "value": cell.value}
    if cell.formula is None:
        return {**found, "given": _origin(trace, cell, texts)}
    largest = [{"term": write(term.expression), "value": term.value} for term in cell.terms.largest(terms)]
    return {
        **found,
        "formula": cell.text,
        "function": cell.function,
        "filled": _origin(trace, cell, texts),
        "numbers": _in_numbers(cell, terms, digits, texts).text,
        "terms": len(cell.terms),
        "zeros": cell.terms.zeros,
        "outside": cell.terms.outside,
        "largest": largest,
        "sources": [
            why_json(trace, *source, depth=depth - 1, terms=terms, digits=digits, language=language)
            if depth > 1
            else {"cell": cell_name(*source), "value": float(trace[source[0]][source[1]])}
            for source in _sources(cell, terms)
        ],
    }


def _origin(trace: Trace, cell: Cell, texts: Texts) -> str:
    """Return a cell's formula with its indices filled in, or a description of a given cell."""
    return say_given(trace, cell.array, cell.index, texts.language) if cell.formula is None else write(cell.inside)


def _in_numbers(cell: Cell, terms: int, digits: int, texts: Texts) -> Arithmetic:
    """Return a cell's formula in numbers, with few terms if the largest are listed below."""
    few = min(terms, _TERMS_ABOVE_BARS) if _is_long(cell.terms, terms) else terms
    return cell.in_numbers(digits=digits, terms=few, words=texts.terms)


def _rounding(cell: Cell, shown: Arithmetic, texts: Texts, paint: Paint) -> str:
    """Return why a cell is not exactly what its numbers come to, if it is not."""
    if shown.sign == "=":
        return ""
    rounded = texts("rounded", precision=cell.arrays[cell.array].dtype)
    return f"    {paint(rounded, 'faint')}"


def _sources(cell: Cell, terms: int) -> list[Source]:
    """Return a cell's sources, those of the largest terms first if these are listed."""
    if cell.formula is None or not _is_long(cell.terms, terms):
        return list(cell.sources)
    largest = [source for term in cell.terms.largest(terms) for source in term.sources(cell.arrays)]
    return list(dict.fromkeys([*largest, *cell.sources]))


def _is_long(found: Terms, terms: int) -> bool:
    """Return whether a sum has more terms than are written out."""
    return len(found) - found.outside > terms


def _about_terms(cell: Cell, terms: int, digits: int, texts: Texts, paint: Paint) -> list[str]:
    """Return the largest terms of the longest sum as bars, and the numbers of the others by kind."""
    found = cell.terms
    lines = [texts("outside.entry", entry=write(entry)) for entry in cell.outside]
    if _is_long(found, terms):
        which = "own" if cell.is_sum_of_terms else "compared" if found.kind == "Max" else "inner"
        if shown := found.largest(terms):
            lines.append(texts(f"largest.{which}", count=len(found)))
            rows = [(write(term.expression), term.value) for term in shown]
            total = cell.value if which == "own" else None
            lines += draw_bars(rows, digits, paint, rest=_rest(found, len(shown), texts), total=total)
            if found.kind == "Sum" and found.zeros:
                lines.append(f"  {texts('zeros', count=found.zeros)}")
        else:
            lines.append(texts(f"zero.{which}", count=len(found) - found.outside))
    if found.outside and len(found) > 1:
        lines.append(texts("outside", count=found.outside, total=texts.count(len(found))))
    return lines


def _rest(found: Terms, shown: int, texts: Texts) -> tuple[str, float | None]:
    """Return the number of terms that are not shown, and for a sum, their total."""
    if found.kind == "Max":
        return texts("others", count=len(found) - shown), None
    others = found.by_size()[shown:]
    nonzero = others[found.values[others] != 0]
    if not len(nonzero):
        return "", None
    return texts("others.together", count=len(nonzero)), float(found.values[nonzero].sum())


class _Tree:
    """The tree of sources as lines; the sources of a cell are shown only where it appears first."""

    def __init__(self, trace: Trace, terms: int, digits: int, texts: Texts, paint: Paint) -> None:
        self.trace, self.terms, self.digits, self.texts, self.paint = trace, terms, digits, texts, paint
        self.lines: list[str] = []
        self.seen: set[Source] = set()

    def grow(self, cell: Cell, depth: int, margin: str) -> None:
        """Add a line for each source of a cell, each followed by those of its own sources."""
        sources = _sources(cell, self.terms)
        long = len(sources) > 0 and _is_long(cell.terms, self.terms)
        limit = min(2 * self.terms, _MAX_SOURCES_BELOW_BARS) if long else 2 * self.terms
        shown, rest = sources[:limit], len(sources) - limit
        for place, source in enumerate(shown):
            last = place == len(shown) - 1 and rest <= 0
            again = source in self.seen
            self.seen.add(source)
            name, index = source
            inner = self.trace.cell(name, *index)
            self.lines.append(self.line(inner, f"{margin}{'└─' if last else '├─'} ", again and depth > 1))
            if depth > 1 and not again:
                self.grow(inner, depth - 1, f"{margin}{'   ' if last else '│  '}")
        if rest > 0:
            self.lines.append(self.paint(f"{margin}└─ {self.texts('more', count=rest)}", "faint"))

    def line(self, cell: Cell, branch: str, above: bool) -> str:
        """Return a source with its value, and its formula or description."""
        value, computed = write_number(cell.value, self.digits), cell.formula is not None
        origin = f"{' = ' if computed else self.texts('comma')}{_origin(self.trace, cell, self.texts)}"
        origin += self.texts("again") if above and computed else ""
        return f"{self.paint(branch, 'faint')}{self.paint(cell.name, 'source')} = {value}{origin}"
