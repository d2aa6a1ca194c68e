"""Docstrings as reStructuredText: whence writes mathematics in them as it is, such as ``(N, *shape)`` and ``|e|``."""

import re

from sphinx.application import Sphinx

_STAR = re.compile(r"(?<=[(\s])\*(?=\w+(\.\w+)*[),])")
_LITERAL = re.compile(r"(``.+?``)")


def escape_mathematics(app: Sphinx, what: str, name: str, value: object, options: object, lines: list[str]) -> None:
    """Escape what reStructuredText would take for the beginning of an emphasis or of a substitution."""
    for place, line in enumerate(lines):
        if not line.lstrip().startswith((">>>", "...")):
            parts = _LITERAL.split(line)
            parts[::2] = [_STAR.sub(r"\\*", part).replace("|", r"\|") for part in parts[::2]]
            lines[place] = "".join(parts)


def skip_what_is_not_ours(app: Sphinx, what: str, name: str, value: object, skip: bool, options: object) -> bool | None:
    """Skip methods that another library adds to a class."""
    home = getattr(value, "__module__", None) or "whence"
    return None if home.startswith("whence") else True


def setup(app: Sphinx) -> dict[str, bool]:
    """Escape before numpydoc reads the docstrings."""
    app.connect("autodoc-process-docstring", escape_mathematics, priority=100)
    app.connect("autodoc-skip-member", skip_what_is_not_ours)
    return {"parallel_read_safe": True}
