"""A real Chromium, driven by Playwright, which must stay silent and must ask the network for nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

WINDOW = {"width": 1280, "height": 900}
# A page that is opened finds what its address says of preferences and nothing else; one loaded anew, what it kept.
# This is done in the very document, since what one document writes, the next one need not have when it begins.
KEPT_BEFORE = """
    const [{ type }] = performance.getEntriesByType("navigation");
    if (window === top && location.protocol === "file:" && type === "navigate") {
        localStorage.clear();
        const preferences = new URLSearchParams(location.search).get("preferences");
        if (preferences) localStorage.setItem("whence", preferences);
    }"""


@pytest.fixture(scope="session")
def troubles() -> list[str]:
    """Return what tabs have said, failed in and asked for since the last test."""
    return []


@pytest.fixture(scope="session")
def open_tab(browser: Any, troubles: list[str]) -> Callable[..., Any]:
    def open_one(**options: Any) -> Any:
        tab = browser.new_context(**{"locale": "en-US", **options}).new_page()
        tab.set_default_timeout(240_000)
        tab.add_init_script(KEPT_BEFORE)
        tab.on("console", lambda message: troubles.append(f"console: {message.text}"))
        tab.on("pageerror", lambda error: troubles.append(f"error: {error}"))
        tab.on("request", lambda request: None if is_local(request.url) else troubles.append(f"request: {request.url}"))
        return tab

    return open_one


@pytest.fixture(scope="session")
def usual_tab(open_tab: Callable[..., Any]) -> Any:
    return open_tab()


@pytest.fixture
def watched(open_tab: Callable[..., Any], usual_tab: Any, troubles: list[str]) -> Iterator[Callable[..., Any]]:
    """Give tabs, of which no message, error or request may be heard until the test ends.

    Without options of a browser it is one tab, which each test finds empty; a new one takes longer than most tests.
    """
    given = []

    def give(*, viewport: Mapping[str, int] = WINDOW, **options: Any) -> Any:
        tab = open_tab(**options) if options else usual_tab
        assert tab not in given, "a test has the usual tab only once"
        given.append(tab)
        tab.set_viewport_size(viewport)
        return tab

    yield give
    for tab in given:
        if tab is usual_tab:
            tab.goto("about:blank")
        else:
            tab.context.close()
    heard = troubles.copy()
    troubles.clear()
    assert heard == []


def is_local(url: str) -> bool:
    return url.startswith(("file:", "about:"))
