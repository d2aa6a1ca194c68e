"""Standard input as a file, since the views of a run read its data again."""

from __future__ import annotations

import contextlib
import shutil
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from whence.cli.options.table import Settings
from whence.cli.runs import run_files
from whence.data.tables.files.file_content import STANDARD_INPUT
from whence.files import replacing


@contextlib.contextmanager
def in_a_file(settings: Settings) -> Iterator[Settings]:
    """Yield the settings; if their data are standard input, with these in a file that exists within the block."""
    if settings.data != str(STANDARD_INPUT):
        yield settings
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, run_files.STANDARD_INPUT)
        path.write_bytes(sys.stdin.buffer.read())
        yield replace(settings, data=str(path))


def kept_in(folder: Path, settings: Settings) -> Settings:
    """Return settings with their file of standard input copied into a run's folder."""
    kept = folder.absolute() / run_files.STANDARD_INPUT
    with open(str(settings.data), "rb") as source, replacing(kept) as file:
        shutil.copyfileobj(source, file)
    return replace(settings, data=str(kept))
