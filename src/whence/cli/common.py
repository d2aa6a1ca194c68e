"""What several commands share of their arguments and options."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from whence.cli.options import Option
from whence.errors import ArgumentError

RUN = click.Argument(["run"], type=click.Path(path_type=Path))
DIR = click.Option(["-d", "--dir", "directory"], type=click.Path(), help="Folder that holds the files of the data set.")
OFFLINE = click.Option(["--offline"], is_flag=True, help="Stop rather than download.")
JSON = click.Option(["--json", "as_json"], is_flag=True, help="Print one JSON object and nothing else.")


def reader(option: Option) -> Callable[[click.Context, click.Parameter, str | None], Any]:
    """Return a callback that lets the option's kind read its text."""

    def read(ctx: click.Context, parameter: click.Parameter, given: str | None) -> Any:
        try:
            return None if given is None else option.kind.parse(option.name, given)
        except ArgumentError as error:
            raise click.UsageError(str(error), ctx) from error

    return read
