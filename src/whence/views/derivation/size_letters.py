"""The letters of sizes: ``K`` for the number of values of the index k."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from whence.formula import Entry, Expression, Index, Size
from whence.formula.derive.letters import axes_of
from whence.formula.expressions import rebuilt, walk


def size_nodes(node: Expression) -> list[Size]:
    """Return the sizes in an expression, in the order of reading."""
    return [part for part in walk(node) if isinstance(part, Size)]


def with_sizes(node: Expression, sizes: Mapping[Size, Size]) -> Expression:
    """Return an expression with other letters for some of its sizes."""
    if isinstance(node, Size):
        return sizes.get(node, node)
    return rebuilt(node, lambda child: with_sizes(child, sizes))


def size_letters(derived: Sequence[Expression], given: Sequence[Expression]) -> dict[Size, Size]:
    """Return for sizes that only derived expressions name those by which given ones name the length of the axis."""
    known = {size: _axes(size.index, [node]) for node in given for size in size_nodes(node)}
    letters: dict[Size, Size] = {}
    for size in (size for node in derived for size in size_nodes(node) if size not in known):
        axes = _axes(size.index, derived)
        letters[size] = next((other for other in known if known[other] & axes), size)
    return letters


def _axes(index: Index, nodes: Sequence[Expression]) -> set[tuple[str, int]]:
    """Return the axes that an index alone subscripts."""
    entries = (entry for node in nodes for entry in walk(node) if isinstance(entry, Entry))
    return set().union(*(axes_of(index, entry) for entry in entries))
