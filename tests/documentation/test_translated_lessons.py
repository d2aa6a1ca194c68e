"""The lessons in Russian and Chinese have every text of the English ones, and the same code, links and numbers."""

import re
from collections import Counter
from pathlib import Path

import pytest

pytest.importorskip("sphinx", reason='what makes the site is not installed; pip install ".[docs]"')
from babel.messages.pofile import read_po
from extensions.lessons import CONTENTS, LANGUAGES, pages
from extensions.translation import PARSER, catalogue_path, lessons_in, messages, read_translations, translate
from extensions.wording import reword, site_words

DOCS = Path(__file__).parents[2] / "docs"
LESSONS = lessons_in(DOCS)
LETTERS = {"ru": "[а-яё]", "zh": "[\u4e00-\u9fff]"}
THOUSANDS = {"en": r"(?<=\d),(?=\d)", "ru": r"(?<=\d)\u00a0(?=\d)", "zh": r"(?<=\d),(?=\d)"}
KEPT = {
    "code": r"`[^`]+`",
    "target of a link": r"\]\([^)]+\)",
    "formula": r"\$[^$]+\$",
}
each_catalogue = pytest.mark.parametrize(
    ("language", "lesson"),
    [(language, lesson) for language in CONTENTS for lesson in LESSONS],
    ids=lambda value: value if isinstance(value, str) else value.stem,
)


def test_there_is_a_catalogue_of_each_lesson_and_no_other():
    for language in CONTENTS:
        kept = catalogue_path(language, "any").parent.glob("*")
        assert {path.name for path in kept} == {f"{lesson.stem}.po" for lesson in LESSONS}
    assert len(LESSONS) == 8 and set(LANGUAGES) == {"en", *CONTENTS}


@each_catalogue
def test_no_text_is_untranslated_or_stale(language, lesson):
    with catalogue_path(language, lesson.stem).open("rb") as file:
        catalogue = read_po(file)
    assert [message.id for message in catalogue if message.id] == messages(lesson.read_text("utf-8"))
    assert not [message.id for message in catalogue if message.fuzzy] and not catalogue.obsolete
    for message in catalogue:
        assert not message.id or re.search(LETTERS[language], message.string), message.id


@each_catalogue
@pytest.mark.parametrize("kept", KEPT)
def test_code_formulas_and_links_in_a_text_survive(language, lesson, kept):
    for text, translated in read_translations(catalogue_path(language, lesson.stem)).items():
        assert Counter(re.findall(KEPT[kept], translated)) == Counter(re.findall(KEPT[kept], text))


@each_catalogue
def test_numbers_survive(language, lesson):
    for text, translated in read_translations(catalogue_path(language, lesson.stem)).items():
        assert numbers(translated, language) == numbers(text, "en"), translated


def numbers(text, language):
    text = re.sub(THOUSANDS[language], "", re.sub("|".join(KEPT.values()), "", text))
    if language == "ru":
        text = re.sub(r"(?<=\d),(?=\d)", ".", text)
    return Counter(re.findall(r"\d+(?:\.\d+)?", text))


@each_catalogue
def test_emphasis_is_read_as_such(language, lesson):
    for text, translated in read_translations(catalogue_path(language, lesson.stem)).items():
        assert marks(translated) == marks(text), translated


def marks(text):
    [block] = [token for token in PARSER.parse(text) if token.type == "inline"]
    assert not any("*" in part.content for part in block.children if part.type == "text")
    return Counter(part.type for part in block.children if part.type.endswith(("_open", "code_inline")))


@each_catalogue
def test_blocks_survive(language, lesson):
    given = lesson.read_text("utf-8")
    translated = translate(given, read_translations(catalogue_path(language, lesson.stem)))
    assert blocks(translated) == blocks(given) and len(blocks(given)) > 3
    assert translated.split("---\n")[1] == given.split("---\n")[1]


def blocks(lesson):
    """Return code, directives, formulas and commands with their lines."""
    return re.findall(r"^```.*?^```$|^\$\$.*?\$\$$|^    [^\n]*$", lesson, re.DOTALL | re.MULTILINE)


def test_a_text_is_replaced_and_its_mark_stays():
    lesson = "# Title\n\n1. One\n   two\n2. Three `x`.\n\n```{code-cell}\n# One two\n```\n\n    Title\n"
    translations = {"Title": "Заголовок", "One two": "Раз два", "Three `x`.": "Три `x`."}
    assert translate(lesson, translations) == (
        "# Заголовок\n\n1. Раз два\n2. Три `x`.\n\n```{code-cell}\n# One two\n```\n\n    Title\n"
    )


def test_a_text_without_a_translation_is_an_error():
    with pytest.raises(KeyError, match="Title"):
        translate("# Title\n", {})


def test_links_lead_from_the_folder_of_the_language():
    made = pages(DOCS)
    assert (
        "](../../references.md#r5--" in made["ru/one_neuron.md"] and "](../references" not in made["zh/one_neuron.md"]
    )
    assert "one_neuron\nhidden_layer\ntwelve_steps\nsoftmax\nmnist" in made["zh/index.md"]


def test_the_words_of_the_site_are_the_same_in_each_language_and_all_translated():
    russian, chinese = site_words("ru"), site_words("zh")
    assert list(russian) == list(chinese) and "On this page" in russian and site_words("en") == {}
    for language, words in (("ru", russian), ("zh", chinese)):
        assert all(re.search(LETTERS[language], word) for word in words.values())


def test_labels_are_reworded_everywhere_and_other_words_around_the_article_only():
    page = '<a title="Menu">\n Menu </a><article id="a"><b alt="Menu">Menu</b></article><i>Menu 2</i><i>Menu</i>'
    assert reword(page, {"Menu": "Меню"}) == (
        '<a title="Меню">\n Меню </a><article id="a"><b alt="Меню">Menu</b></article><i>Menu 2</i><i>Меню</i>'
    )
