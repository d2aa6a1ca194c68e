"""``whence data``: list, download and show data sets."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from whence.cli.options.settings import settings_from
from whence.cli.options.shared import DIR, JSON, OFFLINE, Command, click_option
from whence.cli.options.table import OPTIONS
from whence.cli.terminal import echo
from whence.text_table import text_table
from whence.wording import counted

if TYPE_CHECKING:
    from whence.arrays import Array
    from whence.data import Dataset

_MOST_CLASSES = 30
_ABOUT_FILES = (
    "header",
    "missing_markers",
    "target",
    "task",
    "drop",
    "only",
    "categorical",
    "numeric",
    "date",
    "missing",
    "window",
    "horizon",
    "difference",
    "size",
    "skip_unreadable",
)


def _list(as_json: bool) -> None:
    from whence.data import datasets

    found = [{"name": name, "where": entry.status(), "what": entry.description} for name, entry in datasets.items()]
    if as_json:
        echo(json.dumps({"datasets": found}))
        return
    echo(text_table(list(found[0]), [list(one.values()) for one in found], left=3))
    echo("\nAlso: openml:NAME, text:FILE, and by path: tables, arrays, folders of pictures, MNIST files.")


def _fetch(name: str) -> None:
    from whence.cli.progress import Download
    from whence.data import datasets
    from whence.data.load_options import LoadOptions

    entry = datasets[name]
    if entry.images is None:
        echo(f"{entry.name} is part of whence; there is nothing to download.")
        return
    with Download(entry.name) as progress:
        entry.load(LoadOptions(progress=progress))
    echo(f"{entry.name}: {entry.status()}")


def _show(data: str, directory: str | None, **given: Any) -> None:
    from whence.cli.progress import Download
    from whence.cli.training_plan import load_dataset

    with Download(data) as progress:
        dataset = load_dataset(settings_from({"data": data, "dir": directory, **given}), progress)
    echo(_preview(dataset))


def _preview(dataset: Dataset) -> str:
    """Return the shapes of the parts of a data set, the number of samples of each class, and the first samples."""
    from whence.cli.report import label_mapping

    inputs = {split: part.inputs for split, part in dataset.splits.items()}
    shapes = [
        [split, f"{len(x):,}", str(x.shape[1:]), str(x.dtype), "{:g} … {:g}".format(*_range_of(x))]
        for split, x in inputs.items()
    ]
    account = dataset.preprocessing.account
    parts = [dataset.name, *([account] if account else [])]
    parts += [text_table(["", "samples", "input", "dtype", "range"], shapes), *dataset.remarks]
    if dataset.classes is not None and not dataset.preprocessing.streams:
        parts += filter(None, [_class_counts(dataset, dataset.classes), label_mapping(dataset.classes)])
    return "\n\n".join([*parts, dataset.preprocessing.preview(dataset.train, dataset.classes)])


def _range_of(inputs: Array) -> tuple[float, float]:
    """Return the least and the largest number."""
    from whence.stored_rows import blocks

    ends = [(block.min(), block.max()) for block in blocks(inputs)]
    return min(least for least, _ in ends), max(largest for _, largest in ends)


def _class_counts(dataset: Dataset, classes: tuple[str, ...]) -> str:
    import numpy as np

    counts = {split: np.bincount(part.targets, minlength=len(classes)) for split, part in dataset.splits.items()}
    rows = [[label, *(f"{count[i]:,}" for count in counts.values())] for i, label in enumerate(classes[:_MOST_CLASSES])]
    left_out = len(classes) - _MOST_CLASSES
    more = f"\n… and {counted(left_out, 'more class', 'more classes')}" if left_out > 0 else ""
    return text_table(["class", *counts], rows) + more


command = click.Group(
    "data",
    commands=[
        Command("list", callback=_list, params=[JSON], help="List the named data sets."),
        Command(
            "fetch",
            callback=_fetch,
            params=[click.Argument(["name"])],
            help="Download a named data set unless it is already on this machine.",
        ),
        Command(
            "show",
            callback=_show,
            params=[
                click.Argument(["data"]),
                DIR,
                *(click_option(OPTIONS[key]) for key in _ABOUT_FILES),
                OFFLINE,
            ],
            help="Show the shapes, the classes and a few samples of a data set.",
        ),
    ],
    help="List, download or show data sets.",
)
