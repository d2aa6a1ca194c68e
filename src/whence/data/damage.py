"""Damaged files, which libraries that read them tell in any way."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from whence.errors import DataError, WhenceError


@contextlib.contextmanager
def damage_told(name: object, advice: str) -> Iterator[None]:
    """Raise `DataError` for whatever a library raises in the block, in which it reads a file.

    Parameters
    ----------
    name : object
        The name of the file.
    advice : str
        What to do, the end of the message.
    """
    try:
        yield
    except (WhenceError, MemoryError):
        raise
    except Exception as error:
        said = str(error).strip() or type(error).__name__
        raise DataError(f"cannot read {name}: {said.splitlines()[0]}; {advice}") from error
