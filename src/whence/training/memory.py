"""Memory between steps: what one step frees, the next one needs again."""

from __future__ import annotations

import ctypes
import functools
import sys

_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3
"""GNU C library, mallopt(3): from how many free bytes on memory is given back, and how large an array lives alone."""


@functools.cache
def keep_freed_memory() -> bool:
    """Have this process keep up to a GiB of freed memory, and return whether the C library can be told so.

    Every step needs the same arrays anew. The GNU C library gives large ones back to the system when they are freed,
    and the system then clears every page of the next ones, which takes up to a third of the time of a convolutional
    network's step. Other C libraries are left as they are.
    """
    if not sys.platform.startswith("linux"):
        return False
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    return mallopt is not None and bool(mallopt(_TRIM_THRESHOLD, 2**30) and mallopt(_MMAP_THRESHOLD, 2**25))
