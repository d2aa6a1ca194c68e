"""What the scripts of the other libraries share: MNIST's files, and the settings of whence's recipe."""

from __future__ import annotations

import argparse
import gzip
import json
import os
import tomllib
from pathlib import Path
from typing import Any

import numpy as np

_RECIPES = Path(__file__).parents[2] / "recipes"
_HEADERS = {"images-idx3": 16, "labels-idx1": 8}


def images_and_labels(part: str) -> tuple[np.ndarray, np.ndarray]:
    """Return the images (N, 784) and labels (N,) of a part, ``train`` or ``t10k``, as bytes."""
    folder = Path(os.environ["WHENCE_DATA"], "mnist")
    images, labels = (
        np.frombuffer(gzip.decompress((folder / f"{part}-{kind}-ubyte.gz").read_bytes()), np.uint8, offset=header)
        for kind, header in _HEADERS.items()
    )
    return images.reshape(len(labels), -1), labels


def level_and_seed() -> tuple[str, int]:
    """Return what a script was called with."""
    parser = argparse.ArgumentParser()
    parser.add_argument("level")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    return given.level, given.seed


def recipe_of(level: str) -> dict[str, Any]:
    """Return the settings of whence's recipe for a level."""
    return tomllib.loads((_RECIPES / f"mnist-{level}.toml").read_text("utf-8"))


def tell(accuracy: float) -> None:
    """Print the accuracy on the test images, as ``whence train --json`` does."""
    print(json.dumps({"test_accuracy": float(accuracy)}))
