"""Make the pictures of the documentation anew: screenshots of pages, and a training on MNIST, from fixed seeds.

    python docs/make_pictures.py

needs Chromium, MNIST and the packages of the extra ``dev``. Each picture has at most 256 colours and less than 300 kB.
"""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from playwright.sync_api import sync_playwright

from whence.data import load

DOCS = Path(__file__).parent
LARGEST = 300_000
DIGITS = ["64, 24 relu, 10", "--data", "digits", "--seed", "1", "-l", "0.5"]
OWN = ["mine.npz", "--arch", "2, 3 sigmoid, 1 sigmoid", "--loss", "mean_squared_error"]
WIDE, LOW, PHONE = {"width": 1440, "height": 900}, {"width": 1200, "height": 640}, {"width": 390, "height": 844}
TALL = {"width": 1280, "height": 1240}
PICTURES = {
    "step": ("digits.html", "", WIDE),
    "update": ("digits.html", "#W2_new[3,7]", WIDE),
    "phone": ("digits.html", "#dz1[1,3]", PHONE),
    "own_program": ("step.html", "#dz1[3,1]", LOW),
    "film": ("runs/mn/history.html", "", TALL),
}
"""The page of each picture, the cell that it is opened at, and the window."""


def train_on_mnist() -> None:
    """Train on MNIST, of which every tenth label is wrong, and draw what the whole training tells."""
    rng, images = np.random.default_rng(1), load("mnist").train
    rows = rng.choice(len(images), 6000, replace=False)
    targets = images.targets[rows].copy()
    wrong = rng.choice(6000, 600, replace=False)
    targets[wrong] = (targets[wrong] + rng.integers(1, 10, 600)) % 10
    np.savez("mn.npz", x_train=images.inputs[rows], y_train=targets)
    whence("train", "mn.npz", "-s", "96", "-m", "10", "-l", "0.01", "--quiet", "--threads", "1", "--out", "runs/mn")
    whence("history", "runs/mn", "--suspects", "--save", "suspects.png")
    whence("why", "runs/mn", "--samples", "17", "--training", "--save", "prediction.png")
    whence("history", "runs/mn", "-o", "runs/mn/history.html")


def make_pages() -> None:
    """Write the pages into the working folder."""
    whence("show", *DIGITS, "-o", "digits.html")
    subprocess.run([sys.executable, DOCS / "own_program.py"], check=True)
    whence("trace", *OWN, found=1)
    whence("show", "step.safetensors")


def whence(*arguments: str, found: int = 0) -> None:
    """Run a command of whence, which ends with the exit code ``found``."""
    code = subprocess.run([sys.executable, "-m", "whence", *arguments], stdout=subprocess.DEVNULL).returncode
    if code != found:
        raise SystemExit(f"whence {arguments[0]} ended with the exit code {code}")


def screenshots(browser: Any) -> Iterator[tuple[str, bytes]]:
    """Yield the name and the PNG of each picture."""
    for name, (page, cell, window) in PICTURES.items():
        tab = browser.new_context(
            locale="en-US", viewport=window, color_scheme="light", reduced_motion="reduce"
        ).new_page()
        tab.goto(Path(page).absolute().as_uri() + cell)
        tab.wait_for_selector("figure[data-array], .weights canvas")
        tab.wait_for_timeout(500)
        yield name, tab.screenshot()
        tab.context.close()


def write(path: Path, picture: bytes) -> None:
    """Write a PNG in the colours of a palette."""
    image = Image.open(io.BytesIO(picture)).convert("RGB")
    image.quantize(256, Image.Quantize.MAXCOVERAGE, kmeans=4, dither=Image.Dither.NONE).save(path, optimize=True)
    if path.stat().st_size > LARGEST:
        raise SystemExit(f"{path} has {path.stat().st_size:,} bytes; make its window smaller")


def main() -> None:
    """Make all pictures."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        os.chdir(folder)
        make_pages()
        train_on_mnist()
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        for name, picture in screenshots(browser):
            write(DOCS / "images" / f"{name}.png", picture)
        browser.close()
        for name in ("suspects", "prediction"):
            write(DOCS / "images" / f"{name}.png", Path(f"{name}.png").read_bytes())


if __name__ == "__main__":
    main()
