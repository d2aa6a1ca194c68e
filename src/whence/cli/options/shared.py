"""What several commands share of their arguments and options."""

from __future__ import annotations

import contextlib
import importlib
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import click

from whence.cli.options.table import Option
from whence.errors import ArgumentError, ShapeError
from whence.files import require_place
from whence.wording import listed

RUN = click.Argument(["run"], type=click.Path(path_type=Path))
DIR = click.Option(["-d", "--dir", "directory"], type=click.Path(), help="Folder that holds the files of the data set.")
OFFLINE = click.Option(["--offline"], is_flag=True, help="Stop rather than download.")
JSON = click.Option(["--json", "as_json"], is_flag=True, help="Print one JSON object and nothing else.")
STEPS = click.Option(
    ["--steps"], type=click.IntRange(min=1), default=1, show_default=True, help="Training steps in a row."
)
DEFAULT_BATCH = 4
BATCH = click.Option(
    ["--batch"],
    type=click.IntRange(min=1),
    help=f"Take the first so many training samples.  [default: {DEFAULT_BATCH}, or all if fewer]",
)


def import_modules(names: str | None) -> None:
    """Import the modules, separated by commas, in which a user defines layers, losses or optimizers.

    Raises
    ------
    ArgumentError
        If one is not found in the working folder or where Python looks, or raises an error of its own.
    """
    if names and os.getcwd() not in sys.path:
        sys.path.insert(0, os.getcwd())
    for name in names.split(",") if names else ():
        try:
            importlib.import_module(name.strip())
        except Exception as error:  # a user's module can raise anything
            raise ArgumentError(
                f"the module {name.strip()} cannot be imported: {error}; modules are looked for in the working folder "
                "and where Python is installed"
            ) from error


def _import(ctx: click.Context, parameter: click.Parameter, given: str | None) -> None:
    with misuse():
        import_modules(given)


IMPORT = click.Option(
    ["--import"],
    metavar="MODULES",
    is_eager=True,
    expose_value=False,
    callback=_import,
    help="Modules of your own, separated by commas, whose layers, losses or optimizers the network uses.",
)


class Misuse(click.ClickException):
    """Something that was asked for cannot be; like other misuse of the command line, it ends with code 2."""

    exit_code = 2


@contextlib.contextmanager
def misuse() -> Iterator[None]:
    """Take an error about settings within the block for misuse of the command line."""
    try:
        yield
    except (ArgumentError, ShapeError) as error:
        raise Misuse(str(error)) from error


def output(name: str) -> click.Option:
    """Return the option for the file to write, which is called ``name`` in the run's folder if nothing is said."""
    help_text = f"The file to write.  [default: {name} in the run's folder]"
    return click.Option(["-o", "--output"], type=click.Path(path_type=Path), help=help_text)


def output_path(run: Path, given: Path | None, name: str) -> Path:
    """Return the file to write: the given one, or ``name`` in the run's folder, or beside a file of saved traces.

    Raises
    ------
    RunFolderError
        If the given one cannot be written, for there is no folder for it, or a folder has its name.
    """
    if given is not None:
        require_place(given)
    return given or (run.with_suffix(Path(name).suffix) if run.is_file() else run / name)


def samples_text(rows: Sequence[int]) -> str:
    """Return which samples of the training data a step is on: ``sample 0``, ``samples 0 to 3``, ``samples 2 and 5``."""
    if len(rows) == 1:
        return f"sample {rows[0]}"
    if list(rows) == [*range(rows[0], rows[0] + len(rows))]:
        return f"samples {rows[0]} to {rows[-1]}"
    return f"samples {listed(rows)}"


def read_like(option: Option, default: str, help_text: str, *, show_default: bool = False) -> click.Option:
    """Return an option of a command that reads its text as an option of training does."""
    return click.Option(
        [f"--{option.name}"],
        callback=reader(option),
        metavar=option.kind.metavar,
        default=default,
        help=help_text,
        show_default=show_default,
    )


def reader(option: Option) -> Callable[[click.Context, click.Parameter, str | None], Any]:
    """Return a callback that lets the option's kind read its text."""

    def read(ctx: click.Context, parameter: click.Parameter, given: str | None) -> Any:
        try:
            return None if given is None else option.kind.parse(option.name, given)
        except ArgumentError as error:
            raise click.UsageError(str(error), ctx) from error

    return read
