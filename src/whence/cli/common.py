"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path

import click

RUN = click.Argument(["run"], type=click.Path(path_type=Path))
DIR = click.Option(["-d", "--dir", "directory"], type=click.Path(), help="Folder that holds the files of the data set.")
OFFLINE = click.Option(["--offline"], is_flag=True, help="Stop rather than download.")
JSON = click.Option(["--json", "as_json"], is_flag=True, help="Print one JSON object and nothing else.")
