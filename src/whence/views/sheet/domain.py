"""The index values at which a reduction has terms, as far as they are known without reading cells."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Iterator, Mapping

import numpy as np

from whence.arrays import Array
from whence.formula import Entry, Expression, Index, differs, walk
from whence.formula.contributions import Terms
from whence.formula.expressions import Number, Operation, Reduction
from whence.formula.filling import fill_in
from whence.formula.index_form import COMPARISONS


class Domain:
    """The values of a reduction's indices at which all conditions hold that do not read cells.

    ``ranges`` is the smallest box that contains all terms; ``read`` are the conditions that read cells.
    """

    def __init__(self, node: Reduction, bound: Mapping[Index, int], extents: Mapping[Index, int]) -> None:
        fixed = tuple(condition for condition in node.where if not _reads(condition))
        self.read = tuple(map(_as_comparison, filter(_reads, node.where)))
        self.shape = tuple(extents[index] for index in node.indices)
        self.ranges = {index: range(extents[index]) for index in node.indices}
        self._there: Array | None = None
        if fixed:
            terms = fill_in(Reduction("Sum", node.indices, Number(1.0), fixed), bound, extents)
            assert isinstance(terms, Reduction)
            self._there = Terms([terms], {}).kept.reshape(self.shape)
            values = zip(node.indices, np.nonzero(self._there), strict=True)
            self.ranges = {index: range(v.min(), v.max() + 1) if len(v) else range(0) for index, v in values}

    def choices(self) -> list[tuple[Index, ...]]:
        """Return every choice of indices to write out, fewest terms first; only that of all if the box has gaps."""
        single = [index for index, values in self.ranges.items() if len(values) == 1]
        others = [index for index, values in self.ranges.items() if len(values) != 1]
        sizes = range(len(others) + 1) if self._is_full() else [len(others)]
        found = [(*single, *chosen) for size in sizes for chosen in itertools.combinations(others, size)]
        return sorted(found, key=self.number_of)

    def number_of(self, indices: Iterable[Index]) -> int:
        """Return the number of combined values of indices within the box."""
        return math.prod(len(self.ranges[index]) for index in indices)

    def values(self, indices: Iterable[Index]) -> Iterator[dict[Index, int]]:
        """Yield the values of indices at which there are terms; if the box has gaps, ``indices`` must be all."""
        indices = tuple(indices)
        there = None if self._is_full() else self._there
        for values in itertools.product(*(self.ranges[index] for index in indices)):
            bound = dict(zip(indices, values, strict=True))
            if there is None or there[tuple(bound[index] for index in self.ranges)]:
                yield bound

    def _is_full(self) -> bool:
        if self._there is None:
            return True
        return bool(self._there[tuple(slice(v.start, v.stop) for v in self.ranges.values())].all())


def _reads(condition: Expression) -> bool:
    return any(isinstance(node, Entry) for node in walk(condition))


def _as_comparison(condition: Expression) -> Expression:
    """Return a condition, which holds where it is not zero, as one that is 0 or 1."""
    compares = isinstance(condition, Operation) and condition.symbol in COMPARISONS
    return condition if compares else differs(condition, 0)
