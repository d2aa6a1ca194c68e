"""What the readers of operators share: how values are arranged, resolved, scaled and added."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial

import numpy as np

from whence.arrays import Array, Shape
from whence.interop.onnx.reading.activations import activation_of, affine_of
from whence.interop.onnx.reading.arrangement import Arrangements, order_of
from whence.interop.onnx.reading.layer_norms import LARGEST_EPS, layer_norm_of
from whence.interop.onnx.reading.values import Expression, Input, Joined, Signal, Stage, Unsayable, Value
from whence.nn import BatchNorm, Identity, Layer, LayerNorm, Residual
from whence.nn.linear import WeightedSum
from whence.nn.normalisation.base import Normalisation

_DEEPEST = 24
"""The most functions one within another that are taken for one activation."""


_SMALLEST_IMAGE = 8
"""The least rows and columns of images that a layer takes with all pixels in one row."""


class Reading:
    """A graph that is being read.

    Parameters
    ----------
    samples : int
        The number that stands for the number of samples of a batch.
    opset : int
        The version of the operators.

    Attributes
    ----------
    notes : list of str
        What the network differs in from the file.
    problems : list of str
        What whence cannot say.
    """

    def __init__(self, samples: int, opset: int) -> None:
        self.samples, self.opset = samples, opset
        self.notes: list[str] = []
        self.problems: list[str] = []
        self._arrangements = Arrangements()
        self._resolved: dict[Expression, Signal] = {}

    def arranged(self, signal: Signal, places: Array) -> Stage:
        """Return the stage that has the values of a signal at ``places``, for its shape."""
        return self._arrangements.arranged(signal.stage, places)

    def in_any_order(self, signal: Signal) -> tuple[Stage, Array | None]:
        """Return a stage with a signal's sample and the order of its last axis, for a layer with a weight for each.

        The order is None where it is the signal's own.
        """
        if isinstance(signal.stage, Input) and _are_images(signal.stage.shape):
            signal = self.with_channels_last(signal, signal.stage)
        places = signal.sample
        order = order_of(places.reshape(-1, places.shape[-1])[0]) if places.size else np.arange(0)
        in_order = np.array_equal(order, np.arange(len(order)))
        try:
            stage = self._arrangements.arranged(signal.stage, places[..., order], reorder=False)
        except Unsayable:
            return self.arranged(signal, places), None
        return stage, None if in_order else order

    def signal(self, value: Value) -> Signal:
        """Return a value as the arranged output of a layer, which an expression becomes now.

        Raises
        ------
        Unsayable
            If it is none.
        """
        match value:
            case Signal():
                return value
            case Expression():
                if value not in self._resolved:
                    self._resolved[value] = self._resolve(value)
                return self._resolved[value]
            case Joined():
                raise value.refusal()
        raise Unsayable("takes a constant, or what is left out, where an output of a layer is expected")

    def function(self, name: str, function: Callable[..., Array], *operands: Signal | Expression | float) -> Expression:
        """Return an elementwise function of values, which the node of that name makes.

        Raises
        ------
        Unsayable
            If they are values of two branches.
        """
        shallow = [
            self.signal(each) if isinstance(each, Expression) and each.depth > _DEEPEST else each for each in operands
        ]
        axes = {each.across for each in shallow if isinstance(each, Expression)} - {None}
        if axes:  # what means were taken of is resolved, and so must be what they are joined with
            shallow = [self._resolved.get(each, each) if isinstance(each, Expression) else each for each in shallow]
        leaves = [each if isinstance(each, Signal) else each.leaf for each in shallow if not isinstance(each, float)]
        if len(axes) > 1:
            raise Unsayable("joins means along different axes")
        if not leaves:
            raise Unsayable("computes with constants alone")
        if not all(leaf.same_places(leaves[0]) for leaf in leaves):
            raise Unsayable("joins two branches by another operator than Add")
        depth = 1 + max((each.depth for each in shallow if isinstance(each, Expression)), default=0)
        return Expression(function, tuple(shallow), name, depth, next(iter(axes), None))

    def mean_across(self, name: str, value: Value, axis: int) -> Expression:
        """Return the means of a value along one axis, which is kept, as what may become a layer norm."""
        operand = value if isinstance(value, Expression) and value.across == axis else self.signal(value)
        depth = 1 + (operand.depth if isinstance(operand, Expression) else 0)
        return Expression(lambda z: z.mean(axis=-1, keepdims=True), (operand,), name, depth, axis)

    def added(self, name: str, a: Signal | Expression, b: Signal | Expression) -> Signal | Expression:
        """Return the sum of two values, of which one is computed from the other."""
        try:
            return self.function(name, np.add, a, b)
        except Unsayable:
            one, other = self.signal(a), self.signal(b)
        for skipped, branch in ((one, other), (other, one)):
            if (found := self._residual(skipped, branch)) is not None:
                return found
        raise Unsayable("adds two branches that both have layers of their own, where Residual adds one to its input")

    def scaled(self, signal: Signal, factor: Array | float, shift: Array | float) -> Signal:
        """Return ``factor · value + shift``, by the parameters of the layer that makes the value.

        Parameters
        ----------
        factor, shift : float or array
            Of a shape that can be broadcast to the signal's places.
        """
        stage = signal.stage
        flat = signal.places.reshape(-1)
        if not np.array_equal(np.sort(flat), np.arange(stage.size)):
            raise Unsayable("scales or shifts a part of a layer's outputs")
        by_place = np.empty((2, stage.size))
        for row, numbers in zip(by_place, (factor, shift), strict=True):
            row[flat] = np.broadcast_to(np.asarray(numbers, np.float64), signal.places.shape).reshape(-1)
        return replace(signal, stage=_scaled(stage, *by_place))

    def normalised(self, signal: Signal, layer: BatchNorm | LayerNorm, arrays: dict[str, Array]) -> Signal:
        """Return what a norm with these parameters makes of a signal, whose last axis is that of the channels."""
        stage, order = self.in_any_order(signal)
        for name, array in arrays.items():
            if array.shape != stage.shape[-1:]:
                raise Unsayable(f"has a {name} of shape {array.shape} for {stage.shape[-1]} channels")
        if order is not None:
            arrays = {name: array[order] for name, array in arrays.items()}
        normalised = signal.like(stage.then(layer, arrays))
        if order is None:
            return normalised
        return normalised.moved(normalised.places[..., np.argsort(order)], normalised.batch)

    def with_channels_last(self, signal: Signal, images: Input) -> Signal:
        """Return a signal of the input with channels first as one of the input with channels last."""
        order = np.moveaxis(images.places(), 0, -1)
        stage = self._arrangements.arranged(images, order)
        return replace(signal, stage=stage, places=order_of(order.reshape(-1))[signal.places])

    def _resolve(self, value: Expression) -> Signal:
        if value.across is not None:
            return self._layer_norm(value, value.leaf, value.across)
        for base in _bases(value):
            function = _as_function_of(value, base)
            if function is None:
                continue
            if (activation := activation_of(function)) is not None:
                signal = self.signal(base)
                return signal if isinstance(activation, Identity) else self._followed(signal, activation)
            if (affine := affine_of(function)) is not None:
                return self.scaled(self.signal(base), *affine)
            beside = activation_of(lambda z, function=function: function(z) - z)  # type: ignore[misc]
            if beside is not None:
                return self._followed(self.signal(base), Residual([beside]))
        self.problems.append(f"{value.name} makes what is no activation of whence")
        return self.signal(value.leaf)  # to find what else there is

    def _layer_norm(self, value: Expression, signal: Signal, axis: int) -> Signal:
        channels, function = signal.places.shape[axis], _as_function_of(value, signal)
        found = None if function is None else layer_norm_of(function, channels)
        if found is None:
            raise Unsayable(
                f"takes means, in {value.name}, but makes no layer norm of them with ε below {LARGEST_EPS:g} (as a "
                "root mean square norm does not); take LayerNorm"
            )
        batch = signal.batch - (axis < signal.batch)
        last = signal.moved(np.moveaxis(signal.places, axis, -1), batch)
        made = self.normalised(last, *found)
        return made.moved(np.moveaxis(made.places, -1, axis), signal.batch)

    def _followed(self, signal: Signal, layer: Layer) -> Signal:
        stage = Stage(signal.stage.shape, signal.stage, layer)
        return replace(signal, stage=stage)

    def _residual(self, skipped: Signal, branch: Signal) -> Signal | None:
        """Return x + f(x) if the branch is computed from what is skipped; otherwise None."""
        if skipped.places.shape != branch.places.shape or skipped.batch != branch.batch:
            return None
        flat, within = branch.places.reshape(-1), branch.stage
        if not np.array_equal(np.sort(flat), np.arange(within.size)):
            return None
        try:
            start = self.arranged(skipped, skipped.places.reshape(-1)[order_of(flat)].reshape(within.shape))
        except Unsayable:
            return None
        chain: list[Stage] = []
        stage: Stage | None = within
        while stage is not start:
            if stage is None or stage.layer is None or stage.backward:
                return None
            chain.insert(0, stage)
            stage = stage.before
        if not chain:
            return None
        arrays = {f"{i}.{name}": array for i, each in enumerate(chain) for name, array in each.arrays.items()}
        layers = [each.layer for each in chain if each.layer is not None]
        return replace(branch, stage=Stage(within.shape, start, Residual(layers), arrays))


def _are_images(shape: Shape) -> bool:
    """Return whether samples are likely images with channels first, though no convolution tells."""
    return len(shape) == 3 and shape[0] in (1, 3) and min(shape[1:]) >= _SMALLEST_IMAGE


def _bases(value: Expression) -> Iterator[Signal | Expression]:
    """Yield what an expression may be a function of: the signal first, then expressions within it, inner ones first."""
    yield value.leaf
    found: dict[Expression, None] = {}

    def visit(each: Expression) -> None:
        for operand in each.operands:
            if isinstance(operand, Expression) and operand not in found:
                visit(operand)
                found[operand] = None

    visit(value)
    yield from found


def _as_function_of(value: Expression, base: Signal | Expression) -> Callable[[Array], Array] | None:
    """Return an expression as a function of one value; None if it depends on the signal in another way too."""

    def depends_otherwise(each: Signal | Expression | float) -> bool:
        if each is base or isinstance(each, float):
            return False
        if isinstance(each, Signal):
            return isinstance(base, Expression)
        return any(map(depends_otherwise, each.operands))

    return None if depends_otherwise(value) else partial(_evaluated, value, base)


def _evaluated(value: Expression, base: Signal | Expression, z: Array) -> Array:
    known: dict[Expression, Array] = {}

    def evaluate(each: Signal | Expression | float) -> Array | float:
        if each is base or isinstance(each, Signal):
            return z
        if isinstance(each, float):
            return each
        if each not in known:
            known[each] = each.function(*map(evaluate, each.operands))
        return known[each]

    found = evaluate(value)
    return np.asarray(found)


def _scaled(stage: Stage, factor: Array, shift: Array) -> Stage:
    """Return a stage with its values scaled and shifted, one number for each place."""
    if isinstance(stage, Input):
        if not (factor > 0).all():
            raise Unsayable("multiplies the inputs by numbers that are not all positive")
        scale = stage.scale * factor
        return replace(stage, shift=stage.shift - shift / scale, scale=scale)
    factors, shifts = (numbers.reshape(-1, stage.shape[-1]) for numbers in (factor, shift))
    layer, arrays = stage.layer, stage.arrays
    if (
        not isinstance(layer, WeightedSum | Normalisation)
        or (factors != factors[0]).any()
        or (shifts != shifts[0]).any()
    ):
        raise Unsayable("scales or shifts what no layer with a weight for each channel makes")
    weight = arrays["weight"]
    bias = arrays.get("bias", np.zeros(stage.shape[-1])) * factors[0] + shifts[0]
    if isinstance(layer, WeightedSum) and not layer.has_bias:
        layer = type(layer)(**{**layer.settings(), "bias": True})
    changed = {**arrays, "weight": (weight * factors[0]).astype(weight.dtype), "bias": bias.astype(weight.dtype)}
    return stage.changed(layer, changed)
