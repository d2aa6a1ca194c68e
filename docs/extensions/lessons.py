"""The lessons in three languages: the folders ``lessons/ru`` and ``lessons/zh`` are made when the site is built.

Nothing in these folders is kept. What the notebooks print is the same in all languages, so each is executed once.
"""

import shutil
from functools import partial
from html import escape
from pathlib import Path, PurePosixPath
from typing import Any

from docutils import nodes
from jupyter_cache import get_cache
from jupyter_cache.executors import load_executor, utils
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.errors import ExtensionError

from extensions.translation import catalogue_path, lessons_in, read_translations, translate

LANGUAGES = {"en": "English", "ru": "Русский", "zh": "简体中文"}
CONTENTS = {
    "ru": (
        "Уроки по-русски",
        "Восемь уроков о том, как учится сеть. [Остальные страницы сайта](../../index.md) — на английском, и то, что "
        "печатают команды, — тоже.",
    ),
    "zh": ("中文课程", "八节课，讲网络如何学习。[本站的其他页面](../../index.md)和命令的输出是英文的。"),
}
"""The page above the lessons in a language: its title, and what it says."""


def language_of(document: str) -> str | None:
    """Return the language of a lesson; None for any other document."""
    match PurePosixPath(document).parts[:-1]:
        case ("lessons", language):
            return language
        case ("lessons",):
            return "en"
    return None


def pages(docs: Path) -> dict[str, str]:
    """Return the pages in other languages by their paths."""
    made = {}
    for language, (title, about) in CONTENTS.items():
        lessons = lessons_in(docs)
        contents = "\n".join(lesson.stem for lesson in lessons)
        made[f"{language}/index.md"] = f"# {title}\n\n{about}\n\n```{{toctree}}\n{contents}\n```\n"
        for lesson in lessons:
            catalogue = catalogue_path(language, lesson.stem)
            try:
                text = translate(lesson.read_text("utf-8"), read_translations(catalogue))
            except KeyError as error:
                message = f"{catalogue} lacks {error}; run docs/make_catalogues.py, and translate it"
                raise ExtensionError(message) from None
            made[f"{language}/{lesson.name}"] = text.replace("](../", "](../../")
    return made


def write_lessons(app: Sphinx) -> None:
    """Write the pages in other languages that are not there as they are, and forget what was before."""
    made = pages(Path(app.srcdir))
    for language in CONTENTS:
        for old in (Path(app.srcdir) / "lessons" / language).glob("*.md"):
            if f"{language}/{old.name}" not in made:
                old.unlink()
    for path, text in made.items():
        file = Path(app.srcdir) / "lessons" / path
        file.parent.mkdir(exist_ok=True)
        if not file.exists() or file.read_text("utf-8") != text:
            file.write_text(text, "utf-8")
    app.config.nb_execution_cache_path = str(Path(app.doctreedir) / "executed")
    shutil.rmtree(app.config.nb_execution_cache_path, ignore_errors=True)


def execute_lessons(app: Sphinx, env: BuildEnvironment, documents: list[str]) -> None:
    """Execute the lessons that are about to be read in any language."""
    if app.config.nb_execution_mode != "cache":
        return
    cache = get_cache(app.config.nb_execution_cache_path)
    read = {PurePosixPath(document).name for document in documents if language_of(document)}
    for lesson in lessons_in(Path(app.srcdir)):
        if lesson.stem in read:
            cache.add_nb_to_project(str(lesson), read_data={"name": "myst_nb_md", "type": "plugin"})
    load_executor("temp-parallel", cache).run_and_cache(timeout=app.config.nb_execution_timeout)


def finish_lesson(app: Sphinx, document: nodes.document) -> None:
    """Link a lesson to itself in the other languages, and let what its notebook shows open in its own."""
    language = language_of(app.env.docname)
    if language is None or PurePosixPath(app.env.docname).name == "index":
        return
    for output in document.findall(nodes.raw):
        opened = output.astext().replace("&quot;language&quot;:null", f"&quot;language&quot;:&quot;{language}&quot;")
        output.children = [nodes.Text(opened)]
    menu = f'<p class="languages">{" ".join(link(app, code, language) for code in LANGUAGES)}</p>'
    next(document.findall(nodes.section)).insert(1, nodes.raw("", menu, format="html"))


def link(app: Sphinx, code: str, language: str) -> str:
    """Return a link from a lesson in a language to the same in that of a code."""
    name = PurePosixPath(app.env.docname).name
    there = f"lessons/{name}" if code == "en" else f"lessons/{code}/{name}"
    target = app.builder.get_relative_uri(app.env.docname, there)
    current = ' aria-current="page"' if code == language else ""
    return f'<a lang="{code}" hreflang="{code}" href="{target}"{current}>{LANGUAGES[code]}</a>'


def stay_in_language(app: Sphinx, page: str, template: str, context: dict[str, Any], document: nodes.document) -> None:
    """Let a page say in its markup which language it is in, and lead to pages in that language only."""
    language = language_of(page) or "en"
    context["language"] = language
    _, before, after = app.builder.relations.get(page, (None, None, None))
    for neighbour, name in (("prev", before), ("next", after)):
        if name is not None and (language_of(name) or "en") != language:
            context[neighbour] = None
    if language in CONTENTS:
        context["toctree"] = lambda **options: contents(app, page, language)


def contents(app: Sphinx, page: str, language: str) -> str:
    """Return the list of the lessons in a language, which stands beside them instead of all pages of the site."""
    above = f"lessons/{language}/index"
    items = []
    for name in (above, *app.env.toctree_includes[above]):
        kind = "toctree-l1 current" if name == page else "toctree-l1"
        target, title = app.builder.get_relative_uri(page, name), escape(app.env.titles[name].astext())
        items.append(f'<li class="{kind}"><a class="reference internal" href="{target}">{title}</a></li>')
    return f"<ul>{''.join(items)}</ul>"


def setup(app: Sphinx) -> dict[str, bool]:
    """Write the lessons before Sphinx looks for pages, and execute them before it reads.

    What a command prints comes in pieces, which nbclient can join as they are; MyST-NB would break lines between them.
    """
    utils.executenb = partial(utils.executenb, coalesce_streams=True)
    app.connect("config-inited", lambda app, config: write_lessons(app))
    app.connect("env-before-read-docs", execute_lessons)
    app.connect("doctree-read", finish_lesson)
    app.connect("html-page-context", stay_in_language)
    return {"parallel_read_safe": True}
