"""A film as JSON for the page, with arrays as base64 of their compressed bytes."""

from __future__ import annotations

import base64
import math
import zlib
from typing import Any

import numpy as np

from whence.arrays import Array
from whence.history import Film
from whence.views.film.packed_frames import pack_frames

_KINDS = "u1", "i4", "f4", "f8"


def pack_film(film: Film, title: str, run: str) -> dict[str, Any]:
    """Return a film as JSON.

    What changes from frame to frame and is drawn in colours has 256 levels, as `whence.views.film.packed_frames` packs
    it; other arrays are ``{"shape": ..., "type": "u1" | "i4" | "f4" | "f8", "bytes": base64 of zlib's format}``.
    """
    curves, dead, samples = film.curves, film.dead, film.samples
    return {
        "title": title,
        "run": run,
        "steps": film.steps.tolist(),
        "stepsPerEpoch": film.steps_per_epoch,
        "history": [{name: _finite(value) for name, value in record.items()} for record in film.history],
        "bestEpoch": film.best_epoch,
        "classes": film.classes and list(film.classes),
        "targets": list(film.targets),
        **{name: film.description.get(name) for name in ("columns", "image", "characters")},
        "curves": {
            "steps": pack_array(curves.steps),
            "layers": list(curves.layers),
            **{name: pack_array(getattr(curves, name)) for name in ("loss", "gradient", "update", "weights")},
        },
        "dead": {"layers": list(dead.layers), "units": dead.units.tolist(), "share": pack_array(dead.share)},
        "firstLayer": film.first_layer
        and {
            "name": film.first_layer.name,
            "shape": list(film.first_layer.shape),
            "kind": film.first_layer.kind,
            "weights": pack_frames(film.first_layer.weights, signed=True),
        },
        "samples": {
            "part": samples.part,
            "numbers": samples.numbers.tolist(),
            "inputs": pack_array(samples.inputs),
            "targets": pack_array(samples.targets),
            "outputs": pack_array(samples.outputs),
            "activations": {
                name: pack_frames(array, signed=bool(array.min() < 0)) for name, array in samples.activations.items()
            },
        },
        "surface": film.surface
        and {
            "inputs": list(film.surface.inputs),
            "axes": [pack_array(axis) for axis in film.surface.axes],
            "values": pack_frames(film.surface.values),
            "points": pack_array(film.surface.points),
            "targets": pack_array(film.surface.targets),
        },
        "lives": film.lives
        and {
            "cells": list(film.lives.cells),
            "groups": list(film.lives.groups),
            "added": pack_array(film.lives.added.astype(np.float32)),
            **{
                name: pack_array(getattr(film.lives, name))
                for name in ("values", "first", "raised", "raised_by", "lowered", "lowered_by", "inputs", "targets")
            },
            "numbers": film.lives.numbers.tolist(),
        },
    }


def pack_array(array: Array) -> dict[str, Any]:
    """Return an array as JSON, its integers in 32 bits unless they have 8."""
    own = array.dtype.str[1:]
    kind = own if own in _KINDS else "f8" if array.dtype.kind == "f" else "i4"
    content = zlib.compress(np.ascontiguousarray(array, f"<{kind}").tobytes(), 9)
    return {"shape": list(array.shape), "type": kind, "bytes": base64.b64encode(content).decode("ascii")}


def _finite(value: Any) -> Any:
    """Return a record's value, or None for a number that JSON has no words for."""
    return None if isinstance(value, float) and not math.isfinite(value) else value
