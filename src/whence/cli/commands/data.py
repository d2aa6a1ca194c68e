"""``whence data``: which data sets there are, and what is in them."""

from __future__ import annotations

import json

import click

from whence.cli.options.shared import DIR, JSON, OFFLINE, read_like
from whence.cli.options.table import OPTIONS


@click.group()
def command() -> None:
    """List, fetch or show data sets."""


def _list(as_json: bool) -> None:
    from whence.cli.tables import columns
    from whence.data import datasets

    if as_json:
        found = [{"name": name, "where": entry.status(), "what": entry.description} for name, entry in datasets.items()]
        click.echo(json.dumps({"datasets": found}))
        return
    rows = [(name, entry.status(), entry.description) for name, entry in datasets.items()]
    click.echo(columns(["name", "where", "what"], rows, left=3))
    click.echo("\nBesides: openml:NAME, text:FILE; tables, arrays, folders of pictures and MNIST's files by path.")


def _fetch(name: str) -> None:
    from whence.cli.progress import Download
    from whence.data import datasets
    from whence.data.request import Request

    entry = datasets[name]
    if entry.images is None:
        click.echo(f"{entry.name} is embedded; there is nothing to fetch.")
        return
    with Download(entry.name) as progress:
        entry.load(Request(progress=progress))
    click.echo(f"{entry.name}: {entry.status()}")


def _show(data: str, directory: str | None, target: str | None, missing: str, offline: bool) -> None:
    from whence.cli.dataset_preview import portrait
    from whence.cli.progress import Download
    from whence.data import load

    with Download(data) as progress:
        dataset = load(data, directory=directory, target=target, missing=missing, offline=offline, progress=progress)
    click.echo(portrait(dataset))


command.add_command(click.Command("list", callback=_list, params=[JSON], help="List the data sets that have a name."))
command.add_command(
    click.Command(
        "fetch", callback=_fetch, params=[click.Argument(["name"])], help="Download a data set, unless it is here."
    )
)
command.add_command(
    click.Command(
        "show",
        callback=_show,
        params=[
            click.Argument(["data"]),
            DIR,
            click.Option(["--target"], metavar="COLUMN", help="Column of a table to predict; the last by default."),
            read_like(OPTIONS["missing"], "error", "Missing cells of a table."),
            OFFLINE,
        ],
        help="Show the shapes, the classes and a few samples of a data set.",
    )
)
