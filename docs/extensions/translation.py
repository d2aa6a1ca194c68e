"""Lessons in other languages, from the English ones and gettext catalogues: texts change, code and formulas do not."""

import re
from pathlib import Path

from babel.messages.pofile import read_po
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from myst_parser.config.main import MdParserConfig
from myst_parser.parsers.mdit import create_md_parser

CATALOGUES = Path(__file__).parents[1] / "locale"
PARSER = create_md_parser(MdParserConfig(enable_extensions={"dollarmath"}), RendererHTML)


def lessons_in(docs: Path) -> list[Path]:
    """Return the English lessons of the documentation, by the numbers in their titles."""
    return sorted((docs / "lessons").glob("*.md"), key=_number)


def catalogue_path(language: str, lesson: str) -> Path:
    """Return the path of the catalogue of a lesson in a language."""
    return CATALOGUES / language / "LC_MESSAGES" / "lessons" / f"{lesson}.po"


def read_translations(path: Path) -> dict[str, str]:
    """Return what each text of a catalogue is in its language; not the stale ones, which are marked as fuzzy."""
    with path.open("rb") as file:
        translated = {message.id: message.string for message in read_po(file) if message.string and not message.fuzzy}
    return {text: in_language for text, in_language in translated.items() if text}  # the header is of no text


def messages(lesson: str) -> list[str]:
    """Return the texts of a lesson as catalogues have them, each on one line."""
    return [_on_one_line(text) for text in _texts(lesson)]


def translate(lesson: str, translations: dict[str, str]) -> str:
    """Return a lesson in Markdown with its texts replaced; KeyError if one has no translation."""
    lines = lesson.splitlines()
    for text in reversed(_texts(lesson)):
        first, last = text.map
        mark = lines[first].partition(text.content.partition("\n")[0])[0]  # such as that of a heading or of a point
        lines[first:last] = [mark + translations[_on_one_line(text)]]
    return "\n".join(lines) + "\n"


def _number(lesson: Path) -> int:
    return int(re.findall(r"^# (\d+)", lesson.read_text("utf-8"), re.MULTILINE)[0])


def _texts(lesson: str) -> list[Token]:
    """Return the headings, paragraphs and points of a lesson."""
    return [token for token in PARSER.parse(lesson) if token.type == "inline"]


def _on_one_line(text: Token) -> str:
    return text.content.replace("\n", " ")
