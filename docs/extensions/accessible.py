"""What readers who do not see the pages, or use no mouse, need of the theme's markup."""

from __future__ import annotations

from pathlib import Path

from sphinx.application import Sphinx

_CHANGES = {
    '<p class="caption" role="heading">': '<p class="caption" role="heading" aria-level="2">',
    '<aside class="sidebar-drawer">': '<aside class="sidebar-drawer" aria-label="Pages">',
    "<pre>": '<pre tabindex="0">',
    '<pre class="literal-block">': '<pre class="literal-block" tabindex="0">',
    '<div class="table-wrapper ': '<div tabindex="0" class="table-wrapper ',
    '<div class="formulas">': '<div tabindex="0" class="formulas">',
    '<th class="head"><p></p></th>': "<td></td>",
    '<div id="search-results">': '<h1>Search</h1><div id="search-results">',
}
"""Headings need a level, two landmarks two names, what scrolls the keyboard's focus; an empty cell is no heading."""


def make_accessible(app: Sphinx, exception: Exception | None) -> None:
    """Change the markup of all pages of the site."""
    if exception is not None or app.builder.format != "html":
        return
    for path in Path(app.outdir).rglob("*.html"):
        if path.relative_to(app.outdir).parts[0] == "live":
            continue
        text = path.read_text(encoding="utf-8")
        for given, wanted in _CHANGES.items():
            text = text.replace(given, wanted)
        path.write_text(text, encoding="utf-8")


def setup(app: Sphinx) -> dict[str, bool]:
    """Change pages once they are written."""
    app.connect("build-finished", make_accessible)
    return {"parallel_read_safe": True}
