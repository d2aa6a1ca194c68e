"""Skip connections: the output of some layers is added to their input."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np

from whence.arrays import Array, Shape, Views
from whence.errors import ArgumentError, ShapeError
from whence.formula import Formulas, tensors
from whence.nn.axes import shape_text
from whence.nn.chain import build_chain, next_activation
from whence.nn.context import INFERENCE, Context, State
from whence.nn.layer import Cache, Layer, TimeDependence, layers
from whence.nn.parameter import Parameter
from whence.nn.paths import T, add_prefix, append_to_stem, select_prefix


@layers.register("residual")
class Residual(Layer):
    """``y = x + f(x)``, where f is a chain of layers that keeps the shape.

    Parameters
    ----------
    layers : sequence of Layer
        The layers of f, first to last.

    Attributes
    ----------
    layers : tuple of Layer
        The same; each has its own views into θ, with paths such as ``"0.weight"`` within the block.

    Notes
    -----
    Forward, y = x + f(x). Backward, δ flows both ways: dx = δ + ∂f/∂xᵀ δ (He et al., *Deep residual learning for image
    recognition*, 2016). In formulas, names of arrays of the layer at position k of f end in ``.k``.

    Raises
    ------
    ArgumentError
        If there is no layer, a layer occurs twice, or one takes indices.
    """

    def __init__(self, layers: Sequence[Layer]) -> None:
        if not layers:
            raise ArgumentError("Residual was given no layers; give at least one")
        if any(layer.takes_indices for layer in layers):
            raise ArgumentError(
                "Residual was given a layer that takes indices, to which nothing can be added; put it before the block"
            )
        if len(set(layers)) < len(layers):
            raise ArgumentError("Residual was given the same layer twice; make a new one for each position")
        self.layers = tuple(layers)

    @property
    def time_dependence(self) -> TimeDependence:
        return max(layer.time_dependence for layer in self.layers)

    def build(self, shape: Shape) -> Shape:
        shape_within = build_chain(self.layers, shape, within=True)
        if shape_within != shape:
            raise ShapeError(
                f"its layers turn {shape_text(shape)} into {shape_text(shape_within)}, which cannot be added; "
                "let them keep the shape, for example with padding='same'"
            )
        return super().build(shape)

    def declared_input_shape(self) -> Shape | None:
        return self.layers[0].declared_input_shape()

    def declared_parameters(self) -> dict[str, Parameter]:
        """Return the parameters of the layers within: ``0.weight``, with the symbol ``W.0``."""
        declared: dict[str, Parameter] = {}
        for position, layer in enumerate(self.layers):
            own = {
                name: Parameter(append_to_stem(parameter.symbol, f".{position}"), decays=parameter.decays)
                for name, parameter in layer.declared_parameters().items()
            }
            declared |= add_prefix(position, own)
        return declared

    def parameter_shapes(self) -> dict[str, Shape]:
        return self._gathered([layer.parameter_shapes() for layer in self.layers])

    def initial_buffers(self) -> dict[str, Array]:
        return self._gathered([layer.initial_buffers() for layer in self.layers])

    def bind(self, views: dict[str, Array], buffers: dict[str, Array]) -> None:
        super().bind(views, buffers)
        for position, layer in enumerate(self.layers):
            layer.bind(select_prefix(position, views), select_prefix(position, buffers))

    def initialise(self, rng: np.random.Generator, following: Layer | None) -> None:
        """Initialise the layers within; the activation that follows the last is the one after the block."""
        for position, layer in enumerate(self.layers):
            layer.initialise(rng, next_activation(self.layers[position + 1 :], following))

    def forward(self, x: Array, context: Context = INFERENCE) -> tuple[Array, Cache]:
        """Return x + f(x), and in the cache the output of each layer within and its own cache."""
        cache: Cache = {}
        f = x
        for position, layer in enumerate(self.layers):
            f, own = layer.forward(f, context.within(position))
            cache |= {str(position): f, **add_prefix(position, own)}
        return x + f, cache

    def state_after(self, cache: Cache) -> State:
        return self._gathered(
            [layer.state_after(select_prefix(place, cache)) for place, layer in enumerate(self.layers)]
        )

    def backward(self, delta: Array, cache: Cache, gradient: Views, *, need_input: bool = True) -> Array | None:
        deltas = self._deltas(delta, cache, gradient, need_input=need_input)
        return delta + deltas[0] if need_input else None

    def observe(self, cache: Cache) -> None:
        for position, layer in enumerate(self.layers):
            layer.observe(select_prefix(position, cache))

    def arrays(
        self, x: Array, y: Array, cache: Cache, delta: Array | None, gradient: Views | None, delta_in: Array | None
    ) -> dict[str, Array]:
        named = super().arrays(x, y, cache, delta, gradient, delta_in)
        return {name: array for name, array in named.items() if name not in cache}  # paths, not names in formulas

    def intermediates(self, named: dict[str, Array]) -> dict[str, Array]:
        deltas: dict[int, Array] = {}
        if "dy" in named:
            scratch = Views(**{name: np.empty_like(view) for name, view in self.views.items()})
            deltas = self._deltas(named["dy"], named, scratch, need_input="dx" in named)
        within: dict[str, Array] = {}
        output = named["x"]
        for position, layer in enumerate(self.layers):
            x, output = output, named[str(position)]
            cache = select_prefix(position, named)
            own = layer.arrays(x, output, cache, deltas.get(position + 1), None, deltas.get(position))
            within |= {self._name(position, symbol): array for symbol, array in own.items()}
        return within

    def formulas(self, *, training: bool = True) -> Formulas:
        return self.formulas_in(Context(training=training))

    def formulas_in(self, context: Context) -> Formulas:
        x, y, dx, dy = tensors("x y dx dy")
        output = self._name(len(self.layers) - 1, self.layers[-1].output_symbol)
        branch, d_branch, d_within = tensors(f"{output} d{output} dx.0")
        e = self.element()
        within = [
            layer.formulas_in(context.within(position)).renamed(partial(self._name, position))
            for position, layer in enumerate(self.layers)
        ]
        return Formulas(
            forward=[*(formula for each in within for formula in each.forward), y[e] << x[e] + branch[e]],
            backward=[
                d_branch[e] << dy[e],
                *(formula for each in reversed(within) for formula in each.backward),
                dx[e] << dy[e] + d_within[e],
            ],
            update=[formula for each in within for formula in each.update],
            recurrences=[recurrence for each in within for recurrence in each.recurrences],
        )

    def shapes(self) -> dict[str, Shape]:
        within: dict[str, Shape] = {}
        for position, layer in enumerate(self.layers):
            within |= {self._name(position, symbol): shape for symbol, shape in layer.shapes().items()}
        return within | super().shapes()

    def makers(self) -> dict[str, Layer]:
        found: dict[str, Layer] = {}
        for position, layer in enumerate(self.layers):
            own = {
                formula.target.array: layer for formula in layer.formulas_in(Context(training=True))
            } | layer.makers()
            found |= {self._name(position, symbol): maker for symbol, maker in own.items()}
        return found

    def __repr__(self) -> str:
        return f"Residual([{', '.join(map(repr, self.layers))}])"

    def _deltas(self, delta: Array, cache: Cache, gradient: Views, *, need_input: bool) -> dict[int, Array]:
        """Run the layers within backward, and return the delta at the input of each by position, and δ at the end."""
        deltas = {len(self.layers): delta}
        first = 0 if need_input else next((place for place, layer in enumerate(self.layers) if layer.views), 0)
        for position in reversed(range(first, len(self.layers))):
            own = select_prefix(position, cache), Views(**select_prefix(position, vars(gradient)))
            wanted = need_input or position > first
            upstream = self.layers[position].backward(deltas[position + 1], *own, need_input=wanted)
            if upstream is not None:
                deltas[position] = upstream
        return deltas

    def _name(self, position: int, symbol: str) -> str:
        """Return the block's name of an array of a layer within; its input is the output of the layer before it."""
        layer = self.layers[position]
        if symbol == layer.input_symbol:
            return "x" if position == 0 else self._name(position - 1, self.layers[position - 1].output_symbol)
        if symbol == f"d{layer.input_symbol}":
            return "dx.0" if position == 0 else f"d{self._name(position, layer.input_symbol)}"
        return append_to_stem(symbol, f".{position}")

    def _gathered(self, own: Sequence[dict[str, T]]) -> dict[str, T]:
        """Return what belongs to each layer within, by path in the block."""
        return {name: thing for position, each in enumerate(own) for name, thing in add_prefix(position, each).items()}
