"""Does a sweep survive kill -9 of its workers? No trial may be lost, and each must have the bits of an unbroken one.

    python benchmarks/killed_workers.py --kills 20

A sweep with two workers is made twice: once unbroken, and once with a worker killed at a random moment after every
trial that is told, until so many were killed.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

RANGES = """
data = "digits"
max-iter = 15
learning-rate = {low = 1e-3, high = 1, log = true}
hidden-layer-sizes = {low = 16, high = 128}
optimizer = {choices = ["sgd", "adam"]}
[sweep]
sampler = "random"
pruner = "none"
"""
"""Settings and ends of trials that do not depend on when the others are made."""
_LONGEST_WAIT = 1.5
"""Seconds: about as long as a trial."""


def main() -> None:
    """Kill, and say what was lost."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--trials", type=int, default=40)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        ranges, whole, broken = (Path(folder, name) for name in ("ranges.toml", "whole", "broken"))
        ranges.write_text(RANGES, encoding="utf-8")
        swept(ranges, whole, given.trials)
        kills = swept(ranges, broken, given.trials, given.kills, random.Random(given.seed))
        pairs = [(bits_of(whole, number), bits_of(broken, number)) for number in range(given.trials)]
    lost = [after for before, after in pairs if len(after) < len(before)]
    other = [after for before, after in pairs if after != before]
    print(f"{kills} kills; of {given.trials} trials {len(lost)} lost, {len(other)} with other bits")
    sys.exit(bool(other))


def swept(ranges: Path, folder: Path, trials: int, kills: int = 0, rng: random.Random | None = None) -> int:
    """Make a sweep, kill workers meanwhile, and return how many were killed."""
    options = ["--workers", "2", "--trials", str(trials), "--out", str(folder)]
    command = [sys.executable, "-m", "whence", "sweep", str(ranges), *options]
    killed = 0
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as sweep:
        assert sweep.stderr is not None
        for line in sweep.stderr:
            if rng is not None and killed < kills and line.startswith("trial"):
                time.sleep(rng.uniform(0, _LONGEST_WAIT))
                if running := workers_of(sweep.pid):
                    os.kill(rng.choice(running), signal.SIGKILL)
                    killed += 1
    if sweep.returncode:
        raise SystemExit(f"the sweep failed with the exit code {sweep.returncode}")
    return killed


def workers_of(sweep: int) -> list[int]:
    """Return the processes that make the trials of a sweep."""
    children = Path(f"/proc/{sweep}/task/{sweep}/children").read_text().split()
    return [int(child) for child in children if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes()]


def bits_of(folder: Path, number: int) -> tuple[bytes, ...]:
    """Return the network of a trial, if there is one, and its row in the table of all trials."""
    networks = folder.glob(f"trial-{number}/model.safetensors")
    rows = (folder / "trials.csv").read_bytes().splitlines()
    return (*(network.read_bytes() for network in networks), *(row for row in rows if row.startswith(b"%d," % number)))


if __name__ == "__main__":
    main()
