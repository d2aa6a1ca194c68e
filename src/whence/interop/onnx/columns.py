"""The columns of a table as inputs of an ONNX graph, each of its own type, and their encoding.

Each column is an input with its name, (N, 1), or (N, T) in the windows of a time series: numbers as float64, NaN where
missing; categories as strings, empty where missing; dates as days since 1970 began, float64. What whence refuses in a
cell makes the outputs of its row NaN.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from whence.data.tables.columns import CategoryColumn, Column, DateColumn
from whence.data.tables.roles.dates import CYCLES
from whence.data.tables.roles.spellings import TRUTH, category_indices
from whence.data.tables.table import MISSING_MARKERS
from whence.data.tables.table_columns import TableColumns
from whence.interop.onnx.graph import Graph

_UNKNOWN, _MISSING = -1, -2


def add_columns(graph: Graph, columns: TableColumns, width: int) -> str:
    """Add an input for each column, and return the name of their encoding, (N, T, F), float64.

    Parameters
    ----------
    graph : Graph
        The graph.
    columns : TableColumns
        The columns.
    width : int
        T, the number of cells of a column in a sample: 1, or the rows in a window of a time series.
    """
    parts = [part for column in columns.columns for part in _encoded(graph, column, width)]
    return graph.add("Concat", *parts, axis=2)


def _encoded(graph: Graph, column: Column, width: int) -> Iterator[str]:
    """Add an input for a column, and yield the parts of its encoding, (N, T, K) each."""
    if isinstance(column, CategoryColumn):
        texts = graph.add_input(column.name, np.object_, ["N", width])
        yield from _encoded_categories(graph, column, _with_axis(graph, texts))
    else:
        numbers = graph.add_input(column.name, np.float64, ["N", width])
        yield from _encoded_numbers(graph, column, _with_axis(graph, numbers))


def _encoded_categories(graph: Graph, column: CategoryColumn, texts: str) -> Iterator[str]:
    keys, values = zip(*_codes(column).items(), strict=True)
    codes = graph.add(
        "LabelEncoder", texts, domain="ai.onnx.ml", keys_strings=keys, values_int64s=values, default_int64=_UNKNOWN
    )
    missing = graph.add("Equal", codes, np.array(_MISSING))
    if column.fill is not None:
        codes = graph.add("Where", missing, np.array(column.categories.index(str(column.fill))), codes)
    one_hot = graph.cast(graph.add("Equal", codes, np.arange(len(column.categories))), np.float64)
    refused = column.fill is None and not column.indicator
    yield graph.add("Where", missing, np.array(np.nan), one_hot) if refused else one_hot
    if column.indicator:
        yield graph.cast(missing, np.float64)


def _codes(column: CategoryColumn) -> dict[str, int]:
    """Return the number of its category for each spelling, among them lower, upper and title case."""
    import pandas as pd

    forms = (str, str.lower, str.upper, str.title, str.capitalize)
    spellings = list(dict.fromkeys(form(text) for text in (*column.categories, *TRUTH) for form in forms))
    indices = category_indices(pd.Series(spellings, dtype=object), column.categories)
    known = {text: int(index) for text, index in zip(spellings, indices, strict=True) if index >= 0}
    return {**dict.fromkeys((*sorted(MISSING_MARKERS), *column.strays), _MISSING), **known}


def _encoded_numbers(graph: Graph, column: Column, numbers: str) -> Iterator[str]:
    infinite = graph.add("IsInf", numbers)
    missing = graph.add("Or", graph.add("IsNaN", numbers), infinite)
    filled = graph.add("Where", missing, np.array(np.nan if column.fill is None else float(column.fill)), numbers)
    yield filled
    for cycle in column.cycles if isinstance(column, DateColumn) else ():
        turn = graph.add("Mul", filled, np.array(2 * np.pi / CYCLES[cycle]))
        later = graph.add("Add", turn, np.array(np.pi / 2))  # its sine is the cosine, which onnxruntime 1.19 lacks
        yield graph.add("Sin", turn)
        yield graph.add("Sin", later)
    if column.indicator:
        yield graph.cast(missing, np.float64)


def _with_axis(graph: Graph, cells: str) -> str:
    """Return cells (N, T) as (N, T, 1)."""
    return graph.add("Unsqueeze", cells, np.array([2]))
