"""The notation of objects with settings: ``adam(beta1=0.7)``, ``uniform(-0.2, 0.2)`` or ``conv 16 5 stride=2``."""

from __future__ import annotations

import inspect
import itertools
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from whence.errors import ArgumentError, UnknownNameError
from whence.registry import unknown

_LARGEST_NUMBER = 10**7
_DEEPEST = 20
_WORD = re.compile(r"[^\s(=]+")
_NUMBER = r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?"


@dataclass(frozen=True)
class Item:
    """The parts of the text of one object.

    Parameters
    ----------
    name : str
        Its name.
    words : list of str
        Its values, and its options as ``key=value``.
    within : list of str or None
        The texts in its brackets if these hold objects of the same kind instead of values.
    """

    name: str
    words: list[str]
    within: list[str] | None


def read_item(text: str, *, nested: Callable[[str], bool] = lambda name: False) -> Item:
    """Parse the text of one object: a name, and values and options in brackets or after it.

    Parameters
    ----------
    text : str
        Such as ``"adam(beta1=0.7)"``.
    nested : callable
        Whether the brackets after a name hold objects instead of values.

    Raises
    ------
    ArgumentError
        If it has no name, or its brackets do not match.
    """
    name = _WORD.match(text.strip())
    if name is None:
        raise ArgumentError(f"{text.strip()!r} does not begin with a name; write one, and then its values")
    _cut(text, "")  # so that a message about brackets quotes the whole text
    words = _words(text.strip()[name.end() :])
    if not words or not words[0].startswith("("):
        return Item(name[0], words, None)
    inner, words = split_list(words[0][1:-1]), words[1:]
    if nested(name[0]):
        return Item(name[0], words, inner)
    return Item(name[0], [*(word for part in inner for word in _words(part)), *words], None)


def split_list(text: str) -> list[str]:
    """Split a text at commas outside of brackets; a comma at the end is ignored."""
    parts = _cut(text, ",")
    return parts if parts[-1] else parts[:-1]


def read_arguments(item: Item, kind: type, *, inferred: Collection[str] = ()) -> dict[str, Any]:
    """Return the constructor's arguments in an item, given in order or by name.

    Parameters
    ----------
    item : Item
        The parsed text.
    kind : type
        The class.
    inferred : collection of str
        Arguments that cannot be given in order.

    Raises
    ------
    UnknownNameError
        If the name of an option is unknown.
    ArgumentError
        If there are too many values, or one is given twice.
    """
    order = in_order(kind, inferred)
    names = list(inspect.signature(kind).parameters)
    arguments: dict[str, Any] = {}
    values = 0
    for word in item.words:
        key, equals, value = word.partition("=")
        if not equals:
            if values == len(order):
                raise ArgumentError(f"{word} is one value too many; write: {usage(item.name, kind, inferred)}")
            key, value, values = order[values], word, values + 1
        elif not key or not value:
            raise ArgumentError(f"{word!r} is not an option; write it as key=value, without spaces")
        elif not names:
            raise UnknownNameError(f"{item.name} has no options; leave out {key}")
        elif key not in names:
            raise UnknownNameError(f"{item.name}: {unknown('option', key, names)}")
        if key in arguments:
            raise ArgumentError(f"{key} is given twice; keep one")
        arguments[key] = read_value(value)
    return arguments


def require_complete(item: Item, kind: type, arguments: Collection[str], inferred: Collection[str] = ()) -> None:
    """Raise `ArgumentError` if an argument that the constructor needs is missing."""
    parameters = inspect.signature(kind).parameters
    missing = [name for name, p in parameters.items() if p.default is p.empty and name not in arguments]
    if missing:
        named = "".join(f" {name}=N" for name in missing if name in inferred)
        raise ArgumentError(f"it lacks {' and '.join(missing)}; write: {usage(item.name, kind, inferred)}{named}")


def in_order(kind: type, inferred: Collection[str] = ()) -> list[str]:
    """Return the arguments that can be given in order, without their names."""
    return [
        name
        for name, parameter in inspect.signature(kind).parameters.items()
        if parameter.kind is parameter.POSITIONAL_OR_KEYWORD and name not in inferred
    ]


def usage(name: str, kind: type, inferred: Collection[str] = ()) -> str:
    """Return how an object is written, with its options in square brackets."""
    parameters = inspect.signature(kind).parameters
    needed = [key.upper() for key in in_order(kind, inferred) if parameters[key].default is inspect.Parameter.empty]
    options = [
        f"[{key}={write_value(parameter.default)}]"
        for key, parameter in parameters.items()
        if parameter.default not in (inspect.Parameter.empty, None)
    ]
    return " ".join([name, *needed, *options])


def write_words(kind: type, settings: Mapping[str, Any], inferred: Collection[str] = ()) -> list[str]:
    """Return the values and options of an object that differ from the defaults."""
    parameters = inspect.signature(kind).parameters
    shown = {name: write_value(value) for name, value in settings.items()}
    default = {name: write_value(parameters[name].default) for name in shown}
    order = list(itertools.takewhile(lambda name: settings.get(name) is not None, in_order(kind, inferred)))
    while order and shown[order[-1]] == default[order[-1]]:
        order.pop()
    options = [f"{name}={text}" for name, text in shown.items() if name not in order and text != default[name]]
    return [*(shown[name] for name in order), *options]


def read_value(word: str) -> Any:
    """Return the number, numbers, truth value or text that a word spells."""
    if word in ("true", "false"):
        return word == "true"
    if re.fullmatch(rf"{_NUMBER}((x{_NUMBER})+|x)", word):
        return tuple(_number(part) for part in word.split("x") if part)
    return _number(word) if re.fullmatch(_NUMBER, word) or word in ("nan", "inf", "-inf") else word


def write_value(value: Any) -> str:
    """Return the text of a value; the inverse of `read_value`."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return repr(value).removesuffix(".0") if abs(value) < _LARGEST_NUMBER else repr(value)
    if isinstance(value, list | tuple):
        return "x".join(map(write_value, value)) + "x" * (len(value) == 1)
    return str(value)


def whole(digits: str) -> int:
    """Return the whole number that digits spell.

    Raises
    ------
    ArgumentError
        If it is larger than 10⁷, the largest size in a network.
    """
    if len(digits) > 9 or abs(int(digits)) > _LARGEST_NUMBER:
        raise ArgumentError(f"{digits} is too large; the largest number is {_LARGEST_NUMBER:,}")
    return int(digits)


def _number(word: str) -> float:
    return whole(word) if re.fullmatch(r"[-+]?\d+", word) else float(word)


def _words(text: str) -> list[str]:
    return [word for word in _cut(text, " \t\n") if word]


def _cut(text: str, marks: str) -> list[str]:
    """Split a text at marks outside of brackets."""
    parts, depth = [""], 0
    for letter in text:
        depth += (letter == "(") - (letter == ")")
        if depth > _DEEPEST:
            raise ArgumentError(f"the brackets in it are more than {_DEEPEST} deep; nest fewer")
        if depth < 0:
            raise ArgumentError(f"{text.strip()!r} closes a bracket that it does not open; remove it")
        if depth == 0 and letter in marks:
            parts.append("")
        else:
            parts[-1] += letter
    if depth:
        raise ArgumentError(f"{text.strip()!r} opens a bracket that it does not close; add one at the end")
    return [part.strip() for part in parts]
