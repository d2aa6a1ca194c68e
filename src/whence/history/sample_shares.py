"""What each sample of a batch adds to cells of a gradient: its formula at one value of the batch index."""

from __future__ import annotations

from collections.abc import Collection

from whence.errors import FormulaError
from whence.formula import Affine, Entry, Expression, Formula, Index
from whence.formula.expressions import Reduction, walk


def sample_term(formula: Formula, parameters: Collection[str]) -> Formula:
    """Return the formula of a term of a gradient: the target has also the indices of the sum, the samples' one first.

    Parameters
    ----------
    formula : Formula
        The gradient as a sum over the samples, and over the positions at which the layer uses the parameter.
    parameters : collection of str
        The names of the layer's parameters in its formulas, whose axes are not samples.

    Raises
    ------
    FormulaError
        If the formula is not such a sum.
    """
    indices: list[Index] = []
    where: tuple[Expression, ...] = ()
    node = formula.expression
    while isinstance(node, Reduction) and node.kind == "Sum":
        indices, where, node = [*indices, *node.indices], (*where, *node.where), node.body
    samples = _sample_indices(node, parameters).intersection(indices)
    if len(samples) != 1:
        raise FormulaError(f"the formula of {formula.target.array} is not a sum over samples")
    (sample,) = samples
    order = [*formula.indices, sample, *(index for index in indices if index != sample)]
    kept = Reduction("Sum", (), node, where) if where else node
    return Formula(Entry("term", tuple(index.affine() for index in order)), kept)


def _sample_indices(node: Expression, parameters: Collection[str]) -> set[Index]:
    """Return the indices that stand alone on the first axis of arrays other than parameters."""
    entries = [each for each in walk(node) if isinstance(each, Entry) and each.array not in parameters]
    first = [entry.subscripts[0] for entry in entries if entry.subscripts]
    return {place.bare for place in first if isinstance(place, Affine) and place.bare is not None}
