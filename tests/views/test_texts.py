"""The texts of the views: the same keys and places for values in every language, and plural forms."""

from __future__ import annotations

import re
from importlib.resources import files

import pytest

from whence.views.texts import LANGUAGES, Language, Texts, tables
from whence.views.which_step import samples_text

VIEWS = sorted(
    folder.name for folder in files("whence.views").joinpath("locale").iterdir() if folder.joinpath("en.json").is_file()
)
FORMS = {"en": {"one", "other"}, "ru": {"one", "few", "many"}, "zh": {"other"}}


def forms(template: object) -> dict[str, str]:
    return template if isinstance(template, dict) else {"": str(template)}


def places(text: str) -> set[str]:
    return set(re.findall(r"{(\w*)}", text))


@pytest.mark.parametrize("view", VIEWS)
def test_every_language_has_every_text_with_the_same_places(view: str) -> None:
    english = tables(view)["en"]
    for language in LANGUAGES:
        assert list(tables(view)[language]) == list(english), language
        for key, template in tables(view)[language].items():
            if isinstance(template, dict):
                assert set(template) == FORMS[language], (language, key)
            for text in forms(template).values():
                expected = places(next(iter(forms(english[key]).values())))
                assert text.strip() or key == "thousands", (language, key)
                assert places(text) == expected, (language, key)


@pytest.mark.parametrize(
    ("language", "counts", "expected"),
    [
        ("en", (1, 2, 1200), ["1 more sample", "2 more samples", "1,200 more samples"]),
        ("zh", (1, 2, 1200), ["另外 1 个样本", "另外 2 个样本", "另外 1,200 个样本"]),
    ],
)
def test_a_count_has_its_plural_form(language: Language, counts: tuple[int, ...], expected: list[str]) -> None:
    assert [Texts("common", language)("samples.more", count=count) for count in counts] == expected


def test_samples_of_a_step_are_named_by_their_range_or_one_by_one() -> None:
    rows = ([4], [0, 1, 2], [2, 5], [*range(0, 20, 2)])
    said = {language: [samples_text(some, Texts("common", language)) for some in rows] for language in LANGUAGES}
    assert said["en"] == [
        "sample 4",
        "samples 0 to 2",
        "samples 2 and 5",
        "samples 0, 2, 4, 6, 8, 10 and 4 more samples",
    ]
    assert said["ru"][1:] == ["на примерах 0–2", "на примерах 2 и 5", "на примерах 0, 2, 4, 6, 8, 10 и ещё 4"]
    assert said["zh"][1:3] == ["样本 0 至 2", "样本 2 和 5"]
