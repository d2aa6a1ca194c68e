"""The same formula over arrays of other names."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from whence.formula.expressions import Entry, Expression, Formula, rebuilt


def rename(formula: Formula, name_of: Callable[[str], str]) -> Formula:
    """Return a formula with every array called what ``name_of`` gives for its name."""

    def renamed(node: Expression) -> Expression:
        made = rebuilt(node, renamed)
        return replace(made, array=name_of(made.array)) if isinstance(made, Entry) else made

    target = renamed(formula.target)
    assert isinstance(target, Entry)
    return Formula(target, renamed(formula.expression))
