"""The reference, made when the site is built: names from docstrings, commands from help, options from their table.

Nothing in the folder ``docs/reference`` is kept: each file of it is written from the package itself.
"""

from pathlib import Path

from sphinx.application import Sphinx

from extensions import commands, names, options, project_pages, words

FOLDER = "reference"


def write_reference(app: Sphinx) -> None:
    """Write all pages of the reference that are not there as they are, so that an unchanged page is not read again."""
    folder = Path(app.srcdir) / FOLDER
    pages = {**names.pages(), **commands.pages(), **options.pages(), **words.pages(), **project_pages.pages()}
    for path, text in pages.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        if not file.exists() or file.read_text(encoding="utf-8") != text:
            file.write_text(text, encoding="utf-8")
    for file in folder.rglob("*.*"):
        if str(file.relative_to(folder)) not in pages:
            file.unlink()


def setup(app: Sphinx) -> dict[str, bool]:
    """Write the reference before Sphinx looks for pages."""
    app.connect("config-inited", lambda app, config: write_reference(app))
    app.connect("source-read", project_pages.link)
    return {"parallel_read_safe": True}
