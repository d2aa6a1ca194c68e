"""Sizes that layers are given."""

from __future__ import annotations

import numpy as np

from whence.errors import ArgumentError


def checked_size(owner: str, name: str, value: int, *, least: int = 1) -> int:
    """Return a size if it is a whole number that is large enough.

    Parameters
    ----------
    owner, name : str
        Who was given it, and as which argument, for the message.
    value : int
        The size.
    least : int
        The smallest that it may be.

    Raises
    ------
    ArgumentError
        If it is not.
    """
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < least:
        raise ArgumentError(f"{owner} was given {name} = {value!r}; it must be a whole number of at least {least}")
    return int(value)
