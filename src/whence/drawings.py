"""How objects are drawn in a notebook: a view enters here what it draws, so that what is drawn need not know it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from whence.registry import Registry

drawings: Registry[Callable[[Any], str]] = Registry("drawing")
"""Functions that return an object as HTML, by what they draw: ``"trace"``."""
