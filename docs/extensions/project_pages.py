"""Pages of the site that are files above this folder, such as CONTRIBUTING.md, and links to them."""

from pathlib import Path

from sphinx.application import Sphinx

PROJECT = Path(__file__).parents[2]
NAMES = ("CONTRIBUTING", "SECURITY", "CHANGELOG")


def pages() -> dict[str, str]:
    """Return the pages by their paths, with links as they are from there."""
    return {
        f"{name.lower()}.md": (PROJECT / f"{name}.md").read_text(encoding="utf-8").replace("](docs/", "](../")
        for name in NAMES
    }


def link(app: Sphinx, page: str, source: list[str]) -> None:
    """Let the links of a page lead to the pages of the site."""
    for name in NAMES:
        source[0] = source[0].replace(f"](../{name}.md)", f"](reference/{name.lower()}.md)")
