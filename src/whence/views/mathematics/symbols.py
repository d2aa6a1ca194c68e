"""Names of arrays and constants as mathematical symbols: a letter with subscripts, primes and hats."""

from __future__ import annotations

import re
from functools import cache

from whence.formula.layout import Derivative, Fence, Fraction, Hat, Letter, Node, Ones, Root, Script, Symbol, Word, row

_NUMBER = r"\d+(\.\d+)*"
_ENDING = r"(?P<new>_new)?(?P<primes>′*)"
_NAME = re.compile(rf"(?P<stem>.*?)(?P<level>[₀-₉]*)(?P<direction>[→←]?)(?P<number>({_NUMBER})?){_ENDING}", re.DOTALL)
_OF_PARAMETER = re.compile(
    rf"(?P<state>[a-z]+)_(?P<parameter>[A-Zα-ω][^_]*?{_NUMBER}|[a-z][a-z]?[₀-₉→←]*{_NUMBER}){_ENDING}"
)
_DELTA_OF = re.compile(r"(?P<delta>[δε])(?P<array>[a-z].*)")
_ROOT = re.compile(r"√\(?(?P<above>\w+)(/(?P<below>\w+))?\)?")
_MULTIPLE = re.compile(r"(?P<number>\d+)(?P<letter>[^\W\d])")
_HATS = {"x̂": "x", "ŷ": "y"}
_LOWERED = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")


@cache
def set_name(symbol: Symbol) -> Node:
    """Return the layout of a name.

    The number of ``W1`` is a subscript, and so is that of ``W2.0``, in a layer within a layer; ``dW1`` is a fraction of
    ∂; ``x̂2`` has a hat; ``v_W1_new`` has the subscript ``W1`` and the superscript *new*; the superscript of ``W₀→2``
    is its level and direction in brackets.
    """
    if symbol.derivative_of is not None:
        return Derivative(Letter("L"), Symbol(symbol.derivative_of))
    if match := _OF_PARAMETER.fullmatch(symbol.name):
        return Script(_stem(match["state"]), set_name(Symbol(match["parameter"])), _above(match, ""))
    if match := _DELTA_OF.fullmatch(symbol.name):
        return Script(Letter(match["delta"]), set_name(Symbol(match["array"])))
    if match := _ROOT.fullmatch(symbol.name):
        above, below = (_stem(part) if part else None for part in (match["above"], match["below"]))
        return Root(above if below is None else Fraction(above, below)) if above else _stem(symbol.name)
    match = _NAME.fullmatch(symbol.name)
    assert match is not None
    level, number = match["level"].translate(_LOWERED), match["number"]
    if level and not number and not match["direction"]:
        level, number = "", level
    upper = _above(match, f"{level}{match['direction']}")
    stem = _stem(match["stem"])
    return Script(stem, Word(number) if number else None, upper) if number or upper else stem


def set_transposed(base: Node) -> Script:
    """Return the layout of a transposed matrix, in brackets if it is more than a name."""
    if isinstance(base, Symbol):
        base = set_name(base)
    if isinstance(base, Script) and base.upper is None:
        return Script(base.base, base.lower, Letter("⊤"))
    simple = isinstance(base, Letter | Fence | Hat | Ones)
    return Script(base if simple else Fence("(", base, ")"), upper=Letter("⊤"))


def _above(match: re.Match[str], level: str) -> Node | None:
    pieces = [*(f"({level})" if level else ""), *(["new"] if match["new"] else []), *match["primes"]]
    return row(*map(Word, pieces)) if pieces else None


def _stem(stem: str) -> Node:
    if stem == "loss":
        return Letter("L")
    if stem in _HATS:
        return Hat(Letter(_HATS[stem]))
    if match := _MULTIPLE.fullmatch(stem):
        return row(Word(match["number"]), Letter(match["letter"]))
    return Letter(stem) if len(stem) == 1 and not stem.isdigit() else Word(stem.replace("_", " "))
