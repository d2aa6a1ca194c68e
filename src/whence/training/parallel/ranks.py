"""The processes of a training: what they exchange, and how they decide together."""

from __future__ import annotations

import contextlib
import itertools
import sys
import time
import traceback
from collections.abc import Iterator, Sequence
from typing import Any, TypeVar

import numpy as np

from whence.arrays import Array, DTypeLike
from whence.errors import EndedElsewhere, MissingDependencyError, WhenceError
from whence.optional import require
from whence.training.verdict import Verdict

_T = TypeVar("_T")

_SECONDS_FOR_THE_FIRST = 0.5
"""How long others wait before they end all, so that only the first of several that fail alike says so."""


class Ranks:
    """The only process of a training, with what several would exchange.

    Attributes
    ----------
    rank, size : int
        The number of this process, from 0, and of all.
    speaker : int or None
        The process that says why all of them end, once they have decided to.
    """

    rank, size = 0, 1
    speaker: int | None = None

    @property
    def leads(self) -> bool:
        """Whether this is the process that writes and prints."""
        return self.rank == 0

    def joined(self, own: Array, sizes: Sequence[int]) -> Array:
        """Return the rows of all processes, in their order; each has as many as ``sizes`` says."""
        return own

    def dealt(
        self, own: Sequence[Array], counts: Sequence[int], pieces: Sequence[slice], dtype: DTypeLike
    ) -> list[Array]:
        """Return this process's piece of the vectors of all processes, in their order; of its own these are views.

        Parameters
        ----------
        own : sequence of (P,) arrays
            The vectors of this process.
        counts : sequence of int
            The number of vectors that each process has.
        pieces : sequence of slice
            The piece of each process, together all of the P values.
        dtype : dtype
            Of all vectors.
        """
        return list(own)

    def assemble(self, whole: Array, pieces: Sequence[slice]) -> None:
        """Write the pieces of the other processes into a vector (P,) that has this one's, which they get."""

    def summed(self, own: Array) -> Array:
        """Return the sum over all processes, added in any order."""
        return own

    def everyones(self, thing: _T) -> list[_T]:
        """Return what each process gave."""
        return [thing]

    def first(self, thing: _T | None) -> _T | None:
        """Return the first thing that a process gave, in the order of the processes."""
        return next((each for each in self.everyones(thing) if each is not None), None)

    def agreed(self, verdict: Verdict) -> Verdict:
        """Return the verdict that holds for all: the largest."""
        return verdict

    @contextlib.contextmanager
    def together(self) -> Iterator[None]:
        """Leave the block once all have: if it fails in one process, all fail.

        Raises
        ------
        EndedElsewhere
            If it failed in another process, the first of which raises its own error.
        """
        yield

    def end_with(self, error: BaseException) -> None:
        """End all processes at once, unless they have decided to end, for others wait for the one that has failed."""


def mpi() -> Any:
    """Return the module of MPI.

    Raises
    ------
    MissingDependencyError
        If mpi4py is not installed, or finds no library of MPI.
    """
    try:
        return require("mpi4py.MPI", extra="mpi", purpose="training in several processes")
    except RuntimeError as error:
        raise MissingDependencyError(
            "training in several processes needs a library of MPI, and mpi4py finds none; install that of the system, "
            "or MPICH with: pip install mpich"
        ) from error


class MPIRanks(Ranks):
    """The processes of an MPI communicator.

    Parameters
    ----------
    communicator : mpi4py.MPI.Intracomm
        Of which a duplicate is used.
    """

    def __init__(self, communicator: Any) -> None:
        self._mpi = mpi()
        self._communicator = communicator.Dup()
        self.rank, self.size = communicator.Get_rank(), communicator.Get_size()

    def joined(self, own: Array, sizes: Sequence[int]) -> Array:
        own = np.ascontiguousarray(own)
        whole = np.empty((sum(sizes), *own.shape[1:]), own.dtype)
        bytes_each = [size * (whole[:1].nbytes if len(whole) else 0) for size in sizes]
        self._communicator.Allgatherv(_as_bytes(own[: sizes[self.rank]]), [_as_bytes(whole), bytes_each])
        return whole

    def dealt(
        self, own: Sequence[Array], counts: Sequence[int], pieces: Sequence[slice], dtype: DTypeLike
    ) -> list[Array]:
        outgoing = [[vector[piece] for vector in own] for piece in pieces]
        length = pieces[self.rank].stop - pieces[self.rank].start
        dealt = [[np.empty(length, dtype) for _ in range(count)] for count in counts]
        dealt[self.rank] = outgoing[self.rank]
        self._exchange(outgoing, dealt)
        return list(itertools.chain(*dealt))

    def assemble(self, whole: Array, pieces: Sequence[slice]) -> None:
        parts = [[whole[piece]] for piece in pieces]
        self._exchange([parts[self.rank]] * self.size, parts)

    def summed(self, own: Array) -> Array:
        self._communicator.Allreduce(self._mpi.IN_PLACE, own, self._mpi.SUM)
        return own

    def everyones(self, thing: _T) -> list[_T]:
        found: list[_T] = self._communicator.allgather(thing)
        return found

    def agreed(self, verdict: Verdict) -> Verdict:
        common = Verdict(self._reduced(verdict, self._mpi.MAX))
        if common > Verdict.STOP:
            self.speaker = 0
        return common

    @contextlib.contextmanager
    def together(self) -> Iterator[None]:
        failure: BaseException | None = None
        try:
            yield
        except BaseException as error:
            failure = error
        first = self._reduced(self.size if failure is None else self.rank, self._mpi.MIN)
        if first == self.size:
            return
        self.speaker = first
        if failure is not None and first == self.rank:
            raise failure
        raise EndedElsewhere(first) from failure

    def end_with(self, error: BaseException) -> None:
        if self.speaker is not None or self.size == 1:
            return
        time.sleep(_SECONDS_FOR_THE_FIRST * bool(self.rank))
        if not isinstance(error, WhenceError):
            traceback.print_exception(error, file=sys.__stderr__)
        reason = f"Error: {str(error) or type(error).__name__} (process {self.rank + 1} of {self.size}, which ends all)"
        print(reason, file=sys.__stderr__, flush=True)
        self._communicator.Abort(1)

    def _exchange(self, outgoing: Sequence[Sequence[Array]], incoming: Sequence[Sequence[Array]]) -> None:
        """Send arrays to each other process, and receive those of each."""
        others = [(self.rank + distance) % self.size for distance in range(1, self.size)]
        requests = [self._communicator.Irecv(_as_bytes(array), rank) for rank in others for array in incoming[rank]]
        requests += [self._communicator.Isend(_as_bytes(array), rank) for rank in others for array in outgoing[rank]]
        self._mpi.Request.Waitall(requests)

    def _reduced(self, number: int, operation: Any) -> int:
        value = np.array(number, np.int64)
        self._communicator.Allreduce(self._mpi.IN_PLACE, value, operation)
        return int(value)


def _as_bytes(array: Array) -> Array:
    return array.reshape(-1).view(np.uint8)
