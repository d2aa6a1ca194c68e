"""Pages of training steps, opened in a browser."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from whence.trace import Trace
from whence.views.page import write_page

from .driving import load

Open = Callable[..., Any]


@pytest.fixture
def open_page(watched: Callable[..., Any], tmp_path: Path) -> Open:
    def open_traces(traces: Sequence[Trace], fragment: str = "", *, images: Any = None, **options: Any) -> Any:
        path = tmp_path / "page.html"
        write_page(path, traces, title="A page", images=images)
        tab = watched(**options)
        load(tab, path.as_uri() + fragment)
        return tab

    return open_traces
