"""The same formula over arrays of other names."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from whence.formula.expressions import Call, Entry, Expression, Formula, Operation, Reduction

Node = TypeVar("Node", bound=Expression)


def rename(formula: Formula, name_of: Callable[[str], str]) -> Formula:
    """Return a formula with every array called what ``name_of`` gives for its name."""
    return Formula(_renamed(formula.target, name_of), _renamed(formula.expression, name_of))


def _renamed(node: Node, name_of: Callable[[str], str]) -> Node:
    match node:
        case Entry(array, subscripts):
            places = tuple(_renamed(place, name_of) if isinstance(place, Entry) else place for place in subscripts)
            return replace(node, array=name_of(array), subscripts=places)
        case Operation(_, left, right):
            return replace(node, left=_renamed(left, name_of), right=_renamed(right, name_of))
        case Call(_, operands):
            return replace(node, operands=tuple(_renamed(operand, name_of) for operand in operands))
        case Reduction(_, _, body):
            return replace(node, body=_renamed(body, name_of))
    return node
