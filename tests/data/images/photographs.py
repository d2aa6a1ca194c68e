"""Photographs of handwritten digits, rendered from MNIST: paper, pen, light, lens and camera.

``python tests/data/images/photographs.py RUN COUNT FOLDER [KIND ...]`` prints how many digits the network of RUN reads
in each kind of photograph, the first of which is a clean scan, and saves a sheet of each kind into FOLDER.
"""

import io
import sys
import warnings
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from whence.data import load, read_image
from whence.training import load_model

KINDS = (
    "scan",
    "lamp",
    "gradient",
    "shadow",
    "noise",
    "blur",
    "rotated",
    "small",
    "pencil",
    "chalk",
    "frame",
    "form",
    "ruled",
    "desk",
    "phone",
)


def photograph(digit, kind, rng):
    """Return a photograph, as a picture of Pillow, of an MNIST digit (28 × 28, light on dark)."""
    height, width = (int(side) for side in rng.integers(320, 700, 2))
    share = rng.uniform(0.1, 0.2) if kind == "small" else rng.uniform(0.4, 0.75)
    side = share * min(height, width)
    angle = rng.uniform(-10, 10) if kind in ("rotated", "phone", "form", "frame") else 0
    ink, place = written(digit, (height, width), side, angle, rng)
    dark, paper = (90, 190) if kind == "pencil" else (rng.uniform(20, 70), rng.uniform(200, 250))
    cover = np.zeros((height, width))
    if kind in ("frame", "form") or (kind == "phone" and rng.random() < 0.5):
        cover = frame((height, width), place, side, angle, rng, endless=kind == "form")
    if kind == "ruled":
        cover = ruled((height, width), side, rng)
    page = paper + (dark - paper) * np.maximum(ink, cover)
    if kind == "chalk":
        page = 60 + 170 * ink
    if kind == "desk":
        page = on_desk(page, place, side, rng)
    page = page * light(kind, (height, width), rng)
    return camera(page, kind, side, rng)


def written(digit, size, side, angle, rng):
    """Return how much ink covers each point, and where the centre of the digit is."""
    large = Image.fromarray(digit).resize((round(side * 1.4),) * 2, Image.Resampling.BICUBIC).rotate(angle)
    large = np.asarray(large.filter(ImageFilter.GaussianBlur(side / 60))).astype(float)
    large = np.clip((large - 70) / 100, 0, 1)
    rows, columns = np.flatnonzero(large.max(axis=1)), np.flatnonzero(large.max(axis=0))
    large = large[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    margin = 0.12 * min(size)
    top, left = (
        int(rng.uniform(margin, max(margin + 1, length - margin - part)))
        for length, part in zip(size, large.shape, strict=True)
    )
    ink = np.zeros(size)
    part = large[: size[0] - top, : size[1] - left]
    ink[top : top + part.shape[0], left : left + part.shape[1]] = part
    return ink, (left + large.shape[1] / 2, top + large.shape[0] / 2)


def frame(size, place, side, angle, rng, *, endless):
    """Return the lines of a form's cell around the digit, with its neighbours if it is endless."""
    room = side * rng.uniform(1.25, 1.6)
    lines = Image.new("L", (size[1], size[0]))
    draw = ImageDraw.Draw(lines)
    thickness = max(2, round(side * rng.uniform(0.01, 0.035)))
    slope = np.deg2rad(-angle)
    across, down = np.array([np.cos(slope), np.sin(slope)]) * room, np.array([-np.sin(slope), np.cos(slope)]) * room
    cells = range(-3, 4) if endless else range(1)
    for column in cells:
        for row in cells if endless else range(1):
            corner = np.array(place) + (column - 0.5) * across + (row - 0.5) * down
            corners = [corner, corner + across, corner + across + down, corner + down, corner]
            draw.line([tuple(point) for point in corners], 255, thickness, joint="curve")
    return np.asarray(lines) / 255 * rng.uniform(0.6, 1)


def ruled(size, side, rng):
    lines = np.zeros(size)
    step, thickness = round(side * rng.uniform(0.3, 0.6)), max(1, round(side * 0.012))
    for row in range(step // 2, size[0], step):
        lines[row : row + thickness] = rng.uniform(0.15, 0.3)
    return lines


def on_desk(page, place, side, rng):
    """Return a sheet of paper that ends on two sides, with a dark desk beyond."""
    bottom, right = (int(min(place[i] + rng.uniform(0.75, 0.9) * side, page.shape[1 - i])) for i in (1, 0))
    page = page.copy()
    page[bottom:], page[:, right:] = 70, 70
    return page + rng.normal(0, 2, page.shape)


def light(kind, size, rng):
    """Return the share of the full light at each point."""
    down, right = np.mgrid[: size[0], : size[1]] / max(size)
    turn = rng.uniform(0, 2 * np.pi)
    along = np.cos(turn) * (right - right.mean()) + np.sin(turn) * (down - down.mean())  # about -0.5 to 0.5
    along /= np.abs(along).max() * 2
    level = np.ones(size)
    if kind in ("gradient", "phone", "frame", "form"):
        level *= 1 - rng.uniform(0.1, 0.6) * (along + 0.5)
    if kind == "lamp":
        middle = rng.uniform(0, 1, 2)
        distance = (right - middle[0]) ** 2 + (down - middle[1]) ** 2
        level *= 0.35 + 0.65 * np.exp(-distance / rng.uniform(0.15, 0.5))
    if kind in ("shadow", "phone"):
        edge = (along - rng.uniform(-0.3, 0.3)) / rng.uniform(0.01, 0.08)
        level *= 1 - rng.uniform(0.2, 0.55) / (1 + np.exp(-np.clip(edge, -50, 50)))
    return level


def camera(page, kind, side, rng):
    """Return the picture that a camera takes, with its blur, noise and compression."""
    spread = {"blur": side * rng.uniform(0.02, 0.06), "phone": side * rng.uniform(0, 0.03)}.get(kind, 0.7)
    noise = {"noise": rng.uniform(8, 25), "phone": rng.uniform(2, 12), "scan": 0, "pencil": 6}.get(kind, 2)
    blurred = np.asarray(
        Image.fromarray(np.clip(page, 0, 255).astype(np.uint8)).filter(ImageFilter.GaussianBlur(spread))
    )
    noisy = np.clip(blurred + rng.normal(0, 1, page.shape) * noise, 0, 255).astype(np.uint8)
    picture = Image.fromarray(noisy)
    if kind == "phone":
        tint = np.array([1, 0.98, 0.9]) - np.where(noisy < 110, 0.25, 0)[..., np.newaxis] * [1, 0.6, -0.2]
        picture = Image.fromarray(np.clip(noisy[..., np.newaxis] * tint, 0, 255).astype(np.uint8))
    if kind in ("noise", "phone"):
        packed = io.BytesIO()
        picture.save(packed, "JPEG", quality=int(rng.integers(40, 80)))
        picture = Image.open(packed)
        picture.load()
    return picture


def read_all(taken, image, folder):
    """Return what is made of each photograph, saved as a file first."""
    made = []
    for picture in taken:
        picture.save(folder / "photograph.png")
        with warnings.catch_warnings(action="ignore"):
            made.append(read_image(folder / "photograph.png", image))
    return np.stack(made)


def measure(run, count, folder, kinds):
    """Print the share of right digits of each kind of photograph."""
    model, mnist = load_model(run), load("mnist")
    test = mnist.test
    chosen = np.random.default_rng(7).choice(len(test), count, replace=False)
    folder.mkdir(exist_ok=True)
    for kind in kinds:
        rng = np.random.default_rng(sum(map(ord, kind)))
        taken = [photograph(test.inputs[row, ..., 0], kind, rng) for row in chosen]
        made = read_all(taken, mnist.preprocessing.image, folder)
        right = model.probabilities(made).argmax(axis=1) == test.targets[chosen]
        print(f"{kind:10} {right.mean():7.1%}", flush=True)
        sheet(taken, made, right).save(folder / f"{kind}.png")


def sheet(taken, made, right, shown=12):
    """Return wrong ones first, each above what was made of it."""
    order = np.argsort(right, kind="stable")[:shown]
    page = Image.new("RGB", (shown * 150, 300), "grey")
    for place, i in enumerate(order):
        photo = taken[i].convert("RGB")
        photo.thumbnail((146, 146))
        page.paste(photo, (place * 150, 0))
        page.paste(Image.fromarray(made[i][..., 0]).resize((146, 146), 0), (place * 150, 150))
        if not right[i]:
            ImageDraw.Draw(page).rectangle((place * 150, 296, place * 150 + 146, 299), "red")
    return page


if __name__ == "__main__":
    run, count, folder, *kinds = sys.argv[1:]
    measure(run, int(count), Path(folder), kinds or KINDS)
