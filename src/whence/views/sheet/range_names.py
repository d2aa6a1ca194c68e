"""Names of ranges: the symbols of the formulas, spelled so that they are not names of cells."""

from __future__ import annotations

import re
import unicodedata

_SPELLED = {"ℓ": "ell", "′": "_prime", "\u0302": "_hat", "\u0303": "_tilde", "\u0304": "_bar"}
_RESERVED = {"r", "c", "true", "false"}


def range_name(symbol: str, taken: set[str]) -> str:
    """Return a name for the range of an array, and add it to ``taken``, in lower case.

    Greek letters are spelled out, accents follow as words, and numbers follow an underscore, since ``W1`` is a cell:
    ``W_1``, ``dW_1``, ``W_1_new``, ``eta``, ``x_hat_2``, ``a_2_prime``. Names are compared without regard to case.
    """
    spelled = unicodedata.normalize("NFKD", "".join(_SPELLED.get(letter, letter) for letter in symbol))
    name = "".join(_spell(letter) for letter in spelled)
    name = re.sub(r"(?<=[A-Za-z])(?=\d)", "_", name).strip("_") or "array"
    if name.lower() in _RESERVED or name[0].isdigit():
        name = f"_{name}"
    unique, number = name, 1
    while unique.lower() in taken:
        number += 1
        unique = f"{name}_{number}"
    taken.add(unique.lower())
    return unique


def _spell(letter: str) -> str:
    if letter.isascii():
        return letter if letter.isalnum() else "_"
    if letter in _SPELLED:
        return _SPELLED[letter]
    match unicodedata.name(letter, "").split():
        case ["GREEK", size, "LETTER", word]:
            word = {"LAMDA": "LAMBDA"}.get(word, word)
            return word.capitalize() if size == "CAPITAL" else word.lower()
    return ""
