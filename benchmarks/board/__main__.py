"""Measure seconds from a cold start to 97, 98 and 99 % of MNIST's test images, for whence and for other libraries.

    python -m benchmarks.board                              # all levels, five seeds, all peers
    python -m benchmarks.board 97 --peers torch --seeds 3 --json board.json --write docs/speed.md

Each side is a process of its own, in turn with the others: Python, imports, reading the files, training and testing
count. whence trains by its recipes ``mnist-97``, ``mnist-98`` and ``mnist-99``; the scripts of PyTorch and JAX train
the same network with the same settings, that of scikit-learn, which has no convolutions for 99 %, with settings that
suit it. MNIST is looked for in the folder that ``WHENCE_DATA`` names. What the file of ``--json`` has from an earlier
run, or from one that was stopped, is not measured again.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from benchmarks.speed.machine import described, machine
from benchmarks.speed.report import TITLES, write_into
from benchmarks.speed.sides import PEERS
from benchmarks.speed.turns import installed

LEVELS = ("97", "98", "99")
BEYOND = {("sklearn", "99")}
"""What a library has no network for."""
_ROOT = Path(__file__).parents[2]


@dataclass
class Reached:
    """What one side took for a level, and how many test images it classified rightly, for each seed."""

    seconds: list[float] = field(default_factory=list)
    accuracies: list[float] = field(default_factory=list)

    def text(self, ours: Reached, level: str) -> str:
        """Return the median time, that over ours, the mean accuracy, and whether it is below the level."""
        ratio = statistics.median(their / our for our, their in zip(ours.seconds, self.seconds, strict=False))
        times = "" if self is ours else f", {ratio:.2f} ×"
        mean = statistics.mean(self.accuracies)
        below = f", below {level} %" if mean < int(level) / 100 else ""
        return f"{statistics.median(self.seconds):.1f} s{times}; {mean:.2%}{below}"


Board = dict[str, dict[str, Reached]]
"""What was measured, by level and side."""


def measure(level: str, side: str, seed: int) -> tuple[float, float]:
    """Return the seconds that a side took for a level, and the share of the test images that it classified rightly."""
    with tempfile.TemporaryDirectory() as folder:
        started = time.perf_counter()
        done = subprocess.run(_command(side, level, seed, folder), cwd=_ROOT, capture_output=True, text=True)
        seconds = time.perf_counter() - started
    if done.returncode:
        raise SystemExit(f"{side}, {level} %: {done.stderr}")
    return seconds, json.loads(done.stdout)["test_accuracy"]


def complete(board: Board, level: str, sides: Sequence[str], seeds: int, file: Path | None) -> None:
    """Measure what a level lacks, all sides in turn for each seed, and keep it in a file at once if there is one."""
    found = board.setdefault(level, {})
    for seed in range(1, seeds + 1):
        for side in sides:
            one = found.setdefault(side, Reached())
            if len(one.seconds) < seed:
                seconds, accuracy = measure(level, side, seed)
                one.seconds.append(seconds)
                one.accuracies.append(accuracy)
                if file:
                    write_board(board, file)


def write_board(board: Board, file: Path) -> None:
    """Write all that was measured."""
    plain = {level: {side: asdict(one) for side, one in found.items()} for level, found in board.items()}
    file.write_text(json.dumps(plain, indent=1) + "\n", encoding="utf-8")


def read_board(file: Path) -> Board:
    """Return what was measured before."""
    plain = json.loads(file.read_text(encoding="utf-8"))
    return {level: {side: Reached(**one) for side, one in found.items()} for level, found in plain.items()}


def _command(side: str, level: str, seed: int, folder: str) -> list[str]:
    if side == "whence":
        recipe = str(_ROOT / "recipes" / f"mnist-{level}.toml")
        settings = ["--seed", str(seed), "--out", f"{folder}/run", "--json"]
        return [sys.executable, "-m", "whence", "train", "--config", recipe, *settings]
    return [sys.executable, "-m", f"benchmarks.board.{side}_script", level, "--seed", str(seed)]


def markdown(board: Board) -> str:
    """Return the board as a table in Markdown."""
    sides = list(dict.fromkeys(side for found in board.values() for side in found))
    titles = [TITLES.get(side, side) for side in sides]
    lines = [f"| test images | {' | '.join(titles)} |", "| --- |" + " --- |" * len(sides)]
    for level, found in sorted(board.items()):
        cells = [found[side].text(found["whence"], level) if side in found else "" for side in sides]
        lines.append(f"| {level} % | {' | '.join(cells)} |")
    return "\n".join(lines)


def main() -> None:
    """Measure what is asked for."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.board", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("levels", nargs="*", metavar="LEVEL", help=f"of {', '.join(LEVELS)} (default: all)")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--peers", default=",".join(PEERS), help=f"of {', '.join(PEERS)} (default: all)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="take what it has, and keep all figures in it")
    parser.add_argument("--write", type=Path, metavar="PAGE.md", help="also write the board into a page")
    arguments = parser.parse_args()
    if unknown := sorted(set(arguments.levels) - set(LEVELS)):
        parser.error(f"there is no level {unknown[0]!r}; the levels are {', '.join(LEVELS)}")
    peers = [peer for peer in arguments.peers.split(",") if peer]
    if unknown := sorted(set(peers) - set(PEERS)):
        parser.error(f"there is no peer {unknown[0]!r}; the peers are {', '.join(PEERS)}")
    if arguments.seeds < 1:
        parser.error(f"seeds is {arguments.seeds}; give at least 1")
    if not Path(os.environ.get("WHENCE_DATA", ""), "mnist").is_dir():
        parser.error("MNIST is not here; name the folder that holds mnist/ with WHENCE_DATA")
    installed(peers)
    board = read_board(arguments.json) if arguments.json and arguments.json.exists() else {}
    for level in arguments.levels or LEVELS:
        sides = [side for side in ("whence", *peers) if (side, level) not in BEYOND]
        complete(board, level, sides, arguments.seeds, arguments.json)
        for side, one in board[level].items():
            told = one.text(board[level]["whence"], level)
            print(f"{level} %, {side}: {told}, least {min(one.accuracies):.2%}", flush=True)
    if arguments.write:
        write_into(arguments.write, "board", f"{described(machine())}.\n\n{markdown(board)}")


if __name__ == "__main__":
    main()
