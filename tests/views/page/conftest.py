"""Pages of training steps, opened in a browser."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from whence.trace import Trace
from whence.views.page import write_page

from .driving import address, load

Open = Callable[..., Any]


@pytest.fixture
def open_page(watched: Callable[..., Any], tmp_path: Path) -> Open:
    def open_traces(
        traces: Sequence[Trace],
        fragment: str = "",
        *,
        images: Any = None,
        preferences: Mapping[str, int] | None = None,
        **options: Any,
    ) -> Any:
        """Open a page at a cell, as somebody sees it who has chosen these preferences before."""
        path = tmp_path / "page.html"
        write_page(path, traces, title="A page", images=images)
        tab = watched(**options)
        load(tab, address(path, fragment, preferences))
        return tab

    return open_traces
