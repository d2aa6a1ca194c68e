"""The formulas of a layer, a loss or an optimizer, the recurrences among them, and other names for their arrays."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from whence.formula.expressions import Entry, Expression, Formula, rebuilt


@dataclass(frozen=True)
class Recurrence:
    """Arrays that read each other at the previous place on an axis, so that they are computed together, step by step.

    Parameters
    ----------
    arrays : tuple of str
        The arrays, in the order of computation at each step.
    axis : int
        The axis of the steps, the same in all arrays.
    reverse : bool
        Whether the last step is computed first.
    """

    arrays: tuple[str, ...]
    axis: int
    reverse: bool

    def renamed(self, name_of: Callable[[str], str]) -> Recurrence:
        """Return a copy in which ``name_of`` of its old name is the name of every array."""
        return Recurrence(tuple(map(name_of, self.arrays)), self.axis, self.reverse)


@dataclass(frozen=True)
class Formulas:
    """The formulas of a layer, a loss or an optimizer.

    Parameters
    ----------
    forward : sequence of Formula
        From the input to the output, in the order of computation.
    backward : sequence of Formula, optional
        From the delta to the gradients, in the order of computation.
    update : sequence of Formula, optional
        The state for the next training step, such as running statistics.
    recurrences : sequence of Recurrence, optional
        The arrays that depend on each other; all others read only arrays that come before them.
    """

    forward: Sequence[Formula]
    backward: Sequence[Formula] = ()
    update: Sequence[Formula] = ()
    recurrences: Sequence[Recurrence] = ()

    def __iter__(self) -> Iterator[Formula]:
        yield from self.forward
        yield from self.backward
        yield from self.update

    def renamed(self, name_of: Callable[[str], str]) -> Formulas:
        """Return a copy in which ``name_of`` of its old name is the name of every array."""
        forward, backward, update = (
            [rename(formula, name_of) for formula in part] for part in (self.forward, self.backward, self.update)
        )
        return Formulas(forward, backward, update, [each.renamed(name_of) for each in self.recurrences])


def rename(formula: Formula, name_of: Callable[[str], str]) -> Formula:
    """Return a formula in which ``name_of`` of its old name is the name of every array."""

    def renamed(node: Expression) -> Expression:
        made = rebuilt(node, renamed)
        return Entry(name_of(made.array), made.subscripts) if isinstance(made, Entry) else made

    target = renamed(formula.target)
    assert isinstance(target, Entry)
    return Formula(target, renamed(formula.expression))
