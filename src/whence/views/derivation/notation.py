"""The section that explains the notation that the derivation uses."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import fields

from whence.formula import layout
from whence.formula.index_form import symbol
from whence.formula.layout import Fence, Letter, Node, Operator, Row, Symbol, Word, called, row
from whence.views.derivation.oriented_trace import OrientedTrace
from whence.views.derivation.outline import Block, Equation, Paragraph
from whence.views.mathematics.matrix_form import ONE_HOT

_ONE = Word("1")
_EXPONENTIAL = called("exp", row(Word("−"), Letter("z")))
_COLON: list[str | Node] = [
    "Of an array with more than two axes a part is written out: a colon means all positions on an axis, so ",
    row(Letter("A"), Fence("[", layout.listed([Word("0"), Word(":"), Word(":")]), "]")),
    " is the matrix of the entries whose first index is 0.",
]
_LOGISTIC: list[str | Node] = [
    row(called("σ", Letter("z")), Operator("="), layout.Fraction(_ONE, row(_ONE, Operator("+"), _EXPONENTIAL))),
    " is the logistic function, which maps every number to one between 0 and 1.",
]


def notation(oriented: OrientedTrace, equations: Sequence[Equation]) -> tuple[Block, ...]:
    """Return paragraphs that explain the network's arrays and the notation of their formulas."""
    in_matrix_forms = {node for equation in equations for form in equation.forms[:-1] for node in _inside(form)}
    in_index_forms = {node for equation in equations for node in _inside(equation.forms[-1])}
    names = [name for equation in equations if equation.numbers for name, _ in equation.numbers.tables]
    logistic = [_LOGISTIC] if Word("σ") in in_index_forms else []
    colon = [_COLON] if any(Word(":") in _inside(name) for name in names) else []
    paragraphs = [*_explanations(oriented, in_matrix_forms), *logistic, *colon]
    return tuple(Paragraph(tuple(parts)) for parts in paragraphs)


def _explanations(oriented: OrientedTrace, used: set[Node]) -> Iterator[list[str | Node]]:
    trace = oriented.trace
    side = "row" if oriented.rows else "column"
    first = "first" if oriented.rows else "last"
    each = f"each is one {side} of " if trace["x"].ndim == 2 else f"they are stacked along the {first} axis of "
    yield [f"The batch has N samples; {each}", Symbol("x"), "."]
    shapes: list[str | Node] = ["The parameters and their shapes: "]
    for parameter in (name for name, origin in trace.origins.items() if origin.phase == "parameter"):
        shapes += [Symbol(parameter), f" is {oriented.shape(parameter)}, "]
    yield [*shapes[:-1], str(shapes[-1]).removesuffix(", ") + "."]
    last = trace.layers[-1].output
    gradient = symbol(f"d{last}", trace)
    derivatives = " is the array of its derivatives with respect to the entries of "
    yield ["The loss is ", Symbol("loss"), "; ", gradient, derivatives, Symbol(last), ", with the same shape."]
    yield ["Each formula is given in index form, preceded by its matrix form if it has one."]
    if any(isinstance(node, layout.Transposed) for node in used) or layout.Ones() in used:
        about_ones = " is a column of ones of suitable length: a product with it is a sum, or a repetition."
        of_a = row(layout.Transposed(Letter("A")))
        yield [of_a, " is the transpose of ", Letter("A"), ", and ", layout.Ones(), about_ones]
    if Operator("⊙") in used:
        yield ["The sign ", Word("⊙"), " means elementwise multiplication, also in powers."]
    yield ["Functions, fractions and comparisons of arrays are elementwise; a comparison is 1 if true and 0 otherwise."]
    if Word("diag") in used:
        yield ["For a vector v, diag(v) is the diagonal matrix with v on its diagonal."]
    if Symbol(ONE_HOT) in used:
        one_hot = Fence("[", row(Letter("j"), Operator("="), Symbol("y"), Fence("[", Letter("n"), "]")), "]")
        yield [Symbol(ONE_HOT), " is the one-hot matrix ", one_hot, f": one {side} for each sample, 1 at its label."]


def _inside(node: Node) -> Iterator[Node]:
    """Yield a layout and all its parts."""
    yield node
    for field in fields(node):  # type: ignore[arg-type]
        value = getattr(node, field.name)
        for item in value if isinstance(node, Row) else (value,):
            if isinstance(item, Node):
                yield from _inside(item)
