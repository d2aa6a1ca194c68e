"""Small data that are treated as large ones are: rows stay in their files."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

RNG = np.random.default_rng(0)
ROWS, COLUMNS = 300, 3
X = RNG.normal(1000, 2, (ROWS, COLUMNS)).astype(np.float32)
Y = (X[:, 0] > X[:, 1]).astype(np.int64) + (X[:, 2] > 1001)


def treat_as_large(monkeypatch, kept_bytes):
    """Leave all arrays in their files, and keep no more of their parts in memory than so many bytes."""
    for module in ("stored_rows", "data.parts", "data.numpy_files", "data.images.picture_folder"):
        monkeypatch.setattr(f"whence.{module}.LARGE", 0)
    monkeypatch.setattr("whence.data.parts.MOST_KEPT_BYTES", kept_bytes)


def save_npz_parts(folder, count=6, **others):
    folder.mkdir(parents=True, exist_ok=True)
    arrays = {"x": X, "y": Y, **others}
    for number, rows in enumerate(np.array_split(np.arange(ROWS), count)):
        np.savez(folder / f"part-{number}.npz", **{name: array[rows] for name, array in arrays.items()})
    return folder


def frame(rows=slice(None), **others):
    return {**{f"c{i}": X[rows, i] for i in range(COLUMNS)}, "kind": Y[rows], **others}


def save_parquet_parts(folder, count=3, row_group=40):
    folder.mkdir(parents=True, exist_ok=True)
    for number, rows in enumerate(np.array_split(np.arange(ROWS), count)):
        pq.write_table(pa.table(frame(rows)), folder / f"part-{number}.parquet", row_group_size=row_group)
    return folder
