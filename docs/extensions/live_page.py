"""The directive ``live-page``: what ``whence show`` writes, in a frame, made when the site is built.

    ```{live-page} "4, 3 sigmoid, 2" -l 0.5
    whence train digits -m 5
    ```

The argument is that of ``whence show``; the commands in the body are run first, in an empty folder. The options are
``:cell:``, which the page opens at, ``:height:``, and ``:film:``, which shows the film of the run instead.
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

PAGES = "live"


class LivePage(SphinxDirective):
    """A page of a training step, or a film, in a frame."""

    required_arguments = 1
    final_argument_whitespace = True
    has_content = True
    option_spec: ClassVar = {
        "cell": directives.unchanged,
        "height": directives.positive_int,
        "film": directives.flag,
    }

    def run(self) -> list[nodes.Node]:
        """Return the command and the frame with what it writes."""
        view = "history" if "film" in self.options else "show"
        command = f"whence {view} {self.arguments[0]}"
        commands = [*self.content, command]
        name = hashlib.sha256("\n".join(commands).encode()).hexdigest()[:16] + ".html"
        folder = Path(self.env.app.outdir) / PAGES
        if self.env.app.builder.format == "html" and not (folder / name).exists():
            folder.mkdir(exist_ok=True)
            try:
                write(commands, folder / name)
            except subprocess.CalledProcessError as error:
                raise self.error(f"{command} failed: {error.stderr}") from error
        shown = nodes.literal_block(command, f"$ {command}", language="console")
        place = f"{'../' * self.env.docname.count('/')}{PAGES}/{name}"
        anchor = f"#{self.options['cell']}" if "cell" in self.options else ""
        frame = (
            f'<iframe class="live" src="{escape(place + anchor)}" title="{escape(command)}" loading="lazy" '
            f'height="{self.options.get("height", 720)}"></iframe>'
        )
        link = f'<p class="live-link"><a href="{escape(place + anchor)}">Open this page alone</a></p>'
        return [shown, nodes.raw("", frame + link, format="html")]


def write(commands: list[str], path: Path) -> None:
    """Run commands in an empty folder; the last one writes the page."""
    with tempfile.TemporaryDirectory() as folder:
        for command in [*commands[:-1], f"{commands[-1]} -o {shlex.quote(str(path))}"]:
            program, *arguments = shlex.split(command)
            if program != "whence":
                raise ValueError(f"a live page runs commands of whence only, not {command!r}")
            command = [sys.executable, "-m", "whence", *arguments]
            subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True)


def setup(app: Sphinx) -> dict[str, bool]:
    """Add the directive."""
    app.add_directive("live-page", LivePage)
    return {"parallel_read_safe": True}
