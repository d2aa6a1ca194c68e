"""One weight followed in numbers: through cells to the loss, and back to its gradient and its new value."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from whence.errors import ArgumentError
from whence.formula.evaluate import Source
from whence.formula.expressions import Entry, affine
from whence.formula.index_form import expression_form
from whence.formula.layout import Node
from whence.trace.cell_chain import cell_chain
from whence.views.derivation.equations import Equations
from whence.views.derivation.outline import Block, Line, Steps


def cell_chain_section(equations: Equations) -> Iterator[Block]:
    """Yield the arithmetic of the cells from one weight to the loss, and from the loss back to the same weight."""
    trace, phrases = equations.oriented.trace, equations.phrases
    try:
        chain = cell_chain(trace)
    except ArgumentError:
        yield phrases.paragraph("chain.none")
        return
    yield phrases.paragraph("chain.forward", weight=_name(equations, chain.weight))
    yield _arithmetic(equations, chain.forward)
    yield phrases.paragraph("chain.backward")
    yield _arithmetic(equations, chain.backward)


def _name(equations: Equations, cell: Source) -> Node:
    array, index = cell
    places = tuple(map(affine, equations.oriented.place(array, index)))
    return expression_form(Entry(array, places), equations.oriented.trace)


def _arithmetic(equations: Equations, cells: Sequence[Source]) -> Steps:
    placed = [(array, equations.oriented.place(array, index)) for array, index in cells]
    before = [None, *placed[:-1]]
    return Steps(tuple(Line(equations.cell(*cell, followed)) for cell, followed in zip(placed, before, strict=True)))
