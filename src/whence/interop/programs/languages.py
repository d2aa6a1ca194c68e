"""The languages of programs: what writes a program, and how it is run."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from whence.interop.programs.numpy_program import numpy_program
from whence.interop.programs.program import Program


@dataclass(frozen=True)
class Language:
    """A language of programs.

    Parameters
    ----------
    name : str
        Its name.
    file : str
        The usual name of a program in it.
    write : callable
        From a program and the name of its file to its text.
    tool : str
        What runs or compiles it.
    version : tuple of str
        The arguments with which the tool tells its version.
    commands : callable
        From the name of the program's file to what is called in turn; the last command reads samples.
    """

    name: str
    file: str
    write: Callable[[Program, str], str]
    tool: str
    version: tuple[str, ...]
    commands: Callable[[str, str], Sequence[Sequence[str]]]


LANGUAGES: dict[str, Language] = {
    "numpy": Language(
        "Python with NumPy",
        "model.py",
        numpy_program,
        sys.executable,
        ("-c", "import sys, numpy; print('Python', sys.version.split()[0], 'with NumPy', numpy.__version__)"),
        lambda tool, file: [[tool, file]],
    ),
}
"""By the name that is given to ``--to``."""
