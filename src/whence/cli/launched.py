"""What the environment tells of the processes that a launcher of MPI started, before MPI is asked."""

from __future__ import annotations

import os
import sys

_RANKS = ("PMI_RANK", "OMPI_COMM_WORLD_RANK", "PMIX_RANK")
_SIZES = ("PMI_SIZE", "OMPI_COMM_WORLD_SIZE", "SLURM_NTASKS")
"""Variables by which the launchers of MPICH, Open MPI and Slurm tell a process its number and that of all."""


def rank_in_environment() -> int | None:
    """Return the number of this process; None where no launcher of MPI started it."""
    return _first(_RANKS)


def processes_in_environment() -> int:
    """Return how many processes the launcher started."""
    return _first(_SIZES) or 1


def silence_followers() -> None:
    """Print nothing from now on, unless this is the first process or the only one."""
    if rank_in_environment():
        sys.stdout = sys.stderr = open(os.devnull, "w")


def _first(names: tuple[str, ...]) -> int | None:
    return next((int(os.environ[name]) for name in names if os.environ.get(name, "").isdecimal()), None)
