"""What every layer is: a function with parameters, stated once as fast NumPy and once as formulas."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum
from typing import Any, ClassVar

import numpy as np

from whence.arrays import Array, Shape, Views
from whence.configurable import ClassRegistry, Configurable
from whence.errors import ArgumentError
from whence.formula import Formulas, Index
from whence.nn.axes import ANY_LENGTH, element
from whence.nn.context import INFERENCE, Context, State
from whence.nn.parameter import Parameter

Cache = dict[str, Array]

layers: ClassRegistry[Layer] = ClassRegistry("layer", "layers")


class TimeDependence(IntEnum):
    """What a layer's output at a time step depends on besides its input there, as it is used, not trained."""

    NONE = 0
    """On nothing: each time step stands by itself."""
    STATE = 1
    """On earlier time steps, all of which `Layer.state_after` hands on."""
    PAST = 2
    """On earlier time steps, so that these must be given again with every later one."""
    ANY = 3
    """On any time steps, later ones too."""


class Layer(Configurable):
    """A function with parameters; a description until a `Sequential` binds it.

    A subclass declares its parameters as `Parameter` attributes and its settings by its constructor (see
    `Configurable`), enters itself in the registry ``layers``, and has `forward`, `backward` and `formulas`. Neither
    `forward` nor `backward` keeps anything on the layer or writes into an argument other than ``gradient``.

    Attributes
    ----------
    input_symbol, output_symbol : str
        What the formulas call the layer's input and output; their gradients are these with a ``d`` before them.
    activation : bool
        Whether it is an activation, which decides how the layer before it is initialised.
    rectifier : bool
        Whether it is an activation like ReLU, before which He initialisation is the default.
    takes_indices : bool
        Whether its input is of integers, such as the numbers of tokens.
    masks_padding : bool
        Whether it leaves out what lies after the ends of sequences, where lengths are given.
    recurrent : bool
        Whether gradients run back through it from time step to time step, and so may explode.
    input_shape, output_shape : tuple of int
        Shapes without the batch axis, once the layer is bound.
    buffers : dict of str to array
        What it keeps from step to step besides its parameters, such as running statistics, by names in the formulas.
    layers : tuple of Layer
        The layers that it is made of, if it is.
    """

    registry: ClassVar = layers
    input_symbol: ClassVar[str] = "x"
    output_symbol: ClassVar[str] = "y"
    activation: ClassVar[bool] = False
    rectifier: ClassVar[bool] = False
    takes_indices: ClassVar[bool] = False
    masks_padding: ClassVar[bool] = False
    recurrent: ClassVar[bool] = False

    input_shape: Shape
    output_shape: Shape
    views: dict[str, Array]
    buffers: dict[str, Array]
    layers: tuple[Layer, ...] = ()

    @property
    def time_dependence(self) -> TimeDependence:
        """What the output at a time step of sequences depends on; ``ANY`` unless the layer says that it is less."""
        return TimeDependence.ANY

    def shape_out(self, shape: Shape) -> Shape:
        """Return the output's shape for an input's, both without the batch axis.

        Raises
        ------
        ShapeError
            If the layer cannot take inputs of that shape; the message names the axis.
        """
        return shape

    def declared_input_shape(self) -> Shape | None:
        """Return the input shape that the constructor's arguments fix, if they do."""
        return None

    def build(self, shape: Shape) -> Shape:
        """Fix the layer to inputs of ``shape``, which has no batch axis, and return the shape of its outputs."""
        self.output_shape = self.shape_out(shape)
        self.input_shape = shape
        self.buffers = self.initial_buffers()
        return self.output_shape

    def parameter_shapes(self) -> dict[str, Shape]:
        """Return the shape of each parameter that the layer has, by name; known once it is built."""
        return {}

    def initial_buffers(self) -> dict[str, Array]:
        """Return the layer's buffers as they are before training, by name; known once it is built."""
        return {}

    def bind(self, views: dict[str, Array], buffers: dict[str, Array]) -> None:
        """Take over the layer's views into θ, and its buffers in the network's dtype."""
        self.views = views
        self.buffers = buffers

    def initialise(self, rng: np.random.Generator, following: Layer | None) -> None:
        """Fill the parameters; ``following`` is the activation that comes next, if one does."""

    def forward(self, x: Array, context: Context = INFERENCE) -> tuple[Array, Cache]:
        """Return the output for a batch, and what `backward` and the formulas need besides.

        Parameters
        ----------
        x : array, shape (N, *input_shape)
            The batch; it is not written to.
        context : Context
            Whether this is a training step, and what else the pass goes by; inference from the first time step if left
            out.

        Returns
        -------
        y : array, shape (N, *output_shape)
            The output.
        cache : dict of str to array
            Arrays by their names in the formulas.
        """
        raise NotImplementedError

    def state_after(self, cache: Cache) -> State:
        """Return what the layer carries from these time steps to the next, by name; nothing unless it says so.

        A batch with the time steps that follow is given it as the state of its `Context`.

        Parameters
        ----------
        cache : dict of str to array
            What `forward` returned for these time steps.
        """
        return {}

    def backward(self, delta: Array, cache: Cache, gradient: Views, *, need_input: bool = True) -> Array | None:
        """Write ∂L/∂parameters into ``gradient`` and return ∂L/∂x.

        Parameters
        ----------
        delta : array, shape (N, *output_shape)
            ∂L/∂y; it is not written to.
        cache : dict of str to array
            What `forward` returned.
        gradient : views
            One attribute for each parameter; overwritten.
        need_input : bool
            Whether ∂L/∂x is wanted; the first layer of a network is asked without.

        Returns
        -------
        array, shape (N, *input_shape), or None
            ∂L/∂x, or None where it is not wanted.
        """
        raise NotImplementedError

    def observe(self, cache: Cache) -> None:
        """Bring the buffers up to date after a training step's forward pass."""

    def formulas(self, *, training: bool = True) -> Formulas:
        """Return the formulas of `forward` and `backward`, over the names of the arrays that these produce."""
        raise NotImplementedError

    def formulas_in(self, context: Context) -> Formulas:
        """Return the formulas of a pass with this context; a layer that lengths or a state change overrides it."""
        return self.formulas(training=context.training)

    def shapes(self) -> dict[str, Shape]:
        """Return the shapes of input and output by their names in the formulas, −1 for the axis of samples."""
        return {
            self.input_symbol: (ANY_LENGTH, *self.input_shape),
            self.output_symbol: (ANY_LENGTH, *self.output_shape),
        }

    def makers(self) -> dict[str, Layer]:
        """Return the layer within that makes an array, by the array's name in the formulas; what is not there, it makes
        itself.
        """
        return {}

    def arrays(
        self, x: Array, y: Array, cache: Cache, delta: Array | None, gradient: Views | None, delta_in: Array | None
    ) -> dict[str, Array]:
        """Return the arrays of one step by their names in the formulas.

        A layer whose `backward` computes more than these on the way adds that here, from the method that computed it.
        """
        parameters = {name: parameter.symbol for name, parameter in self.declared_parameters().items()}
        named = {**cache, self.input_symbol: x, self.output_symbol: y}
        named.update({parameters[name]: view for name, view in self.views.items()})
        if delta is not None:
            named[f"d{self.output_symbol}"] = delta
        if delta_in is not None:
            named[f"d{self.input_symbol}"] = delta_in
        if gradient is not None:
            named.update({f"d{parameters[name]}": view for name, view in vars(gradient).items()})
        return named

    def remarks(self, before: Sequence[Layer] = ()) -> list[str]:
        """Return what a summary says about the layer besides, in words; known once it is built.

        Parameters
        ----------
        before : sequence of Layer
            The layers that its input went through.
        """
        return []

    def element(self) -> tuple[Index, ...]:
        """Return an index for the batch axis and one for each axis of the input, for elementwise formulas."""
        return element(1 + len(getattr(self, "input_shape", (0,))))

    def declared_parameters(self) -> dict[str, Parameter]:
        """Return the layer's parameters by name, in the order of their declaration."""
        members = {name: member for base in reversed(type(self).__mro__) for name, member in vars(base).items()}
        return {name: member for name, member in members.items() if isinstance(member, Parameter)}

    def __call__(self, x: Array) -> Array:
        """Raise `ArgumentError`, since only a network can compute."""
        raise ArgumentError(f"{self!r} has no parameters of its own; put it into a network: Sequential({self!r})(x)")

    # not by the settings, for a layer that occurs twice in a network shares its parameters
    __eq__ = object.__eq__
    __hash__ = object.__hash__

    def __str__(self) -> str:
        return repr(self)  # the notation of a layer is part of that of a network

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in self.__dict__.items() if name != "views"}
