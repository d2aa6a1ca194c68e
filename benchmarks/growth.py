"""How do time and memory of a training grow with its size? Fitted exponents, and a picture.

    python -m benchmarks.growth --json growth.json
    python -m benchmarks.growth --json growth.json --plot docs/images/growth.png --write docs/speed.md

Training steps are timed in this process, on one thread but where threads are what grows; whole trainings, with the
start of Python, are processes of their own. An exponent k says that twice the size takes 2ᵏ times as much: it is fitted
to all sizes, and once more to the larger half of them, where what does not grow counts less. What the file of
``--json`` has from an earlier run is not measured again.
"""

from __future__ import annotations

import argparse
import json
import math
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from benchmarks.speed.machine import described, machine
from benchmarks.speed.report import write_into
from benchmarks.speed.rows import ROWS, Row
from benchmarks.speed.sides.whence_side import prepare
from whence.plots.canvas import FAINT, INK, new_figure, save

_SECONDS_A_TURN = 0.1
_COLUMNS = 50
_PANELS_IN_A_ROW = 5
_WHENCE = """
import atexit, re, sys
from pathlib import Path
from whence.cli import main

atexit.register(lambda: print(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]))
main(sys.argv[1:])
"""
"""The program, which prints at its end how many KiB of memory it held at most."""


@dataclass(frozen=True)
class Growth:
    """One thing that grows, and what is measured as it does.

    Parameters
    ----------
    of : str
        What grows.
    sizes : sequence of int
        How large it is.
    measured : str
        What is measured, with its unit.
    measure : callable
        Returns that for a size.
    turns : int
        How often all sizes are measured, of which the median is taken.
    """

    of: str
    sizes: Sequence[int]
    measured: str
    measure: Callable[[int], float]
    turns: int = 5

    def values(self) -> list[float]:
        """Return what is measured for each size."""
        turns = [[self.measure(size) for size in self.sizes] for _ in range(self.turns)]
        return [statistics.median(values) for values in zip(*turns, strict=True)]


def step_milliseconds(row: Row, threads: int = 1) -> float:
    """Return how long a training step takes."""
    side = prepare(row, threads)
    side.step(0)
    start = time.perf_counter()
    side.step(1)
    steps = max(1, round(_SECONDS_A_TURN / (time.perf_counter() - start)))
    start = time.perf_counter()
    for batch in range(steps):
        side.step(batch)
    return 1000 * (time.perf_counter() - start) / steps


def training(rows: int, *, memory: bool) -> float:
    """Return how many seconds, or MB of memory at most, ``whence train`` takes for an epoch on random numbers."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "rows.npz")
        rng = np.random.default_rng(0)
        np.savez(file, x=rng.random((rows, _COLUMNS), np.float32), y=rng.integers(10, size=rows))
        settings = "--max-iter 1 --batch-size 256 --threads 1 --no-pictures --quiet --out".split()
        command = [sys.executable, "-c", _WHENCE, "train", str(file), *settings, f"{folder}/run"]
        start = time.perf_counter()
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
        seconds = time.perf_counter() - start
    return int(done.stdout) * 1024 / 1e6 if memory else seconds


def _steps(of: str, sizes: Sequence[int], row: Callable[[int], Row]) -> Growth:
    return Growth(of, sizes, "ms a step", lambda size: step_milliseconds(row(size)))


def _threads(of: str, row: str) -> Growth:
    return Growth(of, (1, 2), "ms a step", lambda threads: step_milliseconds(ROWS[row], threads))


_TWO_LAYERS = "256 relu, 256 relu, linear"
_ROWS = (6_250, 12_500, 25_000, 50_000, 100_000, 200_000, 400_000, 800_000)
GROWTHS = {
    "batch": _steps("samples in a batch", (16, 32, 64, 128, 256, 512, 1024), lambda n: Row(_TWO_LAYERS, (784,), n)),
    "width": _steps(
        "units in two layers",
        (16, 32, 64, 128, 256, 512, 1024),
        lambda n: Row(f"{n} relu, {n} relu, linear", (784,), 128),
    ),
    "depth": _steps(
        "layers of 128 units", (1, 2, 4, 8, 16, 32), lambda n: Row("128 relu, " * n + "linear", (784,), 128)
    ),
    "inputs": _steps("inputs", (32, 64, 128, 256, 512, 1024, 2048), lambda n: Row(_TWO_LAYERS, (n,), 128)),
    "time": _steps("time steps of an LSTM", (8, 16, 32, 64, 128), lambda n: Row("lstm 64, last, linear", (n, 28), 32)),
    "threads-mlp": _threads("threads, mlp-1024-1024", "mlp-1024-1024"),
    "threads-cnn": _threads("threads, cnn-3x3", "cnn-3x3"),
    "rows": Growth("rows of 50 numbers", _ROWS, "s, whole training", partial(training, memory=False), turns=3),
    "memory": Growth("rows of 50 numbers", _ROWS, "MB at most", partial(training, memory=True), turns=1),
}


def exponent(sizes: Sequence[int], values: Sequence[float]) -> float:
    """Return k of the values ∝ sizeᵏ, fitted by least squares to their logarithms."""
    return float(np.polyfit(np.log(sizes), np.log(values), 1)[0])


def exponents(sizes: Sequence[int], values: Sequence[float]) -> tuple[float, float]:
    """Return the exponent of all sizes, and that of the larger half of them."""
    half = len(sizes) // 2 if len(sizes) > 2 else 0
    return exponent(sizes, values), exponent(sizes[half:], values[half:])


def line(name: str, values: Sequence[float]) -> str:
    """Return a row of a table in Markdown."""
    growth = GROWTHS[name]
    sizes = f"{growth.sizes[0]:,} to {growth.sizes[-1]:,}"
    measured = f"{values[0]:.3g} to {values[-1]:.3g} {growth.measured}"
    whole, larger = exponents(growth.sizes, values)
    return f"| {growth.of} | {sizes} | {measured} | {whole:.2f} | {larger:.2f} |"


def table(found: dict[str, list[float]]) -> str:
    """Return what was measured as a table in Markdown."""
    head = "| what grows | from, to | measured | exponent | of the larger half |\n| --- | --- | --- | --- | --- |"
    return "\n".join([head, *(line(name, values) for name, values in found.items())])


def draw(found: dict[str, list[float]], path: Path) -> None:
    """Draw what was measured over the sizes, and for comparison what would grow, or fall, as they do."""
    rows = math.ceil(len(found) / _PANELS_IN_A_ROW)
    figure = new_figure(2.4 * _PANELS_IN_A_ROW, 2.6 * rows)
    panels = figure.subplots(rows, _PANELS_IN_A_ROW, squeeze=False).flat
    for (name, values), axes in zip(found.items(), panels, strict=False):
        growth = GROWTHS[name]
        sizes, k = np.array(growth.sizes), exponent(growth.sizes, values)
        axes.loglog(sizes, values[-1] * (sizes / sizes[-1]) ** np.sign(k), color=FAINT, linewidth=1)
        axes.loglog(sizes, values, "o-", color="#1f6fb4", markersize=4)
        axes.minorticks_off()
        axes.set_xticks([sizes[0], sizes[-1]], [f"{sizes[0]:,}", f"{sizes[-1]:,}"], fontsize=8)
        axes.set_yticks([values[0], values[-1]], [f"{values[0]:.3g}", f"{values[-1]:.3g}"], fontsize=8)
        axes.set_title(f"{growth.measured}: k = {k:.2f}", fontsize=9, color=INK)
        axes.set_xlabel(growth.of, fontsize=9)
    for axes in panels:
        axes.set_axis_off()
    save(figure, path)


def main() -> None:
    """Measure what is asked for."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.growth", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(GROWTHS)} (default: all)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="take what it has, and write all figures into it")
    parser.add_argument("--plot", type=Path, metavar="FILE.png", help="also draw them")
    parser.add_argument("--write", type=Path, metavar="PAGE.md", help="also write the table into a page")
    given = parser.parse_args()
    if unknown := sorted(set(given.names) - set(GROWTHS)):
        parser.error(f"there is no growth {unknown[0]!r}; there are {', '.join(GROWTHS)}")
    found = json.loads(given.json.read_text("utf-8")) if given.json and given.json.exists() else {}
    for name in given.names or GROWTHS:
        if name not in found:
            found[name] = GROWTHS[name].values()
            if given.json:
                given.json.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
        print(line(name, found[name]), flush=True)
    found = {name: found[name] for name in GROWTHS if name in found}
    if given.plot:
        draw(found, given.plot)
    if given.write:
        write_into(given.write, "growth", f"{described(machine())}.\n\n{table(found)}")


if __name__ == "__main__":
    main()
