"""IDX files for the tests, written by hand."""

import gzip
import struct

import numpy as np


def idx_bytes(values):
    values = np.asarray(values, np.uint8)
    return struct.pack(f">HBB{values.ndim}I", 0, 8, values.ndim, *values.shape) + values.tobytes()


def write_idx(path, values):
    content = idx_bytes(values)
    path.write_bytes(gzip.compress(content) if path.suffix == ".gz" else content)


def small_digits(count, seed=0):
    rng = np.random.default_rng(seed)
    return rng.integers(0, 256, (count, 28, 28), dtype=np.uint8), np.arange(count) % 10


def write_image_set(folder, *, mark="-", packed="", train=40, test=20):
    folder.mkdir(parents=True, exist_ok=True)
    for stem, count in (("train", train), ("t10k", test)):
        images, labels = small_digits(count, seed=count)
        write_idx(folder / f"{stem}-images{mark}idx3-ubyte{packed}", images)
        write_idx(folder / f"{stem}-labels{mark}idx1-ubyte{packed}", labels)
