"""The texts of the views in English, Russian and Chinese: one folder of ``locale`` for each view, and ``common``."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from typing import Literal, TypeAlias, get_args

Language: TypeAlias = Literal["en", "ru", "zh"]
LANGUAGES: tuple[Language, ...] = get_args(Language)
Template: TypeAlias = str | Mapping[str, str]
"""A text with places for values in braces; if its form depends on a count, a text for each of CLDR's plural forms."""


@cache
def tables(view: str) -> dict[Language, dict[str, Template]]:
    """Return the texts of a view and the common ones, by language and key."""
    return {language: {**_read("common", language), **_read(view, language)} for language in LANGUAGES}


def _read(folder: str, language: Language) -> dict[str, Template]:
    file = files("whence.views").joinpath("locale", folder, f"{language}.json")
    table: dict[str, Template] = json.loads(file.read_text("utf-8"))
    return table


class Texts:
    """The texts of a view in one language.

    Parameters
    ----------
    view : str
        The folder of the view's texts.
    language : str
        ``"en"``, ``"ru"`` or ``"zh"``.
    """

    def __init__(self, view: str, language: Language) -> None:
        self.language = language
        self._table = tables(view)[language]

    def __call__(self, key: str, /, **values: object) -> str:
        """Return the text of a key with ``values`` in its places; the integer ``count`` decides on the plural form."""
        if key not in self._table:
            return key  # a name from outside, such as a user's class, which may have braces
        template, count = self._table[key], values.get("count")
        if isinstance(count, int):
            values["count"] = self.count(count)
            if isinstance(template, Mapping):
                template = template[_plural_form(self.language, count)]
        assert isinstance(template, str), f"{key} has plural forms; give it a count"
        return template.format(**values)

    def __contains__(self, key: str) -> bool:
        """Whether there is a text of a key."""
        return key in self._table

    def kind(self, name: str) -> str:
        """Return what the class of a layer, loss or optimizer is called; that of a user has its name in code."""
        return str(self._table.get(f"kind.{name}", name))

    def terms(self, kind: str, count: int) -> str:
        """Return what is said of the terms that are not written; the texts' `whence.formula.numbers.Words`."""
        return self(f"terms.{kind}", count=count)

    def count(self, count: int) -> str:
        """Return a count with its thousands apart."""
        return f"{count:,}".replace(",", self("thousands"))

    def listed(self, items: Iterable[object]) -> str:
        """Return items as a list in a sentence: ``1, 2 and 3``."""
        *first, last = [*map(str, items)] or [""]
        return self("list.and", first=self("list.comma").join(first), last=last) if first else last


def _plural_form(language: Language, count: int) -> str:
    """Return which of CLDR's plural forms goes with a whole number."""
    if language == "zh":
        return "other"
    if language == "en":
        return "one" if count == 1 else "other"
    if count % 10 == 1 and count % 100 != 11:
        return "one"
    return "few" if count % 10 in (2, 3, 4) and count % 100 not in (12, 13, 14) else "many"
