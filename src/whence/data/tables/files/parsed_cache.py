"""Tables read before, kept in the cache by the hash of their file, so that large files are parsed once.

A kept table is a safetensors file with an array per column; columns of texts are indices into their different texts,
which stand beside them as JSON. Nothing in it can be run.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import msgspec
import numpy as np

from whence.array_file import read_arrays, write_arrays
from whence.data import search_paths
from whence.data.tables.table import Table
from whence.errors import WhenceError
from whence.schema import decoded

if TYPE_CHECKING:
    import pandas as pd

    from whence.arrays import Array

SMALLEST = 4 << 20
"""Files of fewer bytes are parsed in no time, and are not kept."""

_MOST_BYTES = 1 << 30
_KIND, _VERSION = "table", 3


class _TableRecord(msgspec.Struct):
    """What is kept of a table besides its cells."""

    name: str
    names: list[str]
    remarks: tuple[str, ...]
    has_header: bool
    decimal: Literal[".", ","]


def place_of(content: bytes, *how: object) -> Path:
    """Return the file in the cache for a table.

    Parameters
    ----------
    content : bytes
        The file that holds the table.
    *how
        What else the table depends on: the file's name and how it is read.
    """
    digest = hashlib.sha256(content)
    digest.update(repr((_VERSION, *how)).encode())
    return search_paths.cache_folder() / "tables" / f"{digest.hexdigest()}.safetensors"


def kept_table(place: Path) -> Table | None:
    """Return the table in a file of the cache, or None if there is none."""
    import pandas as pd

    try:
        arrays, record = read_arrays(place, _TableRecord, kind=_KIND, version=_VERSION)
        os.utime(place)
        columns = {name: _column(arrays, i) for i, name in enumerate(record.names)}
        frame = pd.DataFrame(columns, copy=False)
        return Table(
            record.name,
            frame,
            rows=range(1, len(frame) + 1),
            lines=arrays["lines"].tolist() if "lines" in arrays else None,
            remarks=record.remarks,
            has_header=record.has_header,
            decimal=record.decimal,
        )
    except (WhenceError, OSError, LookupError, ValueError):
        return None


def keep_table(table: Table, place: Path) -> None:
    """Write a table into the cache, and remove those used longest ago if it is full; do nothing if it is read-only."""
    import pandas as pd

    arrays: dict[str, Array] = {} if table.lines is None else {"lines": np.asarray(table.lines, np.int64)}
    for i, name in enumerate(table.names):
        cells = table.frame[name]
        if cells.dtype.kind in "iuf":
            arrays[f"column {i}"] = cells.to_numpy()
        else:
            codes, different = pd.factorize(cells)
            arrays[f"column {i}"] = codes.astype(np.int32)
            arrays[f"texts {i}"] = np.frombuffer(json.dumps(list(different)).encode(), np.uint8)
    description: dict[str, Any] = {
        "name": table.name,
        "names": table.names,
        "remarks": table.remarks,
        "has_header": table.has_header,
        "decimal": table.decimal,
    }
    with contextlib.suppress(WhenceError, OSError):
        place.parent.mkdir(parents=True, exist_ok=True)
        write_arrays(place, arrays, description, kind=_KIND, version=_VERSION)
        _make_room(place.parent)


def _column(arrays: dict[str, Array], i: int) -> pd.Series:
    import pandas as pd

    if f"texts {i}" not in arrays:
        return pd.Series(arrays[f"column {i}"], copy=False)
    different = decoded(arrays[f"texts {i}"].tobytes(), list[str], "a kept table", advice="it is read anew")
    texts = np.array([*different, None], dtype=object)
    return pd.Series(texts[arrays[f"column {i}"]], dtype=object)  # a missing cell has the code -1, so the last


def _make_room(folder: Path) -> None:
    kept = [(file.stat(), file) for file in folder.glob("*.safetensors")]
    total = 0
    for status, file in sorted(kept, key=lambda one: -one[0].st_mtime):
        total += status.st_size
        if total > _MOST_BYTES:
            file.unlink(missing_ok=True)
