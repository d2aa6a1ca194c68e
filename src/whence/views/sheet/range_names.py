"""Names of ranges: the symbols of the formulas, spelled so that no spreadsheet takes them for a cell."""

from __future__ import annotations

import re
import unicodedata

_SPELLED = {"ℓ": "ell", "′": "_prime", "\u0302": "_hat", "\u0303": "_tilde", "\u0304": "_bar"}
_RESERVED = {"r", "c", "true", "false"}


def range_name(symbol: str, taken: set[str]) -> str:
    """Return a name for a range, and enter it in ``taken``.

    Greek letters are spelled, accents follow as words, and a number is set off with an underscore, since ``W1`` is a
    cell: ``W_1``, ``dW_1``, ``W_1_new``, ``eta``, ``x_hat_2``, ``a_2_prime``. Upper and lower case are one.

    Parameters
    ----------
    symbol : str
        What the formulas call the array: ``"dW1"``.
    taken : set of str
        The names that are given already, in lower case.
    """
    spelled = unicodedata.normalize("NFKD", "".join(_SPELLED.get(letter, letter) for letter in symbol))
    name = "".join(_spell(letter) for letter in spelled)
    name = re.sub(r"(?<=[A-Za-z])(?=\d)", "_", name).strip("_") or "array"
    if name.lower() in _RESERVED or name[0].isdigit():
        name = f"_{name}"
    free, number = name, 1
    while free.lower() in taken:
        number += 1
        free = f"{name}_{number}"
    taken.add(free.lower())
    return free


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
