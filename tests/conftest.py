from __future__ import annotations

import os
import shutil
import signal
import sys
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import settings

from whence.nn import layers, losses
from whence.optim import optimizers

# The tests start hundreds of processes, and each would compile whence anew where bytecode may not be kept.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

# Without a deadline, as other programs share the machine; --hypothesis-profile=search takes new examples each time.
settings.register_profile("repeatable", deadline=None, derandomize=True)
settings.register_profile("search", deadline=None)
settings.load_profile("repeatable")

BROWSER_ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-dev-shm-usage"]


@pytest.fixture(autouse=True)
def no_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Outputs are not shortened to the width that pytest tells its workers."""
    monkeypatch.delenv("COLUMNS", raising=False)


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(20)


@pytest.fixture
def own_classes(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a test registers is forgotten after it."""
    for registry in (layers, losses, optimizers):
        monkeypatch.setattr(registry, "_entries", dict(registry._entries))
        monkeypatch.setattr(registry, "_spellings", dict(registry._spellings))


@pytest.fixture
def heeded_hangup() -> Iterator[None]:
    """What a test runs ends when its terminal does, also where the tests were started so that they stay."""
    if not hasattr(signal, "SIGHUP"):
        pytest.skip("there is no SIGHUP here")
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    yield
    signal.signal(signal.SIGHUP, before)


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Return a real Chromium, of which a process of tests can drive one."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    executable = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if executable is None:
        pytest.skip("there is no Chromium on this machine")
    with sync_api.sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=executable, args=BROWSER_ARGUMENTS)
        yield launched
        launched.close()
