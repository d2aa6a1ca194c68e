"""Every page of the built site, in a browser: no request, no message, no scrolling sideways, nothing that axe finds."""

import os
import re
import statistics
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

pytest.importorskip("furo", reason='what makes the site is not installed; pip install ".[docs]"')

ROOT = Path(__file__).parents[2]
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
WINDOWS = [(width, scheme) for width in (390, 1440) for scheme in ("light", "dark")]
HEAVIEST = 2_000_000
SECONDS_TO_FIRST_PAINT = 1.0
pytestmark = pytest.mark.exhaustive


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The folder of the site: that of WHENCE_SITE, or one that is built here."""
    if "WHENCE_SITE" in os.environ:
        return Path(os.environ["WHENCE_SITE"])
    folder = tmp_path_factory.mktemp("site")
    subprocess.run([sys.executable, "-m", "sphinx", "-W", "-q", "docs", folder], cwd=ROOT, check=True)
    return folder


def pages_of(site):
    return sorted(path for path in site.rglob("*.html") if path.relative_to(site).parts[0] not in ("live", "_static"))


class Targets(HTMLParser):
    """The links and the anchors of a page."""

    def __init__(self, path):
        super().__init__()
        self.links, self.anchors = [], {""}
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attributes):
        for name, value in attributes:
            if name in ("href", "src"):
                self.links.append(value)
            if name in ("id", "name"):
                self.anchors.add(value)


def test_every_link_and_anchor_leads_somewhere(site):
    read = {path.resolve(): Targets(path) for path in pages_of(site)}
    for path, page in read.items():
        for link in page.links:
            parts = urlsplit(link)
            if parts.scheme in ("http", "https", "mailto", "data"):
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            assert target.exists(), f"{path.name}: {link}"
            if target in read:
                assert unquote(parts.fragment) in read[target].anchors, f"{path.name}: {link}"


class Seen(HTMLParser):
    """The words of a page that are not code or mathematics, nor marked as of another language, and its labels."""

    UNREAD = ("code", "math", "pre", "script", "style")
    WITHOUT_END = ("br", "hr", "img", "input", "link", "meta")

    def __init__(self, path):
        super().__init__()
        self.words, self.within = [], []
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attributes):
        self.words += [value for name, value in attributes if name in ("alt", "aria-label", "placeholder", "title")]
        if tag not in self.WITHOUT_END:
            is_unread = tag in self.UNREAD or (tag == "a" and "lang" in dict(attributes))
            self.within.append((tag, is_unread))

    def handle_endtag(self, tag):
        while self.within and self.within.pop()[0] != tag:
            pass

    def handle_data(self, text):
        if not any(is_unread for _, is_unread in self.within):
            self.words.append(text)


@pytest.mark.parametrize(("language", "letters"), [("ru", "[а-яё]"), ("zh", "[\u4e00-\u9fff]")])
def test_a_lesson_in_another_language_has_no_word_in_english(site, language, letters):
    pages = sorted((site / "lessons" / language).glob("*.html"))
    assert len(pages) == 9
    for path in pages:
        words = {word.strip() for word in Seen(path).words}
        english = {word for word in words if re.search("[A-Za-z]{2}", word) and not re.search(letters, word.lower())}
        assert {word for word in english if not word.startswith("whence ")} <= {"whence", "Furo"}, path.name


def test_no_page_shows_what_only_moves_the_cursor_of_a_terminal(site):
    assert not [path.name for path in pages_of(site) if "?25l" in path.read_text(encoding="utf-8")]


def test_no_page_names_a_script_style_picture_or_font_elsewhere(site):
    for path in pages_of(site):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r'<(script|img|iframe|source)[^>]*\ssrc="(https?:)?//', text), path
        assert not re.search(r'<link[^>]*rel="stylesheet"[^>]*href="(https?:)?//', text), path


@pytest.mark.skipif(not AXE.exists(), reason="axe-core is not installed; npm ci")
@pytest.mark.timeout(2400)
def test_every_page_in_a_browser(site, browser):
    found = {str(path.relative_to(site)): faults_of(browser, path) for path in pages_of(site)}
    assert not {path: faults for path, faults in found.items() if faults}


def faults_of(browser, path):
    """Return what is wrong with a page, which is opened once and seen in each window."""
    context = browser.new_context(reduced_motion="reduce", bypass_csp=True)
    tab, faults, weight = context.new_page(), [], 0

    def requested(request):
        nonlocal weight
        parts = urlsplit(request.url)
        if parts.scheme not in ("file", "data", "blob", "about"):
            faults.append(f"asks for {request.url}")
        elif parts.scheme == "file" and request.frame == tab.main_frame:
            weight += Path(unquote(parts.path)).stat().st_size

    tab.on("request", requested)
    tab.on("console", lambda message: faults.append(f"{message.type}: {message.text}"))
    tab.on("pageerror", lambda error: faults.append(f"error: {error}"))
    tab.goto(path.as_uri(), wait_until="load")
    tab.evaluate(AXE.read_text(encoding="utf-8"))
    for width, scheme in WINDOWS:
        tab.set_viewport_size({"width": width, "height": 900})
        tab.emulate_media(color_scheme=scheme)
        faults += [f"{width}, {scheme}: {fault}" for fault in faults_in_sight(tab)]
    if weight > HEAVIEST:
        faults.append(f"weighs {weight:,} bytes")
    context.close()
    return faults


def faults_in_sight(tab):
    """Return what is wrong with a page in the window in which it is shown."""
    faults = []
    if tab.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
        faults.append("scrolls sideways")
    violations = tab.evaluate("axe.run(document, {iframes: false, preload: false}).then(found => found.violations)")
    return faults + [f"{one['id']}: {[node['target'] for node in one['nodes']][:3]}" for one in violations]


@pytest.mark.parametrize("width", [390, 1440])
def test_the_heaviest_pages_are_painted_soon_with_live_pages_and_without(site, browser, width):
    pages = sorted(pages_of(site), key=lambda path: path.stat().st_size)
    live = [path for path in pages if 'class="live"' in path.read_text("utf-8")]
    seconds = {
        str(path.relative_to(site)): statistics.median(first_paint(browser, path, width) for _ in range(3))
        for path in {*pages[-8:], *live[-4:]}
    }
    assert len(live) > 4 and max(seconds.values()) <= SECONDS_TO_FIRST_PAINT, seconds


def first_paint(browser, path, width):
    """Return the seconds until a page that is opened from disk shows its first text or picture."""
    context = browser.new_context(viewport={"width": width, "height": 900})
    tab = context.new_page()
    tab.goto(path.as_uri(), wait_until="load")
    painted = tab.wait_for_function("performance.getEntriesByName('first-contentful-paint')[0]?.startTime")
    seconds = painted.json_value() / 1000
    context.close()
    return seconds
