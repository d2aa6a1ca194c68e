"""A page as one HTML file: the template of all pages filled with body, styles, script, texts and data."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from string import Template
from typing import Any

from whence.colours import ON_DARK, ON_LIGHT, Diverging
from whence.views.browser.bundle import bundle
from whence.views.markup import content_policy
from whence.views.texts import Language, tables


def document(
    view: str, styles: tuple[str, ...], data: Mapping[str, Any], *, title: str, language: Language | None
) -> str:
    """Return a page that loads no other files, with a content security policy.

    All of it is ASCII, which a browser decodes and parses faster.

    Parameters
    ----------
    view : str
        The folder of the page in `whence.views`, which has ``body.html`` and ``script/main.js``, and of its texts.
    styles : tuple of str
        The style sheets in `whence.views`, such as ``page/style/cell.css``.
    data : mapping of str to object
        What the script reads, beside title, language and texts.
    title : str
        The title of the page.
    language : str, optional
        The language in which the page opens; by default the reader's.
    """
    script, style = _script(view), _style(styles)
    views = files("whence.views")
    template = views.joinpath("browser", "template.html").read_text("utf-8")
    return Template(template).substitute(
        language=language or "en",
        title=html.escape(title).encode("ascii", "xmlcharrefreplace").decode("ascii"),
        policy=content_policy(style=style, script=script),
        style=style,
        body=views.joinpath(view, "body.html").read_text("utf-8"),
        texts=_inline_json(tables(view)),
        data=_inline_json({"title": title, "language": language, **data}),
        script=script,
    )


@cache
def _script(view: str) -> str:
    script = bundle(files("whence.views"), f"{view}/script/main.js")
    return re.sub(r"[^\x00-\x7f]", lambda character: json.dumps(character[0]).strip('"'), script)


@cache
def _style(styles: tuple[str, ...]) -> str:
    sheets = [files("whence.views").joinpath(*path.split("/")).read_text("utf-8") for path in styles]
    return "\n" + "\n".join([*sheets, _colours(":root", ON_LIGHT), _colours(':root[data-theme="dark"]', ON_DARK)])


def _colours(selector: str, scale: Diverging) -> str:
    """Return the rule that gives the style the colours of numbers."""
    named = {name.replace("_", "-"): " ".join(map(str, colour)) for name, colour in scale._asdict().items()}
    return f"{selector} {{ {' '.join(f'--{name}: {colour};' for name, colour in named.items())} }}\n"


def _inline_json(data: object) -> str:
    """Return JSON without ``<``, so that it cannot end its HTML element."""
    return json.dumps(data, separators=(",", ":"), allow_nan=False).replace("<", "\\u003c")
