"""The grade of a program as a page to hand back, with MathML and without scripts."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote
from xml.etree.ElementTree import Element

from whence.arguments import checks_arguments
from whence.formula.index_form import index_form
from whence.formula.layout import Row
from whence.own_program import Grade
from whence.views.graded.phrases import Phrases
from whence.views.markup import content_policy, element, html
from whence.views.mathematics.cell_form import cell_form
from whence.views.mathematics.lines import in_lines
from whence.views.mathematics.mathml import mathml
from whence.views.mathematics.width import LINE, printed_width
from whence.views.texts import Language

_TERMS = 8
_STYLE = """
:root { color-scheme: light dark; --right: #1a7f37; --wrong: #c62828; --follows: #9a6700; }
@media (prefers-color-scheme: dark) { :root { --right: #57c46f; --wrong: #ff7b72; --follows: #e0b341; } }
body { max-width: 50rem; margin: 2rem auto; padding: 0 1rem; font: 1.05rem/1.55 Georgia, serif; }
h1 { font-size: 1.35rem; margin-bottom: 0.2rem; }
h2 { font-size: 1.08rem; margin: 1.8rem 0 0.4rem; }
.about { opacity: 0.75; margin: 0; font-size: 0.95rem; }
.verdict { font-size: 1.15rem; border-left: 4px solid; padding: 0.3rem 0 0.3rem 0.9rem; margin: 1.4rem 0; }
.verdict.right { border-color: var(--right); }
.verdict.wrong { border-color: var(--wrong); }
figure { margin: 0.8rem 0 0.8rem 1.2rem; overflow-x: auto; }
figure > math { display: block math; margin: 0.5rem 0; width: max-content; font-size: 1.1em; }
figure > math.more { margin-left: 4em; }
code { font-size: 0.92em; }
table { border-collapse: collapse; font-size: 0.98rem; }
th { text-align: left; font-weight: 600; }
td, th { padding: 0.15rem 1.4rem 0.15rem 0; border-bottom: 1px solid #8884; vertical-align: top; }
td.right { color: var(--right); } td.wrong { color: var(--wrong); } td.follows { color: var(--follows); }
ul { padding-left: 1.2rem; }
@media print { body { margin: 0; max-width: none; } tr, figure { break-inside: avoid; } }
"""


@checks_arguments
def grade_html(grade: Grade, *, title: str, page: str | None = None, language: Language = "en") -> str:
    """Return the grade of a program as an HTML document that loads no other files, with a content security policy.

    Parameters
    ----------
    grade : Grade
        The grade.
    title : str
        The name of the program.
    page : str, optional
        The address of the page of the right step, by `whence.views.page.write_page`, to which the first wrong cell is
        linked.
    language : str
        ``"en"``, ``"ru"`` or ``"zh"``.
    """
    phrases = Phrases(grade, language)
    policy = {"http-equiv": "Content-Security-Policy", "content": content_policy(style=_STYLE)}
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", **policy),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("title", title),
        element("style", _STYLE),
    )
    body = element("body", element("h1", title), *_about(phrases), *_answer(phrases, page), *_arrays(phrases))
    return f"<!DOCTYPE html>\n{html(element('html', head, body, lang=language))}\n"


def _about(phrases: Phrases) -> Iterator[Element]:
    network = " → ".join(layer.text for layer in phrases.grade.trace.layers)
    yield element("p", f"{network}. {phrases.step}.", **{"class": "about"})


def _answer(phrases: Phrases, page: str | None) -> Iterator[Element]:
    kind = "right" if phrases.grade.right else "wrong"
    yield element("p", phrases.verdict, **{"class": f"verdict {kind}"})
    wrong, cell = phrases.grade.cell, phrases.cell
    if wrong is not None and wrong.name in phrases.grade.trace.formulas:
        yield element("h2", phrases.texts("heading.formula"))
        formula = index_form(phrases.grade.trace.formulas[wrong.name], phrases.grade.trace)
        forms = [formula] if cell is None else [formula, cell_form(cell, terms=_TERMS, words=phrases.texts.terms)]
        lines = (in_lines(form, LINE, printed_width) for form in forms)
        yield element("figure", *(maths for first, *more in lines for maths in _lines(first, more)))
        if phrases.scale:
            yield element("p", phrases.scale)
        if page is not None and cell is not None:
            yield element("p", element("a", phrases.texts("open", cell=wrong.text), href=f"{quote(page)}#{wrong.text}"))
    if phrases.slip:
        yield element("h2", phrases.texts("heading.slip"))
        yield element("p", phrases.slip)


def _lines(first: Row, more: list[Row]) -> Iterator[Element]:
    yield element("math", mathml(first), display="block")
    for each in more:
        yield element("math", mathml(each), display="block", **{"class": "more"})


def _arrays(phrases: Phrases) -> Iterator[Element]:
    texts, grade = phrases.texts, phrases.grade
    if phrases.conventions:
        yield element("h2", texts("heading.conventions"))
        yield element("ul", *(element("li", said) for said in phrases.conventions))
    if grade.arrays:
        yield element("h2", texts("heading.arrays"))
        header = element("tr", *(element("th", texts(f"column.{name}")) for name in ("own", "name", "verdict")))
        rows = (
            element(
                "tr",
                element("td", element("code", each.own)),
                element("td", element("code", each.name)),
                element("td", texts(f"verdict.{each.verdict}"), **{"class": each.verdict}),
            )
            for each in grade.arrays
        )
        yield element("table", header, *rows)
    yield element("h2", texts("heading.given"))
    yield element("p", phrases.taken)
    if grade.unknown:
        yield element("p", texts("unknown", names=", ".join(grade.unknown)))
