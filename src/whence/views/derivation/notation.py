"""The section that says what the signs mean: only those that the derivation uses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import fields

from whence.formula.index_form import symbol
from whence.formula.layout import (
    Fence,
    Fraction,
    Letter,
    Node,
    Ones,
    Operator,
    Row,
    Symbol,
    Transposed,
    Word,
    called,
    row,
)
from whence.views.derivation.outline import Block, Equation, Paragraph
from whence.views.derivation.shown import Shown
from whence.views.mathematics.matrix_form import ONE_HOT

_EXPONENTIAL = called("exp", row(Word("−"), Letter("z")))
_COLON: list[str | Node] = [
    "Of an array with more than two axes a part is written out: a colon stands for all places on an axis, and ",
    row(Letter("A"), Fence("[", row(Word("0"), Operator(","), Word(":"), Operator(","), Word(":")), "]")),
    " is the matrix of the entries that have 0 on the first.",
]
_LOGISTIC: list[str | Node] = [
    row(called("σ", Letter("z")), Operator("="), Fraction(Word("1"), row(Word("1"), Operator("+"), _EXPONENTIAL))),
    " is the logistic function, which squeezes every number between 0 and 1.",
]


def notation(shown: Shown, equations: Iterable[Equation]) -> tuple[Block, ...]:
    """Return paragraphs on the network's arrays and on the signs in their formulas.

    Parameters
    ----------
    shown : Shown
        The trace.
    equations : iterable of Equation
        All equations of the derivation.
    """
    given = list(equations)
    used = {node for equation in given if equation.matrix for node in _inside(equation.matrix)}
    squeezed = Word("σ") in {node for equation in given for node in _inside(equation.index)}
    names = [name for equation in given if equation.numbers for name, _ in equation.numbers.tables]
    parts = {node for name in names for node in _inside(name)}
    explained = [
        *_explanations(shown, used),
        *([_LOGISTIC] if squeezed else []),
        *([_COLON] if Word(":") in parts else []),
    ]
    return tuple(Paragraph(tuple(parts)) for parts in explained)


def _explanations(shown: Shown, used: set[Node]) -> Iterator[list[str | Node]]:
    trace = shown.trace
    side = "row" if shown.rows else "column"
    first = "first" if shown.rows else "last"
    each = f"each is one {side} of " if trace["x"].ndim == 2 else f"they lie side by side along the {first} axis of "
    yield [f"N samples go through the network together; {each}", Symbol("x"), "."]
    listed: list[str | Node] = ["The parameters and their shapes: "]
    for parameter in (name for name, origin in trace.origins.items() if origin.phase == "parameter"):
        listed += [Symbol(parameter), f" is {shown.shape(parameter)}, "]
    yield [*listed[:-1], str(listed[-1]).removesuffix(", ") + "."]
    last = trace.layers[-1].output
    derivative = symbol(f"d{last}", trace)
    yield [
        "The loss is called ",
        Symbol("loss"),
        ", and ",
        derivative,
        " is the array of its derivatives by the entries of ",
        Symbol(last),
        f", of the same shape; in programs it is d{last}.",
    ]
    yield ["Each formula is given in index form, and above it, where there is one, in matrix form."]
    if any(isinstance(node, Transposed) for node in used) or Ones() in used:
        yield [
            row(Transposed(Letter("A"))),
            " is ",
            Letter("A"),
            " with rows and columns exchanged, and ",
            Ones(),
            " a column of ones as long as needed: a product with it adds up, or repeats.",
        ]
    if Operator("⊙") in used:
        yield ["The sign", Operator("⊙"), "multiplies entry by entry, also in powers."]
    yield ["Functions, fractions and comparisons of arrays are taken entry by entry; a comparison is 1 where it holds."]
    if Word("diag") in used:
        yield ["A vector v as diag(v) is the diagonal matrix: it multiplies each row, or each column, by one number."]
    if Symbol(ONE_HOT) in used:
        compared = row(Letter("j"), Operator("="), Symbol("y"), Fence("[", Letter("n"), "]"))
        yield [
            Symbol(ONE_HOT),
            f" has one {side} for each sample, 1 at its label and 0 elsewhere: the matrix of ",
            Fence("[", compared, "]"),
            ".",
        ]


def _inside(node: Node) -> Iterator[Node]:
    """Yield a layout and all its pieces."""
    yield node
    for field in fields(node):  # type: ignore[arg-type]
        value = getattr(node, field.name)
        for item in value if isinstance(node, Row) else (value,):
            if isinstance(item, Node):
                yield from _inside(item)
