"""The memory of this machine, and reuse of freed memory between steps."""

from __future__ import annotations

import ctypes
import functools
import os
import sys

_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3
"""GNU C library, mallopt(3): M_TRIM_THRESHOLD and M_MMAP_THRESHOLD."""


@functools.cache
def keep_freed_memory() -> bool:
    """Make this process keep up to 1 GiB of freed memory, and return whether the C library supports that.

    By default the GNU C library returns the memory of large arrays to the system, which clears it for the arrays of the
    next step; in convolutional networks this takes up to a third of a step. Other C libraries are not changed.
    """
    if not sys.platform.startswith("linux"):
        return False
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    return mallopt is not None and bool(mallopt(_TRIM_THRESHOLD, 2**30) and mallopt(_MMAP_THRESHOLD, 2**25))


def physical_memory() -> int | None:
    """Return the number of bytes of memory that this machine has; None where the system does not tell."""
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):
        return None
