"""How long the gradient of each sample of a batch is: its squared entries, each with a weight, added up."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from whence.arrays import Array
from whence.formula import Affine, Entry, Expression
from whence.formula.expressions import Operation, Reduction
from whence.formula.sum_of_products import SumOfProducts
from whence.history.gradient_terms import DIRECTION, GradientTerms, Term
from whence.nn.parameter import Slot


class SquaredGradients:
    """Computes ``Σ_p w[p] · g[n, p]²`` for each sample n, where g is what it adds to the gradient, from step to step.

    The terms of a gradient are products such as ``x[n, i] · dz[n, j]``. Where each entry has one term for each sample,
    the squares are the products of the squared arrays, and their sum is a matrix product like that of the gradient.
    Otherwise, as in convolutions, the gradient of one sample after the other is computed.
    """

    def __init__(self) -> None:
        self._gradients: dict[SumOfProducts, SumOfProducts] = {}

    def of(self, terms: GradientTerms, weights: Array) -> Array:
        """Return the weighted squares of a step.

        Parameters
        ----------
        terms : GradientTerms
            The terms of the step's gradient.
        weights : array, shape (P,)
            w, for each parameter of the network.

        Returns
        -------
        float64 array, shape (B,)
        """
        uses: dict[Slot, list[Term]] = {}
        for term in terms.terms:
            uses.setdefault(term.slot, []).append(term)
        found = [self._of_parameter(each, slot.view(weights)) for slot, each in uses.items()]
        return np.asarray(np.sum(found, axis=0, dtype=np.float64))

    def _of_parameter(self, uses: Sequence[Term], weights: Array) -> Array:
        first, *others = uses
        if not others and _has_one_term(first):
            squared = {name: array * array for name, array in first.arrays.items()}
            return first.added({**squared, DIRECTION: weights})
        each = [self._gradient_of_each(use, weights) for use in uses]
        return np.array([(weights * sum(gradients) ** 2).sum() for gradients in zip(*each, strict=True)])

    def _gradient_of_each(self, use: Term, like: Array) -> list[Array]:
        """Return the gradient of each sample, in the shape of an array: that of a batch that has no other."""
        if use.added not in self._gradients:
            self._gradients[use.added] = SumOfProducts(use.gradient)
        gradient, of_samples = self._gradients[use.added], _of_samples(use)
        arrays = {**use.arrays, use.gradient.target.array: like}
        return [
            gradient({name: array[row : row + 1] if name in of_samples else array for name, array in arrays.items()})
            for row in range(len(arrays[of_samples[0]]))
        ]


def _of_samples(use: Term) -> list[str]:
    """Return the names of the arrays that have the samples on their first axis."""
    (sample,) = use.added.formula.indices
    read = (entry for entry in use.added.formula.sources if entry.subscripts)
    return [each.array for each in read if isinstance(each.subscripts[0], Affine) and each.subscripts[0].bare is sample]


def _has_one_term(use: Term) -> bool:
    """Return whether what a sample adds to an entry of the gradient is one product of entries of arrays."""
    node = use.gradient.expression
    return (
        isinstance(node, Reduction)
        and (node.kind, len(node.indices), node.where) == ("Sum", 1, ())
        and _is_product(node.body)
    )


def _is_product(node: Expression) -> bool:
    if isinstance(node, Operation) and node.symbol == "*":
        return _is_product(node.left) and _is_product(node.right)
    return isinstance(node, Entry)
