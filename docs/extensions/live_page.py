"""The directive ``live-page``: what ``whence show`` writes, in a frame, made when the site is built.

    ```{live-page} "4, 3 sigmoid, 2" -l 0.5
    whence train digits -m 5
    ```

The argument is that of ``whence show``; the commands in the body are run first, in an empty folder. The options are
``:cell:``, which the page opens at, and ``:film:``, which shows the film of the run instead. The page opens in the
language of a lesson, and elsewhere in the reader's.
"""

import hashlib
import shlex
import subprocess
import sys
import tempfile
from html import escape
from pathlib import Path
from typing import ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from extensions.lessons import LANGUAGES, language_of
from extensions.wording import site_words

PAGES = "live"
ALONE = "Open this page alone"


class LivePage(SphinxDirective):
    """A page of a training step, or a film, in a frame."""

    required_arguments = 1
    final_argument_whitespace = True
    has_content = True
    option_spec: ClassVar = {
        "cell": directives.unchanged,
        "film": directives.flag,
    }

    def run(self) -> list[nodes.Node]:
        """Return the command and the frame with what it writes."""
        view = "history" if "film" in self.options else "show"
        command = f"whence {view} {self.arguments[0]}"
        commands = [*self.content, command]
        language = language_of(self.env.docname)
        stem = hashlib.sha256("\n".join(commands).encode()).hexdigest()[:16]
        names = {code: f"{stem}-{code}.html" for code in LANGUAGES} if language else {None: f"{stem}.html"}
        folder = Path(self.env.app.outdir) / PAGES
        if self.env.app.builder.format == "html" and not (folder / names[language]).exists():
            folder.mkdir(exist_ok=True)
            try:
                write(commands, {code: folder / name for code, name in names.items()})
            except subprocess.CalledProcessError as error:
                raise self.error(f"{command} failed: {error.stderr}") from error
        shown = nodes.literal_block(command, f"$ {command}", language="console")
        place = f"{'../' * self.env.docname.count('/')}{PAGES}/{names[language]}"
        anchor = f"#{self.options['cell']}" if "cell" in self.options else ""
        frame = (
            f'<iframe class="live" src="{escape(place + anchor)}" title="{escape(command)}" loading="lazy"></iframe>'
        )
        alone = site_words(language or "en").get(ALONE, ALONE)
        link = f'<p class="live-link"><a href="{escape(place + anchor)}">{alone}</a></p>'
        return [shown, nodes.raw("", frame + link, format="html")]


def write(commands: list[str], pages: dict[str | None, Path]) -> None:
    """Run commands in an empty folder; the last one writes the page in each language."""
    *preparations, last = commands
    with tempfile.TemporaryDirectory() as folder:
        for command in preparations:
            run(shlex.split(command), folder)
        for language, path in pages.items():
            run([*shlex.split(last), "-o", str(path), *(["--language", language] if language else [])], folder)


def run(command: list[str], folder: str) -> None:
    """Run a command of whence in a folder."""
    program, *arguments = command
    if program != "whence":
        raise ValueError(f"a live page runs commands of whence only, not {program!r}")
    command = [sys.executable, "-m", "whence", *arguments]
    subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True)


def setup(app: Sphinx) -> dict[str, bool]:
    """Add the directive."""
    app.add_directive("live-page", LivePage)
    return {"parallel_read_safe": True}
