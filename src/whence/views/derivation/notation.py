"""The section that explains the notation that the derivation uses."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import fields

from whence.formula import layout
from whence.formula.index_form import symbol
from whence.formula.layout import Derivative, Fence, Letter, Node, Operator, Row, Symbol, Word, called, row
from whence.views.derivation.oriented_trace import OrientedTrace
from whence.views.derivation.outline import Block, Equation, Paragraph, Steps
from whence.views.derivation.phrases import Phrases
from whence.views.mathematics.matrix_form import ONE_HOT

_ONE = Word("1")
_EXPONENTIAL = called("exp", row(Word("−"), Letter("z")))
_LOGISTIC = row(called("σ", Letter("z")), Operator("="), layout.Fraction(_ONE, row(_ONE, Operator("+"), _EXPONENTIAL)))
_PART = row(Letter("A"), Fence("[", layout.listed([Word("0"), Word(":"), Word(":")]), "]"))
_LABELLED = Fence("[", row(Letter("j"), Operator("="), Symbol("y"), Fence("[", Letter("n"), "]")), "]")


def notation(oriented: OrientedTrace, blocks: Sequence[Block], phrases: Phrases) -> tuple[Block, ...]:
    """Return paragraphs that explain the network's arrays and the notation of their formulas."""
    equations = [block for block in blocks if isinstance(block, Equation)]
    lines = [line.form for block in blocks if isinstance(block, Steps) for line in block.lines]
    in_matrix_forms = {node for equation in equations for form in equation.forms[:-1] for node in _inside(form)}
    in_index_forms = {node for form in (*lines, *(each.forms[-1] for each in equations)) for node in _inside(form)}
    names = [name for equation in equations if equation.numbers for name, _ in equation.numbers.tables]
    paragraphs = [*_arrays(oriented, phrases), *_matrices(oriented, in_matrix_forms, phrases)]
    if Word("σ") in in_index_forms:
        paragraphs.append(phrases.paragraph("notation.logistic", definition=_LOGISTIC))
    if any(Word(":") in _inside(name) for name in names):
        paragraphs.append(phrases.paragraph("notation.colon", example=_PART))
    cells = [equation.numbers.cell for equation in equations if equation.numbers and equation.numbers.cell]
    if any(Operator("≈") in cell.items for cell in cells):
        paragraphs.append(phrases.paragraph("notation.rounded", sign=Word("≈")))
    return tuple(paragraphs)


def _arrays(oriented: OrientedTrace, phrases: Phrases) -> Iterator[Paragraph]:
    trace = oriented.trace
    if trace["x"].ndim == 2:
        yield phrases.paragraph("notation.rows" if oriented.rows else "notation.columns")
    else:
        yield phrases.paragraph("notation.first axis" if oriented.rows else "notation.last axis")
    parameters = [name for name, origin in trace.origins.items() if origin.phase == "parameter"]
    if parameters:
        shapes = (phrases("notation.shape", name=f"`{name}`", shape=oriented.shape(name)) for name in parameters)
        yield phrases.paragraph("notation.shapes", shapes=phrases("list.comma").join(shapes))
    output = trace.layers[-1].output
    entry = row(
        Symbol(output), Fence("[", layout.listed([Letter(letter or "·") for letter in oriented.letters(output)]), "]")
    )
    derivative = Derivative(Letter("L"), entry)
    gradient = symbol(f"d{output}", trace)
    yield phrases.paragraph("notation.loss", gradient=gradient, derivative=derivative, output=Symbol(output))


def _matrices(oriented: OrientedTrace, used: set[Node], phrases: Phrases) -> Iterator[Paragraph]:
    yield phrases.paragraph("notation.forms")
    if any(isinstance(node, layout.Transposed) for node in used) or layout.Ones() in used:
        of_a = row(layout.Transposed(Letter("A")))
        yield phrases.paragraph("notation.transpose", transposed=of_a, matrix=Letter("A"), ones=layout.Ones())
    if Operator("⊙") in used:
        yield phrases.paragraph("notation.elementwise", sign=Word("⊙"))
    yield phrases.paragraph("notation.functions")
    if Word("diag") in used:
        yield phrases.paragraph("notation.diagonal")
    if Symbol(ONE_HOT) in used:
        side = "rows" if oriented.rows else "columns"
        yield phrases.paragraph(f"notation.one-hot.{side}", one_hot=Symbol(ONE_HOT), entries=_LABELLED)


def _inside(node: Node) -> Iterator[Node]:
    """Yield a layout and all its parts."""
    yield node
    for field in fields(node):  # type: ignore[arg-type]
        value = getattr(node, field.name)
        for item in value if isinstance(node, Row) else (value,):
            if isinstance(item, Node):
                yield from _inside(item)
