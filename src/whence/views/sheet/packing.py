"""Place rectangles in lines, as words are placed in lines of text."""

from __future__ import annotations

from collections.abc import Sequence


def pack(sizes: Sequence[tuple[int, int]], line_width: int) -> tuple[list[tuple[int, int]], int, int]:
    """Return the row and column of each rectangle, given by height and width, and the height and width of all together.

    Rectangles are side by side in their order; a new line begins where one would become wider than ``line_width``.
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
