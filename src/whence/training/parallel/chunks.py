"""The chunks of a batch: which process computes which, and the order in which their gradients are added."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from whence.arrays import Array

Span = tuple[int, int]
"""Consecutive chunks, from a first one up to the one before a last."""


@dataclass(frozen=True)
class Chunks:
    """The chunks of one batch; all but the processes depends on its size alone.

    A process without a chunk of its own, at the end of an epoch, computes one of another again, so that all come to the
    same meetings.

    Parameters
    ----------
    samples : int
        The number of samples of the batch.
    count : int
        The number of chunks; at most that of the samples.
    processes : int
        The number of processes.
    """

    samples: int
    count: int
    processes: int

    def rows(self, chunk: int) -> slice:
        """Return the rows of a chunk."""
        return slice(self.samples * chunk // self.count, self.samples * (chunk + 1) // self.count)

    def owned(self, rank: int) -> range:
        """Return the chunks of a process that count."""
        return range(self.count * rank // self.processes, self.count * (rank + 1) // self.processes)

    def computed(self, rank: int) -> range:
        """Return the chunks that a process computes, at least one."""
        own = self.owned(rank)
        return own or range(own.start, own.start + 1)

    def rows_of(self, chunks: range) -> slice:
        """Return the rows of one or more consecutive chunks."""
        return slice(self.rows(chunks.start).start, self.rows(chunks.stop - 1).stop)

    def sizes(self) -> list[int]:
        """Return the number of rows that each process owns."""
        spans = [self.owned(rank) for rank in range(self.processes)]
        return [sum(self.rows(chunk).stop - self.rows(chunk).start for chunk in span) for span in spans]

    def spans(self, rank: int) -> list[Span]:
        """Return the largest spans of the order of addition that lie within the chunks of a process."""
        own = self.owned(rank)
        return list(_within(0, self.count, own.start, own.stop))


def parts_of(span: Span, halvings: int = 3) -> Iterator[Span]:
    """Yield the spans, at most 8, into which the order of addition divides one, for sums at the same time."""
    first, last = span
    if not halvings or last - first == 1:
        yield span
        return
    middle = (first + last) // 2
    yield from parts_of((first, middle), halvings - 1)
    yield from parts_of((middle, last), halvings - 1)


def added(first: int, last: int, share: Callable[[int], Array]) -> Array:
    """Return the sum of the shares of chunks, which it writes to: each half added first, then both halves."""
    if last - first == 1:
        return share(first)
    middle = (first + last) // 2
    total = added(first, middle, share)
    total += added(middle, last, share)
    return total


def added_up(sums: Mapping[Span, Array], first: int, last: int) -> Array:
    """Return the sum over a span, in the order of `added`, of sums over spans within it, which it writes to."""
    if (first, last) in sums:
        return sums[first, last]
    middle = (first + last) // 2
    total = added_up(sums, first, middle)
    total += added_up(sums, middle, last)
    return total


def _within(first: int, last: int, start: int, stop: int) -> Iterator[Span]:
    if start >= last or stop <= first:
        return
    if start <= first and last <= stop:
        yield first, last
        return
    middle = (first + last) // 2
    yield from _within(first, middle, start, stop)
    yield from _within(middle, last, start, stop)
