"""Names of arrays and constants as they are set on paper: a letter with a number, a prime, a hat."""

from __future__ import annotations

import re

from whence.views.mathematics.layout import Fraction, Hat, Letter, Node, Root, Script, Symbol, Word, row

_NAME = re.compile(r"(?P<stem>.*?)(?P<number>\d*)(?P<new>_new)?(?P<primes>′*)")
_OF_PARAMETER = re.compile(r"(?P<state>[a-z]+)_(?P<parameter>[^\W_a-z]\w*?\d+|[a-zα-ω]\d+)(?P<new>_new)?")
_ROOT = re.compile(r"√\(?(?P<above>\w+)(/(?P<below>\w+))?\)?")
_MULTIPLE = re.compile(r"(?P<number>\d+)(?P<letter>[^\W\d])")
_HATS = {"x̂": "x", "ŷ": "y"}
_LOWERED = dict(zip("₀₁₂₃₄₅₆₇₈₉", "0123456789", strict=True))


def set_name(symbol: Symbol) -> Node:
    """Return the layout of a name: ``W_1``, ``∂L / ∂W_1``, ``x̂_2``, ``v_{W_1}`` with *new* above."""
    if symbol.derivative_of is not None:
        return Fraction(row(Letter("∂"), Letter("L")), row(Letter("∂"), set_name(Symbol(symbol.derivative_of))))
    if match := _OF_PARAMETER.fullmatch(symbol.name):
        parameter = set_name(Symbol(match["parameter"]))
        return Script(_stem(match["state"]), parameter, Word("new") if match["new"] else None)
    if symbol.name.startswith("√"):
        return _stem(symbol.name)
    match = _NAME.fullmatch(symbol.name)
    assert match is not None
    above = (["new"] if match["new"] else []) + list(match["primes"])
    return _scripted(match["stem"], match["number"], above)


def _scripted(stem: str, number: str, above: list[str]) -> Node:
    while stem and stem[-1] in _LOWERED:
        stem, number = stem[:-1], _LOWERED[stem[-1]] + number
    if not number and not above:
        return _stem(stem)
    upper = row(*(Word(text) for text in above)) if above else None
    return Script(_stem(stem), Word(number) if number else None, upper)


def _stem(stem: str) -> Node:
    if stem == "loss":
        return Letter("L")
    if match := _ROOT.fullmatch(stem):
        above, below = (_stem(part) if part else None for part in (match["above"], match["below"]))
        assert above is not None
        return Root(above if below is None else Fraction(above, below))
    if match := _MULTIPLE.fullmatch(stem):
        return row(Word(match["number"]), Letter(match["letter"]))
    if stem in _HATS:
        return Hat(Letter(_HATS[stem]))
    return Letter(stem) if len(stem) == 1 and not stem.isdigit() else Word(stem.replace("_", " "))
