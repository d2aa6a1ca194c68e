"""Place rectangles in lines, as words are placed in lines of text."""

from __future__ import annotations

from collections.abc import Sequence


def pack(sizes: Sequence[tuple[int, int]], line_width: int) -> tuple[list[tuple[int, int]], int, int]:
    """Place rectangles side by side in their order, and begin a new line where one would become too wide.

    Parameters
    ----------
    sizes : sequence of (int, int)
        Height and width of each rectangle.
    line_width : int
        The width of a line; a wider rectangle has a line for itself.

    Returns
    -------
    corners : list of (int, int)
        Row and column of each rectangle.
    height, width : int
        The size of all lines together.
    """
    corners: list[tuple[int, int]] = []
    row = column = total_height = total_width = 0
    for height, width in sizes:
        if column and column + width > line_width:
            row, column = total_height, 0
        corners.append((row, column))
        column += width
        total_height, total_width = max(total_height, row + height), max(total_width, column)
    return corners, total_height, total_width
