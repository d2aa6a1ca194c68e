"""A network: layers in sequence, with one flat parameter vector θ."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, overload

import numpy as np

from whence.arguments import NotNegativeInt, PositiveInt, as_numbers, checked, checks_arguments, shown
from whence.arrays import Array, DTypeLike, Shape
from whence.drawings import drawings
from whence.errors import ArgumentError, DataError, ShapeError
from whence.nn import chain
from whence.nn.axes import ANY_LENGTH, fits, shape_text
from whence.nn.chain import NetworkRecord
from whence.nn.context import Context, State
from whence.nn.layer import Cache, Layer, TimeDependence
from whence.nn.network_formulas import NetworkFormulas, network_formulas
from whence.nn.parameter import MOST_PARAMETERS, copy_state, lay_out, views_of
from whence.nn.paths import add_prefix
from whence.nn.summary import write_summary
from whence.schema import converted
from whence.wording import counted

MOST_AT_ONCE = 1024
"""The largest number of inputs that pass through a network together in inference."""
_VALUES_AT_ONCE = 2**22

Tape = list[Cache]
Watch = Callable[[int, Array], None]


class Sequential:
    """A network of layers in sequence.

    Parameters
    ----------
    *layers : Layer
        The layers, first to last. A layer may be used twice; its parameters are then shared. A layer within a
        `Residual` may not be used elsewhere.
    input_shape : tuple of int, optional
        The shape of one input, with −1 for an axis of any length, such as the time steps of sequences. By default,
        the one that the first layer fixes, as ``Linear`` does.
    dtype : dtype
        float32 or float64, for parameters and activations.
    seed : int
        The seed of the initial parameters and of random numbers in training.

    Attributes
    ----------
    theta : array, shape (P,)
        All parameters; every ``weight`` and ``bias`` is a view into it.
    decays : bool array, shape (P,)
        Which parameters weight decay applies to.
    rng : numpy.random.Generator
        The source of random numbers in training.

    Raises
    ------
    ShapeError
        If two layers do not fit; the message names the layer and the axis.
    ArgumentError
        If there is no layer, nothing fixes the input shape, a layer belongs to another network, one within a block is
        used elsewhere too, or there are too many layers or parameters.

    Examples
    --------
    >>> from whence.nn import Linear, ReLU, Sequential
    >>> net = Sequential(Linear(784, 96), ReLU(), Linear(96, 10), seed=1)
    >>> net.theta.shape
    (76330,)
    """

    @checks_arguments
    def __init__(
        self, *layers: Layer, input_shape: Shape | None = None, dtype: DTypeLike = np.float32, seed: NotNegativeInt = 0
    ) -> None:
        self._arrange(layers, input_shape, np.dtype(dtype), seed)
        self._allocate()
        rng = np.random.default_rng(seed)
        for position, layer in self._distinct_layers():
            layer.initialise(rng, chain.next_activation(layers[position + 1 :], None))

    def _arrange(self, layers: Sequence[Layer], input_shape: Shape | None, dtype: np.dtype[Any], seed: int) -> None:
        """Find all shapes, and the place of every parameter in θ, without allocating anything."""
        if not layers:
            raise ArgumentError("Sequential was given no layers; give at least one")
        if dtype not in (np.float32, np.float64):
            raise ArgumentError(f"the dtype {dtype} is not supported; use float32 or float64")
        self.dtype = dtype
        self.layers = tuple(layers)
        self.seed = seed
        self.input_shape = chain.first_input_shape(layers) if input_shape is None else tuple(input_shape)
        if any(length < 1 and length != ANY_LENGTH for length in self.input_shape):
            raise ArgumentError(
                f"input_shape is {self.input_shape}; every axis must have a length of at least 1, or -1 for any length"
            )
        chain.refuse_too_many(layers)
        chain.refuse_sharing_within_blocks(layers)
        self.output_shape = chain.build_chain(layers, self.input_shape)
        self.slots = lay_out(layers)
        self._slots_of = {
            position: [slot for slot in self.slots if slot.layer == position] for position in range(len(layers))
        }
        if self.slots and self.slots[-1].stop > MOST_PARAMETERS:
            raise ArgumentError(
                f"the network would have {self.slots[-1].stop:,} parameters; at most {MOST_PARAMETERS:,} are possible"
            )
        self.rng = np.random.default_rng([seed, 1])

    def _allocate(self) -> None:
        self.theta: Array = np.empty(self.slots[-1].stop if self.slots else 0, self.dtype)
        self.decays: Array = np.empty(self.theta.shape, np.bool_)
        for slot in self.slots:
            self.decays[slot.start : slot.stop] = slot.decays
        for _, layer in self._distinct_layers():
            layer.buffers = layer.initial_buffers()
        self._attach()

    @property
    def output_range(self) -> tuple[float, float]:
        """The bounds of the outputs, such as 0 and 1 after a sigmoid; infinite where none is known."""
        return self.layers[-1].output_range

    def forward(
        self,
        x: Array,
        *,
        training: bool = True,
        state: State | None = None,
        lengths: Array | None = None,
        rng: np.random.Generator | None = None,
        watch: Watch | None = None,
    ) -> tuple[Array, Tape]:
        """Return the output for a batch, and the tape that `backward` needs.

        Parameters
        ----------
        x : array, shape (N, *input_shape)
            The batch, not empty.
        training : bool
            Whether dropout is active and batch norm uses the batch's statistics.
        state : dict of str to array, optional
            From `state_after`, if ``x`` continues longer sequences; no gradient flows back into it.
        lengths : int array, shape (N,), optional
            The number of time steps of each sequence, if ``x`` is padded to the longest. Recurrent layers and `Last`
            leave out the padding; all others, such as convolutions and norms, include it.
        rng : numpy.random.Generator, optional
            Draws in training; by default the network's own.
        watch : callable, optional
            Called with each layer's position and output.

        Returns
        -------
        y : array, shape (N, *output_shape)
        tape : list
            One cache for each layer.

        Raises
        ------
        ShapeError
            If ``x`` is not a batch of inputs, or there is not one length for each sequence.
        ArgumentError
            If a length is out of range, no layer leaves out the padding, or the network cannot continue from a state.
        """
        if type(training) is not bool or state is not None or not _is_watch(watch):
            _check_options("forward", training=training, state=state, watch=watch)
        y = self.checked(x)
        if lengths is not None:
            chain.require_masking(self.layers)
        if state is not None:
            chain.require_resumable(self.layers)
        if rng is not None and not hasattr(rng, "random"):
            raise ArgumentError(f"rng is {shown(rng)}; expected a numpy.random.Generator")
        context = Context(training, self.rng if rng is None else rng, state, lengths)
        tape: Tape = []
        for position, layer in enumerate(self.layers):
            y, cache = layer.forward(y, context.within(position))
            if training:
                layer.observe(cache)
            tape.append(cache)
            if watch:
                watch(position, y)
        return y, tape

    @property
    def time_dependence(self) -> TimeDependence:
        """What the output at a time step depends on: the most that it is for any layer."""
        return max(layer.time_dependence for layer in self.layers)

    def state_after(self, tape: Tape) -> State:
        """Return the state that all layers carry from the time steps of a tape to the next, by path: ``"1.h"``.

        Raises
        ------
        ArgumentError
            If later time steps depend on more than a state; the message names the layer.
        """
        chain.require_resumable(self.layers)
        state: State = {}
        for position, (layer, cache) in enumerate(zip(self.layers, tape, strict=True)):
            state |= add_prefix(position, layer.state_after(cache))
        return state

    def backward(self, delta: Array, tape: Tape, *, need_input: bool = False, watch: Watch | None = None) -> Array:
        """Return ∂L/∂θ.

        Parameters
        ----------
        delta : array, shape (N, *output_shape)
            ∂L/∂(output).
        tape : list
            From `forward`; it is not changed.
        need_input : bool
            Whether to compute also the deltas of layers before the first parameters, for ``watch``.
        watch : callable, optional
            Called with each layer's position and the delta at its input.

        Returns
        -------
        array, shape (P,)
            The gradient, laid out as ``theta``.
        """
        if type(need_input) is not bool or not _is_watch(watch):
            _check_options("backward", need_input=need_input, watch=watch)
        delta = as_numbers("delta", delta)
        if not fits(delta, self.output_shape):
            raise ShapeError(f"delta has the shape {delta.shape}, but the outputs {shape_text(self.output_shape)}")
        if not isinstance(tape, list) or len(tape) != len(self.layers):
            raise ArgumentError(f"tape is {shown(tape)}; give the tape that net.forward returned")
        gradient = np.empty_like(self.theta)
        first = 0 if need_input else min((slot.layer for slot in self.slots), default=0)
        seen: set[Layer] = set()
        for position in reversed(range(first, len(self.layers))):
            layer = self.layers[position]
            own = self.layers.index(layer)
            flat = np.empty_like(gradient) if layer in seen else gradient
            wanted = position > first or need_input
            views = views_of(flat, self._slots_of[own], own)
            upstream = layer.backward(delta, tape[position], views, need_input=wanted)
            if layer in seen:
                for slot in self._slots_of[own]:
                    gradient[slot.start : slot.stop] += flat[slot.start : slot.stop]
            seen.add(layer)
            if upstream is not None:
                delta = upstream
                if watch:
                    watch(position, delta)
        return gradient

    def __len__(self) -> int:
        return len(self.layers)

    def __iter__(self) -> Iterator[Layer]:
        return iter(self.layers)

    @overload
    def __getitem__(self, position: int) -> Layer: ...

    @overload
    def __getitem__(self, position: slice) -> tuple[Layer, ...]: ...

    def __getitem__(self, position: int | slice) -> Layer | tuple[Layer, ...]:
        try:
            return self.layers[position]
        except (IndexError, TypeError) as error:
            raise ArgumentError(
                f"there is no layer {shown(position)}; a network of {counted(len(self), 'layer')} has those from 0 on"
            ) from error

    def predict(self, x: Array) -> Array:
        """Return the output for one input or for many.

        Parameters
        ----------
        x : array, shape (N, *input_shape) or input_shape
            The inputs, or a single one.

        Returns
        -------
        array, shape (N, *output_shape), or output_shape for a single input
            Logits, if the loss takes logits; `whence.Model.predict` returns classes.
        """
        x = as_numbers("the input", x)
        return self(x[np.newaxis])[0] if x.ndim == len(self.input_shape) else self(x)

    def __call__(self, x: Array, *, chunk: int | None = None, lengths: Array | None = None) -> Array:
        """Return the output for any number of inputs, ``chunk`` at a time, so that memory is bounded.

        Parameters
        ----------
        x : array, shape (N, *input_shape)
            The inputs.
        chunk : int, optional
            The number of inputs that pass through the layers together; by default 1024, or fewer if outputs are large.
        lengths : int array, shape (N,), optional
            The number of time steps of each sequence, as for `forward`.

        Returns
        -------
        array, shape (N, *output_shape)

        Raises
        ------
        ShapeError
            If ``x`` is not a batch of inputs.
        ArgumentError
            If ``chunk`` is not positive.
        """
        x = as_numbers("the input", x)
        chunk = self._inputs_at_once(x) if chunk is None else checked("net", "chunk", chunk, PositiveInt)
        if lengths is not None:
            lengths = np.atleast_1d(as_numbers("lengths", lengths))
            chain.require_masking(self.layers)
        outputs = []
        for start in range(0, len(x), chunk):
            rows = slice(start, start + chunk if start + chunk < len(x) else None)
            y = self.checked(x[rows])
            context = Context(lengths=None if lengths is None else lengths[rows])
            for layer in self.layers:
                y, _ = layer.forward(y, context)
            outputs.append(y)
        if len(outputs) == 1:
            return outputs[0].copy() if np.may_share_memory(outputs[0], x) else outputs[0]
        none = np.empty((0, *(0 if length == ANY_LENGTH else length for length in self.output_shape)), self.dtype)
        return np.concatenate(outputs or [none])

    def formulas(self) -> NetworkFormulas:
        """Return the forward formulas of the whole network, with shapes, parameters and buffers."""
        return network_formulas(self.layers)

    @property
    def input_dtype(self) -> np.dtype[Any]:
        """The dtype of inputs: the network's own, or that of indices if the first layer takes these."""
        return np.dtype(np.intp) if self.layers[0].takes_indices else self.dtype

    def summary(self) -> str:
        """Return a table of the layers with their output shapes and numbers of parameters."""
        return write_summary(self)

    def state_dict(self) -> dict[str, Array]:
        """Return copies of all parameters and buffers by path: ``"0.weight"``."""
        return {path: array.copy() for path, array in self._named_arrays()}

    def load_state_dict(self, state: Mapping[str, Array]) -> None:
        """Copy parameters and buffers from a state dict.

        Raises
        ------
        ShapeError
            If an array is missing, superfluous or of another shape; nothing is copied then.
        """
        copy_state(checked("load_state_dict", "state", state, Mapping), dict(self._named_arrays()))

    def config(self) -> dict[str, Any]:
        """Return the architecture as JSON, for `from_config`."""
        return {
            "input_shape": list(self.input_shape),
            "dtype": self.dtype.name,
            "seed": self.seed,
            "order": [self.layers.index(layer) for layer in self.layers],
            "layers": [layer.to_json() for layer in self.layers],
        }

    @classmethod
    def from_config(
        cls, config: Mapping[str, Any] | NetworkRecord, state: Mapping[str, Array] | None = None
    ) -> Sequential:
        """Return a network of the architecture that `config` returned.

        Parameters
        ----------
        config : mapping or NetworkRecord
            The architecture.
        state : dict of str to array, optional
            Its parameters and buffers, as for `load_state_dict`; by default they are newly initialised.

        Raises
        ------
        ModelFileError
            If it is no architecture.
        UnknownNameError
            If there is no such layer.
        ArgumentError, ShapeError
            If the layers do not fit, or not the state; nothing is allocated then.
        """
        record = converted(config, NetworkRecord, "the architecture", advice="give what net.config() returned")
        if state is None:
            return cls(*record.made(), input_shape=record.input_shape, dtype=record.dtype, seed=record.seed)
        net = cls.__new__(cls)
        net._arrange(record.made(), record.input_shape, np.dtype(record.dtype), record.seed)
        held = sum(array.size for array in state.values())
        if net.slots and net.slots[-1].stop > held:
            raise ShapeError(f"the network has {net.slots[-1].stop:,} parameters, but the state {held:,} numbers")
        net._allocate()
        net.load_state_dict(state)
        return net

    def _repr_html_(self) -> str:
        return drawings["network"](self)

    def __repr__(self) -> str:
        return f"Sequential({', '.join(map(repr, self.layers))})"

    def _attach(self) -> None:
        """Give every layer its views into θ."""
        for position, layer in self._distinct_layers():
            buffers = {name: buffer.astype(self.dtype) for name, buffer in layer.buffers.items()}
            layer.bind(dict(vars(views_of(self.theta, self.slots, position))), buffers)

    def checked(self, x: Array) -> Array:
        """Return a batch in the dtype that the first layer takes.

        Raises
        ------
        ShapeError
            If ``x`` is not a batch of inputs.
        DataError
            If its entries are not integers, but the first layer takes indices.
        """
        x = as_numbers("the input", x)
        if not fits(x, self.input_shape) or not x.size:
            free = "N and T" if ANY_LENGTH in self.input_shape else "N"
            raise ShapeError(
                f"the input has the shape {x.shape}, but the network takes {shape_text(self.input_shape)} "
                f"with {free} at least 1"
            )
        if self.layers[0].takes_indices and x.dtype.kind not in "iu":
            raise DataError(f"the input is {x.dtype}, but {self.layers[0]!r} takes indices; give integers")
        return x.astype(self.input_dtype, copy=False)

    def _inputs_at_once(self, x: Array) -> int:
        if len(x) == 1:
            return 1
        largest = chain.largest_output(self.layers, longest=max(np.shape(x)[1:], default=1))
        return max(1, min(MOST_AT_ONCE, _VALUES_AT_ONCE // max(1, largest)))

    def _named_arrays(self) -> Iterator[tuple[str, Array]]:
        for slot in self.slots:
            yield slot.path, slot.view(self.theta)
        for position, layer in self._distinct_layers():
            yield from add_prefix(position, layer.buffers).items()

    def _distinct_layers(self) -> Iterator[tuple[int, Layer]]:
        """Yield each layer once, with its first position."""
        return ((self.layers.index(layer), layer) for layer in dict.fromkeys(self.layers))

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._attach()


def _is_watch(watch: Any) -> bool:
    return watch is None or callable(watch)


_OPTIONS = {"training": bool, "need_input": bool, "state": dict | None, "watch": Callable | None}


def _check_options(method: str, **options: Any) -> None:
    for name, value in options.items():
        checked(method, name, value, _OPTIONS[name])
