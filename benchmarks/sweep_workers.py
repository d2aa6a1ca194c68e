"""How much faster is a sweep with two workers than with one, and how much better than the defaults is its best trial?

    WHENCE_DATA=data python benchmarks/sweep_workers.py --epochs 4
    WHENCE_DATA=data python benchmarks/sweep_workers.py --workers 2 --epochs 50 --best

Sweeps of 40 trials choose the same settings at random, for the first 6,000 training images of MNIST, of which a tenth
is for validation. With ``--best``, what they find best and the defaults are trained with three seeds and tested on all
test images.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

RANGES = """
data = "mnist"
dir = "{folder}"
validation = 0.1
max-iter = {epochs}
learning-rate = {{low = 1e-3, high = 1, log = true}}
batch-size = {{choices = [16, 32, 64, 128]}}
hidden-layer-sizes = {{low = 64, high = 256}}
dropout = {{low = 0, high = 0.5}}
momentum = {{choices = [0, 0.9]}}
[sweep]
trials = 40
sampler = "random"
pruner = "none"
"""
IMAGES = 6_000
SEEDS = (1, 2, 3)


def write_images(folder: Path) -> None:
    """Write the first training images of MNIST, and all its test images."""
    for part, count in (("train", IMAGES), ("t10k", 10_000)):
        for kind, header, size in (("images-idx3", 16, 784), ("labels-idx1", 8, 1)):
            with gzip.open(Path(os.environ["WHENCE_DATA"], "mnist", f"{part}-{kind}-ubyte.gz")) as file:
                content = bytearray(file.read(header + count * size))
            content[4:8] = count.to_bytes(4, "big")
            Path(folder, f"{part}-{kind}-ubyte").write_bytes(content)


def whence(*arguments: object) -> str:
    """Run a command of whence, and return what it prints."""
    command = [sys.executable, "-m", "whence", *map(str, arguments)]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


def processor_seconds() -> float:
    """Return how long processors have worked for the processes that were started here and have ended."""
    return os.times().children_user + os.times().children_system


def accuracies(folder: Path, *settings: object) -> list[float]:
    """Return the shares of the test images that networks of some settings classify rightly."""
    ending = ("--threads", 1, "--no-pictures", "--json", "--force", "--out", folder / "run")
    runs = [whence("train", *settings, "--seed", seed, *ending) for seed in SEEDS]
    return [json.loads(run)["test_accuracy"] for run in runs]


def main() -> None:
    """Measure what is asked for, and print it."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2], help="numbers of workers (default: 1 2)")
    parser.add_argument("--epochs", type=int, default=15, help="epochs of a trial (default: 15)")
    parser.add_argument("--best", action="store_true", help="compare the best trial with the defaults")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_images(folder)
        ranges = folder / "ranges.toml"
        ranges.write_text(RANGES.format(folder=name, epochs=given.epochs), encoding="utf-8")
        for workers in given.workers:
            start, used = time.perf_counter(), processor_seconds()
            whence("sweep", ranges, "--workers", workers, "--quiet", "--out", folder / str(workers))
            seconds, used = time.perf_counter() - start, processor_seconds() - used
            print(f"40 trials, {workers} at once: {seconds:.1f} s, and {used:.1f} s of processors", flush=True)
        if given.best:
            data = ("mnist", "--dir", folder, "--validation", 0.1)
            best = ("--config", folder / str(given.workers[0]) / "best.toml")
            for title, settings in (("defaults", data), ("best", best)):
                found = accuracies(folder, *settings)
                least, most = min(found), max(found)
                print(f"{title}: {statistics.mean(found):.2%} of the test images, from {least:.2%} to {most:.2%}")


if __name__ == "__main__":
    main()
