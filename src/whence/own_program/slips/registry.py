"""The register of slips: each changes some array of the right step, from which what follows is computed again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeAlias

from whence.arrays import Array
from whence.own_program.reference import Reference
from whence.registry import Registry

Change: TypeAlias = tuple[str, Array]
"""An array by its name, and what it is with the slip."""
Slip: TypeAlias = Callable[[Reference], Iterator[Change]]
"""Yields the change for each place of a step at which the slip can be made."""

slips: Registry[Slip] = Registry("slip")
"""The slips by what they are called, the most telling of equal ones first."""
