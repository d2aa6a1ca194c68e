"""Run recipes over several seeds and print each figure as its mean and spread.

    python benchmarks/recipes.py recipes/r4.toml recipes/r5-ten.toml --seeds 5
    python benchmarks/recipes.py recipes/r4.toml --options="--threads 1"

MNIST is looked for where ``whence train`` looks for it: in the folder that ``WHENCE_DATA`` names, or the cache.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

FIGURES = (
    *("train_accuracy", "validation_accuracy", "test_accuracy", "f1"),
    *("train_loss", "validation_loss", "validation_bits", "test_loss", "seconds"),
    *("train_accuracy_at_the_end", "best_validation_accuracy", "seconds_an_epoch"),
)


def run(recipe: Path, seed: int, folder: Path, options: list[str]) -> dict[str, Any]:
    """Train one recipe from one seed, and return what ``whence train --json`` says, with the best validation."""
    out = folder / f"{recipe.stem}-{seed}"
    command = [sys.executable, "-m", "whence", "train", "--config", str(recipe)]
    command += ["--seed", str(seed), "--out", str(out), "--json", *options]
    finished = subprocess.run(command, capture_output=True, text=True)
    if finished.returncode:
        raise SystemExit(f"{recipe}, seed {seed}: {finished.stderr}")
    result: dict[str, Any] = json.loads(finished.stdout)
    records = [json.loads(line) for line in (out / "metrics.jsonl").read_text().splitlines()]
    result["train_accuracy_at_the_end"] = records[-1].get("train_accuracy")
    result["seconds_an_epoch"] = records[-1]["seconds"] / len(records)
    result["best_validation_accuracy"] = max(
        (r["validation_accuracy"] for r in records if "validation_accuracy" in r), default=None
    )
    return result


def line(figure: str, results: list[dict[str, Any]]) -> str | None:
    """Return a figure's mean, its spread and its values, or None where no run has it."""
    values = [result[figure] for result in results if result.get(figure) is not None]
    if not values:
        return None
    spread = statistics.stdev(values) if len(values) > 1 else 0.0
    listed = " ".join(f"{value:.4f}" for value in values)
    return f"  {figure:26} {statistics.mean(values):.4f} ± {spread:.4f}   {listed}"


def main() -> None:
    """Print a line for each figure of each recipe."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("recipes", nargs="+", type=Path)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--options", default="", help="more options for whence train")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        for recipe in arguments.recipes:
            results = [
                run(recipe, seed, Path(folder), arguments.options.split()) for seed in range(1, arguments.seeds + 1)
            ]
            print(recipe.stem, flush=True)
            print("\n".join(filter(None, (line(figure, results) for figure in FIGURES))), flush=True)


if __name__ == "__main__":
    main()
