"""A real Chromium, driven by Playwright, which must stay silent and must ask the network for nothing."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from whence.trace import Trace
from whence.views.page import write_page

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-dev-shm-usage"]

Open = Callable[..., Any]


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    executable = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if executable is None:
        pytest.skip("there is no Chromium on this machine")
    with sync_api.sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=executable, args=ARGUMENTS)
        yield launched
        launched.close()


@pytest.fixture
def watched(browser: Any) -> Iterator[Callable[..., Any]]:
    """Make tabs whose every message, error and request is remembered, and must be none when the test ends."""
    troubles: list[str] = []
    contexts = []

    def make(**options: Any) -> Any:
        context = browser.new_context(**{"locale": "en-US", "viewport": {"width": 1280, "height": 900}, **options})
        contexts.append(context)
        tab = context.new_page()
        tab.set_default_timeout(30_000)
        tab.on("console", lambda message: troubles.append(f"console: {message.text}"))
        tab.on("pageerror", lambda error: troubles.append(f"error: {error}"))
        tab.on("request", lambda request: None if is_local(request.url) else troubles.append(f"request: {request.url}"))
        return tab

    yield make
    for context in contexts:
        context.close()
    assert troubles == []


def is_local(url: str) -> bool:
    return url.startswith(("file:", "about:"))


@pytest.fixture
def open_page(watched: Callable[..., Any], tmp_path: Path) -> Open:
    def open_traces(traces: Sequence[Trace], fragment: str = "", *, images: Any = None, **options: Any) -> Any:
        path = tmp_path / "page.html"
        write_page(path, traces, title="A page", images=images)
        tab = watched(**options)
        tab.goto(path.as_uri() + fragment)
        return tab

    return open_traces
