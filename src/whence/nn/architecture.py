"""The notation for networks: ``"conv 16 5, relu, pool 2, flatten, linear"`` becomes layers, and layers become it."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from whence.arrays import DTypeLike, Shape
from whence.errors import ArgumentError, ShapeError, UnknownNameError, WhenceError
from whence.nn.axes import ANY_LENGTH, shape_text
from whence.nn.chain import check_position
from whence.nn.layer import Layer, layers
from whence.nn.sequential import Sequential
from whence.registry import unknown
from whence.text_notation import Item, read_arguments, read_item, require_complete, split_list, whole, write_words

Notation = str | Sequence[str]

SHORT_WORDS = {
    "conv": "conv2d",
    "pool": "max_pool2d",
    "avg_pool": "avg_pool2d",
    "global_avg_pool": "global_avg_pool2d",
    "conv_transpose": "conv_transpose2d",
    "embed": "embedding",
}
"""Short names of layers; ``conv`` over sequences is ``conv1d``."""

MOST_LAYERS = 1000
"""The largest number of layers in one notation."""

_LAST_AXIS = ("in_features", "in_channels", "input_size")
_SYMBOLS = "num_embeddings"
_INFERRED = (*_LAST_AXIS, _SYMBOLS, "layers")
"""Arguments that follow from the input, or are in brackets."""


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
        needs, and options as ``key=value``: ``"conv 32 3 stride=2 padding=same"``. Sizes of inputs are left out. Layers
        within a layer are in brackets: ``"residual(linear 8, relu)"``. A size alone, or with an activation after it, is
        a linear layer: ``"96 relu, 10"`` is ``"linear 96, relu, linear 10"``.
    input_shape : tuple of int
        The shape of one sample.
    outputs : int, optional
        The number of features of the last ``linear``, if the notation leaves it out.
    symbols : int, optional
        The number of different symbols, for ``embed``.
    dtype, seed
        As for `Sequential`.

    Raises
    ------
    UnknownNameError
        If a layer or an option is unknown.
    ArgumentError
        If a value is missing, superfluous or out of range.
    ShapeError
        If a layer does not fit the one before it. All messages quote the layer, with its number from 1.

    Examples
    --------
    >>> network("conv 8 5, relu, pool 2, flatten, linear", (28, 28, 1), outputs=10)
    Sequential(Conv2d(1, 8, 5), ReLU(), MaxPool2d(2), Flatten(), Linear(1152, 10))
    """
    texts = split_list(notation if isinstance(notation, str) else ", ".join(notation))
    chain = _chain([*_sizes_written_out(texts)], tuple(input_shape), outputs, symbols)
    return Sequential(*chain, input_shape=tuple(input_shape), dtype=dtype, seed=seed)


def notation_of(chain: Iterable[Layer], *, symbols: int | None = None) -> str:
    """Return the notation from which `network` makes the same layers for inputs of the same shape.

    The notation cannot express sharing: a layer that is used twice is written twice, and becomes two layers.

    Parameters
    ----------
    chain : iterable of Layer
        The layers, first to last.
    symbols : int, optional
        The number of different symbols, if `network` will be given it; it is then left out of the notation.
    """
    return ", ".join(_notation_of_layer(layer, symbols) for layer in chain)


def read_shape(text: str) -> Shape | None:
    """Return the shape that a text such as ``"28x28x1"`` or ``"784"`` describes, or None if it is not a shape.

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


def _sizes_written_out(texts: Iterable[str]) -> Iterator[str]:
    """Yield the layers for which sizes stand: ``linear 96`` and ``relu`` for ``96 relu``."""
    for text in texts:
        size, _, activation = text.strip().partition(" ")
        if re.fullmatch(r"[0-9]+", size):
            yield f"linear {size}"
            if activation:
                yield activation
        else:
            yield text


def _chain(texts: Sequence[str], shape: Shape, outputs: int | None, symbols: int | None) -> list[Layer]:
    """Return the layers that texts describe, built for inputs of a shape."""
    if not texts:
        raise ArgumentError("there are no layers; name some, such as: flatten, linear 128, relu, linear")
    if len(texts) > MOST_LAYERS:
        raise ArgumentError(f"there are {len(texts):,} layers; give at most {MOST_LAYERS:,}")
    last_linear = max((place for place, text in enumerate(texts) if _is_linear(text)), default=None)
    chain: list[Layer] = []
    for place, text in enumerate(texts):
        known = dict.fromkeys(_LAST_AXIS, shape[-1]) if shape and shape[-1] != ANY_LENGTH else {}
        if outputs is not None and place == last_linear:
            known["out_features"] = outputs
        if symbols is not None:
            known[_SYMBOLS] = symbols
        try:
            layer = _layer(read_item(text, nested=_has_layers), shape, known)
            check_position(layer, place)
            shape = layer.build(shape)
        except WhenceError as error:
            raise type(error)(f"layer {place + 1}, {text!r}: {error}") from error
        chain.append(layer)
    return chain


def _is_linear(text: str) -> bool:
    word = re.match(r"[^\s(=]+", text)
    return word is not None and word[0] in layers and layers[word[0]] is layers["linear"]


def _has_layers(word: str) -> bool:
    name = SHORT_WORDS.get(word.lower(), word)
    return name in layers and "layers" in inspect.signature(layers[name]).parameters


def _layer(item: Item, shape: Shape, known: Mapping[str, int]) -> Layer:
    """Return the layer that an item describes, for inputs of a shape."""
    kind = _kind(item.name, shape)
    parameters = inspect.signature(kind).parameters
    arguments: dict[str, Any] = {name: size for name, size in known.items() if name in parameters}
    arguments |= read_arguments(item, kind, inferred=_INFERRED)
    if item.within is not None:
        arguments["layers"] = _chain(item.within, shape, None, known.get(_SYMBOLS))
    if any(name in parameters and name not in arguments for name in _LAST_AXIS):
        raise ShapeError(f"its input {shape_text(shape)} has no axis of features; put embed before it")
    require_complete(item, kind, arguments, _INFERRED)
    return kind(**arguments)


def _kind(name: str, shape: Shape) -> type[Layer]:
    name = SHORT_WORDS.get(name.lower(), name)
    if name == "conv2d" and len(shape) == 2:
        name = "conv1d"
    if name not in layers:
        raise UnknownNameError(unknown("layer", name, [*SHORT_WORDS, *layers]))
    return layers[name]


def _notation_of_layer(layer: Layer, symbols: int | None) -> str:
    kind = type(layer)
    name = layers.name_of(kind)
    word = next((short for short, long in SHORT_WORDS.items() if long == name), name)
    known = {*_LAST_AXIS, "layers", *([_SYMBOLS] if getattr(layer, _SYMBOLS, None) == symbols else ())}
    settings = {name: value for name, value in layer.settings().items() if name not in known}
    if layer.layers:
        word = f"{word}({notation_of(layer.layers, symbols=symbols)})"
    return " ".join([word, *write_words(kind, settings, _INFERRED)])
