"""Names that mean harm, in every view: none becomes an element, a command, a formula or a link."""

import re
import shutil
import subprocess
import zipfile
from functools import cache
from html.parser import HTMLParser

import pytest

import traced_networks as networks
from hostile import NAMES, hostile_trace, is_safe
from whence.views.derivation import as_html, as_latex, as_markdown, derive
from whence.views.page import page_html
from whence.views.sheet import write_sheet

every_name = pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)


class Elements(HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.found = set()
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.found |= {tag, *(key for key, _ in attributes)}


def harmless():
    return networks.traced_classifier(4)


@cache
def derived(name=None):
    """Return the derivation of a step whose every name is a given one, or harmless."""
    return derive(hostile_trace(name) if name else harmless(), numbers=True)


def elements_of(derivation):
    return Elements(as_html(derivation)).found


def commands(text):
    return set(re.findall(r"\\(?:[a-zA-Z]+|.)|\^\^", text))


@every_name
def test_the_derivation_has_only_the_elements_and_attributes_that_it_has_with_harmless_names(name):
    assert elements_of(derived(name)) <= elements_of(derived())


def test_an_element_that_is_not_escaped_would_be_noticed(monkeypatch):
    monkeypatch.setattr("whence.views.markup.tostring", unescaped)
    assert "script" in elements_of(derived(NAMES["html"]))


def unescaped(element, **options):
    inside = "".join(unescaped(part) + (part.tail or "") for part in element)
    return f"<{element.tag}>{element.text or ''}{inside}</{element.tag}>"


@pytest.mark.parametrize("write", [as_html, page_html])
def test_every_page_has_a_policy_that_allows_nothing_from_elsewhere(write):
    step = harmless()
    page = write(derive(step) if write is as_html else step)
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', page)
    rules = dict(rule.split(" ", 1) for rule in policy[1].split("; "))
    assert {rules[key] for key in ("default-src", "base-uri", "form-action")} == {"'none'"}
    assert "unsafe" not in policy[1]


@every_name
def test_a_latex_document_has_no_command_of_a_name(name):
    made = commands(as_latex(derived(name)))
    escapes = {rf"\text{what}" for what in ("backslash", "asciicircum", "asciitilde", "less", "greater", "bar", "")}
    escapes |= {r"\Bigl", r"\Bigr", r"\quad", r"\begin", r"\end"}  # of equations on several lines
    assert made <= commands(as_latex(derived())) | escapes | {rf"\{sign}" for sign in "_&%#{}$"}


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="pdflatex is not installed")
def test_a_latex_document_reads_no_file(tmp_path):
    (tmp_path / "secret.tex").write_text(r"\typeout{was read}", encoding="ascii")
    (tmp_path / "step.tex").write_text(as_latex(derive(hostile_trace(NAMES["latex"]))), encoding="utf-8")
    command = ["pdflatex", "-interaction=nonstopmode", "step.tex"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout[-2000:]
    assert b"was read" not in done.stdout


@every_name
def test_markdown_has_no_heading_link_or_element_of_a_name(name):
    text = re.sub("`[^`\n]*`", "", as_markdown(derived(name)))
    assert not re.search(r"(?<!\\)<\w|(?<!\\)\]\(|^# heading", text, re.MULTILINE)


@every_name
def test_no_text_of_a_sheet_is_a_formula_or_a_link(name, tmp_path):
    def formulas_and_links(trace):
        write_sheet(tmp_path / "step.xlsx", [trace])
        with zipfile.ZipFile(tmp_path / "step.xlsx") as archive:
            assert not [entry for entry in archive.namelist() if "externalLink" in entry]
            assert b"External" not in b"".join(archive.read(e) for e in archive.namelist() if e.endswith(".rels"))
            sheets = b"".join(archive.read(entry) for entry in archive.namelist() if "worksheets/sheet" in entry)
        return sheets.count(b"<f>"), sheets.count(b"<hyperlink ")

    assert formulas_and_links(hostile_trace(name)) == formulas_and_links(harmless())


@every_name
def test_texts_have_no_character_that_a_terminal_obeys(name):
    assert is_safe("".join(write(derived(name)) for write in (as_latex, as_markdown, as_html)))
