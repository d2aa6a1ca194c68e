"""A derivation as an HTML page with MathML and without scripts."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from whence.arguments import checks_arguments
from whence.formula.layout import Operator, Row, row
from whence.views.derivation.outline import Block, Derivation, Equation, Numbers, Paragraph, Section, Steps
from whence.views.markup import content_policy, element, html
from whence.views.mathematics.lines import in_lines
from whence.views.mathematics.mathml import mathml
from whence.views.mathematics.width import LINE, printed_width

_STYLE = """
:root { color-scheme: light dark; }
body { max-width: 54rem; margin: 2rem auto; padding: 0 1rem; font: 1.05rem/1.55 Georgia, serif; }
h1 { font-size: 1.4rem; } h2 { font-size: 1.25rem; margin-top: 2.2rem; border-bottom: 1px solid #8886; }
h3 { font-size: 1.08rem; margin-top: 1.6rem; }
math { font-size: 1.1em; }
figure { margin: 0.8rem 0 0.8rem 1.5rem; overflow-x: auto; }
figure > math { display: block math; margin: 0.5rem 0; width: max-content; }
figure > math.more { margin-left: 4em; }
figcaption { font: 0.85rem/1.4 system-ui, sans-serif; opacity: 0.75; margin-top: 0.3rem; }
figcaption math { font-size: 1em; }
.step { display: flex; flex-wrap: wrap; align-items: center; gap: 0 2rem; margin-block: 0.3rem; }
.numbers { border-left: 3px solid #e6b80088; padding-left: 0.8rem; }
mtd { padding: 0.15em 0.45em; text-align: right; text-align: -webkit-right; }
@media print { body { margin: 0; max-width: none; } figure { break-inside: avoid; } }
"""


@checks_arguments
def as_html(derivation: Derivation) -> str:
    """Return a derivation as an HTML document that loads no other files, with a content security policy."""
    policy = {"http-equiv": "Content-Security-Policy", "content": content_policy(style=_STYLE)}
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", **policy),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("title", derivation.title),
        element("style", _STYLE),
    )
    sections = (part for section in derivation.sections for part in _section(section))
    body = element("body", element("h1", derivation.title), *sections)
    return f"<!DOCTYPE html>\n{html(element('html', head, body, lang=derivation.language))}\n"


def _section(section: Section) -> Iterator[Element]:
    yield element(f"h{section.level}", section.title)
    for block in section.blocks:
        yield from _block(block)


def _block(block: Block) -> Iterator[Element]:
    match block:
        case Paragraph():
            yield element("p", *_text(block))
        case Steps(lines):
            for line in lines:
                reason = [element("figcaption", *_text(line.reason))] if line.reason.parts else []
                yield element("figure", *_displays(line.form), *reason, **{"class": "step"})
        case Equation(_, forms, about, numbers):
            displays = (display for form in forms for display in _displays(form))
            yield element("figure", *displays, element("figcaption", *_text(about)))
            if numbers is not None:
                yield from _block(numbers)
        case Numbers(tables, cell, note):
            shown = [*(row(name, Operator("="), table) for name, table in tables), *([cell] if cell else [])]
            displays = (display for form in shown for display in _displays(form))
            caption = [element("figcaption", note)] if note else []
            if shown:
                yield element("figure", *displays, *caption, **{"class": "numbers"})


def _text(paragraph: Paragraph) -> list[str | Element]:
    return paragraph.written(str, lambda name: element("code", name), lambda node: element("math", mathml(node)))


def _displays(form: Row) -> Iterator[Element]:
    first, *others = map(mathml, in_lines(form, LINE, printed_width))
    yield element("math", first, display="block")
    for other in others:
        yield element("math", other, display="block", **{"class": "more"})
