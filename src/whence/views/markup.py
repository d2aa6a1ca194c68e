"""HTML and MathML as trees of elements, which escape what is in them, and the policy of every page."""

from __future__ import annotations

import base64
import hashlib
from xml.etree.ElementTree import Element, tostring

from whence.visible import visible


def element(tag: str, *content: str | Element, **attributes: str) -> Element:
    """Return an element with text and elements in it."""
    made = Element(tag, attributes)
    for part in content:
        if not isinstance(part, str):
            made.append(part)
        elif len(made):
            made[-1].tail = (made[-1].tail or "") + visible(part)
        else:
            made.text = (made.text or "") + visible(part)
    return made


def html(made: Element) -> str:
    """Return an element as HTML, in which all texts and attributes are escaped but those of scripts and styles."""
    return tostring(made, encoding="unicode", method="html")


def content_policy(*, style: str, script: str = "") -> str:
    """Return a content security policy by which a page has this style and script alone, and loads and sends nothing."""
    allowed = f"script-src {_hash(script)}; " if script else ""
    forbidden = "default-src 'none'; base-uri 'none'; form-action 'none'"
    return f"{forbidden}; {allowed}style-src {_hash(style)}; img-src data:"


def _hash(content: str) -> str:
    digest = hashlib.sha256(content.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode('ascii')}'"
