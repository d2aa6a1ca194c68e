"""Setting rectangles side by side, below one another where they grow too broad: as words in lines of text."""

from __future__ import annotations

from collections.abc import Sequence


def pack(sizes: Sequence[tuple[int, int]], breadth: int) -> tuple[list[tuple[int, int]], int, int]:
    """Return where rectangles go, in their order.

    Parameters
    ----------
    sizes : sequence of (int, int)
        Height and width of each.
    breadth : int
        How broad a line may become; one that is broader by itself has a line of its own.

    Returns
    -------
    places : list of (int, int)
        Row and column of each.
    height, width : int
        What all of them take together.
    """
    found: list[tuple[int, int]] = []
    row = column = below = widest = 0
    for height, width in sizes:
        if column and column + width > breadth:
            row, column = below, 0
        found.append((row, column))
        column += width
        below, widest = max(below, row + height), max(widest, column)
    return found, below, widest
