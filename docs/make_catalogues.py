"""Bring the catalogues of the lessons up to date: ``python docs/make_catalogues.py``.

New texts of a lesson come without a translation, and changed ones with the old translation, marked as fuzzy. Tests and
the site want neither: translate them in ``docs/locale/LANGUAGE/LC_MESSAGES/lessons``, and take the mark away.
"""

from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po
from extensions.lessons import CONTENTS
from extensions.translation import catalogue_path, lessons_in, messages

WIDTH = 120
HEADER = """\
msgid ""
msgstr ""
"Language: {language}\\n"
"Content-Type: text/plain; charset=UTF-8\\n"

"""


def template(lesson: Path) -> Catalog:
    """Return the texts of a lesson, each without a translation."""
    texts = Catalog()
    for message in messages(lesson.read_text("utf-8")):
        texts.add(message)
    return texts


def update(lesson: Path, language: str) -> None:
    """Give the catalogue of a lesson in a language the texts that the lesson has now."""
    path = catalogue_path(language, lesson.stem)
    kept = Catalog(locale=language)
    if path.exists():
        with path.open("rb") as file:
            kept = read_po(file, locale=language)
    kept.update(template(lesson))
    kept.obsolete.clear()
    for message in kept:
        message.flags.discard("python-format")  # a percent sign in a lesson is none
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        file.write(HEADER.format(language=language).encode())
        write_po(file, kept, width=WIDTH, omit_header=True)


if __name__ == "__main__":
    for lesson in lessons_in(Path(__file__).parent):
        for language in CONTENTS:
            update(lesson, language)
