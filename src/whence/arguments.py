"""Checks of arguments against their annotations."""

from __future__ import annotations

import contextlib
import functools
import inspect
import math
import os
import reprlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, TypeAlias, TypeVar, Union, cast, get_args, get_origin, get_type_hints

import msgspec
import numpy as np

from whence.arrays import Array, DTypeLike
from whence.errors import ArgumentError, UnknownNameError
from whence.registry import unknown
from whence.stored_rows import StoredRows

T = TypeVar("T", bound=Callable[..., Any])


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


PositiveInt: TypeAlias = Annotated[int, Range(1), msgspec.Meta(ge=1)]
NotNegativeInt: TypeAlias = Annotated[int, Range(0), msgspec.Meta(ge=0)]
Positive: TypeAlias = Annotated[float, Range(0, above=True), msgspec.Meta(gt=0)]
NotNegative: TypeAlias = Annotated[float, Range(0), msgspec.Meta(ge=0)]
Fraction: TypeAlias = Annotated[float, Range(0, 1, below=True)]
PositiveFraction: TypeAlias = Annotated[float, Range(0, 1, above=True)]


def checked(owner: str, name: str, value: Any, hint: Any) -> Any:
    """Return an argument converted to the type of its annotation.

    Scalars of NumPy become Python's, whole numbers become floats for ``float``, and sequences tuples. For annotations
    of other kinds than those below, every value is accepted.

    Parameters
    ----------
    owner, name : str
        The function or class and the name of the argument, for the message.
    value : object
        The argument.
    hint : type
        ``bool``, ``int``, ``float`` (finite), ``str``, a class, ``Literal``, ``Sequence``, an array, unions of these,
        and ``Annotated`` with a `Range` of numbers.

    Raises
    ------
    ArgumentError
        If the value is invalid.
    """
    try:
        return _converted(value, hint)
    except _INVALID as error:
        raise ArgumentError(f"{owner} was given {name} = {shown(value)}; it must be {_expected(hint)}") from error


def checked_call(
    owner: str, signature: inspect.Signature, hints: Mapping[str, Any], args: Sequence[Any], kwargs: Mapping[str, Any]
) -> inspect.BoundArguments:
    """Return the arguments of a call by name, each `checked`.

    Raises
    ------
    UnknownNameError
        If the name of an argument is unknown.
    ArgumentError
        If one is missing, superfluous or invalid.
    """
    parameters = signature.parameters
    names = [name for name in parameters if name != "self"]
    if kwargs and not any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters.values()):
        for name in kwargs:
            if name not in parameters:
                advice = unknown("argument", name, names) if names else f"it takes none; leave out {name}"
                raise UnknownNameError(f"{owner}: {advice}")
    try:
        bound = signature.bind(*args, **kwargs)
    except TypeError as error:
        raise ArgumentError(f"{owner}: {error}; it takes ({', '.join(names)})") from error
    for name, value in bound.arguments.items():
        kind = parameters[name].kind
        if name not in hints or kind is inspect.Parameter.VAR_KEYWORD:
            continue
        if kind is inspect.Parameter.VAR_POSITIONAL:
            bound.arguments[name] = tuple(checked(owner, name, item, hints[name]) for item in value)
        else:
            bound.arguments[name] = checked(owner, name, value, hints[name])
    return bound


def checks_arguments(called: T) -> T:
    """Check the arguments of a function, or of a class's constructor, against their annotations; see `checked`."""
    if isinstance(called, type):
        called.__init__ = checks_arguments(called.__init__)  # type: ignore[misc]
        return called
    signature = inspect.signature(called)
    hints = functools.cache(functools.partial(get_type_hints, called, include_extras=True))
    owner = called.__qualname__.removesuffix(".__init__")

    @functools.wraps(called)
    def call(*args: Any, **kwargs: Any) -> Any:
        bound = checked_call(owner, signature, hints(), args, kwargs)
        return called(*bound.args, **bound.kwargs)

    return cast(T, call)


def as_numbers(name: str, value: Any) -> Array:
    """Return an array, a list, or another object that NumPy converts, as an array of real numbers.

    Raises
    ------
    ArgumentError
        If it holds complex numbers, texts, dates or objects, is ragged, or has masked values.
    """
    if type(value) is np.ndarray and value.dtype.kind in "fiub":
        return value
    try:
        return _numbers(value)
    except ValueError as error:
        raise ArgumentError(f"{name} is {shown(value)}; it must be an array of real numbers") from error


def shown(value: Any) -> str:
    """Return a value for a message: arrays by dtype and shape, others shortened."""
    if isinstance(value, np.ndarray) and value.ndim:
        masked = "masked " if np.ma.isMaskedArray(value) else ""
        return f"a {masked}{value.dtype} array of shape {value.shape}"
    if inspect.isroutine(value) or inspect.isclass(value):
        return f"the {'class' if inspect.isclass(value) else 'function'} {value.__name__}"
    if type(value).__repr__ is object.__repr__:  # type: ignore[comparison-overlap]
        return f"an object of the class {type(value).__name__}"
    return " ".join(reprlib.repr(value).split())


def _converted(value: Any, hint: Any) -> Any:
    """Return a value as an annotation declares it, or raise one of the errors of ``_INVALID``."""
    origin, options = get_origin(hint), get_args(hint)
    if hint in _DTYPES:
        return None if value is None else np.dtype(value)
    if origin in (Union, UnionType):
        for option in options:
            with contextlib.suppress(*_INVALID):
                return _converted(value, option)
        raise ValueError
    if origin is Annotated:
        converted = _converted(value, options[0])
        return _require(converted in options[1], converted)
    if origin is Literal:
        return _require(any(type(value) is type(option) and value == option for option in options), value)
    if origin is np.ndarray:
        return _numbers(value)
    if origin is Sequence:
        _require(isinstance(value, list | tuple | np.ndarray))
        return tuple(_converted(item, options[0]) for item in value)
    if origin is list or (origin is tuple and options[1:] == (Ellipsis,)):
        _require(isinstance(value, list | tuple))
        return origin(_converted(item, options[0]) for item in value)
    if hint in _NUMBERS:
        _require(not isinstance(value, bool | np.bool_) and isinstance(value, _NUMBERS[hint]))
        return _require(math.isfinite(value), hint(value))
    if hint is bool:
        return bool(_require(isinstance(value, bool | np.bool_), value))
    kind = origin or hint
    is_class = isinstance(kind, type) and kind is not Any and not getattr(kind, "_is_protocol", False)
    return _require(not is_class or isinstance(value, kind), value)


def _numbers(value: Any) -> Array:
    """Return a value that NumPy converts to an array of real numbers, or raise `ValueError`."""
    if isinstance(value, StoredRows):
        return cast(Array, value)
    arraylike = isinstance(value, list | tuple) or (hasattr(value, "__array__") and not isinstance(value, type))
    _require(arraylike and not np.ma.is_masked(value))
    array = np.asarray(value)
    _require(array.dtype.kind in "biuf")
    return array


_INVALID = (TypeError, ValueError, OverflowError)
_DTYPES = (DTypeLike, DTypeLike | None)
_NUMBERS = {int: (int, np.integer), float: (int, float, np.integer, np.floating)}


def _require(fits: bool, value: Any = None) -> Any:
    if not fits:
        raise ValueError
    return value


def _expected(hint: Any) -> str:
    """Return a description of an annotation."""
    *others, last = _kinds(hint)
    return f"{', '.join(others)} or {last}" if others else last


def _kinds(hint: Any) -> list[str]:
    origin, options = get_origin(hint), get_args(hint)
    if hint in _DTYPES:
        return ["a dtype such as float32"]
    if origin in (Union, UnionType):
        found = [kind for option in options for kind in _kinds(option)]
        return [
            "a list of them" if kind.removeprefix(_LIST) in found[:place] else kind for place, kind in enumerate(found)
        ]
    if origin is Annotated:
        return [f"{_expected(options[0])} {options[1]}"]
    if origin is Literal:
        return [repr(option) for option in options]
    if origin in (Sequence, list) or (origin is tuple and options[1:] == (Ellipsis,)):
        return [_LIST + _expected(options[0])]
    kind = origin or hint
    return [_WORDS.get(kind) or f"{'an' if kind.__name__[0] in 'AEIOU' else 'a'} {kind.__name__}"]


_LIST = "a list in which each is "
_WORDS = {
    bool: "True or False",
    int: "a whole number",
    float: "a number",
    str: "a text",
    NoneType: "None",
    np.ndarray: "an array of real numbers",
    os.PathLike: "a path",
    Callable: "a function",
    Iterable: "a list or another iterable",
    Mapping: "a dict",
}
