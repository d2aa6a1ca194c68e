"""Formulas over arrays of other names."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from whence.formula.expressions import Entry, Expression, Formula, rebuilt


def rename(formula: Formula, name_of: Callable[[str], str]) -> Formula:
    """Return a formula in which ``name_of`` of its old name is the name of every array."""

    def renamed(node: Expression) -> Expression:
        made = rebuilt(node, renamed)
        return replace(made, array=name_of(made.array)) if isinstance(made, Entry) else made

    target = renamed(formula.target)
    assert isinstance(target, Entry)
    return Formula(target, renamed(formula.expression))
