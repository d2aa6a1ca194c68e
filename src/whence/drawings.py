"""How objects are shown: a view registers its function here, so that an object need not import its views."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from whence.registry import Registry

drawings: Registry[Callable[[Any], str]] = Registry("drawing")
"""Functions that show an object, by what it is: ``"formula"`` as text, all others as HTML."""
