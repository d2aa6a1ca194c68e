"""What the ordinary run tries one of each kind of, and ``pytest -m exhaustive`` all."""

from collections.abc import Callable, Iterable
from typing import Any

import pytest

exhaustive = pytest.mark.exhaustive


def one_of_each(names: str | tuple[str, ...], cases: Iterable[Any], kind: Callable[..., Any], ids: Any = str) -> Any:
    """Parametrise a test: the first case of each kind is in the ordinary run, and the others are exhaustive."""
    known, made = set(), []
    for case in cases:
        values = (case,) if isinstance(names, str) else case
        found = kind(*values)
        made.append(pytest.param(*values, marks=exhaustive if found in known else ()))
        known.add(found)
    return pytest.mark.parametrize(names, made, ids=ids)


def one_of(names: str | tuple[str, ...], cases: Iterable[Any], ids: Any = str) -> Any:
    """Parametrise a test: the first case is in the ordinary run, and the others are exhaustive."""
    return one_of_each(names, cases, lambda *values: None, ids)
