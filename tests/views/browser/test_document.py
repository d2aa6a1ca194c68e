"""What all pages for a browser have in common."""

from __future__ import annotations

from importlib.resources import files

import pytest

from whence.views.browser.document import document


@pytest.mark.parametrize("view", ["page", "film"])
def test_a_page_is_ascii_so_that_a_browser_reads_it_quickly(view: str) -> None:
    folder = files("whence.views")
    styles = [f"{of}/style/{sheet.name}" for of in ("browser", view) for sheet in (folder / of / "style").iterdir()]
    written = document(view, tuple(styles), {"said": "η = ½ 𝜂"}, title="学习率", language=None)
    assert written.isascii()
    assert "<title>&#23398;&#20064;&#29575;</title>" in written
