"""Small pictures as text, side by side: eight pixels a character, as the dots of braille."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from whence.arrays import Array

_LEAST, _MOST = 24, 32
"""Up to how many rows and columns small pictures are enlarged, and down to how many large ones are made smaller."""
_GAP = "  "
_DOTS = np.array([[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]])


def draw_pictures(images: Sequence[Array], captions: Sequence[str]) -> list[str]:
    """Return the lines of pictures side by side, each with a caption below it.

    Parameters
    ----------
    images : sequence of array, shape (H, W, C)
        The pictures; a dot stands where a pixel is brighter than the middle of the picture's range.
    captions : sequence of str
        What to write below each.
    """
    drawn = [_lines(image, caption) for image, caption in zip(images, captions, strict=True)]
    return [f"  {_GAP.join(row)}".rstrip() for row in zip(*drawn, strict=True)]


def _lines(image: Array, caption: str) -> list[str]:
    grey = image.mean(axis=2, dtype=np.float64)
    grey = np.kron(grey, np.ones((max(1, _LEAST // max(grey.shape)),) * 2))
    step = -(-max(grey.shape) // _MOST)
    grey = np.pad(grey, [(0, -length % step) for length in grey.shape], mode="edge")
    grey = grey.reshape(grey.shape[0] // step, step, -1, step).mean(axis=(1, 3))
    bright = grey > (grey.min() + grey.max()) / 2
    bright = np.pad(bright, [(0, -bright.shape[0] % 4), (0, -bright.shape[1] % 2)])
    cells = bright.reshape(bright.shape[0] // 4, 4, -1, 2)
    codes = 0x2800 + np.einsum("aibj,ij->ab", cells, _DOTS)
    width = max(codes.shape[1], len(caption))
    return [*("".join(map(chr, row)).ljust(width) for row in codes), caption.ljust(width)]
