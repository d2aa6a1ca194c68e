"""The formulas of a layer, a loss or an optimizer, and which of their arrays depend on each other over time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from whence.formula.expressions import Formula
from whence.formula.rename import rename


@dataclass(frozen=True)
class Recurrence:
    """Arrays that read each other at the place before on an axis, and so are computed together, place by place.

    Parameters
    ----------
    arrays : tuple of str
        The arrays, in the order in which they are computed at each place.
    axis : int
        The axis, in all of them.
    reverse : bool
        Whether the last place comes first.
    """

    arrays: tuple[str, ...]
    axis: int
    reverse: bool

    def renamed(self, name_of: Callable[[str], str]) -> Recurrence:
        """Return the same with every array called what ``name_of`` gives for its name."""
        return Recurrence(tuple(map(name_of, self.arrays)), self.axis, self.reverse)


@dataclass(frozen=True)
class Formulas:
    """The formulas of a layer, a loss or an optimizer.

    Parameters
    ----------
    forward : sequence of Formula
        From what goes in to what comes out, in the order of computation.
    backward : sequence of Formula, optional
        From the delta to the gradients, in the order of computation.
    update : sequence of Formula, optional
        What is carried over to the next step, such as running statistics.
    recurrences : sequence of Recurrence, optional
        Which arrays depend on each other; of all others, each reads only itself or such as come before it.
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
        """Return the same with every array called what ``name_of`` gives for its name."""
        forward, backward, update = (
            [rename(formula, name_of) for formula in part] for part in (self.forward, self.backward, self.update)
        )
        return Formulas(forward, backward, update, [each.renamed(name_of) for each in self.recurrences])
