"""Names of arrays and indices as identifiers: ``γ1`` is ``gamma1``, ``x̂1`` ``x_hat1`` and ``h₀→1`` ``h_0_forward1``."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable

from whence.interop.programs.program import Program
from whence.interop.programs.sizes import index_names

_SIGNS = {"→": "_forward", "←": "_backward", "′": "_prime", "\N{COMBINING CIRCUMFLEX ACCENT}": "_hat"}


def names_in(program: Program, reserved: Collection[str]) -> dict[str, str]:
    """Return an identifier for each index and each array of a program; ``reserved`` as for `identifiers`."""
    arrays = [program.input, *program.constants, *(formula.target.array for formula in program.formulas)]
    return identifiers([*index_names(program.formulas), *arrays], reserved)


def identifiers(names: Iterable[str], reserved: Collection[str]) -> dict[str, str]:
    """Return an identifier of ASCII letters, digits and underscores for each name, all different.

    Parameters
    ----------
    names : iterable of str
        The names.
    reserved : collection of str
        Words of the language, and names that the program uses otherwise.
    """
    taken = set(reserved)
    found: dict[str, str] = {}
    for name in dict.fromkeys(names):
        plain = made = _ascii(name)
        number = 1
        while made in taken:
            number += 1
            made = f"{plain}_" if number == 2 else f"{plain}_{number}"
        taken.add(made)
        found[name] = made
    return found


def _ascii(name: str) -> str:
    text = "".join(_SIGNS.get(sign) or _spelled(sign) for sign in unicodedata.normalize("NFD", name))
    text = re.sub(r"[^A-Za-z0-9]+", "_", text).strip("_")
    return text if text[:1].isalpha() else f"v{text}"


def _spelled(sign: str) -> str:
    """Return a character as ASCII: letters and digits as they are, a Greek letter by its name."""
    words = unicodedata.name(sign, "").split()
    if words[:1] == ["GREEK"] and "LETTER" in words:
        return words[-1].lower() if "SMALL" in words else words[-1].capitalize()
    plain = unicodedata.normalize("NFKD", sign)
    return f"_{plain}_" if plain != sign and plain.isdigit() else plain
