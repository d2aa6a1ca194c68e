"""Measure what `whence.history` promises of biographies and of replays, and print each figure.

    PYTHONPATH=tests/history python benchmarks/history.py                          # some minutes
    PYTHONPATH=tests/history python benchmarks/history.py --replay recipes/r4.toml # trained and made again
    PYTHONPATH=tests/history python benchmarks/history.py --replay recipes/*.toml --options="--threads 1"

The random trainings are those of ``tests/history/random_trainings.py``. Figures of MNIST are of a network 784-96-10.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from random_trainings import OPTIMIZERS, largest_error_of_a_share, largest_gap

from whence.cli.runs.run_folder import recorded_threads
from whence.cli.steps.replayed_run import ReplayedRun
from whence.data import Dataset, load
from whence.errors import ReplayError
from whence.formula.evaluate import Source
from whence.history import Biography, biography
from whence.nn import CrossEntropy, Sequential, mlp
from whence.nn.architecture import network
from whence.nn.naming import name_layers
from whence.optim import optimizers
from whence.training import fit
from whence.wording import counted

IMAGES, TOGETHER = 6000, 4000
"""For every parameter of the network of MNIST: training images, and how many parameters are watched at a time."""


def main() -> None:
    """Print the figures that are asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trainings", type=int, default=20, help="random trainings  [default: 20]")
    parser.add_argument("--epochs", type=int, default=12, help="epochs on MNIST  [default: 12]")
    parser.add_argument("--cells", type=int, default=100, help="watched parameters, drawn at random  [default: 100]")
    parser.add_argument("--repeats", type=int, default=5, help="measurements of the cost  [default: 5]")
    parser.add_argument("--replay", nargs="+", type=Path, default=[], help="recipes to train and to make again")
    parser.add_argument("--options", default="", help="options of `whence train` for these, in one string")
    given = parser.parse_args()
    if given.replay:
        for recipe in given.replay:
            print(f"{recipe.stem}: {replayed(recipe, given.options.split())}", flush=True)
        return
    gaps, cells = zip(*(largest_gap(number) for number in range(given.trainings)), strict=True)
    print(f"{sum(cells):,} parameters of {given.trainings} trainings: first value and shares differ by {max(gaps):.1e}")
    errors = {optimizer: largest_error_of_a_share(optimizer) for optimizer in OPTIMIZERS}
    print(f"a share against the recurrence without the sample's terms: {max(errors.values()):.1e}")
    mnist = load("mnist")
    few = replace(mnist, train=mnist.train.take(slice(IMAGES)))
    rounding, unexplained = largest_rounding(few)
    print("every parameter of 784-96-10 in single precision:")
    print(f"  rounding of the updates at most {rounding:.1e}, not explained {unexplained:.1e}", flush=True)
    for optimizer in ("sgd(0.1)", "sgd(0.1, momentum=0.9)", "adam"):
        ratios, found = cost(mnist, optimizer, given.epochs, given.cells, given.repeats)
        listed = " ".join(f"{ratio:.2f}" for ratio in ratios)
        print(f"{optimizer}: {given.cells} cells cost {np.median(ratios):.2f} × the training ({listed})")
        largest = [np.abs(part).max() for part in (found.rounding, found.unexplained)]
        print("  rounding of the updates at most {:.1e}, not explained {:.1e}".format(*largest), flush=True)


def replayed(recipe: Path, options: list[str]) -> str:
    """Train a recipe with some options and make it again to its last epoch, and return what came of it."""
    with tempfile.TemporaryDirectory() as folder:
        run = Path(folder, "run")
        command = [sys.executable, "-m", "whence", "train", "--config", str(recipe), "--out", str(run), "--quiet"]
        started = time.perf_counter()
        subprocess.run([*command, *options], check=True)
        trained = time.perf_counter()
        found = ReplayedRun.of(run)
        state, threads = found.checkpoint.state, recorded_threads(run, 0)
        try:
            found.replay([], epochs=state.epoch)
        except ReplayError as error:
            return str(error)
        again = time.perf_counter()
        return (
            f"equal to the bit after {counted(state.epoch, 'epoch')}, {state.step:,} steps, "
            f"{counted(threads, 'thread')}; {trained - started:.0f} s, and again {again - trained:.0f} s"
        )


def largest_rounding(data: Dataset) -> tuple[float, float]:
    """Return the largest rounding of updates of any parameter after two epochs, and the most that is not explained."""
    architecture = "flatten, linear 96 weight_init=uniform(-0.2,0.2), relu, linear 10"

    def arguments() -> dict[str, Any]:
        return {
            "net": network(architecture, data.input_shape, seed=3),
            "loss_fn": CrossEntropy(),
            "optimizer": optimizers.read("sgd(0.1, momentum=0.9)"),
            "train": data.train,
            "preprocessing": data.preprocessing,
            "batch_size": 200,
            "epochs": 2,
            "seed": 4,
            "measure_train": False,
        }

    cells = cells_of(arguments()["net"])
    parts = (cells[start : start + TOGETHER] for start in range(0, len(cells), TOGETHER))
    found = (biography(arguments(), part) for part in parts)
    rows = [(float(np.abs(each.rounding).max()), float(np.abs(each.unexplained).max())) for each in found]
    return max(rounding for rounding, _ in rows), max(unexplained for _, unexplained in rows)


def cells_of(net: Sequential) -> list[Source]:
    """Return the names and indices of all parameters."""
    named = name_layers(net.layers)
    return [(named[slot.layer].parameters[slot.name], cell) for slot in net.slots for cell in np.ndindex(slot.shape)]


def cost(data: Dataset, optimizer: str, epochs: int, count: int, repeats: int) -> tuple[list[float], Biography]:
    """Return ratios of processor time with watched cells and without, in turn, and the last biography."""

    def arguments() -> dict[str, Any]:
        return {
            "net": mlp(data.input_shape, [96], data.outputs, seed=3),
            "loss_fn": CrossEntropy(),
            "optimizer": optimizers.read(optimizer),
            "train": data.train,
            "preprocessing": data.preprocessing,
            "batch_size": 200,
            "epochs": epochs,
            "seed": 4,
        }

    every = cells_of(arguments()["net"])
    cells = [every[place] for place in np.random.default_rng(0).choice(len(every), count, replace=False)]
    fit(**{**arguments(), "epochs": 1})
    ratios = []
    for _ in range(repeats):
        start = time.process_time()
        fit(**arguments())
        plain = time.process_time() - start
        start = time.process_time()
        found = biography(arguments(), cells)
        ratios.append((time.process_time() - start) / plain)
    return ratios, found


if __name__ == "__main__":
    main()
