"""Programs whose weighted sums are of small whole numbers: int8 weights and activations, and int32 sums.

A weight is W_q · s with a scale s for each output, so that the largest of an output is 127; an activation is A_q · s
with one scale for all, so that the largest on training samples is 127. Both are symmetric, so that zero stays zero.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from whence.arrays import Array
from whence.data import Samples
from whence.data.samples import spread
from whence.errors import ArgumentError
from whence.formula import Affine, Constant, Entry, Expression, Formula, Tensor, walk
from whence.formula.derive.substitution import NoPlace, substitute
from whence.formula.expressions import Call, Operation, Reduction, rebuilt
from whence.formula.shapes import find_shapes
from whence.interop.programs.in_c.dialect import QUANTISED
from whence.interop.programs.program import Program, needed
from whence.nn.naming import name_layers
from whence.training import Model

_LARGEST = 127
_INPUTS = 1024


def quantised(program: Program, model: Model, samples: Samples) -> Program:
    """Return a program in which weighted sums of activations are of whole numbers.

    Parameters
    ----------
    program : Program
        The program.
    model : Model
        The network that it was made of.
    samples : Samples
        Samples, of which up to 1024 tell the largest activations.

    Raises
    ------
    ArgumentError
        If there is no weighted sum that can be quantised.
    """
    ranges = _ranges(model, samples)
    over_time = {name for recurrence in program.recurrences for name in recurrence.arrays}
    formulas: list[Formula] = []
    constants, whole = dict(program.constants), set[str]()
    for formula in program.formulas:
        found = None if formula.target.array in over_time else _weighted_sum(formula, ranges, program.constants)
        if found is None:
            formulas.append(formula)
            continue
        node, activation, weight = found
        of_activation, of_weight = f"{activation.array}_q", f"{weight.array}_q"
        scale = Constant(f"s_{activation.array}", ranges[activation.array] / _LARGEST)
        if of_activation not in whole:
            formulas.append(_rounded(of_activation, activation.array, scale, program, formulas))
        constants[of_weight], constants[f"{weight.array}_s"] = _per_output(program.constants[weight.array])
        whole |= {of_activation, of_weight}
        product = Entry(of_activation, activation.subscripts) * Entry(of_weight, weight.subscripts)
        total = Reduction("Sum", node.indices, product) * (scale * Tensor(f"{weight.array}_s")[formula.indices[-1]])
        formulas.append(Formula(formula.target, _put(formula.expression, node, total)))
    if not whole:
        raise ArgumentError(
            "the network has no weighted sum of activations outside of recurrent layers, so that nothing can be "
            "quantised; leave out --quantise"
        )
    formulas = _fused(needed(formulas, program.output), program)
    read = {entry.array for formula in formulas for entry in formula.sources}
    shapes = program.shapes | {name: array.shape for name, array in constants.items()}
    return replace(
        program,
        formulas=tuple(formulas),
        constants={name: array for name, array in constants.items() if name in read},
        shapes=find_shapes(formulas, shapes),
        whole=frozenset(whole),
    )


def _ranges(model: Model, samples: Samples) -> dict[str, float]:
    """Return the largest size of the input and of the output of every layer, by their names in formulas."""
    names = name_layers(model.net.layers)
    raw = spread(samples, _INPUTS).inputs
    x = model.preprocessing(raw, model.net.input_dtype)
    found = {} if model.net.layers[0].takes_indices else {names[0].input: float(np.abs(x).max())}

    def watch(position: int, output: Array) -> None:
        found[names[position].output] = float(np.abs(output).max())

    model.net.forward(x, watch=watch)
    return {name: largest or 1.0 for name, largest in found.items()}


def _weighted_sum(
    formula: Formula, ranges: Mapping[str, float], constants: Mapping[str, Array]
) -> tuple[Reduction, Entry, Entry] | None:
    """Return a sum in a formula with its activation and its weight, if that has the outputs on its last axis."""
    for node in walk(formula.expression):
        match node:
            case Reduction("Sum", _, Operation("*", Entry() as left, Entry() as right), ()):
                for activation, weight in ((left, right), (right, left)):
                    last = weight.subscripts[-1] if weight.subscripts else None
                    outputs = isinstance(last, Affine) and last.bare == formula.indices[-1]
                    if outputs and activation.array in ranges and np.ndim(constants.get(weight.array, 0.0)) > 1:
                        return node, activation, weight
    return None


def _rounded(name: str, array: str, scale: Constant, program: Program, formulas: Sequence[Formula]) -> Formula:
    """Return the formula of an array in small whole numbers."""
    made = next((formula for formula in formulas if formula.target.array == array), None)
    if made is None:
        made = next(formula for formula in program.formulas if array in {entry.array for entry in formula.sources})
        at = next(entry for entry in made.sources if entry.array == array).subscripts
    else:
        at = made.target.subscripts
    return Formula(Entry(name, at), Call(QUANTISED, (Entry(array, at) / scale,)))


def _per_output(weight: Array) -> tuple[Array, Array]:
    """Return a weight in small whole numbers, and the scale of each output, on the last axis."""
    exact = weight.astype(np.float64)
    largest = np.abs(exact).max(axis=tuple(range(weight.ndim - 1)))
    scale = np.where(largest > 0, largest, 1.0) / _LARGEST
    return np.rint(exact / scale).astype(np.int8), scale


def _put(node: Expression, old: Expression, new: Expression) -> Expression:
    return new if node == old else rebuilt(node, lambda child: _put(child, old, new))


def _fused(formulas: Sequence[Formula], program: Program) -> list[Formula]:
    """Return formulas without arrays of which one other formula reads each entry once.

    What such an array is computed from stands there in its place, so that it needs no memory.
    """
    kept = {name for recurrence in program.recurrences for name in recurrence.arrays} | {program.output}
    left = list(formulas)
    for formula in formulas:
        name = formula.target.array
        readers = [each for each in left if name in {entry.array for entry in each.sources}]
        if len(readers) == 1 and not kept & {name, readers[0].target.array}:
            own = next(each for each in left if each.target.array == name)
            if (fused := _with_its_source(readers[0], own)) is not None:
                left[left.index(readers[0])] = fused
                left.remove(own)
    return left


def _with_its_source(reader: Formula, source: Formula) -> Formula | None:
    """Return a formula with what an array is computed from in the place of its entry, if no more is computed then."""
    entries = [entry for entry in reader.sources if entry.array == source.target.array]
    sums = [node for node in walk(reader.expression) if isinstance(node, Reduction)]
    if len(entries) > 1 or any(entries[0] in walk(node) for node in sums):
        return None
    own = [node for node in walk(source.expression) if isinstance(node, Reduction)]
    summed = {index.name for node in own for index in node.indices}
    if own and (len(source.indices) < len(reader.indices) or summed & {index.name for index in reader.indices}):
        return None
    try:
        value = substitute(source.expression, dict(zip(source.indices, entries[0].subscripts, strict=True)))
    except NoPlace:
        return None
    return Formula(reader.target, _put(reader.expression, entries[0], value))
