"""The colours of numbers below, at and above zero, the same in the page and in pictures.

Red and blue at the ends of a scale are told apart with every common kind of colour blindness.
"""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

Colour: TypeAlias = tuple[int, int, int]


class Diverging(NamedTuple):
    """The ends of a diverging scale and its middle, as red, green and blue from 0 to 255."""

    below_zero: Colour
    zero: Colour
    above_zero: Colour


ON_LIGHT = Diverging((178, 63, 48), (250, 249, 246), (33, 96, 165))
ON_DARK = Diverging((236, 116, 92), (34, 39, 47), (104, 168, 240))
