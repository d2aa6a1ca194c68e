"""The training step that a program should have made, as formulas: it can be made again with some arrays changed."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from whence.arrays import Array
from whence.errors import FormulaError
from whence.formula import Expression, Formula, Sum, evaluate, indices, log
from whence.formula.expressions import Number, Operation, Reduction, Tensor
from whence.formula.sum_of_products import SumOfProducts
from whence.own_program.penalty import with_penalty
from whence.trace import Trace


@dataclass(frozen=True)
class Dense:
    """The names of the arrays of one linear layer or convolution, and of the activation after it.

    Parameters
    ----------
    number : int
        The number of the layer.
    weight : str
        Its weights: ``"W2"``.
    bias : str or None
        Its biases.
    input : str
        What it reads: ``"a1"``.
    sum, output : str
        Its output, and that of its activation: ``"z2"`` and ``"a2"``; the same if it has none.
    activation : str
        The class of the activation; empty if there is none.
    """

    number: int
    weight: str
    bias: str | None
    input: str
    sum: str
    output: str
    activation: str

    @property
    def slope(self) -> str:
        """The derivative of the activation."""
        return f"slope{self.number}"


class Reference:
    """A training step as formulas.

    Parameters
    ----------
    trace : Trace
        The step.
    objective : float
        How many times the loss of the trace the loss is, of which the program computes the derivatives.
    penalised : tuple of str
        What the weight decay is a part of, ``"loss"``, ``"gradients"`` or both, instead of the update alone.
    """

    def __init__(self, trace: Trace, objective: float = 1.0, *, penalised: tuple[str, ...] = ()) -> None:
        self.trace, self.objective, self.penalised = trace, objective, penalised
        self.formulas = {**trace.formulas, **_by_probabilities(trace)}
        given = {name: array for name, array in trace.items() if name not in self.formulas}
        for name in ("loss", self.first_delta) if objective != 1 else ():
            formula = self.formulas[name]
            self.formulas[name] = Formula(formula.target, Number(objective) * formula.expression)
        if penalised:
            self.formulas |= with_penalty(self.formulas, self.decaying, self.setting("weight_decay"), penalised)
        self.arrays = self.made_from(given) if penalised or objective != 1 else dict(trace)

    @cached_property
    def reads(self) -> dict[str, set[str]]:
        """The arrays that each computed array is computed from."""
        return {name: {entry.array for entry in formula.sources} for name, formula in self.formulas.items()}

    def without_effect(self, name: str) -> Array:
        """Return in which cells a derivative behind a maximum of several has no effect: an activation is flat there.

        Which of equal numbers was the maximum is a program's own choice.
        """
        slope = f"slope{name.removeprefix('da')}"
        of_maximum = any(source.startswith("place") for source in self.reads.get(name, ()))
        return (
            self.arrays[slope] == 0 if of_maximum and slope in self.arrays else np.zeros_like(self.arrays[name], bool)
        )

    def readers(self, name: str) -> set[str]:
        """Return the arrays that are computed from one directly."""
        return {reader for reader, read in self.reads.items() if name in read}

    @property
    def first_delta(self) -> str:
        """The derivative with respect to the output of the network: ``"dz2"``, or ``"da2"`` before an activation."""
        return f"d{self.trace.layers[-1].output}"

    @property
    def prediction(self) -> str:
        """What is held against the targets."""
        return "p" if "p" in self.arrays else self.trace.layers[-1].output

    @cached_property
    def dense(self) -> tuple[Dense, ...]:
        """The layers of weighted sums, first to last."""
        following = {layer.input: layer for layer in self.trace.layers if not layer.parameters}
        found = []
        for layer in self.trace.layers:
            if layer.kind not in ("Linear", "Conv1d", "Conv2d"):
                continue
            after = following.get(layer.output)
            active = after is not None and after.output != layer.output and after.output[:1] == "a"
            weight, bias = (*layer.parameters, None)[:2]
            output, kind = (after.output, after.kind) if active and after else (layer.output, "")
            assert weight is not None
            found.append(Dense(layer.number, weight, bias, layer.input, layer.output, output, kind))
        return tuple(found)

    @cached_property
    def decaying(self) -> list[str]:
        """The parameters that the weight decay pulls to zero."""
        return [name for name in self.parameters if self.setting("weight_decay") and self.decays(name)]

    def decays(self, name: str) -> bool:
        """Return whether the formula of an update, or of what it is made of, pulls a parameter to zero."""
        first = f"v_{name}_new" if f"v_{name}_new" in self.trace.formulas else f"{name}_new"
        entries = [entry.array for entry in self.trace.formulas[first].sources]
        return entries.count(name) > (first == f"{name}_new")

    def setting(self, name: str) -> float:
        """Return a setting of the optimizer; 0 if it has none of this name."""
        return float(self.trace.description["optimizer"].get(name) or 0.0)

    @property
    def samples(self) -> int:
        """The number of samples, N."""
        return len(self.arrays["x"])

    @property
    def outputs(self) -> int:
        """The number of outputs of the network, K."""
        return int(self.arrays[self.trace.layers[-1].output].shape[-1])

    @property
    def learning_rate(self) -> float:
        """The learning rate, η."""
        return float(self.arrays["η"])

    @cached_property
    def parameters(self) -> list[str]:
        """The parameters that the step trains: ``"W1"``, ``"b1"`` …"""
        return [name for layer in self.trace.layers for name in layer.parameters if f"d{name}" in self.trace]

    def summands(self, name: str) -> float:
        """Return how large the numbers are that an array is a sum of, which may cancel: 0 for most arrays."""
        if name in ("loss", "ℓ"):
            return float(np.abs(self.arrays[self.prediction]).max(initial=1.0))
        if name.removeprefix("d") in self.parameters:
            factors = {entry.array for entry in self.trace.formulas[name].sources}  # without those of a penalty
            return math.prod(float(np.abs(self.arrays[source]).max(initial=0.0)) for source in factors)
        return 0.0

    def with_objective(self, objective: float) -> Reference:
        """Return the same step with another factor of the loss."""
        return Reference(self.trace, objective, penalised=self.penalised)

    def value(self, name: str, changed: Mapping[str, Array] | None = None) -> Array:
        """Return an array as its formula makes it, from the arrays here or from others where they are given.

        Raises
        ------
        FormulaError
            If shapes do not fit.
        """
        arrays = {**self.arrays, **(changed or {})}
        found = self._rules[name](arrays)
        if name == "ℓ" and not np.isfinite(found).all():  # −log of a probability that is rounded to 0
            found = _Rule(self.trace.formulas[name])(arrays)
        return found

    @cached_property
    def _rules(self) -> dict[str, _Rule]:
        return {name: _Rule(formula) for name, formula in self.formulas.items()}

    def made_from(self, own: Mapping[str, Array], *, until: str | None = None) -> dict[str, Array]:
        """Return the step made from some arrays, which stay as they are.

        Parameters
        ----------
        own : mapping of str to array
            The arrays that are given; all that is computed from them is computed again.
        until : str, optional
            The last array to compute.

        Returns
        -------
        dict of str to array
            The arrays but for those that cannot be computed, since shapes do not fit.
        """
        arrays = {**{name: array for name, array in self.trace.items() if name not in self.formulas}, **own}
        for name in self.formulas:
            if name not in own:
                try:
                    arrays[name] = self._rules[name](arrays)
                except FormulaError:
                    continue
            if name == until:
                break
        return arrays

    def changed(self, changes: Mapping[str, Array], *, until: str | None = None) -> dict[str, Array]:
        """Return the step with some arrays changed, and with all that is computed from them."""
        touched = {*changes}
        for name, read in self.reads.items():
            if read & touched:
                touched.add(name)
        kept = {name: array for name, array in self.arrays.items() if name not in touched}
        return self.made_from({**kept, **changes}, until=until)

    def readers_of(self, name: str, saved: Mapping[str, object]) -> list[str]:
        """Return the saved arrays that are computed from one without any saved array in between."""
        reached, found = [name], list[str]()
        for each in reached:
            for reader, read in self.reads.items():
                if each in read and reader not in (*reached, *found):
                    (found if reader in saved else reached).append(reader)
        return found

    def origins_of(self, name: str, saved: Mapping[str, object]) -> list[str]:
        """Return an array and those that it is computed from without any saved array in between."""
        found = [name]
        for each in found:
            found += [
                source
                for source in self.reads.get(each, ())
                if source in self.formulas and source not in saved and source not in found
            ]
        return found


def _by_probabilities(trace: Trace) -> dict[str, Formula]:
    """Return the formula of the loss of one sample by its probabilities, as programs compute it."""
    loss = trace.description["loss"]
    if "p" not in trace or "ℓ" not in trace.formulas or len(loss) > 1:
        return {}
    target = trace.formulas["ℓ"].target
    at = target.subscripts
    p, y = Tensor("p"), Tensor("y")
    if trace["ℓ"].shape == trace["p"].shape:  # binary cross-entropy
        expression: Expression = -(y[at] * log(p[at]) + (1 - y[at]) * log(1 - p[at]))
    elif trace["y"].shape == trace["ℓ"].shape:
        expression = -log(p[(*at, y[at])])
    else:
        (k,) = indices("k")
        expression = -Sum(k, y[(*at, k)] * log(p[(*at, k)]))
    return {"ℓ": Formula(target, expression)}


class _Rule:
    """The formula of an array, of which a sum of products is made by matrix products."""

    def __init__(self, formula: Formula) -> None:
        self.formula = formula
        self.names = {entry.array for entry in formula.sources}
        first, *others = _summands(formula.expression)
        self._others = [Formula(formula.target, other) for other in others]
        self._products: SumOfProducts | None = None
        if isinstance(first, Reduction):
            with contextlib.suppress(FormulaError):
                self._products = SumOfProducts(Formula(formula.target, first))

    def __call__(self, arrays: Mapping[str, Array]) -> Array:
        """Return the array.

        Raises
        ------
        FormulaError
            If an array is missing or has another shape.
        """
        name = self.formula.target.array
        for missing in self.names - arrays.keys():
            raise FormulaError(f"the formula for {name} reads {missing}, which is missing; give it")
        if self._products is None:
            return evaluate(self.formula, {source: arrays[source] for source in self.names})
        found = np.asarray(self._products(arrays), np.float64)
        for other in self._others:
            found = found + evaluate(other, {**arrays, name: found})
        return found


def _summands(expression: Expression) -> Iterator[Expression]:
    if isinstance(expression, Operation) and expression.symbol == "+":
        yield from _summands(expression.left)
        yield from _summands(expression.right)
    else:
        yield expression
