"""Does a training in several processes survive kill -9 of one? It must end, go on, and lose no bit.

    python benchmarks/killed_ranks.py --kills 20

A run is started in 2, 3 or 4 processes by mpiexec, one of which is killed at a moment drawn at random, and resumed in
another number of them, until it was killed so often. What it ends with is compared with a run in one process that was
never stopped.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SETTINGS = "digits --batch-size 32 --dropout 0.1 --batch-norm --optimizer adam --chunks 8 --threads 1 --quiet".split()
MPIEXEC = shutil.which("mpiexec", path=os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]))
_SECONDS = 300


def main() -> None:
    """Kill, resume, and say what was lost."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--epochs", type=int, default=60)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    if MPIEXEC is None:
        sys.exit("there is no mpiexec; pip install mpich, or an MPI of the system")
    with tempfile.TemporaryDirectory() as folder:
        kills, same = survives(Path(folder), given.kills, given.epochs, random.Random(given.seed))
    print(f"{kills} kills; {'no bit lost' if same else 'OTHER BITS'}")
    sys.exit(not same)


def survives(folder: Path, kills: int, epochs: int, rng: random.Random) -> tuple[int, bool]:
    """Return how often a process was killed before the run ended, and whether it has the bits of an unbroken one."""
    whole, broken = folder / "whole", folder / "broken"
    command = [sys.executable, "-m", "whence", "train"]
    limits = ["--max-iter", str(epochs)]
    subprocess.run([*command, *SETTINGS, *limits, "--out", str(whole)], check=True, timeout=_SECONDS)
    killed = 0
    while killed < kills and not finished(broken, epochs):
        resumed = (broken / "config.toml").exists()
        rest = ["--resume", str(broken), "--quiet"] if resumed else [*SETTINGS, *limits, "--out", str(broken)]
        killed += killed_once([*command, *rest], 2 + killed % 3, broken, rng)
        print(f"kill {killed} in {2 + (killed - 1) % 3} processes", file=sys.stderr)
    subprocess.run([*command, "--resume", str(broken), "--quiet"], check=True, timeout=_SECONDS)
    name = "model.safetensors"
    return killed, (whole / name).read_bytes() == (broken / name).read_bytes()


def finished(run: Path, epochs: int) -> bool:
    """Return whether a run has had all its epochs."""
    metrics = run / "metrics.jsonl"
    return metrics.exists() and len(metrics.read_bytes().splitlines()) >= epochs


def killed_once(command: list[str], processes: int, run: Path, rng: random.Random) -> bool:
    """Start a training in several processes, and kill one after it has begun; return whether the job ended by that."""
    metrics, before = run / "metrics.jsonl", _modified(run / "metrics.jsonl")
    job = subprocess.Popen(
        [str(MPIEXEC), "-n", str(processes), *command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    wait, begun = rng.random(), None
    while job.poll() is None:
        if begun is None and _modified(metrics) != before:
            begun = time.monotonic()
        if begun is not None and time.monotonic() - begun > wait:
            trainings = [pid for pid in _descendants(job.pid) if not any(_descendants(pid))]
            if trainings:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(rng.choice(trainings), signal.SIGKILL)
                return job.wait(_SECONDS) != 0
        time.sleep(0.01)
    return False


def _modified(path: Path) -> float | None:
    return path.stat().st_mtime if path.exists() else None


def _descendants(pid: int) -> list[int]:
    """Return the processes that a process has started, and theirs."""
    found = []
    below: list[str] = []
    for children in Path(f"/proc/{pid}/task").glob("*/children"):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            below = children.read_text().split()
        for child in below:
            found += [int(child), *_descendants(int(child))]
    return found


if __name__ == "__main__":
    main()
