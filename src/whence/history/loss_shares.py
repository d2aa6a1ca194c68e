"""What each sample of a batch adds to its loss: the formula of the loss at one value of the batch index."""

from __future__ import annotations

from dataclasses import dataclass, field

from whence.arrays import Array
from whence.errors import FormulaError
from whence.formula import Expression, Formula, Index, Tensor
from whence.formula.evaluate import CellEvaluation
from whence.formula.expressions import Operation, Reduction
from whence.nn import Loss
from whence.nn.losses.base import weights_in_time
from whence.training import BackwardPass


@dataclass
class LossShares:
    """The terms of a loss that come from each sample, from step to step.

    Parameters
    ----------
    loss_fn : Loss
        The loss, which is a sum over samples, or such a sum divided by something.
    """

    loss_fn: Loss
    _formulas: dict[bool, CellEvaluation] = field(default_factory=dict)

    def of(self, backward: BackwardPass) -> Array:
        """Return what each of B samples adds to the loss of a step: float64, shape (B,).

        Raises
        ------
        FormulaError
            If the loss is no such sum.
        """
        outputs, batch = backward.logits, backward.batch
        weights = weights_in_time(outputs, batch.weights, batch.lengths)
        if (weights is None) not in self._formulas:
            *_, formula = self.loss_fn.formulas_for(batch.y, weights).forward
            sample, share = _share(formula.expression)
            self._formulas[weights is None] = CellEvaluation(Formula(Tensor("share")[sample], share), {})
        evaluated = self.loss_fn.evaluate(outputs, batch.y, weights)
        return self._formulas[weights is None](self.loss_fn.arrays(outputs, batch.y, weights, evaluated))[:, 0]


def _share(node: Expression) -> tuple[Index, Expression]:
    """Return the index of the samples, and the terms of a sum at one of them."""
    match node:
        case Reduction("Sum", (sample, *others), body, where):
            return sample, Reduction("Sum", tuple(others), body, where) if others or where else body
        case Operation("/", left, right):
            sample, share = _share(left)
            return sample, Operation("/", share, right)
    raise FormulaError("the formula of the loss is not a sum over samples; such a training has no suspects")
