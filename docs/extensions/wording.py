"""The words of the theme and the labels of what is shown, in the language of a lesson.

The theme has no catalogue and writes most of its labels in English only, so they are replaced in the finished pages, by
the catalogue ``site.po`` of the language: labels anywhere, other words around the article, which is translated already.
"""

import re
from pathlib import Path

from sphinx.application import Sphinx

from extensions.lessons import CONTENTS
from extensions.translation import CATALOGUES, read_translations

LABELS = re.compile(r'(?P<before> (?:alt|aria-label|placeholder|title)=")(?P<words>[^"]+)(?=")')
TEXTS = re.compile(r"(?P<before>>\s*)(?P<words>[^<>]*[^<>\s])(?=\s*<)")


def site_words(language: str) -> dict[str, str]:
    """Return what the words of the site are in a language, none for English."""
    return {} if language == "en" else read_translations(CATALOGUES / language / "LC_MESSAGES" / "site.po")


def reword(page: str, words: dict[str, str]) -> str:
    """Return a page with its labels and what stands around its article in other words."""
    before, start, rest = page.partition("<article")
    article, end, after = rest.partition("</article>")
    before, after = (_replace(TEXTS, part, words) for part in (before, after))
    return _replace(LABELS, before + start + article + end + after, words)


def reword_lessons(app: Sphinx, exception: Exception | None) -> None:
    """Reword the finished lessons in other languages than English."""
    if exception is not None or app.builder.format != "html":
        return
    for language in CONTENTS:
        words = site_words(language)
        for path in Path(app.outdir, "lessons", language).glob("*.html"):
            path.write_text(reword(path.read_text("utf-8"), words), "utf-8")


def _replace(pattern: re.Pattern[str], markup: str, words: dict[str, str]) -> str:
    return pattern.sub(lambda found: found["before"] + words.get(found["words"], found["words"]), markup)


def setup(app: Sphinx) -> dict[str, bool]:
    """Reword lessons once they are written."""
    app.connect("build-finished", reword_lessons)
    return {"parallel_read_safe": True}
