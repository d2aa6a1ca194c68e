"""One message for an error in any of several processes."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator

import click

from whence.cli.launched import rank_in_environment


@contextlib.contextmanager
def one_message() -> Iterator[None]:
    """Let an error be printed by one process, once all know of it."""
    try:
        yield
    except Exception as error:
        if rank_in_environment() is None:
            raise
        from whence.cli.processes import ranks

        if ranks().speaker is None:
            with contextlib.suppress(Exception), ranks().together():
                raise
        if ranks().speaker not in (None, ranks().rank):
            raise click.exceptions.Exit(getattr(error, "exit_code", 1)) from error
        sys.stderr = sys.__stderr__
        raise
