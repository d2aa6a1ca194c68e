"""The notation for networks: ``"conv 16 5, relu, pool 2, flatten, linear"`` becomes layers, and layers become it."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import UnionType
from typing import TYPE_CHECKING, Any, Literal, Union, get_args, get_origin, get_type_hints

import numpy as np

from whence.arrays import Shape
from whence.errors import ArgumentError, ShapeError, UnknownNameError, WhenceError
from whence.nn.layer import ANY, Layer, check_place, layers
from whence.nn.sequential import Sequential
from whence.nn.summary import shape_text
from whence.registry import unknown

if TYPE_CHECKING:
    from numpy.typing import DTypeLike

Notation = str | Sequence[str]

SHORT_WORDS = {
    "conv": "conv2d",
    "pool": "max_pool2d",
    "avg_pool": "avg_pool2d",
    "global_avg_pool": "global_avg_pool2d",
    "conv_transpose": "conv_transpose2d",
    "embed": "embedding",
}
"""Words that stand for layers besides the layers' own names; ``conv`` over sequences is ``conv1d``."""

_LAST_AXIS = ("in_features", "in_channels", "input_size")
_SYMBOLS = "num_embeddings"
_INFERRED = (*_LAST_AXIS, _SYMBOLS)
_LARGEST_NUMBER = 10**7
_EXPECTED = {int: "a whole number", float: "a number", bool: "true or false", str: "a word"}
_WORD = re.compile(r"[^\s(=]+")
_NUMBERS = re.compile(r"-?\d+(x-?\d+)+")


def network(
    notation: Notation,
    input_shape: Shape,
    *,
    outputs: int | None = None,
    symbols: int | None = None,
    dtype: DTypeLike = np.float32,
    seed: int = 0,
) -> Sequential:
    """Return the network that a text describes.

    Parameters
    ----------
    notation : str or sequence of str
        Layers from first to last, separated by commas, or one in each text. A layer is its name, the values that it
        needs, and options as ``key=value``: ``"conv 32 3 stride=2 padding=same"``. Sizes of inputs are left out. The
        layers within a layer stand in brackets: ``"residual(linear 8, relu)"``.
    input_shape : tuple of int
        The shape of one sample.
    outputs : int, optional
        How many features the last ``linear`` has where its number is left out.
    symbols : int, optional
        How many different symbols there are, for ``embed``.
    dtype, seed
        As for `Sequential`.

    Raises
    ------
    UnknownNameError
        If there is no layer, or no option, of a name.
    ArgumentError
        If a value is missing, superfluous or not one that the layer takes.
    ShapeError
        If a layer does not fit the one before it. All messages name the layer, counted from 1, by its words.

    Examples
    --------
    >>> network("conv 8 5, relu, pool 2, flatten, linear", (28, 28, 1), outputs=10)
    Sequential(Conv2d(1, 8, 5), ReLU(), MaxPool2d(2), Flatten(), Linear(1152, 10))
    """
    chain, _ = _chain(_texts(notation), tuple(input_shape), outputs, symbols)
    return Sequential(*chain, input_shape=tuple(input_shape), dtype=dtype, seed=seed)


def notation_of(chain: Iterable[Layer], *, symbols: int | None = None) -> str:
    """Return the notation of some layers, from which `network` makes them again for inputs of the same shape.

    The notation has no word for sharing: a layer that stands twice is written twice, and becomes two.

    Parameters
    ----------
    chain : iterable of Layer
        The layers, first to last.
    symbols : int, optional
        How many different symbols there are, where `network` will be told; what follows from it is left out.
    """
    return ", ".join(_notation_of_layer(layer, symbols) for layer in chain)


def read_shape(text: str) -> Shape | None:
    """Return the shape that a text such as ``"28x28x1"`` or ``"784"`` spells, or None if it spells none.

    Raises
    ------
    ArgumentError
        If a length is 0 or too large.
    """
    if not re.fullmatch(r"\d+(x\d+)*", text):
        return None
    shape = tuple(map(whole, text.split("x")))
    if 0 in shape:
        raise ArgumentError(f"the shape {text} has a length of 0; every length must be at least 1")
    return shape


def whole(digits: str) -> int:
    """Return the whole number that digits spell.

    Raises
    ------
    ArgumentError
        If it is larger than any size that a network may have.
    """
    if len(digits) > 9 or abs(int(digits)) > _LARGEST_NUMBER:
        raise ArgumentError(f"{digits} is too large; the largest number is {_LARGEST_NUMBER:,}")
    return int(digits)


@dataclass(frozen=True)
class _Item:
    """A layer's name, its values in order, its options, and the texts of the layers in its brackets."""

    name: str
    values: Sequence[Any]
    options: Mapping[str, Any]
    inner: Sequence[str] | None


def _chain(texts: Sequence[str], shape: Shape, outputs: int | None, symbols: int | None) -> tuple[list[Layer], Shape]:
    """Return the layers that texts describe, and the shape of the last one's output."""
    if not texts:
        raise ArgumentError("there are no layers; name some, such as: flatten, linear 128, relu, linear")
    last_linear = max((place for place, text in enumerate(texts) if _is_linear(text)), default=None)
    chain: list[Layer] = []
    for place, text in enumerate(texts):
        known = dict.fromkeys(_LAST_AXIS, shape[-1]) if shape and shape[-1] != ANY else {}
        if outputs is not None and place == last_linear:
            known["out_features"] = outputs
        if symbols is not None:
            known[_SYMBOLS] = symbols
        try:
            layer = _layer(_read(text), shape, known)
            check_place(layer, place)
            shape = layer.build(shape)
        except WhenceError as error:
            raise type(error)(f"layer {place + 1}, {text!r}: {error}") from error
        chain.append(layer)
    return chain, shape


def _is_linear(text: str) -> bool:
    word = _WORD.match(text)
    return word is not None and word[0] in layers and layers[word[0]] is layers["linear"]


def _layer(item: _Item, shape: Shape, known: Mapping[str, int]) -> Layer:
    """Return the layer that an item describes, for inputs of a shape."""
    kind = _kind(item.name, shape)
    parameters = inspect.signature(kind).parameters
    arguments: dict[str, Any] = {name: size for name, size in known.items() if name in parameters}
    told = _told(item, kind)
    hints = get_type_hints(kind.__init__) if told else {}
    arguments |= {name: _checked(name, value, hints[name]) for name, value in told.items()}
    if item.inner is not None:
        if "layers" not in parameters:
            raise ArgumentError(f"{item.name} has no layers within; leave out the brackets")
        arguments["layers"], _ = _chain(item.inner, shape, None, known.get(_SYMBOLS))
    lacking = [name for name, p in parameters.items() if p.default is p.empty and name not in arguments]
    if any(name in _LAST_AXIS for name in lacking):
        raise ShapeError(f"its input {shape_text(shape)} has no axis of features; put embed before it")
    if lacking:
        usage = " ".join([_usage(item.name, kind), *(f"{name}=N" for name in lacking if name == _SYMBOLS)])
        raise ArgumentError(f"it lacks {' and '.join(lacking)}; write: {usage}")
    return kind(**arguments)


def _kind(name: str, shape: Shape) -> type[Layer]:
    name = SHORT_WORDS.get(name.lower(), name)
    if name == "conv2d" and len(shape) == 2:
        name = "conv1d"
    if name not in layers:
        raise UnknownNameError(unknown("layer", name, [*SHORT_WORDS, *layers]))
    return layers[name]


def _told(item: _Item, kind: type[Layer]) -> dict[str, Any]:
    """Return the constructor's arguments that an item gives, in their order or by their names."""
    order = _in_order(kind)
    if len(item.values) > len(order):
        raise ArgumentError(f"{_spelled(item.values[len(order)])} is too much; write: {_usage(item.name, kind)}")
    told = dict(zip(order, item.values, strict=False))
    names = [name for name in inspect.signature(kind).parameters if name != "layers"]
    for name, value in item.options.items():
        if not names:
            raise UnknownNameError(f"{item.name} has no options; leave out {name}")
        if name not in names:
            raise UnknownNameError(unknown("option", name, names))
        if name in told:
            raise ArgumentError(f"{name} is given twice; keep one")
        told[name] = value
    return told


def _in_order(kind: type[Layer]) -> list[str]:
    """Return the arguments that values without a name stand for."""
    return [
        name
        for name, parameter in inspect.signature(kind).parameters.items()
        if parameter.kind is parameter.POSITIONAL_OR_KEYWORD and name not in (*_INFERRED, "layers")
    ]


def _usage(name: str, kind: type[Layer]) -> str:
    """Return how a layer is written, with its options in square brackets."""
    parameters = inspect.signature(kind).parameters
    needed = [key for key in _in_order(kind) if parameters[key].default is inspect.Parameter.empty]
    options = [
        f"[{key}={_spelled(parameter.default)}]"
        for key, parameter in parameters.items()
        if parameter.default not in (inspect.Parameter.empty, None)
    ]
    within = ["(layers)"] if "layers" in parameters else []
    return " ".join([name, *within, *(key.upper() for key in needed), *options])


def _texts(notation: Notation) -> list[str]:
    """Return the text of each layer."""
    texts = _cut(notation if isinstance(notation, str) else ", ".join(notation), ",")
    return texts if texts[-1] else texts[:-1]


def _cut(text: str, marks: str) -> list[str]:
    """Return the parts of a text between some marks, those within brackets left whole."""
    parts, depth = [""], 0
    for letter in text:
        depth += (letter == "(") - (letter == ")")
        if depth < 0:
            raise ArgumentError(f"{text.strip()!r} closes a bracket that it does not open; remove it")
        if depth == 0 and letter in marks:
            parts.append("")
        else:
            parts[-1] += letter
    if depth:
        raise ArgumentError(f"{text.strip()!r} opens a bracket that it does not close; add one at the end")
    return [part.strip() for part in parts]


def _read(text: str) -> _Item:
    """Return what a layer's text says."""
    name = _WORD.match(text)
    if name is None:
        raise ArgumentError("a layer begins with its name; write one between the commas")
    rest, inner = text[name.end() :].strip(), None
    if rest.startswith("("):
        end = rest.rindex(")")
        inner, rest = _texts(rest[1:end]), rest[end + 1 :]
    values, options = [], {}
    for word in filter(None, _cut(rest, " \t\n")):
        key, equals, value = word.partition("=")
        if not equals:
            values.append(_value(word))
        elif not key or not value:
            raise ArgumentError(f"{word!r} is no option; write it as key=value, without spaces")
        elif key in options:
            raise ArgumentError(f"{key} is given twice; keep one")
        else:
            options[key] = _value(value)
    return _Item(name[0], values, options, inner)


def _value(word: str) -> Any:
    """Return the number, the numbers, the truth value or the text that a word spells."""
    if word in ("true", "false"):
        return word == "true"
    if _NUMBERS.fullmatch(word):
        return tuple(whole(part) for part in word.split("x"))
    if re.fullmatch(r"[-+]?\d+", word):
        return whole(word)
    try:
        return float(word)
    except ValueError:
        return word


def _checked(name: str, value: Any, hint: Any) -> Any:
    """Return a value as the constructor takes it, by the type of its argument."""
    expected: list[str] = []
    for kind in get_args(hint) if get_origin(hint) in (Union, UnionType) else (hint,):
        if get_origin(kind) is Literal:
            if value in get_args(kind):
                return value
            expected += map(str, get_args(kind))
        elif get_origin(kind) is Sequence:
            if isinstance(value, int | tuple) and not isinstance(value, bool):
                return value if isinstance(value, tuple) else (value,)
            expected.append("numbers such as 3x3")
        elif kind in _EXPECTED:
            if isinstance(value, kind) and (kind is bool or not isinstance(value, bool)):
                return value
            if kind is float and isinstance(value, int) and not isinstance(value, bool):
                return float(value)
            expected.append(_EXPECTED[kind])
    raise ArgumentError(f"{name} is {_spelled(value)}; expected {' or '.join(expected)}")


def _spelled(value: Any) -> str:
    """Return a value as the notation writes it."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return repr(value)
    return "x".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def _notation_of_layer(layer: Layer, symbols: int | None) -> str:
    kind = type(layer)
    name = next(name for name, registered in layers.items() if registered is kind)
    parameters, config = inspect.signature(kind).parameters, layer.config()
    words = [next((short for short, long in SHORT_WORDS.items() if long == name), name)]
    if "layers" in parameters:
        words = [f"{words[0]}({notation_of(layer.layers, symbols=symbols)})"]
    order = _in_order(kind)
    while order and config[order[-1]] == parameters[order[-1]].default:
        order.pop()
    words += [_spelled(config[key]) for key in order]
    for key, parameter in parameters.items():
        known = key in order or key in (*_LAST_AXIS, "layers") or (key == _SYMBOLS and config[key] == symbols)
        if not known and config[key] != parameter.default:
            words.append(f"{key}={_spelled(config[key])}")
    return " ".join(words)
