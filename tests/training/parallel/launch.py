"""Starts a program in several processes by mpiexec."""

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
MPIEXEC = shutil.which("mpiexec", path=os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]))

needs_mpi = pytest.mark.skipif(
    MPIEXEC is None or importlib.util.find_spec("mpi4py") is None,
    reason="needs mpi4py and mpiexec: pip install mpi4py mpich",
)


def in_processes(count, program, *arguments, fails=False, **options):
    """Run a program next to this file, or a module after ``-m``, and return what became of it."""
    path = os.pathsep.join([str(HERE.parent.parent), os.environ.get("PYTHONPATH", "")])
    script = ["-m", program] if program.startswith("whence") else [str(HERE / program)]
    done = subprocess.run(
        [MPIEXEC, "-n", str(count), sys.executable, *script, *map(str, arguments)],
        env={**os.environ, "PYTHONPATH": path, "OPENBLAS_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        timeout=120,
        **options,
    )
    assert (done.returncode != 0) is fails, done.stderr
    return done
