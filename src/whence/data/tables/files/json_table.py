"""Tables in JSON: a list of records, an object of columns, or a record in each line."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection
from typing import Any

from whence.data.tables.roles.numerals import is_beyond_floats
from whence.data.tables.table import Table, numbers_and_texts
from whence.errors import DataError
from whence.wording import counted

_EXPECTED = "expected a list of objects, an object with a list for each column, or an object in each line"


def read_json(name: str, content: bytes, missing: frozenset[str], texts: Collection[str]) -> Table:
    """Return the table in a JSON file.

    Parameters
    ----------
    name : str
        The name of the file, for messages.
    content : bytes
        The file in UTF-8.
    missing : set of str
        The texts that mark a missing cell.
    texts : collection of str
        Columns of which texts that spell numbers stay texts.

    Raises
    ------
    DataError
        If the file is not JSON or holds no table.
    """
    import pandas as pd

    lines = None
    try:
        data = _value(content, name)
    except json.JSONDecodeError as error:
        if error.msg != "Extra data":
            raise DataError(f"{name}, line {error.lineno} is not JSON ({error.msg}); check the file") from error
        data, lines = _records_of_lines(name, content)
    data, remarks = _table_within(name, data)
    if isinstance(data, list):
        order, differ = _order_of_keys(data)
        remarks += (f"the records of {name} have their keys in different orders; the columns are as in most",) * differ
        data = {key: [record.get(key) for record in data] for key in order}
    try:
        frame = pd.DataFrame(data)
    except ValueError as error:
        raise DataError(f"{name} is not a table ({error}); {_EXPECTED}") from error
    frame.columns = frame.columns.map(str)
    frame = frame.reset_index(drop=True)
    if frame.empty:
        raise DataError(f"{name} has no rows; at least one is needed")
    if not frame.columns.is_unique:
        raise DataError(f"{name} has two columns of one name among {', '.join(frame.columns)}; rename or remove one")
    for column in frame:
        nested = frame[column].map(lambda cell: isinstance(cell, list | dict))
        if nested.any():
            frame[column] = frame[column].where(~nested, frame[column].map(json.dumps))
            remarks += (
                f"{name}: {column!r} holds lists or objects, which are read as texts; give each of their values a "
                f"column, or leave them out with --drop {column}",
            )
    return Table(name, numbers_and_texts(frame, missing, texts), range(1, len(frame) + 1), lines, remarks)


def _order_of_keys(records: list[dict[str, Any]]) -> tuple[list[str], bool]:
    """Return the keys in the order of most records, those of others before the last; and whether any has another."""
    orders = Counter(map(tuple, records))
    usual = orders.most_common(1)[0][0]
    others = dict.fromkeys(key for order in orders for key in order if key not in usual)
    names = [*usual[:-1], *others, *usual[-1:]]
    return names, any([name for name in names if name in order] != list(order) for order in orders)


def _value(content: bytes, name: str) -> Any:
    try:
        return json.loads(content, parse_int=_whole)
    except json.JSONDecodeError:
        raise
    except RecursionError as error:
        raise DataError(f"{name} is nested too deeply for a table; {_EXPECTED}") from error
    except ValueError as error:
        raise DataError(f"{name} is not readable ({error}); check the file") from error


def _whole(digits: str) -> int | str:
    """Return a whole number, or its digits where it is beyond those that float64 tells apart."""
    return digits if is_beyond_floats(digits) else int(digits)


def _records_of_lines(name: str, content: bytes) -> tuple[list[Any], list[int]]:
    records, numbers = [], []
    for number, line in enumerate(content.split(b"\n"), start=1):
        if not line.strip():
            continue
        try:
            record = _value(line, f"{name}, line {number}")
        except json.JSONDecodeError as error:
            raise DataError(f"{name}, line {number} is not JSON ({error.msg}); check the file") from error
        if not isinstance(record, dict):
            raise DataError(f"{name}, line {number} is not a JSON object; each line needs one")
        records.append(record)
        numbers.append(number)
    return records, numbers


def _table_within(name: str, data: Any) -> tuple[Any, tuple[str, ...]]:
    """Return the part of a JSON value that is a table, and a remark on what is left out."""
    if isinstance(data, dict) and {"columns", "data"} <= data.keys() and isinstance(data["columns"], list):
        return [dict(zip(data["columns"], row, strict=True)) for row in data["data"]], ()
    if isinstance(data, dict):
        lists = [key for key, value in data.items() if isinstance(value, list) and value and isinstance(value[0], dict)]
        if len(lists) == 1:
            others = [key for key in data if key != lists[0]]
            left = f"of {name} only {lists[0]!r} is read; beside it are {', '.join(others)}"
            return data[lists[0]], (left,) if others else ()
        if data and not any(isinstance(value, list | dict) for value in data.values()):
            return [data], ()
        if data and len({type(value) for value in data.values()}) == 1:
            return data, ()
    elif isinstance(data, list) and data and all(isinstance(record, dict) for record in data):
        return data, ()
    found = f"a list of {counted(len(data), 'item')}" if isinstance(data, list) else "something else"
    raise DataError(f"{name} holds {found}; {_EXPECTED}")
