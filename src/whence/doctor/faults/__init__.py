"""The faults that the doctor knows, a family a file; `known_rules` enters all of them into the registry."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Sequence

from whence.doctor.faults.registry import Rule, rules

__all__ = ["known_rules"]
__dir__ = __all__.copy


def known_rules() -> Sequence[Rule]:
    """Return the rules of all families, in the order of their files' names and of their places in them."""
    for family in pkgutil.iter_modules(__path__):
        importlib.import_module(f"{__name__}.{family.name}")
    return rules
