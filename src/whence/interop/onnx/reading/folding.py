"""Nodes whose inputs are all known, which are computed as the file is read: shapes, and constants made of constants."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np

from whence.arrays import Array
from whence.interop.onnx.reading.file import Node
from whence.interop.onnx.reading.values import Unsayable, whole

_MOST_FOLDED = 2**25
"""The most numbers of a constant that is computed here."""

Folding = Callable[..., Array]

_DTYPES = {1: np.float32, 2: np.uint8, 3: np.int8, 5: np.int16, 6: np.int32, 7: np.int64, 9: np.bool_, 10: np.float16,
           11: np.float64, 12: np.uint32, 13: np.uint64}  # fmt: skip
"""The dtypes by ONNX's numbers."""


def folded(node: Node, inputs: Sequence[Array | None]) -> Array | None:
    """Return what a node makes of constants; None if it is none of those that are computed here.

    Raises
    ------
    Unsayable
        If its inputs do not fit, or the result would be too large.
    """
    if node.operator not in _FOLDINGS:
        return None
    try:
        with np.errstate(all="ignore"):
            made = np.asarray(_FOLDINGS[node.operator](node, *inputs))
    except (ValueError, IndexError, TypeError, KeyError, ZeroDivisionError, OverflowError, MemoryError) as error:
        raise Unsayable(f"does not fit its constants ({error})") from error
    return made


def from_input_or_attribute(node: Node, name: str, given: Array | None) -> list[int] | None:
    """Return whole numbers, which files of some opsets have as an input and those of others as an attribute."""
    if given is not None:
        return whole(np.asarray(given).reshape(-1))
    found = node.attributes.get(name)
    return None if found is None else whole(found if isinstance(found, list) else [found])


def slices(node: Node, shape: Sequence[int], *given: Array | None) -> tuple[slice, ...]:
    """Return what the node Slice takes of each axis of an array."""
    starts, ends, axes, steps = (
        from_input_or_attribute(node, name, each)
        for name, each in zip(("starts", "ends", "axes", "steps"), (*given, None, None, None, None), strict=False)
    )
    if starts is None or ends is None:
        raise ValueError("it does not say from where to where")
    found = [slice(None)] * len(shape)
    for start, end, axis, step in zip(
        starts, ends, axes or range(len(starts)), steps or [1] * len(starts), strict=True
    ):
        beyond = step < 0 and end < -shape[axis]
        found[axis] = slice(start, None if beyond else end, step)
    return tuple(found)


def reshaped_to(node: Node, target: Array, shape: Sequence[int]) -> list[int]:
    """Return the shape that a node Reshape gives an array of another shape."""
    found = whole(target)
    if not node.attributes.get("allowzero"):
        found = [shape[axis] if length == 0 else length for axis, length in enumerate(found)]
    if found.count(-1) == 1:
        known = -math.prod(found)
        found[found.index(-1)] = math.prod(shape) // known if known else 0
    if math.prod(found) != math.prod(shape) or min(found, default=1) < 0:
        raise ValueError(f"{tuple(shape)} cannot be reshaped to {tuple(whole(target))}")
    return found


def _bounded(shape: Sequence[int]) -> list[int]:
    if math.prod(shape) > _MOST_FOLDED:
        raise Unsayable(f"makes a constant of shape {tuple(shape)}, which is too large")
    return whole(shape)


def _slice(node: Node, array: Array, *given: Array | None) -> Array:
    return array[slices(node, array.shape, *given)]


def _squeeze(node: Node, array: Array, axes: Array | None = None) -> Array:
    chosen = from_input_or_attribute(node, "axes", axes)
    return array.squeeze(None if chosen is None else tuple(chosen))


def _unsqueeze(node: Node, array: Array, axes: Array | None = None) -> Array:
    return np.expand_dims(array, tuple(from_input_or_attribute(node, "axes", axes) or ()))


def _constant(node: Node) -> Array:
    """Return the value of a node Constant, in any of its attributes."""
    (value,) = node.attributes.values()
    array = np.asarray(value)
    return array.astype(np.float32) if array.dtype == np.float64 and not isinstance(value, np.ndarray) else array


def _constant_of_shape(node: Node, shape: Array) -> Array:
    """Return a view of one number, for the shape may have the length of a batch in it."""
    value = np.asarray(node.attributes.get("value", np.float32(0))).reshape(-1)
    return np.broadcast_to(value[0], _bounded(whole(shape)))


def _expand(node: Node, array: Array, shape: Array) -> Array:
    return np.broadcast_to(array, _bounded(np.broadcast_shapes(array.shape, tuple(whole(shape)))))


def _gather(node: Node, array: Array, indices: Array) -> Array:
    axis = node.attributes.get("axis", 0)
    _bounded([indices.size, array.size // max(1, array.shape[axis])])
    return array.take(indices, axis=axis)


def _cast(node: Node, array: Array) -> Array:
    _bounded(array.shape)
    return array.astype(_DTYPES[node.attributes["to"]])


def _reshape(node: Node, array: Array, shape: Array) -> Array:
    if not array.flags.c_contiguous:
        _bounded(array.shape)
    return array.reshape(reshaped_to(node, shape, array.shape))


def _concat(node: Node, *arrays: Array) -> Array:
    _bounded([sum(array.size for array in arrays)])
    return np.concatenate(arrays, axis=node.attributes["axis"])


def _divided(node: Node, a: Array, b: Array) -> Array:
    return a // b if a.dtype.kind in "iu" else np.asarray(a / b)


def _elementwise(function: Callable[..., Array]) -> Folding:
    def fold(node: Node, *arrays: Array) -> Array:
        _bounded(np.broadcast_shapes(*(array.shape for array in arrays)))
        return function(*arrays)

    return fold


_FOLDINGS: dict[str, Folding] = {
    "Constant": _constant,
    "ConstantOfShape": _constant_of_shape,
    "Identity": lambda node, array: array,
    "Cast": _cast,
    "Shape": lambda node, array: np.array(array.shape)[node.attributes.get("start", 0) : node.attributes.get("end")],
    "Size": lambda node, array: np.array(array.size),
    "Gather": _gather,
    "Concat": _concat,
    "Expand": _expand,
    "Slice": _slice,
    "Squeeze": _squeeze,
    "Unsqueeze": _unsqueeze,
    "Reshape": _reshape,
    "Transpose": lambda node, array: array.transpose(node.attributes.get("perm")),
    "ReduceProd": lambda node, array, axes=None: np.prod(array, keepdims=bool(node.attributes.get("keepdims", 1))),
    "Add": _elementwise(np.add),
    "Sub": _elementwise(np.subtract),
    "Mul": _elementwise(np.multiply),
    "Div": _divided,
    "Mod": _elementwise(np.mod),
    "Neg": _elementwise(np.negative),
    "Sqrt": _elementwise(np.sqrt),
    "Reciprocal": _elementwise(np.reciprocal),
    "Exp": _elementwise(np.exp),
    "Pow": _elementwise(np.power),
    "Equal": _elementwise(np.equal),
    "Where": _elementwise(np.where),
    "Min": _elementwise(lambda *arrays: np.minimum.reduce(np.broadcast_arrays(*arrays))),
    "Max": _elementwise(lambda *arrays: np.maximum.reduce(np.broadcast_arrays(*arrays))),
    "Floor": _elementwise(np.floor),
    "Ceil": _elementwise(np.ceil),
}
