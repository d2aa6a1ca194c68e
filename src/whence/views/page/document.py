"""The page put together: template, style, script, texts and traces in one HTML file that needs nothing else."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import os
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from string import Template
from typing import Any

from whence.arrays import Shape
from whence.errors import ArgumentError
from whence.files import replacing
from whence.trace import Trace
from whence.views.page.bundle import bundle
from whence.views.page.pack import pack

STYLES = ("colours", "layout", "figures", "compact", "cell", "network", "print")


def page_html(
    traces: Trace | Sequence[Trace], *, title: str = "whence", images: Shape | None = None, embedded: bool = False
) -> str:
    """Return a page that shows traces of training steps in a row.

    Parameters
    ----------
    traces : Trace or sequence of Trace
        One training step, or several in a row.
    title : str
        What the page is called.
    images : tuple of int, optional
        ``(height, width)`` or ``(height, width, channels)`` of the images that the inputs are, if they are flat;
        inputs that the network flattens itself are taken as images anyway.
    embedded : bool
        Whether the page is a part of another, such as a notebook, and should leave out what belongs around it.

    Returns
    -------
    str
        HTML that loads nothing and runs under its own content security policy.

    Raises
    ------
    ArgumentError
        If there is no trace.
    """
    steps = [traces] if isinstance(traces, Trace) else list(traces)
    if not steps:
        raise ArgumentError("there is no trace to show; give at least one")
    script, style = _script(), _style()
    data = {"title": title, "images": images and list(images), "embedded": embedded, "texts": texts(), **pack(steps)}
    return Template(_folder().joinpath("template.html").read_text("utf-8")).substitute(
        title=html.escape(title),
        policy=f"default-src 'none'; script-src {_hash(script)}; style-src {_hash(style)}; img-src data:",
        style=style,
        data=_inline_json(data),
        script=script,
    )


def write_page(
    path: str | os.PathLike[str], traces: Trace | Sequence[Trace], *, title: str = "whence", images: Shape | None = None
) -> None:
    """Write the page that `page_html` returns to a file, atomically.

    Raises
    ------
    RunFolderError
        If the file cannot be written.
    """
    content = page_html(traces, title=title, images=images)
    with replacing(path) as file:
        file.write(content.encode())


def notebook_html(traces: Trace | Sequence[Trace], *, height: int = 720) -> str:
    """Return the page in a frame of its own, for notebooks: neither's style reaches the other.

    Parameters
    ----------
    traces : Trace or sequence of Trace
        One training step, or several in a row.
    height : int
        Height of the frame in CSS pixels.
    """
    content = html.escape(page_html(traces, embedded=True), quote=True)
    return (
        f'<iframe srcdoc="{content}" title="whence" sandbox="allow-scripts allow-forms" width="100%" height="{height}" '
        'style="border: 1px solid #8884; border-radius: 8px"></iframe>'
    )


@cache
def _script() -> str:
    return bundle(_folder().joinpath("script"), "main.js")


@cache
def _style() -> str:
    return "\n" + "\n".join(_folder().joinpath("style", f"{name}.css").read_text("utf-8") for name in STYLES)


@cache
def texts() -> dict[str, Any]:
    """Return the texts of every language; a language is a file in the folder ``locale``."""
    locales = sorted(_folder().joinpath("locale").iterdir(), key=lambda entry: entry.name)
    return {entry.name.removesuffix(".json"): json.loads(entry.read_text("utf-8")) for entry in locales}


def _folder() -> Traversable:
    return files("whence.views.page")


def _hash(content: str) -> str:
    digest = hashlib.sha256(content.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode('ascii')}'"


def _inline_json(data: dict[str, Any]) -> str:
    """Return JSON that no HTML parser takes for the end of its block."""
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False).replace("<", "\\u003c")
