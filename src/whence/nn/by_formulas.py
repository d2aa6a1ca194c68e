"""What a layer leaves out, made from its formulas: the backward formulas by derivation, the passes by evaluation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from whence.arrays import Array, Shape
from whence.errors import FormulaError
from whence.formula import Formula, Formulas
from whence.formula.computation import compute
from whence.formula.derive import with_backward
from whence.nn.axes import ANY_LENGTH
from whence.nn.context import Context

if TYPE_CHECKING:
    from whence.nn.layer import Layer


def completed(layer: Layer, formulas: Formulas) -> Formulas:
    """Return a layer's formulas with backward ones, which are derived if it states none.

    Raises
    ------
    FormulaError
        If they cannot be derived, or the output does not depend on a parameter.
    """
    if formulas.backward:
        return formulas
    if layer.output_symbol not in [formula.target.array for formula in formulas.forward]:
        raise FormulaError(
            f"no formula of {layer!r} makes its output {layer.output_symbol}; state it, or give its output_symbol"
        )
    parameters = layer.parameters_by_symbol(layer.parameter_shapes())
    wanted = [*parameters, *([] if layer.takes_indices else [layer.input_symbol])]
    made = with_backward(formulas, layer.output_symbol, wanted, {**layer.shapes(), **parameters})
    without = {*wanted} - {formula.target.array.removeprefix("d") for formula in made.backward}
    for symbol in sorted(without):
        what = f"the parameter {symbol}" if symbol in parameters else f"the input {symbol}"
        raise FormulaError(
            f"by its formulas, {what} of {layer!r} changes nothing in its output; read it in them, or leave it out"
        )
    return made


def forward(layer: Layer, x: Array, context: Context) -> tuple[Array, dict[str, Array]]:
    """Return what `Layer.forward` returns, computed from the formulas."""
    formulas = layer.formulas_in(context)
    arrays = {layer.input_symbol: x, **{name: buffer.copy() for name, buffer in layer.buffers.items()}}
    arrays |= _computed(layer, formulas, [*formulas.forward, *(formulas.update if context.training else ())], arrays)
    y = arrays[layer.output_symbol]
    if y.shape != (expected := _with_lengths(layer.output_symbol, layer, x)):
        raise FormulaError(
            f"by its formulas, {layer!r} makes {layer.output_symbol} of shape {y.shape}, but its shape_out says "
            f"{expected}; change one of them"
        )
    return y, arrays


def backward(layer: Layer, arrays: Mapping[str, Array]) -> dict[str, Array]:
    """Return the arrays that the backward formulas make, from those of a forward pass and the delta of the output."""
    formulas = _formulas_of(layer, arrays)
    kept = {
        **arrays,
        **_computed(layer, formulas, [f for f in formulas.forward if f.target.array not in arrays], arrays),
    }
    return _computed(layer, formulas, formulas.backward, kept)


def rest(layer: Layer, named: Mapping[str, Array]) -> dict[str, Array]:
    """Return the arrays that the backward formulas make besides those that are given and the delta of the input."""
    made = {formula.target.array for formula in _formulas_of(layer, named).backward}
    missing = made - named.keys() - {f"d{layer.input_symbol}"}
    computed = backward(layer, {name: array for name, array in named.items() if name not in made}) if missing else {}
    return {name: computed[name] for name in missing}


def _formulas_of(layer: Layer, arrays: Mapping[str, Array]) -> Formulas:
    """Return the formulas of training, unless the arrays are those of inference."""
    training, inference = (layer.formulas_in(Context(training=mode)) for mode in (True, False))
    fits = [
        {entry.array for formula in formulas.forward for entry in (formula.target, *formula.sources)}
        <= {*arrays, *layer.parameters_by_symbol(layer.views), layer.output_symbol}
        for formulas in (training, inference)
    ]
    return inference if fits == [False, True] else training


def _computed(
    layer: Layer, formulas: Formulas, which: Sequence[Formula], arrays: Mapping[str, Array]
) -> dict[str, Array]:
    """Return what some of a layer's formulas compute, in the dtype of its arrays."""
    given = {**layer.parameters_by_symbol(layer.views), **arrays}
    x = given[layer.input_symbol]
    dtype = next((array.dtype for array in given.values() if array.dtype.kind == "f"), np.dtype(np.float32))
    shapes: dict[str, Shape] = {}
    for name in layer.shapes():
        full = _with_lengths(name, layer, x)
        shapes |= {name: full, f"d{name}": full}
    shapes |= {f"d{name}": np.shape(array) for name, array in given.items()}
    return {name: array.astype(dtype) for name, array in compute(which, given, formulas.recurrences, shapes).items()}


def _with_lengths(name: str, layer: Layer, x: Array) -> Shape:
    """Return the shape of a layer's array for a batch, with its number of samples and of time steps."""
    return tuple(x.shape[axis] if length == ANY_LENGTH else length for axis, length in enumerate(layer.shapes()[name]))
