"""What every layer is: a function with parameters, stated once as fast NumPy and once as formulas."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from enum import IntEnum
from typing import Any, ClassVar, TypeVar

import numpy as np

from whence.arrays import Array, Shape, Views
from whence.configurable import ClassRegistry, Configurable
from whence.errors import ArgumentError, missing_method
from whence.formula import Formulas, Index
from whence.nn import by_formulas
from whence.nn.axes import ANY_LENGTH, element
from whence.nn.context import INFERENCE, Context, State
from whence.nn.parameter import Parameter

Cache = dict[str, Array]
T = TypeVar("T")

layers: ClassRegistry[Layer] = ClassRegistry("layer", "layers")


class TimeDependence(IntEnum):
    """What a layer's output at a time step depends on in inference, besides its input at that time step."""

    NONE = 0
    """Nothing: time steps are independent."""
    STATE = 1
    """Earlier time steps, through what `Layer.state_after` returns alone."""
    PAST = 2
    """Earlier time steps, which must be given again with every later one."""
    ANY = 3
    """Any time steps, later ones too."""


class Layer(Configurable):
    """A function with parameters; a description until a `Sequential` binds it.

    A subclass declares its parameters as `Parameter` attributes and its settings by its constructor (see
    `Configurable`), enters itself in the registry ``layers``, and has `formulas`; for speed it has `forward` and
    `backward` too. Neither of these keeps anything on the layer or writes into an argument other than ``gradient``.

    Attributes
    ----------
    input_symbol, output_symbol : str
        The names of input and output in the formulas; the names of their gradients have a ``d`` before them.
    activation : bool
        Whether it is an activation, on which the initialisation of the layer before it depends.
    rectifier : bool
        Whether it is an activation like ReLU; before it, He initialisation is the default.
    output_range : tuple of two floats
        The bounds of the outputs that can be learned easily, such as 0 and 1; infinite where none is known.
    takes_indices : bool
        Whether its inputs are integers, such as the numbers of tokens.
    masks_padding : bool
        Whether it leaves out the padding after the ends of sequences when lengths are given.
    spans_batch : bool
        Whether in training its output for a sample depends on the others of the batch, by `whence.nn.meeting`.
    recurrent : bool
        Whether gradients flow through it from time step to time step, and so may explode.
    input_shape, output_shape : tuple of int
        Shapes without the batch axis, once the layer is bound.
    buffers : dict of str to array
        Arrays that it keeps between steps besides its parameters, such as running statistics, by names in formulas.
    layers : tuple of Layer
        The layers within it, if any.
    """

    registry: ClassVar = layers
    input_symbol: ClassVar[str] = "x"
    output_symbol: ClassVar[str] = "y"
    activation: ClassVar[bool] = False
    rectifier: ClassVar[bool] = False
    output_range: tuple[float, float] = (-math.inf, math.inf)
    takes_indices: ClassVar[bool] = False
    masks_padding: ClassVar[bool] = False
    spans_batch: ClassVar[bool] = False
    recurrent: ClassVar[bool] = False

    input_shape: Shape
    output_shape: Shape
    views: dict[str, Array]
    buffers: dict[str, Array]
    layers: tuple[Layer, ...] = ()

    @property
    def time_dependence(self) -> TimeDependence:
        """What the output at a time step depends on; ``ANY`` unless a subclass overrides it."""
        return TimeDependence.ANY

    def shape_out(self, shape: Shape) -> Shape:
        """Return the shape of the output for inputs of ``shape``, both without the batch axis.

        Raises
        ------
        ShapeError
            If the layer cannot take inputs of that shape; the message names the axis.
        """
        return shape

    def declared_input_shape(self) -> Shape | None:
        """Return the input shape, if the constructor's arguments fix it."""
        return None

    def build(self, shape: Shape) -> Shape:
        """Fix the input shape, without the batch axis, and return the output shape."""
        self.output_shape = self.shape_out(shape)
        self.input_shape = shape
        return self.output_shape

    def parameter_shapes(self) -> dict[str, Shape]:
        """Return the shape of each parameter by name; known once the layer is built."""
        return {}

    def initial_buffers(self) -> dict[str, Array]:
        """Return the initial value of each buffer by name; known once the layer is built."""
        return {}

    def bind(self, views: dict[str, Array], buffers: dict[str, Array]) -> None:
        """Set the layer's views into θ, and its buffers in the network's dtype."""
        self.views = views
        self.buffers = buffers

    def initialise(self, rng: np.random.Generator, following: Layer | None) -> None:
        """Draw the parameters; ``following`` is the next activation, if any."""

    def forward(self, x: Array, context: Context = INFERENCE) -> tuple[Array, Cache]:
        """Return the output for a batch, and the arrays that `backward` and the formulas need.

        By default, they are computed from the formulas, slowly.

        Parameters
        ----------
        x : array, shape (N, *input_shape)
            The batch; it is not written to.
        context : Context
            Whether this is a training step, the generator, the state and the lengths; by default inference from the
            first time step.

        Returns
        -------
        y : array, shape (N, *output_shape)
            The output.
        cache : dict of str to array
            Arrays by their names in the formulas.
        """
        if type(self).formulas is Layer.formulas:
            raise missing_method(self, "forward")
        return by_formulas.forward(self, x, context)

    def state_after(self, cache: Cache) -> State:
        """Return what the layer carries from these time steps to the next, by name; by default nothing.

        It is the state in the `Context` of the batch with the following time steps.

        Parameters
        ----------
        cache : dict of str to array
            What `forward` returned for these time steps.
        """
        return {}

    def backward(self, delta: Array, cache: Cache, gradient: Views, *, need_input: bool = True) -> Array | None:
        """Write ∂L/∂parameters into ``gradient`` and return ∂L/∂x.

        By default, they are computed from the formulas, slowly.

        Parameters
        ----------
        delta : array, shape (N, *output_shape)
            ∂L/∂y; it is not written to.
        cache : dict of str to array
            What `forward` returned.
        gradient : views
            One array for each parameter, as attributes; overwritten.
        need_input : bool
            Whether to compute ∂L/∂x; False only for the first layer with parameters, so that layers without may
            ignore it.

        Returns
        -------
        array, shape (N, *input_shape), or None
            ∂L/∂x, or None without ``need_input``.
        """
        if type(self).formulas is Layer.formulas:
            raise missing_method(self, "backward")
        made = by_formulas.backward(self, {**cache, f"d{self.output_symbol}": delta})
        for symbol, view in self.parameters_by_symbol(vars(gradient)).items():
            view[...] = made[f"d{symbol}"]
        return made[f"d{self.input_symbol}"] if need_input else None

    def observe(self, cache: Cache) -> None:
        """Update the buffers after the forward pass of a training step, from their names with ``_new`` in the cache."""
        for name, buffer in self.buffers.items():
            buffer[...] = cache[f"{name}_new"]

    def formulas(self, *, training: bool = True) -> Formulas:
        """Return the formulas of `forward` and `backward`, in the names of the arrays that these return.

        Those of `backward` may be left out; `formulas_in` derives them.
        """
        raise missing_method(self, "formulas")

    def formulas_in(self, context: Context) -> Formulas:
        """Return the formulas of a pass with this context; overridden where they depend on lengths or a state.

        Backward formulas that `formulas` leaves out are derived from the forward ones.
        """
        return by_formulas.completed(self, self.formulas(training=context.training))

    def shapes(self) -> dict[str, Shape]:
        """Return the shapes of input and output by their names in the formulas, −1 for the batch axis."""
        shapes = {self.input_symbol: self.input_shape, self.output_symbol: self.output_shape}
        return {symbol: (ANY_LENGTH, *shape) for symbol, shape in shapes.items()}

    def makers(self) -> dict[str, Layer]:
        """Return the layer within that computes an array, by the array's name, for those that the layer does not."""
        return {}

    def arrays(
        self, x: Array, y: Array, cache: Cache, delta: Array | None, gradient: Views | None, delta_in: Array | None
    ) -> dict[str, Array]:
        """Return the arrays of one step by their names in the formulas."""
        named = {**cache, self.input_symbol: x, self.output_symbol: y, **self.parameters_by_symbol(self.views)}
        if delta is not None:
            named[f"d{self.output_symbol}"] = delta
        if delta_in is not None:
            named[f"d{self.input_symbol}"] = delta_in
        if gradient is not None:
            named |= {f"d{symbol}": view for symbol, view in self.parameters_by_symbol(vars(gradient)).items()}
        return named | self.intermediates(named)

    def intermediates(self, named: dict[str, Array]) -> dict[str, Array]:
        """Return the arrays of the formulas that neither `forward` nor `backward` returns, by name.

        They come from the methods that `backward` calls too; by default from the formulas.

        Parameters
        ----------
        named : dict of str to array
            All other arrays of the step, by name, those of the cache among them; without ∂L/∂y or ∂L/∂x where they
            were not computed.
        """
        return by_formulas.rest(self, named) if f"d{self.output_symbol}" in named else {}

    def remarks(self, before: Sequence[Layer] = ()) -> list[str]:
        """Return remarks on the layer for a summary, in words; known once it is built.

        Parameters
        ----------
        before : sequence of Layer
            The layers that its input has passed.
        """
        return []

    def element(self) -> tuple[Index, ...]:
        """Return an index for each axis of the input, the batch axis first, for elementwise formulas."""
        return element(1 + len(getattr(self, "input_shape", (0,))))

    def declared_parameters(self) -> dict[str, Parameter]:
        """Return the layer's parameters by name, in the order of their declaration."""
        members = {name: member for base in reversed(type(self).__mro__) for name, member in vars(base).items()}
        return {name: member for name, member in members.items() if isinstance(member, Parameter)}

    def parameters_by_symbol(self, named: Mapping[str, T]) -> dict[str, T]:
        """Return what belongs to each parameter by its symbol in the formulas, rather than by its name."""
        declared = self.declared_parameters()
        return {declared[name].symbol: each for name, each in named.items()}

    def __call__(self, x: Array) -> Array:
        """Raise `ArgumentError`: only a network can be called."""
        raise ArgumentError(f"{self!r} has no parameters of its own; put it into a network: Sequential({self!r})(x)")

    # not by the settings, for a layer that occurs twice in a network shares its parameters
    __eq__ = object.__eq__
    __hash__ = object.__hash__

    def __str__(self) -> str:
        return repr(self)  # the notation of a layer is part of that of a network

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in self.__dict__.items() if name != "views"}
