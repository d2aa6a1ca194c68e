"""Traces as JSON for the page, with arrays as base64 of their bytes."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Any

import numpy as np

from whence.arrays import Array
from whence.trace import Trace
from whence.views.exercise import Exercise


def pack(traces: Sequence[Trace]) -> dict[str, Any]:
    """Return traces of consecutive training steps as JSON: ``{"bytes": [base64, ...], "traces": [trace, ...]}``.

    Arrays with the same bytes are stored once, such as the new parameters of one step, which the next one starts from.
    Each trace has formulas, origins, steps and layers, and arrays by name as ``{"shape": ..., "type": "f4" | "f8" |
    "i4", "bytes": position}``.
    """
    pool: dict[bytes, int] = {}
    packed = [{"arrays": {name: _array(trace[name], pool) for name in trace}, **trace.to_json()} for trace in traces]
    return {"bytes": [base64.b64encode(content).decode("ascii") for content in pool], "traces": packed}


def pack_exercise(exercise: Exercise, *, solved: bool) -> dict[str, Any]:
    """Return an exercise as JSON: its blanks, and all entries that are unknown until these are found, in base64."""
    unknown = {name: np.flatnonzero(np.isnan(array)) for name, array in exercise.unfinished.items()}
    hidden = {name: offsets for name, offsets in unknown.items() if len(offsets)}
    numbers = np.concatenate([exercise.trace[name].ravel()[offsets] for name, offsets in hidden.items()])
    return {
        "seed": exercise.seed,
        "solved": solved,
        "blanks": [{"array": name, "index": list(index)} for name, index in exercise.blanks],
        "hidden": {name: offsets.tolist() for name, offsets in hidden.items()},
        "numbers": base64.b64encode(numbers.astype("<f8").tobytes()).decode("ascii"),
    }


def _array(array: Array, pool: dict[bytes, int]) -> dict[str, Any]:
    kind = _kind(array)
    content = np.ascontiguousarray(array, f"<{kind}").tobytes()
    return {"shape": list(array.shape), "type": kind, "bytes": pool.setdefault(content, len(pool))}


def _kind(array: Array) -> str:
    """Return the narrowest type of the page that holds every number of ``array`` exactly."""
    if array.dtype.kind in "iub":
        small = array.size == 0 or (-(2**31) <= int(array.min()) and int(array.max()) < 2**31)
        return "i4" if small else "f8"
    return "f4" if array.dtype.itemsize <= 4 else "f8"
