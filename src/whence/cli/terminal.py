"""The border to the terminal: everything that the program prints passes here, and no file can send it a command."""

from __future__ import annotations

import os
import re

import click

from whence.visible import visible

_COLOURS = {"cell": "yellow", "source": "cyan", "positive": "blue", "negative": "red", "faint": "bright_black"}
_FIRST_MARK = 0xFDD0  # of the code points that Unicode keeps for a program's own use
_MARKS = {role: chr(_FIRST_MARK + number) for number, role in enumerate(_COLOURS)}
_END = chr(_FIRST_MARK + len(_MARKS))
_MARKED = re.compile(f"([{''.join(_MARKS.values())}])([^{_END}]*){_END}")
_BY_MARK = {mark: _COLOURS[role] for role, mark in _MARKS.items()}


def echo(text: str = "", *, err: bool = False, nl: bool = True) -> None:
    """Print a text, with control characters made visible, so that names in files cannot move the cursor.

    Parameters
    ----------
    text : str
        The text; parts of it may be marked by `paint`.
    err : bool
        Whether to print on standard error.
    nl : bool
        Whether a new line begins after it.
    """
    click.echo(_MARKED.sub(_coloured, visible(text)), err=err, nl=nl)


def paint(text: str, role: str) -> str:
    """Return a text that `echo` prints in the colour of a role, unless the environment has ``NO_COLOR``."""
    return text if os.environ.get("NO_COLOR") else f"{_MARKS[role]}{text}{_END}"


def _coloured(marked: re.Match[str]) -> str:
    return click.style(marked[2], fg=_BY_MARK[marked[1]])
