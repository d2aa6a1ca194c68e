"""The languages of programs: what writes a program, and how it is run."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from whence.interop.programs.in_c.program import c_program
from whence.interop.programs.in_javascript.program import javascript_program
from whence.interop.programs.in_numpy.program import numpy_program
from whence.interop.programs.in_r.program import r_program
from whence.interop.programs.program import Program


@dataclass(frozen=True)
class Language:
    """A language of programs.

    Parameters
    ----------
    file : str
        The usual name of a program in it.
    write : callable
        From a program and the name of its file to its text.
    tool : str
        What runs or compiles it.
    version : tuple of str
        The arguments with which the tool tells its version, in the first line.
    commands : callable
        From the tool and the name of a file to what is called in turn; the last command reads samples.
    """

    file: str
    write: Callable[[Program, str], str]
    tool: str
    version: tuple[str, ...]
    commands: Callable[[str, str], Sequence[Sequence[str]]]


def _interpreted(tool: str, file: str) -> list[list[str]]:
    return [[tool, file]]


def _compiled(tool: str, file: str) -> list[list[str]]:
    strict = ["-std=c99", "-Wall", "-Wextra", "-Wconversion", "-Werror"]
    return [[tool, "-O2", *strict, "-o", "model", file, "-lm"], ["./model"]]


_NUMPY_VERSION = "import sys, numpy; print('Python', sys.version.split()[0], 'with NumPy', numpy.__version__)"
LANGUAGES = {
    "numpy": Language("model.py", numpy_program, sys.executable, ("-c", _NUMPY_VERSION), _interpreted),
    "r": Language("model.R", r_program, "Rscript", ("-e", "cat(R.version.string)"), _interpreted),
    "c": Language("model.c", c_program, "gcc", ("--version",), _compiled),
    "javascript": Language(
        "model.mjs", javascript_program, "node", ("-e", "console.log('node', process.version)"), _interpreted
    ),
}
"""By the name that is given to ``--to``."""
