"""The passes of a network over chunks of a batch, each computed by one of several processes."""

from __future__ import annotations

import copy
import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeVar

import numpy as np

from whence.arrays import Array
from whence.data import Batch, Preprocessing
from whence.data.row_draws import BatchDraws
from whence.nn import Sequential
from whence.nn.chain import leaf_layers
from whence.nn.context import State
from whence.nn.layer import Cache
from whence.nn.meeting import meet
from whence.nn.sequential import MOST_AT_ONCE, Tape, Watch
from whence.nn.threads import on_parts
from whence.training.parallel.chunks import Chunks, Span, added, added_up, parts_of
from whence.training.parallel.division import Division
from whence.training.passes import Passes

_T = TypeVar("_T")
_Part = TypeVar("_Part")


@dataclass(frozen=True)
class ChunkedTape:
    """The tapes of the chunks that a process computes.

    Parameters
    ----------
    chunks : Chunks
        The chunks of the batch.
    tapes : list of list
        A tape for each chunk.
    whole : (Sequential, list), optional
        A copy of the network, and its tape of the whole batch, for callbacks that watch.
    """

    chunks: Chunks
    tapes: list[Tape]
    whole: tuple[Sequential, Tape] | None = None

    def __getitem__(self, position: int) -> Cache:
        assert self.whole is not None
        return self.whole[1][position]

    def __len__(self) -> int:
        return len(self.tapes[0])


class ChunkedPasses(Passes):
    """The passes of a network whose batches are divided.

    Each process has the rows of its chunks as ``batch.x``, and all targets; outputs and gradients are those of the
    whole batch. The loss is therefore computed of all outputs, by every process. The threads of `whence.nn.set_threads`
    compute different chunks at the same time, unless layers are watched or meet; bits do not depend on their number.

    Parameters
    ----------
    net : Sequential
        The network.
    division : Division
        Of batches among processes.
    """

    def __init__(self, net: Sequential, division: Division) -> None:
        super().__init__(net)
        self.division, self.ranks = division, division.ranks
        self._meets = any(layer.spans_batch for layer in leaf_layers(net.layers))

    def forward(
        self,
        batch: Batch,
        *,
        state: State | None = None,
        training: bool = True,
        watch: Watch | None = None,
        whole: bool = False,
    ) -> tuple[Array, ChunkedTape]:
        chunks = self.division.chunks(len(batch))
        own = chunks.computed(self.ranks.rank)
        start = chunks.rows_of(own).start
        draws = BatchDraws(self.net.rng, len(batch))
        beside = copy.deepcopy(self.net) if whole else None
        watch_chunks = None if whole else watch

        def run(number: int) -> tuple[Array, Tape]:
            rows = chunks.rows(own[number])
            return self.net.forward(
                batch.x[rows.start - start : rows.stop - start],
                training=training,
                state=None if state is None else {name: array[rows] for name, array in state.items()},
                lengths=None if batch.lengths is None else batch.lengths[rows],
                rng=draws.part(rows),
                watch=watch_chunks,
            )

        if self._meets and training:
            found = self._meeting(run, chunks)
        else:
            found = _each(watch_chunks)(run, range(len(own)))
        outputs, tapes = self._joined([output for output, _ in found], chunks), [tape for _, tape in found]
        if beside is None:
            return outputs, ChunkedTape(chunks, tapes)
        rng = draws.part(slice(0, len(batch)))
        _, tape = beside.forward(batch.x, training=training, state=state, lengths=batch.lengths, rng=rng, watch=watch)
        return outputs, ChunkedTape(chunks, tapes, (beside, tape))

    def backward(self, delta: Array, tape: ChunkedTape, *, watch: Watch | None = None) -> Array:
        chunks, ranks = tape.chunks, self.ranks
        first = chunks.computed(ranks.rank).start
        watch_chunks = None if tape.whole else watch

        def run(number: int) -> Array:
            rows = chunks.rows(first + number)
            return self.net.backward(delta[rows], tape.tapes[number], watch=watch_chunks)

        met = self._meeting(run, chunks) if self._meets else None

        def share(chunk: int) -> Array:
            return run(chunk - first) if met is None else met[chunk - first]

        def sum_of(part: Span) -> Array:
            return added(*part, share)

        spans = chunks.spans(ranks.rank)
        parts = [part for span in spans for part in parts_of(span)]
        of_parts = dict(zip(parts, _each(watch_chunks)(sum_of, parts), strict=True))
        sums = [added_up(of_parts, *span) for span in spans]
        if tape.whole:
            beside, whole = tape.whole
            beside.backward(delta, whole, watch=watch)
        if ranks.size == 1:
            return sums[0]
        if self.division.fast_reduce:
            return ranks.summed(sums[0] if sums else np.zeros_like(self.net.theta))
        return self._added(sums, chunks)

    def state_after(self, tape: ChunkedTape) -> State:
        states = [self.net.state_after(each) for each in tape.tapes]
        return {name: self._joined([state[name] for state in states], tape.chunks) for name in states[0]}

    def outputs(self, inputs: Array, preprocessing: Preprocessing | None, lengths: Array | None) -> Array:
        blocks = []
        for start in range(0, len(inputs), MOST_AT_ONCE):
            chunks = self.division.chunks(min(MOST_AT_ONCE, len(inputs) - start))

            def outputs_of(chunk: int, start: int = start, chunks: Chunks = chunks) -> Array:
                rows = slice(start + chunks.rows(chunk).start, start + chunks.rows(chunk).stop)
                x = inputs[rows] if preprocessing is None else preprocessing(inputs[rows], self.net.input_dtype)
                return self.net(x, lengths=None if lengths is None else lengths[rows])

            blocks.append(self._joined(on_parts(outputs_of, chunks.computed(self.ranks.rank)), chunks))
        return np.concatenate(blocks)

    def rows(self, samples: int) -> slice:
        return self.division.computed(samples)

    def _meeting(self, run: Callable[[int], _T], chunks: Chunks) -> list[_T]:
        """Return the results of all chunks that this process computes."""
        own = chunks.computed(self.ranks.rank)
        sizes = [chunks.rows(chunk).stop - chunks.rows(chunk).start for chunk in own]
        return meet(run, sizes, chunks.samples, functools.partial(self._total, chunks))

    def _total(self, chunks: Chunks, shares: list[Array]) -> Array:
        """Return the sum of the shares of all chunks, in their order, for those of this process."""
        counts = [len(chunks.owned(rank)) for rank in range(self.ranks.size)]
        return functools.reduce(np.add, self.ranks.joined(np.stack(shares), counts))

    def _joined(self, parts: list[Array], chunks: Chunks) -> Array:
        """Return the rows of all chunks for those that this process computes."""
        own = parts[0] if len(parts) == 1 else np.concatenate(parts)
        return self.ranks.joined(own, chunks.sizes())

    def _added(self, sums: list[Array], chunks: Chunks) -> Array:
        """Return the sum of all gradients in their order: each process adds a piece of all, and sends it to all."""
        ranks, theta = self.ranks, self.net.theta
        edges = [theta.size * rank // ranks.size for rank in range(ranks.size + 1)]
        pieces = [slice(*pair) for pair in pairwise(edges)]
        spans = [chunks.spans(rank) for rank in range(ranks.size)]
        dealt = ranks.dealt(sums, [len(each) for each in spans], pieces, theta.dtype)
        by_span = dict(zip((span for each in spans for span in each), dealt, strict=True))
        whole = sums[0] if sums else np.empty_like(theta)
        whole[pieces[ranks.rank]] = added_up(by_span, 0, chunks.count)
        ranks.assemble(whole, pieces)
        return whole


def _each(watch: Watch | None) -> Callable[[Callable[[_Part], _T], Sequence[_Part]], list[_T]]:
    """Return what does a work for each part: at the same time, or in turn for what watches."""
    return on_parts if watch is None else lambda work, parts: [work(part) for part in parts]
