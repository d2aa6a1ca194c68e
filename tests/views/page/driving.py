"""What a test does to an open page, and what it reads from it."""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from whence.arrays import Array

TABLE = """name => [...document.querySelectorAll(`figure[data-array="${name}"] tbody tr`)].map(
    row => [...row.querySelectorAll("td[data-key]")].map(cell => cell.textContent))"""
PRODUCTS = """() => {
    const [values, start] = [new Float64Array(1000).fill(0.5), performance.now()];
    let total = 0;
    for (let round = 0; round < 1e5; round++)
        for (let place = 0; place < values.length; place++) total += values[place] * values[place];
    return total && performance.now() - start;
}"""


def number(text: str) -> float:
    return float(text.replace("−", "-"))


def shown(tab: Any, name: str) -> Array:
    """Return the numbers in the table of an array as a matrix."""
    return np.array([[number(text) for text in row] for row in tab.evaluate(TABLE, name)])


def matrix(array: Array) -> Array:
    """Return an array as the page lays it out with samples as rows: vectors of features as rows."""
    return np.atleast_2d(array)


def go(tab: Any, cell: str) -> None:
    tab.evaluate("fragment => { location.hash = fragment }", cell)
    arrives(tab, cell)


def arrives(tab: Any, cell: str) -> None:
    """Wait until a cell is on show, and fail if it never is: a browser tells of a new fragment a moment later."""
    tab.wait_for_function("cell => document.querySelector('#trail [aria-current]').textContent === cell", arg=cell)


def prefer(tab: Any, **preferences: int) -> None:
    """Open the page again as somebody sees it who has chosen these before."""
    tab.add_init_script(f"localStorage.setItem('whence', JSON.stringify({json.dumps(preferences)}))")
    tab.reload()


def with_decimals(tab: Any, decimals: int) -> None:
    prefer(tab, decimals=decimals)


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
