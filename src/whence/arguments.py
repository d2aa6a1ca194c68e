"""What arguments may be, as their annotations declare it, and the check that follows from them."""

from __future__ import annotations

import inspect
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, TypeAlias, Union, get_args, get_origin

import numpy as np

from whence.errors import ArgumentError, UnknownNameError
from whence.registry import unknown


@dataclass(frozen=True)
class Range:
    """Numbers from ``low`` to ``high``, or only ``above`` the one and ``below`` the other."""

    low: float = -math.inf
    high: float = math.inf
    above: bool = False
    below: bool = False

    def __contains__(self, number: float) -> bool:
        after = number > self.low if self.above else number >= self.low
        return after and (number < self.high if self.below else number <= self.high)

    def __str__(self) -> str:
        bounds = []
        if self.low > -math.inf:
            bounds.append(f"{'above' if self.above else 'of at least'} {self.low:,.12g}")
        if self.high < math.inf:
            bounds.append(f"{'below' if self.below else 'at most'} {self.high:,.12g}")
        return " and ".join(bounds)


PositiveInt: TypeAlias = Annotated[int, Range(1)]
NotNegativeInt: TypeAlias = Annotated[int, Range(0)]
Positive: TypeAlias = Annotated[float, Range(0, above=True)]
NotNegative: TypeAlias = Annotated[float, Range(0)]
Fraction: TypeAlias = Annotated[float, Range(0, 1, below=True)]
PositiveFraction: TypeAlias = Annotated[float, Range(0, 1, above=True)]


def checked(owner: str, name: str, value: Any, hint: Any) -> Any:
    """Return an argument as its annotation declares it.

    Scalars of NumPy become Python's, whole numbers become floating where such are declared, and sequences tuples. An
    annotation that is none of the kinds below lets every value pass.

    Parameters
    ----------
    owner, name : str
        Whose argument it is, and what it is called, for the message.
    value : object
        What was given.
    hint : type
        ``bool``, ``int``, ``float`` (finite), ``str``, a class, ``Literal``, ``Sequence``, an array, unions of these,
        and with ``Annotated`` a `Range` in which numbers must be.

    Raises
    ------
    ArgumentError
        If the value is something else; the message names the argument, what came and what is expected.
    """
    try:
        return _taken(value, hint)
    except (ValueError, OverflowError) as error:
        raise ArgumentError(f"{owner} was given {name} = {value!r}; it must be {_expected(hint)}") from error


def checked_call(
    owner: str, signature: inspect.Signature, hints: Mapping[str, Any], args: Sequence[Any], kwargs: Mapping[str, Any]
) -> inspect.BoundArguments:
    """Return the arguments of a call by name, each `checked`.

    Raises
    ------
    UnknownNameError
        If there is no argument of a name.
    ArgumentError
        If one is missing, superfluous or not what its annotation declares.
    """
    parameters = signature.parameters
    if not any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters.values()):
        for name in kwargs:
            if name not in parameters:
                advice = unknown("argument", name, parameters) if parameters else f"it takes none; leave out {name}"
                raise UnknownNameError(f"{owner}: {advice}")
    try:
        bound = signature.bind(*args, **kwargs)
    except TypeError as error:
        raise ArgumentError(f"{owner}: {error}; it takes ({', '.join(parameters)})") from error
    for name, value in bound.arguments.items():
        if name in hints and parameters[name].kind not in (
            inspect.Parameter.VAR_POSITIONAL,
            inspect.Parameter.VAR_KEYWORD,
        ):
            bound.arguments[name] = checked(owner, name, value, hints[name])
    return bound


def _taken(value: Any, hint: Any) -> Any:
    """Return a value as an annotation declares it, or raise `ValueError`."""
    origin, options = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        return _first_taken(value, options)
    if origin is Annotated:
        taken = _taken(value, options[0])
        return _require(taken in options[1], taken)
    if origin is Literal:
        return _require(any(type(value) is type(option) and value == option for option in options), value)
    if origin is Sequence:
        _require(isinstance(value, list | tuple | np.ndarray))
        return tuple(_taken(item, options[0]) for item in value)
    if origin is np.ndarray:
        array = np.asarray(_require(isinstance(value, list | tuple | np.ndarray), value))
        return _require(array.dtype.kind in "biuf", array)
    if hint in _NUMBERS:
        _require(not isinstance(value, bool | np.bool_) and isinstance(value, _NUMBERS[hint]))
        return _require(math.isfinite(value), hint(value))
    if hint is bool:
        return bool(_require(isinstance(value, bool | np.bool_), value))
    tells = isinstance(hint, type) and not getattr(hint, "_is_protocol", False)
    return _require(not tells or isinstance(value, hint), value)


_NUMBERS = {int: (int, np.integer), float: (int, float, np.integer, np.floating)}


def _first_taken(value: Any, options: Sequence[Any]) -> Any:
    for option in options:
        try:
            return _taken(value, option)
        except (ValueError, OverflowError):
            continue
    raise ValueError


def _require(fits: bool, value: Any = None) -> Any:
    if not fits:
        raise ValueError
    return value


def _expected(hint: Any) -> str:
    """Return what an annotation declares, in words."""
    *others, last = _kinds(hint)
    return f"{', '.join(others)} or {last}" if others else last


def _kinds(hint: Any) -> list[str]:
    origin, options = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        found = [kind for option in options for kind in _kinds(option)]
        return [
            "a list of them" if kind.removeprefix(_LIST) in found[:place] else kind for place, kind in enumerate(found)
        ]
    if origin is Annotated:
        return [f"{_expected(options[0])} {options[1]}"]
    if origin is Literal:
        return [repr(option) for option in options]
    if origin is Sequence:
        return [_LIST + _expected(options[0])]
    if origin is np.ndarray:
        return ["an array"]
    words = {bool: "True or False", int: "a whole number", float: "a number", str: "a text", NoneType: "None"}
    return [words.get(hint) or f"{'an' if hint.__name__[0] in 'AEIOU' else 'a'} {hint.__name__}"]


_LIST = "a list in which each is "
