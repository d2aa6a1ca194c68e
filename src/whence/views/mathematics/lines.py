"""Break wide formulas into several lines."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from whence.formula.layout import Fence, Fraction, Large, Node, Operator, Root, Row, Script, Side, Word, brackets

_SUMS = ("+", "−", "=", "≈")
_PRODUCTS = ("·", "⊙", "/", "", ",")


def in_lines(form: Row, width: float, measure: Callable[[Node], float]) -> list[Row]:
    """Return the lines of an equation; each line after the first begins with an operator, if there is one.

    Lines are broken before a plus, a minus or an equals sign, and before the operator of a product or a quotient only
    within terms that are wider than a line; brackets, roots and fractions are broken only if they are too wide as well.
    Lines after the first are indented to the right-hand side.
    """
    if measure(form) <= width:
        return [form]
    made, equals, *rest = form.items
    room = width - measure(Row((made, equals)))

    def fits(node: Node) -> bool:
        return measure(node) <= room

    first, *others = _filled(_cut(_apart(Row(tuple(rest)), fits), fits), fits)
    return [Row((made, equals, *first.items)), *others]


def _apart(node: Node, fits: Callable[[Node], bool]) -> list[Node]:
    """Return the parts of a layout side by side, with those that are too wide broken up."""
    if isinstance(node, Row):
        return [piece for item in node.items for piece in _apart(item, fits)]
    if fits(node):
        return [node]
    match node:
        case Fence():
            return _opened(node, fits)
        case Root(inside):
            return _apart(Script(brackets(inside), upper=Fraction(Word("1"), Word("2"))), fits)
        case Script(Fence() as base, lower, upper):
            *pieces, last = _opened(base, fits)
            return [*pieces, Script(last, lower, upper)]
        case Fraction(above, below):
            above, below = (side if isinstance(side, Fence) else brackets(side) for side in (above, below))
            return [*_apart(above, fits), Operator("/"), *_apart(below, fits)]
        case Large(sign, below, body):
            return [Large(sign, below, Row(())), *_apart(body, fits)]
    return [node]


def _opened(fence: Fence, fits: Callable[[Node], bool]) -> list[Node]:
    """Return an opening bracket, the parts of the content, and a closing bracket."""
    return [Side(fence.left, opens=True), *_apart(fence.inside, fits), Side(fence.right, opens=False)]


def _cut(pieces: Sequence[Node], fits: Callable[[Node], bool]) -> list[list[Node]]:
    """Return the parts between which a line may be broken."""
    parts = []
    for term in _before(_SUMS, pieces):
        parts += [term] if fits(Row(tuple(term))) else _before(_PRODUCTS, term)
    return parts


def _before(signs: Sequence[str], pieces: Sequence[Node]) -> list[list[Node]]:
    parts: list[list[Node]] = [[]]
    for piece in pieces:
        if isinstance(piece, Operator) and piece.sign in signs and parts[-1]:
            parts.append([])
        parts[-1].append(piece)
    return parts


def _filled(parts: Sequence[list[Node]], fits: Callable[[Node], bool]) -> list[Row]:
    """Return lines, each filled with as many parts as fit."""
    lines: list[Row] = []
    for part in parts:
        if lines and fits(longer := Row((*lines[-1].items, *part))):
            lines[-1] = longer
        else:
            lines.append(Row(tuple(part)))
    return lines
