"""What a user says of a table's columns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from whence.data.load_options import ColumnOptions
from whence.errors import ArgumentError, UnknownNameError
from whence.registry import unknown
from whence.wording import listed

_TOGETHER = (["target", "categorical"], ["target", "numeric"])
"""Purposes for which one column may be named."""


@dataclass(frozen=True, kw_only=True)
class Wishes:
    """What the columns of a table are to be taken for.

    Parameters
    ----------
    target : sequence of str
        The target columns; empty for the last.
    task : str or None
        ``"classification"``, ``"regression"``, or None for what suits the target.
    drop : sequence of str
        Columns to leave out.
    only : sequence of str or None
        The only columns to learn from; None for all that are suitable.
    categorical, numeric : sequence of str
        Columns to take for categories and for numbers.
    dates : mapping of str to str or None
        Columns to take for dates, with their formats where given.
    group : str or None
        The column that names the groups of rows.
    """

    target: Sequence[str] = ()
    task: str | None = None
    drop: Sequence[str] = ()
    only: Sequence[str] | None = None
    categorical: Sequence[str] = ()
    numeric: Sequence[str] = ()
    dates: Mapping[str, str | None] = field(default_factory=dict)
    group: str | None = None

    def insists_on(self, name: str) -> bool:
        """Return whether a column is to be an input, whatever it holds."""
        return name in {*(self.only or ()), *self.categorical, *self.numeric, *self.dates}

    def leaves_out(self, name: str) -> bool:
        """Return whether a column is to be no input."""
        return name in self.drop or (self.only is not None and not self.insists_on(name))


def wishes_for(table: str, names: Sequence[str], options: ColumnOptions) -> Wishes:
    """Return the wishes for a table's columns.

    Parameters
    ----------
    table : str
        The name of the table, for messages.
    names : sequence of str
        The names of its columns.
    options : ColumnOptions
        What the user gave: names of columns, or several in one text, separated by commas.

    Raises
    ------
    UnknownNameError
        If there is no such column.
    ArgumentError
        If a column is named for two purposes.
    """

    def columns(given: Iterable[str]) -> list[str]:
        return [name for text in given for name in ([text] if text in names else _split(text))]

    def known(given: Iterable[str]) -> list[str]:
        for name in (found := list(dict.fromkeys(columns(given)))):
            if name not in names:
                raise UnknownNameError(f"{table}: {unknown('column', name, names)}")
        return found

    formats = dict(
        (text, None) if text in names else (text.partition("=")[0], text.partition("=")[2] or None)
        for given in options.date
        for text in ([given] if "=" in given else columns([given]))
    )
    known(formats)
    known([] if options.group is None else [options.group])
    wishes = Wishes(
        target=known(options.target),
        task=options.task,
        drop=known(options.drop),
        only=known(options.only) if options.only else None,
        categorical=known(options.categorical),
        numeric=known(options.numeric),
        dates=formats,
        group=options.group,
    )
    purposes = {
        "target": wishes.target,
        "drop": wishes.drop,
        "categorical": wishes.categorical,
        "numeric": wishes.numeric,
        "date": wishes.dates,
        "group": [wishes.group],
    }
    for name in names:
        twice = [purpose for purpose, chosen in purposes.items() if name in chosen]
        if len(twice) > 1 and twice not in _TOGETHER:
            raise ArgumentError(f"the column {name!r} is named for {listed(twice)}; name it for one of them")
    return wishes


def _split(text: str) -> list[str]:
    return [part.strip() for part in text.split(",")]
