"""What recurrent layers have in common: stacks of layers that run over time, in one direction or in both."""

from __future__ import annotations

from typing import ClassVar, TypeAlias

import numpy as np

from whence.arrays import Array, Shape, Views
from whence.errors import ArgumentError, ShapeError
from whence.formula import Formulas
from whence.nn.context import INFERENCE, Context, State
from whence.nn.dropout import dropout_mask
from whence.nn.initialisers import GlorotUniform, Orthogonal
from whence.nn.layer import ANY, Cache, Layer, TimeDependence
from whence.nn.parameter import Parameter
from whence.nn.recurrent.direction import Run, lowered, weighted_sums
from whence.nn.recurrent.formulas import RunFormulas, stack_formulas
from whence.nn.recurrent.lengths import time_mask
from whence.nn.sizes import checked_size

Named: TypeAlias = dict[str, Array]


class Recurrent(Layer):
    """A stack of layers, each of which runs over the time steps of sequences, in one direction or in both.

    A subclass says what one run does: in NumPy by `run_forward` and `run_backward`, over arrays with the time first and
    in the order in which the run meets it, and in formulas by `run_formulas`.

    Parameters
    ----------
    input_size : int
        How many features a time step of the input has, F.
    hidden_size : int
        How many units a run has, H.
    num_layers : int
        How many layers are stacked; each reads the output of the one below.
    bias : bool
        Whether there are biases.
    bidirectional : bool
        Whether each layer has a second run, from the last time step to the first; the outputs of both stand side by
        side, so that there are D = 2 directions instead of 1.
    dropout : float
        The probability with which a value between two layers is dropped in training, in [0, 1).

    Attributes
    ----------
    gates : int
        How many blocks of H columns a weight has.
    states : tuple of str
        The arrays that a run hands on from time step to time step.
    kept : tuple of str
        The arrays that `run_forward` leaves.
    recurrent_delta : str
        The delta where the state before a time step is multiplied by its weight.

    Raises
    ------
    ArgumentError
        If a size is not a whole number of at least 1, or ``dropout`` is outside its range or has no place.
    """

    heeds_lengths = True
    recurrent = True
    gates: ClassVar[int]
    states: ClassVar[tuple[str, ...]] = ("h",)
    kept: ClassVar[tuple[str, ...]]
    recurrent_delta: ClassVar[str] = "δ"

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        *,
        bias: bool = True,
        bidirectional: bool = False,
        dropout: float = 0.0,
    ) -> None:
        kind = type(self).__name__
        self.input_size = checked_size(kind, "input_size", input_size)
        self.hidden_size = checked_size(kind, "hidden_size", hidden_size)
        self.num_layers = checked_size(kind, "num_layers", num_layers)
        if not 0 <= dropout < 1:
            raise ArgumentError(f"{kind} was given dropout = {dropout}; it must be in [0, 1)")
        if dropout and num_layers == 1:
            raise ArgumentError(f"{kind} drops values between layers, but num_layers is 1; leave out dropout")
        self.bias, self.bidirectional, self.dropout = bias, bidirectional, dropout

    def run_forward(self, x: Array, first: Named, weights: Named, m: Array | None) -> Named:
        """Run over time.

        Parameters
        ----------
        x : array, shape (T, N, F)
            The input.
        first : dict of str to array, shape (N, H)
            The states before the first time step.
        weights : dict of str to array
            The run's parameters, by their names without suffix.
        m : array, shape (T, N, 1), or None
            0 where a sequence has ended, whose states then stay, and 1 elsewhere.

        Returns
        -------
        dict of str to array, shape (T, N, H)
            The arrays ``kept``.
        """
        raise NotImplementedError

    def run_backward(
        self, dh: Array, arrays: Named, first: Named, weights: Named, m: Array | None
    ) -> tuple[Named, Named]:
        """Run back over time.

        Parameters
        ----------
        dh : array, shape (T, N, H)
            The delta at the outputs; it becomes the delta at the hidden states.
        arrays, first, weights, m
            What `run_forward` left and was given.

        Returns
        -------
        deltas : dict of str to array, shape (T, N, …)
            Those at the arrays within each time step, ``δ`` among them, the delta at the weighted sums.
        first_deltas : dict of str to array, shape (N, H)
            Those at the states before the first time step.
        """
        raise NotImplementedError

    def run_formulas(self, run: RunFormulas) -> Formulas:
        """Return the formulas of `run_forward` and `run_backward`."""
        raise NotImplementedError

    @property
    def time_dependence(self) -> TimeDependence:
        """The state at least, and all time steps where there is a backward direction."""
        return TimeDependence.ANY if self.bidirectional else TimeDependence.STATE

    @property
    def directions(self) -> int:
        """D, how many runs each layer has."""
        return 2 if self.bidirectional else 1

    def runs(self, layer: int | None = None) -> list[Run]:
        """Return the runs of one layer or of all, those of a layer together and the one forward in time first."""
        chosen = range(self.num_layers) if layer is None else [layer]
        alone = self.num_layers == self.directions == 1
        return [Run(place, reverse, alone) for place in chosen for reverse in (False, True)[: self.directions]]

    def input_name(self, layer: int) -> str:
        """Return what the formulas call the input of a layer of the stack."""
        return f"x{lowered(layer)}" if layer else "x"

    def declared_input_shape(self) -> Shape:
        """Return (T, F) for any T."""
        return (ANY, self.input_size)

    def shape_out(self, shape: Shape) -> Shape:
        """Return (T, D·H) for (T, F)."""
        if len(shape) != 2 or shape[-1] != self.input_size:
            given = ", ".join("T" if length == ANY else str(length) for length in shape)
            raise ShapeError(
                f"it takes sequences (N, T, F) with input_size = {self.input_size} features F on the last axis, "
                f"but its input has the shape (N, {given})"
            )
        return (shape[0], self.directions * self.hidden_size)

    def run_parameters(self, layer: int) -> dict[str, tuple[str, Shape]]:
        """Return the symbol and the shape of each parameter of a run of a layer, by its name without suffix."""
        features = self.directions * self.hidden_size if layer else self.input_size
        columns = self.gates * self.hidden_size
        weights: dict[str, tuple[str, Shape]] = {
            "weight_ih": ("W", (features, columns)),
            "weight_hh": ("U", (self.hidden_size, columns)),
        }
        return {**weights, "bias": ("b", (columns,))} if self.bias else weights

    def declared_parameters(self) -> dict[str, Parameter]:
        """Return the parameters of all runs, by their names with the run's suffix: ``weight_ih_l0``."""
        return {
            name + run.suffix: Parameter(symbol + run.mark, decays=name.startswith("weight"))
            for run in self.runs()
            for name, (symbol, _) in self.run_parameters(run.layer).items()
        }

    def parameter_shapes(self) -> dict[str, Shape]:
        """Return the shapes of the parameters of all runs."""
        return {
            name + run.suffix: shape
            for run in self.runs()
            for name, (_, shape) in self.run_parameters(run.layer).items()
        }

    def initialise(self, rng: np.random.Generator, following: Layer | None) -> None:
        """Draw the input weights of each gate after Glorot and its recurrent ones orthogonal; biases are zero."""
        for run in self.runs():
            for name, view in self._of_run(self.views, run).items():
                if view.ndim == 1:
                    view[...] = 0
                    continue
                draw = Orthogonal() if name == "weight_hh" else GlorotUniform()
                for gate in np.split(view, self.gates, axis=1):
                    gate[...] = draw(rng, gate.shape, *gate.shape)

    def forward(self, x: Array, context: Context = INFERENCE) -> tuple[Array, Cache]:
        """Return the last layer's hidden states at every time step.

        Parameters
        ----------
        x : array, shape (N, T, F)
            The sequences.
        context : Context
            Its state has the states before the first time step, (N, H), by name and run: ``h``, or ``h₁→`` in a
            stack; they are zero where there are none. What ``x`` holds after the end of a sequence is not read,
            whatever it is; states stay there as they are, and outputs are zero.

        Returns
        -------
        y : array, shape (N, T, D·H)
        cache : dict of str to array

        Raises
        ------
        ShapeError
            If states or lengths do not fit the sequences.
        ArgumentError
            If a length is outside its range, or there is no ``rng`` to draw masks from.
        """
        cache: Cache = {} if context.state is None else self._first_states(context.state, x)
        if context.lengths is not None:
            cache["m"] = time_mask(context.lengths, x)
            x = np.where(cache["m"][:, :, np.newaxis], x, 0)
        y = x
        for layer in range(self.num_layers):
            if layer and context.training and self.dropout:
                cache[f"mask{lowered(layer)}"] = dropout_mask(self, self.dropout, y, context.rng)
                y = y * cache[f"mask{lowered(layer)}"]
            cache[self.input_name(layer)] = y  # (N, T, F), or (N, T, D·H) above the first layer
            for run in self.runs(layer):
                arrays = self.run_forward(run.in_order(y), *self._given(cache, run, y))
                cache |= {name + run.mark: run.in_time(array) for name, array in arrays.items()}
            hidden = [cache[f"h{run.mark}"] for run in self.runs(layer)]
            y = np.concatenate(hidden, axis=2) if self.bidirectional else hidden[0]  # (N, T, D·H)
            if context.lengths is not None:
                y = y * cache["m"][:, :, np.newaxis]
        return y, cache

    def state_after(self, cache: Cache) -> State:
        """Return the states in which all runs end, (N, H), by name and run."""
        return {
            name + run.mark: cache[name + run.mark][:, 0 if run.reverse else -1].copy()
            for name in self.states
            for run in self.runs()
        }

    def backward(self, delta: Array, cache: Cache, gradient: Views, *, need_input: bool = True) -> Array | None:
        """Write the gradients of all runs' parameters, and return ∂L/∂x."""
        deltas = self.deltas(delta, cache, need_input=need_input)
        for run in self.runs():
            of_run = {name: run.in_order(deltas[name + run.mark]) for name in {"δ", self.recurrent_delta}}
            x, h = run.in_order(cache[self.input_name(run.layer)]), run.in_order(cache[f"h{run.mark}"])
            self.write_gradient(x, h, cache.get(f"h0{run.mark}"), of_run, self._of_run(vars(gradient), run))
        return deltas.get("dx")

    def write_gradient(self, x: Array, h: Array, h0: Array | None, deltas: Named, gradient: Named) -> None:
        """Write the gradients of one run's parameters, from arrays with the time first."""
        rows = deltas["δ"].reshape(-1, deltas["δ"].shape[2])  # (T·N, G·H)
        before, recurrent = h[:-1], deltas[self.recurrent_delta]  # the states that enter the second step and later ones
        np.matmul(x.reshape(len(rows), -1).T, rows, out=gradient["weight_ih"])
        np.matmul(
            before.reshape(-1, self.hidden_size).T,
            recurrent[1:].reshape(-1, rows.shape[1]),
            out=gradient["weight_hh"],
        )
        if h0 is not None:
            gradient["weight_hh"] += h0.T @ recurrent[0]
        if self.bias:
            np.matmul(np.ones(len(rows), rows.dtype), rows, out=gradient["bias"])

    def deltas(self, delta: Array, cache: Cache, *, need_input: bool = True) -> Named:
        """Return what `backward` computes on the way, by the names in the formulas.

        Parameters
        ----------
        delta : array, shape (N, T, D·H)
            ∂L/∂y.
        cache : dict of str to array
            What `forward` returned.
        need_input : bool
            Whether ``dx`` is wanted.

        Returns
        -------
        dict of str to array
            The deltas of every run, and where `forward` was given a state also those at the first states, such as
            ``dh0``; then ``dx``.
        """
        found: Named = {}
        for layer in reversed(range(self.num_layers)):
            if "m" in cache:
                delta = delta * cache["m"][:, :, np.newaxis]
            parts = np.split(delta, self.directions, axis=2)
            upstream: list[Array] = []
            for run, part in zip(self.runs(layer), parts, strict=True):
                arrays = {name: run.in_order(cache[name + run.mark]) for name in self.kept}
                first, weights, m = self._given(cache, run, delta)
                dh = run.in_order(part).copy()  # (T, N, H)
                over_time, at_first = self.run_backward(dh, arrays, first, weights, m)
                found |= {name + run.mark: run.in_time(array) for name, array in over_time.items()}
                if f"h0{run.mark}" in cache:
                    found |= {name + run.mark: array for name, array in at_first.items()}
                if layer or need_input:
                    upstream.append(run.in_time(weighted_sums(over_time["δ"], weights["weight_ih"].T)))
            if upstream:
                found[f"d{self.input_name(layer)}"] = delta = sum(upstream[1:], upstream[0])  # (N, T, F)
            if f"mask{lowered(layer)}" in cache:
                delta = delta * cache[f"mask{lowered(layer)}"]
        return found

    def arrays(
        self, x: Array, y: Array, cache: Cache, delta: Array | None, gradient: Views | None, delta_in: Array | None
    ) -> Named:
        """Return the arrays of one step by their names in the formulas, with the deltas within each run."""
        named = super().arrays(x, y, cache, delta, gradient, delta_in)
        return named if delta is None else {**named, **self.deltas(delta, cache, need_input=delta_in is not None)}

    def formulas(self, *, training: bool = True, state: bool = False, lengths: bool = False) -> Formulas:
        """Return the formulas of all runs, from the first layer to the last and back.

        Parameters
        ----------
        training : bool
            Whether values between layers are dropped.
        state, lengths : bool
            Whether `forward` is given a state, and lengths.
        """
        return stack_formulas(self, dropping=training and self.dropout > 0, state=state, lengths=lengths)

    def _first_states(self, state: State, x: Array) -> Named:
        """Return the states before the first time step by their names in the formulas: ``h0`` for ``h``."""
        names = {name + run.mark: f"{name}0{run.mark}" for name in self.states for run in self.runs()}
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

    def _given(self, cache: Cache, run: Run, like: Array) -> tuple[Named, Named, Array | None]:
        """Return what a run is given besides its input: its first states, its parameters and where sequences end."""
        zero = np.zeros((len(like), self.hidden_size), like.dtype)
        first = {name: cache.get(f"{name}0{run.mark}", zero) for name in self.states}
        m = run.in_order(cache["m"][:, :, np.newaxis]) if "m" in cache else None  # (T, N, 1)
        return first, self._of_run(self.views, run), m

    def _of_run(self, views: Named, run: Run) -> Named:
        return {name: views[name + run.suffix] for name in self.run_parameters(run.layer)}
