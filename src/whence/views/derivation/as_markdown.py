"""A derivation as Markdown with mathematics as GitHub renders it."""

from __future__ import annotations

import re

from whence.arguments import checks_arguments
from whence.views.derivation.outline import Derivation
from whence.views.derivation.with_latex import WithLatex
from whence.visible import on_one_line


@checks_arguments
def as_markdown(derivation: Derivation) -> str:
    """Return a derivation as Markdown."""
    return "\n\n".join([f"# {_prose(derivation.title)}", *map(_PRINTER.section, derivation.sections)]) + "\n"


def _prose(text: str) -> str:
    """Return text with Markdown's special characters escaped."""
    return re.sub(r"([\\`*_\[\]<>$|])", r"\\\1", on_one_line(text))


def _code(text: str) -> str:
    return _prose(text) if "`" in text else f"`{on_one_line(text)}`"


_PRINTER = WithLatex(_prose, on_one_line, _code, {2: "## %s", 3: "### %s"}, "$$\n%s\n$$", "%s", gap="\n\n")
