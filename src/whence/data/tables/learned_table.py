"""What a table holds: its input columns, its targets, and what a person is to be told of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from whence.data.load_options import FILLING, LoadOptions
from whence.data.tables.columns import DateColumn, NumberColumn
from whence.data.tables.groups import recurring_entities
from whence.data.tables.missing import (
    filled_remark,
    missing_cells,
    suspected_markers,
    without_missing,
    without_target,
)
from whence.data.tables.roles.column_names import names_entity
from whence.data.tables.roles.leaks import suspected_leaks
from whence.data.tables.roles.recognition import Recognised, described, recognise, suitable
from whence.data.tables.roles.roles import Role
from whence.data.tables.roles.wishes import wishes_for
from whence.data.tables.series.time_order import in_time_order, series_hint, usual_step
from whence.data.tables.table import Table
from whence.data.tables.table_columns import TableColumns
from whence.data.tables.targets import Targets, default_target, learn_targets, recognised_target
from whence.data.tables.totals import total_remark
from whence.errors import DataError
from whence.wording import listed, some_of

if TYPE_CHECKING:
    from whence.arrays import Array

_SHOWN = 4


@dataclass(frozen=True, eq=False)
class LearnedTable:
    """What a table holds, before its rows are split and its missing cells are filled.

    Parameters
    ----------
    table : Table
        The rows to use.
    columns : TableColumns
        Its input columns, without fills, and its targets.
    targets : Targets
        The targets in all rows.
    remarks : tuple of str
        How the table was read, a sentence each.
    time : DateColumn or None
        The column of dates that orders the rows of a series.
    """

    table: Table
    columns: TableColumns
    targets: Targets
    remarks: tuple[str, ...]
    time: DateColumn | None = None

    def fitted_columns(self, way: str, train_rows: Array) -> TableColumns:
        """Return the columns with what they learn from the training rows, or where these have no cells, from all."""
        fitted = []
        for column in self.columns.columns:
            cells = self.table.frame[column.name]
            training = cells.iloc[train_rows]
            fitted.append(column.fitted(cells if column.is_missing(training).all() else training, way))
        return replace(self.columns, columns=tuple(fitted))


def learn_table(table: Table, options: LoadOptions, *, in_time: bool = False) -> LearnedTable:
    """Return what a table holds.

    Parameters
    ----------
    table : Table
        The table.
    options : LoadOptions
        As in `whence.data.load`.
    in_time : bool
        Whether the rows are the steps of a time series: then the first column of dates orders them and is no input,
        none is left out, and the targets are inputs as well.

    Raises
    ------
    DataError
        If there is nothing to learn from, a target does not suit, or all rows would be dropped.
    UnknownNameError
        If a column that is named in the options does not exist.
    """
    wishes = wishes_for(table.name, table.names, options.columns)
    recognised = recognise(table.frame, wishes, table.decimal)
    unbound = recognised
    if wishes.only is not None and (in_time or not wishes.target):
        unbound = recognise(table.frame, replace(wishes, only=None), table.decimal)
    names = tuple(wishes.target) or (default_target(unbound, wishes),)
    found = {name: recognised_target(table.frame[name], name, wishes, table.decimal) for name in names}
    goals = [one.column for one in found.values() if one.column is not None]
    recognised |= {
        name: replace(one, role=Role.TARGET, column=one.column if in_time else None) for name, one in found.items()
    }
    rest, remarks = table, table.remarks
    time = _time_column(unbound) if in_time else None
    if time is not None:
        recognised |= {time.name: Recognised(Role.ORDER)}
        time = replace(time, step=usual_step(table, time))
        rest, remark = in_time_order(table, time)
        remarks += remark
    if not in_time or options.missing == "error":
        rest, remark = without_target(rest, missing_cells(rest, goals), options.missing)
        remarks += remark
    recognised = _with_inputs(table, _without_empty(rest, recognised))
    inputs = [one.column for one in recognised.values() if one.column is not None]
    remarks += _of_left_out(recognised)
    remarks += total_remark(table, [*inputs, *goals])
    remarks += suspected_markers(rest, [*inputs, *goals])
    missing = missing_cells(rest, inputs)
    if options.missing in FILLING and missing:
        remarks += (filled_remark(missing, len(rest), options.missing),)
    elif options.missing == "drop" and not in_time:
        rest, remark = without_missing(rest, missing)
        remarks += remark
    targets = learn_targets(rest, goals, wishes.task)
    if not in_time:
        entities = () if wishes.group else recurring_entities(rest, inputs, targets.classes)
        remarks += _of_leaks(suspected_leaks(rest, inputs, targets.values), names, entities)
    numerals = tuple(goal.numerals for goal in goals if isinstance(goal, NumberColumn))
    another = "" if wishes.target else "--target names another column"
    for name in names:
        note = "; ".join(filter(None, [targets.note, recognised[name].note, another]))
        recognised[name] = replace(recognised[name], note=note)
    columns = TableColumns(
        tuple(inputs),
        names,
        numerals if targets.classes is None else (),
        tuple(described(name, table.frame[name], one) for name, one in recognised.items()),
    )
    if not in_time:
        remarks += series_hint(rest, [column for column in inputs if isinstance(column, DateColumn)])
    return LearnedTable(rest, columns, targets, remarks, time)


def _time_column(recognised: dict[str, Recognised]) -> DateColumn | None:
    """Return the first column of dates, which orders the rows of a series."""
    return next((found.column for found in recognised.values() if isinstance(found.column, DateColumn)), None)


def _without_empty(table: Table, recognised: dict[str, Recognised]) -> dict[str, Recognised]:
    """Return the columns; those with no cell in the rows that are left are no inputs."""
    missing = missing_cells(table, [found.column for found in recognised.values() if found.column is not None])
    empty = {name: Recognised(Role.EMPTY, note="where a target is known") for name in missing if missing[name].all()}
    return recognised | empty


def _with_inputs(table: Table, recognised: dict[str, Recognised]) -> dict[str, Recognised]:
    """Return the columns; if none besides the targets is an input, numbers that looked like identifiers are.

    Raises
    ------
    DataError
        If there is no input.
    """
    if any(found.column is not None for found in recognised.values()):
        return recognised
    targets = [name for name, found in recognised.items() if found.role is Role.TARGET]
    others = {name: found for name, found in recognised.items() if name not in targets}
    if not others:
        raise DataError(
            f"{table.name} has only the column {listed(map(repr, targets))}; add input columns, separated by commas, "
            "semicolons or tabs"
        )
    identifiers = {
        name: suitable(table.frame[name], name, table.decimal)
        for name in others
        if others[name].role is Role.IDENTIFIER
    }
    numbers = {
        name: replace(found, note="nearly all different, but there is no other column")
        for name, found in identifiers.items()
        if found.role is Role.NUMBER
    }
    if numbers:
        return recognised | numbers
    found_as = listed(f"{name!r} ({found.role})" for name, found in others.items())
    raise DataError(
        f"{table.name} has no column to learn {listed(map(repr, targets))} from, but {found_as}; "
        "keep one with --categorical or --numeric"
    )


def _of_left_out(recognised: dict[str, Recognised]) -> tuple[str, ...]:
    names = {name: found.role for name, found in recognised.items() if not found.role.is_used}
    unasked = [name for name, role in names.items() if role not in (Role.UNWANTED, Role.GROUP)]
    if not unasked:
        return ()
    left_out = some_of([f"{name} ({names[name]})" for name in unasked], _SHOWN, "column")
    return (f"left out: {left_out}; --categorical, --numeric or --date keeps a column",)


def _of_leaks(leaks: Sequence[str], targets: Sequence[str], entities: Sequence[str]) -> tuple[str, ...]:
    recurring = [name for name in entities if name in leaks or names_entity(name)]
    groups = (
        f"rows of one {name} may belong together: --group {name} keeps them in one part of the data"
        for name in recurring[:1]
    )
    if not leaks:
        return tuple(groups)
    tell = "tells" if len(leaks) == 1 else "each tell"
    dropped = " ".join(f"--drop {name}" for name in leaks)
    leak = (
        f"{listed(leaks)} alone {tell} the target {listed(targets)}: if it is not known when predicting, leave it out "
        f"with {dropped}"
    )
    return ("; ".join([leak, *groups]),)
