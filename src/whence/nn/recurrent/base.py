"""What recurrent layers share: stacks of layers that run over time, in one direction or in both."""

from __future__ import annotations

from typing import ClassVar, TypeAlias

import numpy as np

from whence.arguments import Fraction, PositiveInt
from whence.arrays import Array, Shape, Views, column_sums
from whence.errors import ArgumentError, ShapeError
from whence.formula import Formulas
from whence.nn.axes import ANY_LENGTH, shape_text
from whence.nn.context import INFERENCE, Context, State
from whence.nn.dropout import dropout_mask
from whence.nn.initialisers import GlorotUniform, Orthogonal
from whence.nn.layer import Cache, Layer, TimeDependence
from whence.nn.parameter import Parameter
from whence.nn.recurrent.direction import Direction, subscript, weighted_sums
from whence.nn.recurrent.formulas import FormulasOverTime, stack_formulas

Arrays: TypeAlias = dict[str, Array]


class Recurrent(Layer):
    """A stack of layers, each of which runs over the time steps of sequences, in one direction or in both.

    A subclass defines one layer in one direction: `forward_through_time` and `backward_through_time` in NumPy, over
    arrays with time as the first axis, in the direction's order, and `formulas_through_time`. They name parameters by
    their symbols: W for the weight of the input, U for that of the hidden state, b for the bias.

    Parameters
    ----------
    input_size : int
        The number of features of the input at a time step, F.
    hidden_size : int
        The number of units of a layer in one direction, H.
    num_layers : int
        The number of stacked layers; the input of each is the output of the one below.
    bias : bool
        Whether there are biases.
    bidirectional : bool
        Whether each layer also runs from the last time step to the first; the outputs of the D = 2 directions are
        concatenated.
    dropout : float
        The dropout probability between two layers, in [0, 1).

    Attributes
    ----------
    gates : int
        The number of blocks of H columns of a weight.
    states : tuple of str
        The arrays that are carried from time step to time step.
    kept : tuple of str
        The arrays that `forward_through_time` returns.
    recurrent_delta : str
        The delta at the product of the preceding hidden state and U.

    Raises
    ------
    ArgumentError
        If ``dropout`` is given for a single layer.
    """

    masks_padding = True
    recurrent = True
    gates: ClassVar[int]
    states: ClassVar[tuple[str, ...]] = ("h",)
    kept: ClassVar[tuple[str, ...]]
    recurrent_delta: ClassVar[str] = "δ"

    def __init__(
        self,
        input_size: PositiveInt,
        hidden_size: PositiveInt,
        num_layers: PositiveInt = 1,
        *,
        bias: bool = True,
        bidirectional: bool = False,
        dropout: Fraction = 0.0,
    ) -> None:
        if dropout and num_layers == 1:
            raise ArgumentError(
                f"{type(self).__name__} applies dropout between layers, but num_layers is 1; leave out dropout"
            )
        self.input_size, self.hidden_size, self.num_layers = input_size, hidden_size, num_layers
        self.bias, self.bidirectional, self.dropout = bias, bidirectional, dropout

    def forward_through_time(self, x: Array, initial: Arrays, parameters: Arrays, m: Array | None) -> Arrays:
        """Run over time.

        Parameters
        ----------
        x : array, shape (T, N, F)
            The input.
        initial : dict of str to array, shape (N, H)
            The states before the first time step.
        parameters : dict of str to array
            By symbol.
        m : array, shape (T, N, 1), or None
            0 where a sequence has ended, so that its states stay, and 1 elsewhere.

        Returns
        -------
        dict of str to array, shape (T, N, H)
            The arrays named in ``kept``.
        """
        raise NotImplementedError

    def backward_through_time(
        self, dh: Array, arrays: Arrays, initial: Arrays, parameters: Arrays, m: Array | None
    ) -> tuple[Arrays, Arrays]:
        """Run back over time.

        Parameters
        ----------
        dh : array, shape (T, N, H)
            The delta at the outputs; overwritten by the delta at the hidden states.
        arrays, initial, parameters, m
            What `forward_through_time` returned and was given.

        Returns
        -------
        deltas : dict of str to array, shape (T, N, …)
            The deltas within each time step, among them ``δ``, the delta at the weighted sums.
        initial_deltas : dict of str to array, shape (N, H)
            The deltas at the states before the first time step.
        """
        raise NotImplementedError

    def formulas_through_time(self, time: FormulasOverTime) -> Formulas:
        """Return the formulas of `forward_through_time` and `backward_through_time`."""
        raise NotImplementedError

    @property
    def time_dependence(self) -> TimeDependence:
        return TimeDependence.ANY if self.bidirectional else TimeDependence.STATE

    @property
    def num_directions(self) -> int:
        """D, the number of directions of each layer."""
        return 2 if self.bidirectional else 1

    def directions(self, layer: int | None = None) -> list[Direction]:
        """Return the directions of one layer, or of all, layer by layer, with the one forward in time first."""
        chosen = range(self.num_layers) if layer is None else [layer]
        alone = self.num_layers == self.num_directions == 1
        return [
            Direction(place, reverse, alone) for place in chosen for reverse in (False, True)[: self.num_directions]
        ]

    def input_name(self, layer: int) -> str:
        """Return the symbol of the input of a layer of the stack."""
        return f"x{subscript(layer)}" if layer else "x"

    def declared_input_shape(self) -> Shape:
        return (ANY_LENGTH, self.input_size)

    def shape_out(self, shape: Shape) -> Shape:
        if len(shape) != 2 or shape[-1] != self.input_size:
            raise ShapeError(
                f"it takes sequences (N, T, F) with input_size = {self.input_size} features F on the last axis, "
                f"but its input has the shape {shape_text(shape)}"
            )
        return (shape[0], self.num_directions * self.hidden_size)

    def direction_parameters(self, layer: int) -> dict[str, tuple[str, Shape]]:
        """Return the symbol and shape of each parameter of a layer in one direction, by its name without suffix."""
        features = self.num_directions * self.hidden_size if layer else self.input_size
        columns = self.gates * self.hidden_size
        weights: dict[str, tuple[str, Shape]] = {
            "weight_ih": ("W", (features, columns)),
            "weight_hh": ("U", (self.hidden_size, columns)),
        }
        return {**weights, "bias": ("b", (columns,))} if self.bias else weights

    def declared_parameters(self) -> dict[str, Parameter]:
        return {
            name + direction.suffix: Parameter(symbol + direction.mark, decays=name.startswith("weight"))
            for direction in self.directions()
            for name, (symbol, _) in self.direction_parameters(direction.layer).items()
        }

    def parameter_shapes(self) -> dict[str, Shape]:
        return {
            name + direction.suffix: shape
            for direction in self.directions()
            for name, (_, shape) in self.direction_parameters(direction.layer).items()
        }

    def initialise(self, rng: np.random.Generator, following: Layer | None) -> None:
        """Draw W of each gate with Glorot's initialisation and U as an orthogonal matrix; biases are zero."""
        for direction in self.directions():
            for symbol, view in self._parameters(self.views, direction).items():
                if view.ndim == 1:
                    view[...] = 0
                    continue
                draw = Orthogonal() if symbol == "U" else GlorotUniform()
                for gate in np.split(view, self.gates, axis=1):
                    gate[...] = draw(rng, gate.shape, *gate.shape)

    def forward(self, x: Array, context: Context = INFERENCE) -> tuple[Array, Cache]:
        """Return the hidden states of the last layer at every time step, (N, T, D·H), for sequences (N, T, F).

        The state in ``context``, zero by default, holds the states before the first time step, (N, H), by name and
        direction: ``h``, or ``h₁→`` in a stack. After the end of a sequence, ``x`` is not read, the states stay the
        same and the outputs are zero.

        Raises
        ------
        ShapeError
            If states or lengths do not fit the sequences.
        ArgumentError
            If a length is outside its range, or there is no ``rng`` to draw masks from.
        """
        cache: Cache = {} if context.state is None else self._initial_states(context.state, x)
        if context.lengths is not None:
            valid = np.arange(x.shape[1]) < context.steps(x)[:, np.newaxis]  # (N, T)
            cache["valid"] = valid.astype(x.dtype)
            x = np.where(valid[:, :, np.newaxis], x, 0)
        y = x
        for layer in range(self.num_layers):
            if layer and context.training and self.dropout:
                cache[f"mask{subscript(layer)}"] = dropout_mask(self, self.dropout, y, context.rng)
                y = y * cache[f"mask{subscript(layer)}"]
            cache[self.input_name(layer)] = y  # (N, T, F), or (N, T, D·H) above the first layer
            for direction in self.directions(layer):
                arrays = self.forward_through_time(direction.time_first(y), *self._given(cache, direction, y))
                cache |= {name + direction.mark: direction.batch_first(array) for name, array in arrays.items()}
            hidden = [cache[f"h{direction.mark}"] for direction in self.directions(layer)]
            y = np.concatenate(hidden, axis=2) if self.bidirectional else hidden[0]  # (N, T, D·H)
            if context.lengths is not None:
                y = y * cache["valid"][:, :, np.newaxis]
        return y, cache

    def state_after(self, cache: Cache) -> State:
        """Return the final states of all directions, (N, H), by name and direction."""
        return {
            name + direction.mark: cache[name + direction.mark][:, 0 if direction.reverse else -1].copy()
            for name in self.states
            for direction in self.directions()
        }

    def backward(self, delta: Array, cache: Cache, gradient: Views, *, need_input: bool = True) -> Array | None:
        deltas = self.deltas(delta, cache, need_input=need_input)
        for direction in self.directions():
            own = {name: direction.time_first(deltas[name + direction.mark]) for name in {"δ", self.recurrent_delta}}
            x = direction.time_first(cache[self.input_name(direction.layer)])
            h, h0 = direction.time_first(cache[f"h{direction.mark}"]), cache.get(f"h0{direction.mark}")
            self.write_gradients(x, h, h0, own, self._parameters(vars(gradient), direction))
        return deltas.get("dx")

    def write_gradients(self, x: Array, h: Array, h0: Array | None, deltas: Arrays, gradients: Arrays) -> None:
        """Write the gradients of one direction's parameters, by symbol, from arrays with time as the first axis."""
        delta, at_state = deltas["δ"], deltas[self.recurrent_delta]  # (T, N, G·H)
        rows = delta.reshape(-1, delta.shape[2])  # (T·N, G·H)
        np.matmul(x.reshape(len(rows), -1).T, rows, out=gradients["W"])
        h_before = h[:-1].reshape(-1, self.hidden_size)  # of the second time step and later ones
        np.matmul(h_before.T, at_state[1:].reshape(-1, rows.shape[1]), out=gradients["U"])
        if h0 is not None:
            gradients["U"] += h0.T @ at_state[0]
        if self.bias:
            column_sums(rows, out=gradients["b"])

    def deltas(self, delta: Array, cache: Cache, *, need_input: bool = True) -> Arrays:
        """Return the deltas that `backward` computes, by the names in the formulas: those in every direction, those at
        the initial states, such as ``dh0``, if `forward` was given a state, and with ``need_input`` ``dx``.
        """
        found: Arrays = {}
        for layer in reversed(range(self.num_layers)):
            if "valid" in cache:
                delta = delta * cache["valid"][:, :, np.newaxis]
            parts = np.split(delta, self.num_directions, axis=2)
            upstream: list[Array] = []
            for direction, part in zip(self.directions(layer), parts, strict=True):
                arrays = {name: direction.time_first(cache[name + direction.mark]) for name in self.kept}
                initial, parameters, m = self._given(cache, direction, delta)
                dh = direction.time_first(part).copy()  # (T, N, H)
                over_time, at_initial = self.backward_through_time(dh, arrays, initial, parameters, m)
                found |= {name + direction.mark: direction.batch_first(array) for name, array in over_time.items()}
                if f"h0{direction.mark}" in cache:
                    found |= {name + direction.mark: array for name, array in at_initial.items()}
                if layer or need_input:
                    upstream.append(direction.batch_first(weighted_sums(over_time["δ"], parameters["W"].T)))
            if upstream:
                found[f"d{self.input_name(layer)}"] = delta = sum(upstream[1:], upstream[0])  # (N, T, F)
            if f"mask{subscript(layer)}" in cache:
                delta = delta * cache[f"mask{subscript(layer)}"]
        return found

    def intermediates(self, named: Arrays) -> Arrays:
        return self.deltas(named["dy"], named, need_input="dx" in named) if "dy" in named else {}

    def formulas(self, *, training: bool = True) -> Formulas:
        return self.formulas_in(Context(training=training))

    def formulas_in(self, context: Context) -> Formulas:
        return stack_formulas(self, context)

    def _initial_states(self, state: State, x: Array) -> Arrays:
        """Return the states before the first time step by their names in the formulas: ``h0`` for ``h``."""
        names = {
            name + direction.mark: f"{name}0{direction.mark}" for name in self.states for direction in self.directions()
        }
        if state.keys() != names.keys():
            raise ShapeError(
                f"the state of {self!r} has {' and '.join(state) or 'nothing'}; give {' and '.join(names)}"
            )
        expected = (len(x), self.hidden_size)
        for name, array in state.items():
            if np.shape(array) != expected:
                raise ShapeError(
                    f"the state {name} has the shape {np.shape(array)}, but it must be {expected}: (N, hidden_size)"
                )
        return {names[name]: np.asarray(array, x.dtype) for name, array in state.items()}

    def _given(self, cache: Cache, direction: Direction, like: Array) -> tuple[Arrays, Arrays, Array | None]:
        """Return the initial states and parameters of a direction, and the mask of time steps within sequences."""
        zero = np.zeros((len(like), self.hidden_size), like.dtype)
        initial = {name: cache.get(f"{name}0{direction.mark}", zero) for name in self.states}
        m = direction.time_first(cache["valid"][:, :, np.newaxis]) if "valid" in cache else None  # (T, N, 1)
        return initial, self._parameters(self.views, direction), m

    def _parameters(self, views: Arrays, direction: Direction) -> Arrays:
        """Return a direction's parameters, or their gradients, by symbol: W, U and b."""
        own = self.direction_parameters(direction.layer)
        return {symbol: views[name + direction.suffix] for name, (symbol, _) in own.items()}
