"""The registry of translations, from a kind of layer to the ONNX nodes that compute the same."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from whence.errors import ArgumentError
from whence.interop.onnx.graph import Graph
from whence.nn import Layer

L = TypeVar("L", bound=Layer)
Translation = Callable[[Graph, L, str], str]

_TRANSLATIONS: dict[type[Layer], Translation[Any]] = {}


def translates(*kinds: type[Layer]) -> Callable[[Translation[L]], Translation[L]]:
    """Return a decorator that enters a function for kinds of layers.

    The function adds the nodes of a layer to a graph: it takes the graph, the layer and the name of its input, and
    returns the name of its output. Values have the shapes that they have in whence, with the batch axis first and
    channels last.
    """

    def enter(translation: Translation[L]) -> Translation[L]:
        _TRANSLATIONS.update(dict.fromkeys(kinds, translation))
        return translation

    return enter


def translate(graph: Graph, layer: Layer, x: str) -> str:
    """Add the nodes of a layer to a graph, and return the name of its output.

    Raises
    ------
    ArgumentError
        If the layer is none of whence's own.
    """
    if type(layer) not in _TRANSLATIONS:
        raise ArgumentError(
            f"{layer!r} is a layer of your own, of which no ONNX operator is known; make the network of layers of "
            "whence.nn, or use it in Python with whence.load_model"
        )
    return _TRANSLATIONS[type(layer)](graph, layer, x)
