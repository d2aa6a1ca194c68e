"""What a test does to an open page, and what it reads from it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy as np

from whence.arrays import Array

TABLE = """name => {
    const figure = `figure[data-array="${name}"]`;
    const exponent = document.querySelector(`${figure} .power sup`)?.textContent;
    return [...document.querySelectorAll(`${figure} tbody tr`)].map((row) =>
        [...row.querySelectorAll("td[data-key]")].map(
            (cell) => cell.textContent + (exponent ? `e${exponent}` : "")));
}"""
GO = """async (cell) => {
    location.hash = cell;
    for (let round = 0; document.querySelector("#trail [aria-current]").textContent !== cell; round++) {
        if (round > 2000) throw new Error(`${cell} is never on show`);
        await new Promise((resume) => setTimeout(resume));
    }
}"""
VISIT = f"""async ([cells, names]) => {{
    const [visited, go] = [[], {GO}];
    for (const [number, cell] of cells.entries()) {{
        await go(cell);
        const marked = document.querySelectorAll(`figure[data-array="${{names[number]}}"] td.changed`).length;
        visited.push([({TABLE})(names[number]), marked]);
    }}
    return visited;
}}"""
PRODUCTS = """() => {
    const [values, start] = [new Float64Array(1000).fill(0.5), performance.now()];
    let total = 0;
    for (let round = 0; round < 1e5; round++)
        for (let place = 0; place < values.length; place++) total += values[place] * values[place];
    return total && performance.now() - start;
}"""
# What is waited for has to be a function: the policy of the pages forbids to evaluate a string.
READY = "() => performance.getEntriesByName('whence.ready')[0]?.startTime"


def load(tab: Any, address: str = "") -> float:
    """Open a page, or the one on show anew; return after how many milliseconds all of it was drawn.

    The browser calls it loaded once the panel of the cell is there.
    """
    tab.goto(address) if address else tab.reload()
    opened: float = tab.wait_for_function(READY).json_value()
    return opened


def address(path: Path, fragment: str = "", preferences: Mapping[str, int] | None = None) -> str:
    """Return the address of a page as the browsers of these tests read it: with what was preferred before."""
    return path.as_uri() + (f"?preferences={quote(json.dumps(preferences))}" if preferences else "") + fragment


def number(text: str) -> float:
    return float(text.replace("−", "-"))


def shown(tab: Any, name: str) -> Array:
    """Return the numbers in the table of an array as a matrix."""
    return numbers(tab.evaluate(TABLE, name))


def numbers(rows: list[list[str]]) -> Array:
    return np.array([[number(text) for text in row] for row in rows])


def visit(tab: Any, arrays: Mapping[str, Array], step: str = "") -> dict[str, tuple[Array, int]]:
    """Go to the first cell of each array, and return its numbers as `shown` does, and how many are marked as changed.

    The browser does all of it in one call, as a call for each step of it takes several times as long.
    """
    cells = [f"{step}{name}[{','.join('0' * array.ndim)}]".removesuffix("[]") for name, array in arrays.items()]
    visited = zip(arrays, tab.evaluate(VISIT, [cells, list(arrays)]), strict=True)
    return {name: (numbers(rows), changed) for name, (rows, changed) in visited}


def matrix(array: Array) -> Array:
    """Return an array as the page lays it out with samples as rows: vectors of features as rows."""
    return np.atleast_2d(array)


def go(tab: Any, cell: str) -> None:
    tab.evaluate("fragment => { location.hash = fragment }", cell)
    arrives(tab, cell)


def arrives(tab: Any, cell: str) -> None:
    """Wait until a cell is on show, and fail if it never is: a browser tells of a new fragment a moment later."""
    tab.wait_for_function("cell => document.querySelector('#trail [aria-current]').textContent === cell", arg=cell)


def active(tab: Any) -> str:
    text: str = tab.locator("#trail [aria-current]").text_content()
    return text


def edit(tab: Any, cell: str, value: float) -> None:
    go(tab, cell)
    tab.fill("#edit", str(value))
    tab.keyboard.press("Enter")


def time_of_a_hundred_million_products(tab: Any) -> float:
    """Return how many milliseconds a page takes now to add them up, as a measure for what else it does."""
    time: float = tab.evaluate(PRODUCTS)
    return time
