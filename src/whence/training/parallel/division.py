"""The division of a training among processes."""

from __future__ import annotations

from typing import Any

from whence.arguments import PositiveInt, checks_arguments, shown
from whence.errors import ArgumentError
from whence.training.parallel.chunks import Chunks
from whence.training.parallel.ranks import MPIRanks, Ranks

CHUNKS = 4
"""The number of chunks of a batch, unless another is given."""


class Division:
    """How the batches of one training are divided among processes.

    A batch is computed in chunks, whose gradients are added in a fixed order. So the number of chunks decides on the
    bits of the training, and the number of processes does not.

    Parameters
    ----------
    communicator : mpi4py.MPI.Intracomm or Ranks, optional
        The processes; by default this one alone, which has the same bits.
    chunks : int
        The number of chunks of a batch, at least that of the processes.
    fast_reduce : bool
        Whether each process has one chunk and MPI adds the gradients in the order that suits it: faster, but the last
        bits depend on the number of processes.

    Raises
    ------
    ArgumentError
        If there are more processes than chunks, or they are none of MPI's.
    """

    @checks_arguments
    def __init__(self, communicator: Any = None, *, chunks: PositiveInt = CHUNKS, fast_reduce: bool = False) -> None:
        if isinstance(communicator, Ranks | None):
            self.ranks = communicator or Ranks()
        elif hasattr(communicator, "Allgatherv"):
            self.ranks = MPIRanks(communicator)
        else:
            raise ArgumentError(
                f"the communicator is {shown(communicator)}; give one of MPI, such as mpi4py.MPI.COMM_WORLD"
            )
        self.fast_reduce = fast_reduce
        self.count = self.ranks.size if fast_reduce else chunks
        if self.ranks.size > self.count:
            raise ArgumentError(
                f"there are {self.ranks.size} processes, but a batch is computed in {self.count} chunks; start at most "
                f"{self.count}, or set chunks to {self.ranks.size} or more"
            )

    def chunks(self, samples: int) -> Chunks:
        """Return the chunks of a batch of so many samples."""
        return Chunks(samples, min(self.count, samples), self.ranks.size)

    def computed(self, samples: int) -> slice:
        """Return the rows of a batch of so many samples that this process computes."""
        chunks = self.chunks(samples)
        return chunks.rows_of(chunks.computed(self.ranks.rank))
