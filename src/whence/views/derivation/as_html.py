"""A derivation as an HTML page with MathML and without scripts."""

from __future__ import annotations

from html import escape

from whence.arguments import checks_arguments
from whence.formula.layout import Operator, Row, row
from whence.views.derivation.outline import Block, Derivation, Equation, Numbers, Paragraph, Section
from whence.views.mathematics.lines import in_lines
from whence.views.mathematics.mathml import to_mathml
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
.numbers { border-left: 3px solid #e6b80088; padding-left: 0.8rem; }
mtd { padding: 0.15em 0.45em; text-align: right; text-align: -webkit-right; }
@media print { body { margin: 0; max-width: none; } figure { break-inside: avoid; } }
"""


@checks_arguments
def as_html(derivation: Derivation) -> str:
    """Return a derivation as an HTML document that loads no other files."""
    title = escape(derivation.title)
    body = "\n".join(map(_section, derivation.sections))
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{title}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<h1>{title}</h1>\n{body}\n</body>\n</html>\n"
    )


def _section(section: Section) -> str:
    heading = f"<h{section.level}>{escape(section.title)}</h{section.level}>"
    return "\n".join([heading, *map(_block, section.blocks)])


def _block(block: Block) -> str:
    match block:
        case Paragraph():
            return f"<p>{_text(block)}</p>"
        case Equation(_, forms, about, numbers):
            figure = f"<figure>{''.join(map(_display, forms))}<figcaption>{_text(about)}</figcaption></figure>"
            return figure if numbers is None else f"{figure}\n{_block(numbers)}"
        case Numbers(tables, cell, note):
            shown = "".join(_display(row(name, Operator("="), table)) for name, table in tables)
            shown += "" if cell is None else _display(cell)
            caption = f"<figcaption>{escape(note)}</figcaption>" if note else ""
            return f'<figure class="numbers">{shown}{caption}</figure>' if shown else ""


def _text(paragraph: Paragraph) -> str:
    return paragraph.written(
        escape, lambda name: f"<code>{escape(name)}</code>", lambda node: f"<math>{to_mathml(node)}</math>"
    )


def _display(form: Row) -> str:
    first, *others = (to_mathml(line) for line in in_lines(form, LINE, printed_width))
    more = "".join(f'<math display="block" class="more">{other}</math>' for other in others)
    return f'<math display="block">{first}</math>{more}'
