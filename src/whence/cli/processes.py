"""The processes that mpiexec started: which of them prints, and how an error of any ends all."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from whence.cli.launched import processes_in_environment, rank_in_environment
from whence.cli.options.table import Settings
from whence.cli.training_plan import Plan
from whence.data.tables.files.file_content import STANDARD_INPUT
from whence.errors import ArgumentError
from whence.training import Callback, Checkpoint, Training, fit
from whence.training.parallel import Division
from whence.training.parallel.division import CHUNKS
from whence.training.parallel.ranks import MPIRanks, Ranks, mpi


@functools.cache
def ranks() -> Ranks:
    """Return the processes of the program: this one alone unless a launcher of MPI started it.

    Raises
    ------
    MissingDependencyError
        If mpi4py or the library of MPI is missing.
    ArgumentError
        If it is not the MPI whose launcher started the processes.
    """
    if rank_in_environment() is None:
        return Ranks()
    world = mpi().COMM_WORLD
    started = processes_in_environment()
    if world.Get_size() == 1 < started:
        library = mpi().Get_library_version().split("\n")[0].strip("\0 ")
        raise ArgumentError(
            f"{started} processes were started, but each is alone in {library}, which mpi4py uses; start them with the "
            "mpiexec of that MPI"
        )
    return MPIRanks(world)


def divided(settings: Settings) -> Settings:
    """Return the settings of a new training, with those by which its processes share it, if they are several.

    Raises
    ------
    ArgumentError
        If the data come from standard input, which only one process can read.
    """
    if rank_in_environment() is None:
        return settings
    if settings.data == str(STANDARD_INPUT):
        raise ArgumentError("standard input reaches only one of several processes; give the path of a file")
    chunks = ranks().size if settings.fast_reduce else settings.chunks or CHUNKS
    return replace(settings, chunks=chunks, threads=settings.threads or 1)


def require_chunks(folder: Path, settings: Settings) -> None:
    """Raise `ArgumentError` unless several processes can go on with a run."""
    if settings.chunks is None and ranks().size > 1:
        raise ArgumentError(
            f"{folder} was trained on whole batches, whose bits several processes cannot make; resume it in one "
            "process, or start a new run"
        )


def fit_together(plan: Plan, callbacks: Sequence[Callback] = (), resume: Checkpoint | None = None) -> Training:
    """Train the network of a plan, once all processes are ready to."""
    wait_for_all()
    settings, arguments = plan.settings, plan.arguments()
    if settings.chunks is not None:
        arguments["parallel"] = Division(ranks(), chunks=settings.chunks, fast_reduce=settings.fast_reduce)
    return fit(**arguments, callbacks=callbacks, resume=resume)


def follow(plan: Plan, resume: Checkpoint | None = None) -> None:
    """Take a further process's part in a training, and wait until the first one has written what came of it."""
    fit_together(plan, resume=resume)
    wait_for_all()


def wait_for_all() -> None:
    """Go on once all processes have come here, or end if one has failed."""
    with ranks().together():
        pass
